"""Ends of topics, asked again and again over one connection."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.kafka.cluster import Kafka


class Ends:
    """Asks where topics end. Connects at the first question; after trouble it connects anew."""

    def __init__(self, kafka: Kafka):
        self._kafka = kafka
        self._inner: AIOKafkaConsumer | None = None
        self._places: dict[str, list[TopicPartition]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def of(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The offset after the last record of every partition of the topics; topics that do not exist are left out.

        Raises `KafkaError` or `OSError` when the cluster is away.
        """
        names = [self._kafka.wire_topic(topic) for topic in topics]
        if not names:
            return {}
        async with self._one_at_a_time:
            try:
                return await self._ask(names)
            except (KafkaError, OSError, asyncio.CancelledError):
                await self.close()
                raise

    async def _ask(self, names: list[str]) -> dict[tuple[str, int], int]:
        if self._inner is None:
            inner = AIOKafkaConsumer(enable_auto_commit=False, **self._kafka.client_arguments())
            self._inner = inner
            await inner.start()
        unknown = [name for name in names if name not in self._places]
        if unknown:
            existing = await self._inner.topics()
            for name in unknown:
                if name in existing:
                    numbers = await self._inner._client._wait_on_metadata(name)  # noqa: SLF001 - no public way
                    self._places[name] = [TopicPartition(name, number) for number in sorted(numbers)]
        places = [place for name in names for place in self._places.get(name, ())]
        ends = await self._inner.end_offsets(places) if places else {}
        return {(self._kafka.topic_of(place.topic), place.partition): end for place, end in ends.items()}

    async def close(self) -> None:
        """Let go of the connection; the next question makes another."""
        inner, self._inner = self._inner, None
        self._places.clear()
        if inner is not None:
            # The library cannot be stopped before its own tasks have begun.
            await asyncio.sleep(0)
            await inner.stop()


async def end_offsets(kafka: Kafka, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """`Ends.of`, asked once."""
    ends = Ends(kafka)
    try:
        return await ends.of(topics)
    finally:
        await ends.close()
