"""Topics, their records and a group's offsets, asked of the cluster."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
    TopicAlreadyExistsError,
)

from chassis.kafka.cluster import Kafka
from chassis.kafka.ends import end_offsets

_COORDINATOR_SECONDS: Final = 60
_COORDINATOR_PAUSE_SECONDS: Final = 0.2


async def create_topics(
    kafka: Kafka, partitions: Mapping[str, int], *, replication: int = 1, config: Mapping[str, str] | None = None
) -> None:
    """Create the named topics with so many partitions each; those that exist stay as they are."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        wanted = [
            NewTopic(kafka.wire_topic(name), count, replication, topic_configs=dict(config or {}))
            for name, count in partitions.items()
        ]
        try:
            await admin.create_topics(wanted)
        except TopicAlreadyExistsError:
            return
    finally:
        await admin.close()


async def delete_topics(kafka: Kafka, topics: Iterable[str]) -> None:
    """Delete the named topics with all their records."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        await admin.delete_topics([kafka.wire_topic(name) for name in topics])
    finally:
        await admin.close()


class TopicRecord(NamedTuple):
    """One record as it stands in a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


async def read_all(kafka: Kafka, topics: Iterable[str]) -> dict[str, list[TopicRecord]]:
    """Every record of the topics from first to last, by topic, in the order of each partition; joins no group."""
    names = list(topics)
    ends = await end_offsets(kafka, names)
    found: dict[str, list[TopicRecord]] = {name: [] for name in names}
    left = {TopicPartition(kafka.wire_topic(topic), number): end for (topic, number), end in ends.items() if end > 0}
    if not left:
        return found
    consumer = AIOKafkaConsumer(
        enable_auto_commit=False, max_partition_fetch_bytes=16_000_000, **kafka.client_arguments()
    )
    await consumer.start()
    try:
        consumer.assign(list(left))
        await consumer.seek_to_beginning(*left)
        while left:
            batch = await consumer.getmany(timeout_ms=1000)
            for place, records in batch.items():
                rows = found[kafka.topic_of(place.topic)]
                rows += [TopicRecord(place.partition, one.offset, one.key, one.value) for one in records]
            for place in list(left):
                if await consumer.position(place) >= left[place]:
                    del left[place]
    finally:
        await consumer.stop()
    return found


async def committed_offsets(kafka: Kafka, group: str) -> dict[tuple[str, int], int]:
    """The offsets that the group (named without the prefix) has committed.

    Waits while the group's coordinator moves, or is made by a cluster's first group; raises `TimeoutError` after a
    minute of that.
    """
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        async with asyncio.timeout(_COORDINATOR_SECONDS):
            found = await _offsets_once_there(admin, kafka.topic_prefix + group)
    finally:
        await admin.close()
    return {
        (kafka.topic_of(place.topic), place.partition): one.offset for place, one in found.items() if one.offset >= 0
    }


async def _offsets_once_there(admin: AIOKafkaAdminClient, group_id: str) -> dict[TopicPartition, Any]:
    while True:
        try:
            found: dict[TopicPartition, Any] = await admin.list_consumer_group_offsets(group_id)
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError):
            await asyncio.sleep(_COORDINATOR_PAUSE_SECONDS)
        else:
            return found
