"""Reading every topic from where the projections stand to where it ended when the reading began.

No group is joined: partitions are assigned, and the position in the database is the only one that counts. The records
go through the consumer's own core, so inbox, order per key, retries and parking are those of live consumption.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.clock import monotonic_seconds
from chassis.consumer.apply import Applier
from chassis.consumer.items import Item, decode
from chassis.consumer.settle import Settled, Settler
from chassis.consumer.subscriptions import Subscriptions
from chassis.db import Database
from chassis.inbox import PlaceKey
from chassis.kafka import Incoming, Kafka, Place
from chassis.retry import RetryPolicy


@dataclass(frozen=True)
class Progress:
    """How far a replay is: records read, of those that lay ahead when it began (some may come while it reads)."""

    records: int
    total: int
    seconds: float
    parked: int

    @property
    def per_second(self) -> int:
        """Records a second so far."""
        return int(self.records / self.seconds) if self.seconds > 0 else 0

    @property
    def left_seconds(self) -> int | None:
        """Seconds to go at that rate; None before anything was read."""
        return max(0, self.total - self.records) // self.per_second if self.per_second else None

    def as_json(self) -> dict[str, int | None]:
        """One line of `--json`."""
        return {
            "records": self.records,
            "total": self.total,
            "seconds": int(self.seconds),
            "per_second": self.per_second,
            "left_seconds": self.left_seconds,
            "parked_keys": self.parked,
        }


class Replay:
    """One reading of the topics into the projections."""

    def __init__(self, database: Database, subscriptions: Subscriptions, kafka: Kafka, *, batch_records: int = 2_000):
        self._kafka = kafka
        self._batch_records = batch_records
        applier = Applier(database, subscriptions, handler_deadline_seconds=120, parked_keys_limit=1_000)
        self._settler = Settler(applier, database.observer, policy=RetryPolicy())
        self._settled = Settled()

    async def run(
        self, *, reached: Mapping[PlaceKey, int], ends: Mapping[PlaceKey, int], say: Callable[[Progress], None]
    ) -> Progress:
        """Read up to `ends`; `say` is told about the progress once a second or so. Raises what the consumer raises."""
        left = {place: end for place, end in ends.items() if reached.get(place, 0) < end}
        total = sum(end - reached.get(place, 0) for place, end in left.items())
        started = said_at = monotonic_seconds()

        def progress() -> Progress:
            return Progress(self._settled.records, total, monotonic_seconds() - started, len(self._settled.parked))

        consumer = AIOKafkaConsumer(
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4_000_000,
            **self._kafka.client_arguments(),
        )
        await consumer.start()
        try:
            places = {place: TopicPartition(self._kafka.wire_topic(place[0]), place[1]) for place in left}
            if places:
                consumer.assign(list(places.values()))
            for place, wire in places.items():
                consumer.seek(wire, reached.get(place, 0))
            while left or self._settler.waiting:
                await self._settle(await self._read(consumer) if left else [])
                for place in [place for place in left if await consumer.position(places[place]) >= left[place]]:
                    consumer.pause(places[place])
                    del left[place]
                if monotonic_seconds() - said_at >= 1:
                    said_at = monotonic_seconds()
                    say(progress())
        finally:
            await consumer.stop()
        return progress()

    async def _read(self, consumer: AIOKafkaConsumer) -> list[Item]:
        found = await consumer.getmany(timeout_ms=200, max_records=self._batch_records)
        items = []
        for wire, records in found.items():
            topic, place = self._kafka.topic_of(wire.topic), Place(wire.topic, wire.partition)
            items += [
                decode(topic, Incoming(place, one.offset, one.key or b"", one.value, one.headers, one.timestamp))
                for one in records
            ]
        return items

    async def _settle(self, items: list[Item]) -> None:
        for run in (*self._settler.due(), items):
            if run:
                await self._settler.settle(run, self._settled)
        wait = self._settler.next_due_seconds()
        if wait:
            await asyncio.sleep(min(wait, 1.0))
