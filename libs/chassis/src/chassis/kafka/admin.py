"""Topics and their ends, asked of the cluster."""

from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from chassis.kafka.cluster import Kafka


async def create_topics(kafka: Kafka, partitions: Mapping[str, int], *, replication: int = 1) -> None:
    """Create the named topics with so many partitions each; those that exist stay as they are."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        wanted = [NewTopic(kafka.wire_topic(name), count, replication) for name, count in partitions.items()]
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


async def end_offsets(kafka: Kafka, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """The offset after the last record of every partition of the topics; topics that do not exist are left out."""
    consumer = AIOKafkaConsumer(enable_auto_commit=False, **kafka.client_arguments())
    await consumer.start()
    try:
        existing = await consumer.topics()
        places = []
        for topic in topics:
            name = kafka.wire_topic(topic)
            if name in existing:
                numbers = await consumer._client._wait_on_metadata(name)  # noqa: SLF001 - no public way without a group
                places += [TopicPartition(name, number) for number in numbers]
        ends = await consumer.end_offsets(places) if places else {}
        return {(kafka.topic_of(place.topic), place.partition): end for place, end in ends.items()}
    finally:
        await consumer.stop()
