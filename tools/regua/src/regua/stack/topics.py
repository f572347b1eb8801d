"""Topics on a running Kafka: those of the registry, and single ones for tests."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from contracts.registry import Topic
from regua.stack.errors import StackError

_DAY_MS = 86_400_000
_CONFIG_DIFFERS = ("retention.ms", "cleanup.policy", "min.insync.replicas")


@dataclass(frozen=True)
class TopicsMade:
    """What `ensure` did: topics made, and topics whose configuration was brought to the registry's."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    kept: int


def replicas_for(brokers: int) -> int:
    """Three copies where there are three brokers; fewer brokers cannot lose one anyway, so they keep one."""
    return 3 if brokers >= 3 else 1


def config_of(topic: Topic, replicas: int) -> dict[str, str]:
    """The topic's configuration as the registry describes it."""
    return {
        "retention.ms": "-1" if topic.retention_days is None else str(topic.retention_days * _DAY_MS),
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "min.insync.replicas": "2" if replicas >= 3 else "1",
    }


@asynccontextmanager
async def admin(bootstrap: str, security: Mapping[str, Any] | None = None) -> AsyncIterator[Any]:
    """A started admin client."""
    from aiokafka.admin import AIOKafkaAdminClient

    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def ensure(bootstrap: str, topics: Sequence[Topic], security: Mapping[str, Any] | None = None) -> TopicsMade:
    """Make the topics that are missing and correct the configuration of the others.

    Raises `StackError` naming the topic when one exists with another number of partitions: keys would move to other
    partitions and the order of a debtor's facts would be lost, so nothing is changed.
    """
    async with admin(bootstrap, security) as client:
        brokers = len((await client.describe_cluster())["brokers"])
        described = await client.describe_topics()
        have = {one["topic"]: len(one["partitions"]) for one in described}
        for topic in topics:
            if have.get(topic.name, topic.partitions) != topic.partitions:
                raise StackError(
                    f"topic {topic.name} has {have[topic.name]} partitions and the registry says {topic.partitions}; "
                    "changing that would break the order per key: use another cluster, or delete the topic and its data"
                )
        replicas = replicas_for(brokers)
        missing = [topic for topic in topics if topic.name not in have]
        if missing:
            await _wake_group_coordinator(client)
            await _create(client, [(one.name, one.partitions, config_of(one, replicas)) for one in missing], replicas)
        present = [topic for topic in topics if topic.name in have]
        changed = await _correct(client, {topic.name: config_of(topic, replicas) for topic in present})
    return TopicsMade(tuple(topic.name for topic in missing), tuple(changed), len(present))


async def _wake_group_coordinator(client: Any) -> None:
    """Kafka makes the topic of its groups when a coordinator is first asked for: ask now, not when a service waits."""
    from aiokafka.errors import KafkaError

    with suppress(KafkaError):
        await client.find_coordinator("regua")


async def _create(client: Any, wanted: Sequence[tuple[str, int, Mapping[str, str]]], replicas: int) -> None:
    from aiokafka.admin import NewTopic
    from aiokafka.errors import TopicAlreadyExistsError, for_code

    answer = await client.create_topics(
        [NewTopic(name, partitions, replicas, topic_configs=dict(config)) for name, partitions, config in wanted]
    )
    for name, code, *_ in answer.topic_errors:
        if code and code != TopicAlreadyExistsError.errno:  # somebody else was quicker: the same topic
            raise StackError(f"topic {name} could not be made: Kafka answered {for_code(code).__name__}")


async def _correct(client: Any, wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

    if not wanted:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(_CONFIG_DIFFERS, "")) for name in wanted]
    found: dict[str, dict[str, str]] = {}
    for answer in await client.describe_configs(asked):
        for _code, _message, _kind, name, entries in answer.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    wrong = [name for name, config in wanted.items() if any(found[name].get(key) != config[key] for key in config)]
    if wrong:
        await client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, dict(wanted[name])) for name in wrong]
        )
    return wrong


async def create_topic(
    bootstrap: str,
    name: str,
    *,
    partitions: int,
    config: Mapping[str, str],
    security: Mapping[str, Any] | None = None,
) -> None:
    """Make one topic with as many replicas as brokers up to 3; raises `StackError` if it cannot be made."""
    async with admin(bootstrap, security) as client:
        replicas = replicas_for(len((await client.describe_cluster())["brokers"]))
        await _create(client, [(name, partitions, config)], replicas)


async def delete_topics(bootstrap: str, names: Sequence[str], security: Mapping[str, Any] | None = None) -> None:
    """Delete topics; unknown ones are passed over."""
    async with admin(bootstrap, security) as client:
        await client.delete_topics(list(names))
