"""How safely the cluster keeps the topics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.kafka.cluster import Kafka

_ASKED: Final = ("min.insync.replicas", "unclean.leader.election.enable")


@dataclass(frozen=True)
class TopicFacts:
    """What decides whether an acknowledged record of the topic can be lost."""

    replicas: int
    min_insync_replicas: int
    unclean_leader_election: bool


async def topic_facts(kafka: Kafka, topics: Iterable[str]) -> dict[str, TopicFacts]:
    """The facts of those of the topics that exist, asked of the cluster; raises `KafkaError` when it is away."""
    wire = {kafka.wire_topic(name): name for name in topics}
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        described = {one["topic"]: one for one in await admin.describe_topics() if one["topic"] in wire}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(_ASKED)) for name in described]
        answers = await admin.describe_configs(resources) if resources else []
    finally:
        await admin.close()
    configured = _configured(answers)
    return {wire[name]: _facts(one, configured.get(name, {})) for name, one in described.items()}


def _configured(answers: Iterable[Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for answer in answers:
        for _, _, _, name, entries in answer.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def _facts(described: Mapping[str, Any], configured: Mapping[str, str]) -> TopicFacts:
    return TopicFacts(
        replicas=min((len(partition["replicas"]) for partition in described["partitions"]), default=0),
        min_insync_replicas=int(configured.get("min.insync.replicas", "1")),
        unclean_leader_election=configured.get("unclean.leader.election.enable", "false") == "true",
    )
