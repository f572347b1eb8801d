"""A reader of every topic, as a data team would write one: no group, from the first record, validated by the contracts.

It remembers what it has read, per tenant, so that a run can be judged by what stands in the log and by nothing else.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.clock import monotonic_seconds
from contracts import registry
from contracts.envelope import Envelope

Fact = Envelope[Any]
_LEFT_OUT = frozenset({"watermark.advanced"})


@dataclass
class Log:
    """What was read so far of one tenant, in the order of reading, and by topic."""

    facts: list[Fact] = field(default_factory=list)
    by_topic: dict[str, list[Fact]] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)
    repeats: int = 0

    def add(self, topic: str, fact: Fact) -> None:
        """Keep a fact once; records are delivered at least once, so a repeat is counted and left out."""
        if fact.id in self.seen:
            self.repeats += 1
            return
        self.seen.add(fact.id)
        self.facts.append(fact)
        self.by_topic.setdefault(topic, []).append(fact)

    def of(self, *topics: str) -> list[Any]:
        """The facts (without envelopes) of the topics, one topic after the other."""
        return [fact.data for topic in topics for fact in self.by_topic.get(topic, [])]

    def facts_with_evidence(self) -> list[Any]:
        """The facts that name a link of the evidence chain."""
        return [fact.data for fact in self.facts if hasattr(fact.data, "evidence")]

    def envelopes(self, *topics: str) -> list[Fact]:
        """The same with their envelopes."""
        return [fact for topic in topics for fact in self.by_topic.get(topic, [])]


class TopicReader:
    """Reads on from where it stands; `catch_up` reads to the present end of every topic."""

    def __init__(self, bootstrap: str, topics: Iterable[str] | None = None, *, from_now: bool = False):
        self._bootstrap = bootstrap
        self._from_now = from_now
        self._topics = sorted(topics or (name for name in registry.topics() if name not in _LEFT_OUT))
        self._consumer: AIOKafkaConsumer | None = None
        self._places: list[TopicPartition] = []
        self.logs: dict[UUID, Log] = {}
        self.records = 0
        self.unreadable: list[str] = []

    async def __aenter__(self) -> Self:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
            enable_auto_commit=False,
            max_partition_fetch_bytes=4_000_000,
            fetch_max_wait_ms=50,
            metadata_max_age_ms=300_000,
        )
        await consumer.start()
        self._consumer = consumer
        self._places = [
            TopicPartition(name, number) for name in self._topics for number in range(registry.topic(name).partitions)
        ]
        consumer.assign(self._places)
        if self._from_now:
            await consumer.seek_to_end(*self._places)
            for place in self._places:
                await consumer.position(place)
        else:
            await consumer.seek_to_beginning(*self._places)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    def log(self, tenant_id: UUID) -> Log:
        """What was read of this tenant so far."""
        return self.logs.setdefault(tenant_id, Log())

    async def catch_up(self) -> int:
        """Read up to the ends that the topics have now; returns how many records were new."""
        consumer = self._reading()
        ends = await consumer.end_offsets(self._places)
        left = {place: end for place, end in ends.items() if end > 0}
        before = self.records
        while True:
            for place in list(left):
                if await consumer.position(place) >= left[place]:
                    del left[place]
            if not left:
                return self.records - before
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    self._take(place.topic, record.value)

    async def until(self, tenant_id: UUID, condition: Callable[[Log], Any], *, within_seconds: float, what: str) -> Any:
        """Read on until `condition` gives something true, and return that; raises `TimeoutError` naming `what`."""
        end = monotonic_seconds() + within_seconds
        while True:
            await self.catch_up()
            found = condition(self.log(tenant_id))
            if found:
                return found
            if monotonic_seconds() >= end:
                raise TimeoutError(f"not within {within_seconds:.0f} s: {what}")
            await asyncio.sleep(0.1)

    def _reading(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("the reader is not open: use `async with`")
        return self._consumer

    def _take(self, topic: str, raw: bytes | None) -> None:
        self.records += 1
        if raw is None:
            return
        try:
            fact = registry.decode(topic, raw)
        except ValueError:
            self.unreadable.append(topic)
            return
        self.log(fact.tenantid).add(topic, fact)


def counted(facts: Sequence[Any], name: str) -> dict[str, int]:
    """How many facts there are by the value of one field, sorted by value."""
    found: dict[str, int] = {}
    for fact in facts:
        value = str(getattr(fact, name))
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))
