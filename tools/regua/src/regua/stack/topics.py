"""Topics on a running Kafka, through its admin protocol."""

from collections.abc import Mapping, Sequence
from typing import Any


async def _admin(bootstrap: str) -> Any:
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    return admin


def replicas_for(brokers: int) -> int:
    """Three copies where there are three brokers; fewer brokers cannot lose one anyway, so they keep one."""
    return 3 if brokers >= 3 else 1


async def create_topic(
    bootstrap: str, name: str, *, partitions: int, config: Mapping[str, str], replicas: int | None = None
) -> None:
    """Make one topic, by default with as many replicas as brokers up to 3; raises the client's error if it cannot."""
    from aiokafka.admin import NewTopic
    from aiokafka.errors import for_code

    admin = await _admin(bootstrap)
    try:
        count = replicas or replicas_for(len((await admin.describe_cluster())["brokers"]))
        topic = NewTopic(name, num_partitions=partitions, replication_factor=count, topic_configs=dict(config))
        answer = await admin.create_topics([topic])
    finally:
        await admin.close()
    for one in answer.topic_errors:
        if one[1]:
            raise for_code(one[1])(one[2])


async def delete_topics(bootstrap: str, names: Sequence[str]) -> None:
    """Delete topics; unknown ones are passed over."""
    admin = await _admin(bootstrap)
    try:
        await admin.delete_topics(list(names))
    finally:
        await admin.close()
