"""What every check works with: a broker to talk to, topics of its own, and a way to say that something was wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.ids import Ids, RandomIds
from regua.stack.topics import admin, create_topic, delete_topics


class CheckFailedError(Exception):
    """The broker did not do what the product needs; the text says what was expected and what was seen."""


class Control(Protocol):
    """Power over a broker that is ours: numbers of its nodes, kill -9, and a repair that returns once it is healthy."""

    @property
    def nodes(self) -> Sequence[int]: ...
    async def kill(self, node: int) -> None: ...
    async def repair(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The Kafka under test; `control` only when it is ours to kill."""

    bootstrap: str
    security: Mapping[str, Any] = field(default_factory=dict)
    control: Control | None = None
    ids: Ids = field(default_factory=RandomIds)

    def name(self, what: str) -> str:
        """A name that nothing else on this cluster has."""
        return f"regua-conformance.{what}.{self.ids.new_id().hex[-12:]}"

    @asynccontextmanager
    async def topic(
        self, what: str, *, partitions: int = 6, config: Mapping[str, str] | None = None
    ) -> AsyncIterator[str]:
        """A topic of this check's own, deleted afterwards."""
        name = self.name(what)
        await create_topic(self.bootstrap, name, partitions=partitions, config=config or {}, security=self.security)
        try:
            yield name
        finally:
            await delete_topics(self.bootstrap, [name], self.security)

    def producer(self, **options: Any) -> AIOKafkaProducer:
        """A producer as the product uses it: idempotent, acknowledged by every replica, lz4."""
        settings: dict[str, Any] = {
            "enable_idempotence": True,
            "acks": "all",
            "compression_type": "lz4",
            "linger_ms": 5,
        }
        return AIOKafkaProducer(bootstrap_servers=self.bootstrap, **{**settings, **dict(self.security), **options})

    def consumer(self, *topics: str, group: str | None = None, **options: Any) -> AIOKafkaConsumer:
        """A consumer as the product uses it: commits are explicit, a new group begins at the earliest record."""
        settings: dict[str, Any] = {
            "group_id": group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "heartbeat_interval_ms": 500,
            "metadata_max_age_ms": 5_000,
        }
        return AIOKafkaConsumer(
            *topics, bootstrap_servers=self.bootstrap, **{**settings, **dict(self.security), **options}
        )


Check = Callable[[Broker], Awaitable[str]]


def expect(condition: object, sentence: str) -> None:
    """Raise `CheckFailedError` with the sentence unless the condition holds."""
    if not condition:
        raise CheckFailedError(sentence)


async def eventually(condition: Callable[[], object], sentence: str, seconds: float = 30) -> None:
    """Wait until the condition holds; `CheckFailedError` with the sentence when it does not in time."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - members change behind the client's back
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise CheckFailedError(f"{sentence} (waited {seconds:.0f} s)") from None


async def read_all(broker: Broker, topic: str, seconds: float = 60) -> dict[int, list[Any]]:
    """Every record of the topic by partition, in offset order, up to the ends at the time of the call."""
    async with admin(broker.bootstrap, broker.security) as client:
        (described,) = await client.describe_topics([topic])
    consumer = broker.consumer(max_poll_records=5_000)
    await consumer.start()
    try:
        async with asyncio.timeout(seconds):
            places = [TopicPartition(topic, number) for number in range(len(described["partitions"]))]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await consumer.end_offsets(places)
            found: dict[int, list[Any]] = {place.partition: [] for place in places}
            while [place for place in places if await consumer.position(place) < ends[place]]:
                for place, records in (await consumer.getmany(timeout_ms=200)).items():
                    found[place.partition] += records
            return found
    except TimeoutError:
        raise CheckFailedError(f"reading the topic back did not end within {seconds:.0f} s") from None
    finally:
        await consumer.stop()


async def fill(broker: Broker, topic: str, count: int, partitions: int) -> None:
    """Write the numbers 0 … count-1 as records, number n into partition n % partitions."""
    async with broker.producer() as producer:
        futures = [
            await producer.send(topic, str(number).encode(), partition=number % partitions) for number in range(count)
        ]
        await asyncio.gather(*futures)
