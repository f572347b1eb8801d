"""When a relay says how far it is, and what it then says."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chassis.clock import monotonic_seconds
from chassis.db import Database
from chassis.kafka import Kafka, Producer, Record, end_offsets, partition_of
from chassis.watermark import LaneMarks, Sources
from contracts.watermark import WatermarkAdvanced

_SOURCES_EVERY_SECONDS = 1.0


class Speaker:
    """Publishes the watermarks of the lanes that a relay holds, at most every `interval_seconds` (None: never)."""

    def __init__(self, database: Database, kafka: Kafka, *, interval_seconds: float | None, sources: Sources | None):
        self._database = database
        self._kafka = kafka
        self._interval_seconds = interval_seconds
        self._ask_sources = sources
        self._sources: Mapping[str, datetime] = {}
        self._asked_at = self._said_at = float("-inf")
        self._asked_as_of: datetime | None = None
        self.marks = LaneMarks(database.producer_name, database.lanes)

    async def look(self) -> None:
        """Ask how fresh the outside sources are, when the time to speak has come; again for a later instant and every
        second.

        A round does this before it reads the clock: whatever the answer rests on is then below the round's watermark.
        """
        if self._ask_sources is None or self._waits():
            return
        now = self._database.clock.now()
        if now != self._asked_as_of or monotonic_seconds() - self._asked_at >= _SOURCES_EVERY_SECONDS:
            async with self._database.unit_of_work(tenant_id=None, commit=False, name="relay.sources") as tx:
                self._sources = dict(await self._ask_sources(tx))
            self._asked_at, self._asked_as_of = monotonic_seconds(), now

    def _waits(self) -> bool:
        interval = self._interval_seconds
        return interval is None or monotonic_seconds() - self._said_at < interval

    async def say(self, producer: Producer, held: Iterable[int]) -> int:
        """Publish the mark of every held lane that has something new to say; returns how many.

        New is a later instant, or other sources' freshness as of the same one. Raises what the broker answers.
        """
        lanes, marks, step = list(held), self.marks, self._database.step
        if self._waits():
            return 0
        self._said_at = monotonic_seconds()
        new = marks.lanes_without_base(lanes)
        if new:
            with step("relay.end_offsets"):
                marks.set_base(new, await end_offsets(self._kafka, marks.topics()))
        sources = self._sources
        due = marks.due(lanes, sources)
        if not due:
            return 0
        instants = {lane: marks.as_of(lane) for lane in due}
        partitions = await producer.partitions(WatermarkAdvanced.topic)
        by_partition: dict[int, list[tuple[int, Record]]] = {}
        for lane, record in marks.records(due, sources, self._database.ids):
            by_partition.setdefault(partition_of(record.key, partitions), []).append((lane, record))
        for partition, own in by_partition.items():
            with step("relay.send_watermark"):
                sent = await producer.send(WatermarkAdvanced.topic, partition, [record for _, record in own])
            if sent.error is not None:
                raise sent.error
            for lane, _ in own:
                marks.said(lane, instants[lane], sources)
        return len(due)
