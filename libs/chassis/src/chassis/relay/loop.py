"""The relay of one service: outbox rows to Kafka, in order, deleted once acknowledged.

One round reads what is there, lane by lane in order; sends it as whole record batches, partition beside partition;
and deletes what was acknowledged. Killed anywhere, it leaves rows that the next one sends (again) with the same ids.
It survives a dead producer by making a new one, a broker that is away by waiting, a lost database connection by
taking its lanes anew.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from chassis.clock import monotonic_seconds
from chassis.db import Database
from chassis.ids import jitter
from chassis.kafka import (
    DeadProducerError,
    Kafka,
    KafkaError,
    PackedHeaders,
    Producer,
    Sent,
    partition_of,
)
from chassis.relay.lanes import Lane, snapshot, take_lanes
from chassis.relay.marks import Speaker
from chassis.relay.refused import Blocked
from chassis.watermark import Sources

_READ = """
select o.lane, o.position, o.topic, o.key, o.payload, o.headers
from unnest($1::smallint[], $2::bigint[]) as l(lane, floor)
cross join lateral (
  select lane, position, topic, key, payload, headers from outbox
  where lane = l.lane and position > l.floor {but_not}
  order by position limit $3
) as o
"""
_READ_ALL = _READ.format(but_not="")
_READ_UNBLOCKED = _READ.format(but_not="and not (key = any($4::bytea[]))")
_DELETE = "delete from outbox where lane = $1 and position = any($2::bigint[])"

_DATABASE_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_TROUBLE = (*_DATABASE_TROUBLE, SQLAlchemyError, OSError, KafkaError, TimeoutError, DeadProducerError)

_IDLE_FIRST_SECONDS = 0.01
_IDLE_LAST_SECONDS = 0.2
_GATHER_SECONDS = 0.005  # what is committed at the same time goes into one round
_LANES_EVERY_SECONDS = 3.0
_BLOCKED_EVERY_SECONDS = 2.0


@dataclass
class RelayStatus:
    """How the relay is, at one instant. `trouble` names what it is waiting out; `alarm` needs a person."""

    running: bool = False
    lanes_held: int = 0
    producer_dead: bool = False
    refused: int = 0
    sent: int = 0
    watermarks: int = 0
    rows_per_second: float = 0.0
    trouble: str | None = None
    alarm: str | None = None
    last_progress: float | None = None


@dataclass
class _Run:
    """Rows of the outbox for one partition, in order: (lane, position, topic, key, payload, headers)."""

    topic: str
    partition: int
    rows: list[Any] = field(default_factory=list)
    sent: Sent = field(default_factory=lambda: Sent(0))


class TooManyRefusedError(Exception):
    """So many facts were refused that the broker, not the facts, must be wrong: nothing more is set aside."""


class Relay:
    """Relays the lanes it can get of one database's outbox; run one per process, any number of processes."""

    def __init__(
        self,
        database: Database,
        kafka: Kafka,
        *,
        chunk_rows: int = 5000,
        refused_limit: int = 20,
        watermark_interval_seconds: float | None = 1.0,
        sources: Sources | None = None,
    ):
        self._database = database
        self._kafka = kafka
        self._clock = database.clock
        self._observer = database.observer
        self._step = database.step
        self._chunk_rows = chunk_rows
        self._refused_limit = refused_limit
        self._connection: Any = None
        self._producer: Producer | None = None
        self._lanes: dict[int, Lane] = {}
        self._blocked = Blocked()
        self._speaker = Speaker(database, kafka, interval_seconds=watermark_interval_seconds, sources=sources)
        self._marks = self._speaker.marks
        self._lanes_at = self._blocked_at = float("-inf")
        self._status = RelayStatus()
        self._stopping = False
        self._stop = asyncio.Event()

    def status(self) -> RelayStatus:
        """A snapshot for readiness and metrics."""
        status = self._status
        status.lanes_held = len(self._lanes)
        status.producer_dead = self._producer is not None and self._producer.dead
        status.refused = self._blocked.count
        return status

    async def run(self, stop: asyncio.Event, *, grace_seconds: float = 5.0) -> None:
        """Relay until `stop` is set; a round in progress then has `grace_seconds` to end."""
        self._status.running, self._stopping, self._stop = True, False, stop
        work = asyncio.create_task(self._forever(), name="relay")
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            self._stopping = True
            self._database.facts_committed.beat()
            if not work.done():
                await asyncio.wait({work}, timeout=grace_seconds)
            if work.done():
                work.result()
        finally:
            stopped.cancel()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self._status.running = False
            await self._let_go()

    async def _forever(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                await self._open()
                idle = _IDLE_FIRST_SECONDS
                while not self._stopping:
                    seen = self._database.facts_committed.seen()
                    moved = await self.round()
                    failures = 0
                    self._status.trouble = None
                    idle = _IDLE_FIRST_SECONDS if moved else min(_IDLE_LAST_SECONDS, idle * 1.5)
                    if not moved and await self._database.facts_committed.wait(seen, idle):
                        await asyncio.sleep(_GATHER_SECONDS)
            except (*_TROUBLE, TooManyRefusedError) as error:
                self._status.trouble = type(error).__name__
                failures += 1
                await self._recover(error)
                await self._nap(min(5.0, 0.1 * 2**failures) * (0.5 + jitter() / 2))

    async def _nap(self, seconds: float) -> None:
        """Sleep, but not beyond the order to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()

    async def _recover(self, error: BaseException) -> None:
        """Drop what may be broken: the producer after Kafka's errors, connection and lanes after the database's."""
        if isinstance(error, TooManyRefusedError):
            return
        self._observer.note("relay-trouble", {"error": type(error).__name__})
        if isinstance(error, KafkaError | DeadProducerError | TimeoutError):
            await self._drop_producer(type(error).__name__)
        if (self._connection is not None and self._connection.is_closed()) or isinstance(
            error, asyncpg.PostgresError | asyncpg.InterfaceError | TimeoutError
        ):
            await self._drop_connection()

    async def _open(self) -> None:
        if self._connection is None:
            with self._step("relay.connect"):
                self._connection = await self._database.connect("relay")
            self._lanes_at = self._blocked_at = float("-inf")
        if self._producer is None:
            producer = Producer(self._kafka)
            with self._step("relay.start_producer"):
                await producer.start()
            self._producer = producer

    async def _drop_producer(self, reason: str) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            self._observer.producer_rebuilt(producer.death or reason)
            await producer.close()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        self._lanes.clear()
        self._marks.forget()
        self._observer.lanes_held(0)
        if connection is not None:
            connection.terminate()

    def _present(self) -> Producer:
        if self._producer is None:
            raise DeadProducerError("closed")
        return self._producer

    async def _let_go(self) -> None:
        await self._drop_connection()
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    async def round(self) -> int:
        """Read once, send, delete; returns how many rows left the outbox."""
        await self._look_around()
        if not self._lanes:
            return 0
        await self._speaker.look()
        as_of = self._clock.now()
        started = monotonic_seconds()
        rows, drained = await self._read()
        runs = await self._group(rows)
        moved = 0
        if runs:
            await asyncio.gather(*(self._send(run) for run in runs))
            moved = await self._delete(runs)
            self._status.sent += moved
            self._status.rows_per_second = moved / max(1e-6, monotonic_seconds() - started)
        self._status.last_progress = monotonic_seconds()
        failed = [run for run in runs if run.sent.error is not None]
        if failed:
            moved += await self._after_failures(failed)
            return moved
        for lane in drained:
            self._marks.complete(lane, as_of)
        if self._producer is not None:
            self._status.watermarks += await self._speaker.say(self._producer, self._lanes)
        return moved

    async def _look_around(self) -> None:
        """Every few seconds: take lanes that became free, and learn which refused facts were resolved."""
        now = monotonic_seconds()
        if now - self._lanes_at >= _LANES_EVERY_SECONDS and len(self._lanes) < self._database.lanes:
            self._lanes_at = now
            missing = [lane for lane in range(self._database.lanes) if lane not in self._lanes]
            with self._step("relay.take_lanes"):
                taken = await take_lanes(self._connection, missing)
            for lane in taken:
                self._lanes[lane.number] = lane
            if taken:
                self._blocked_at = float("-inf")
                self._observer.lanes_held(len(self._lanes))
        if now - self._blocked_at >= _BLOCKED_EVERY_SECONDS:
            self._blocked_at = now
            with self._step("relay.load_refused"):
                await self._blocked.load(self._connection)
            if not self._blocked.count:
                self._status.alarm = None

    async def _read(self) -> tuple[list[Any], list[int]]:
        """What is there, in order per lane; and the lanes of which nothing else was there."""
        with self._step("relay.snapshot"):
            oldest_running, following = await snapshot(self._connection)
        settled = {number: lane.before_read(oldest_running, following) for number, lane in self._lanes.items()}
        limit = max(500, self._chunk_rows // len(self._lanes))
        lanes, floors = list(self._lanes), [lane.floor for lane in self._lanes.values()]
        with self._step("relay.read"):
            if self._blocked.keys:
                rows = await self._connection.fetch(_READ_UNBLOCKED, lanes, floors, limit, list(self._blocked.keys))
            else:
                rows = await self._connection.fetch(_READ_ALL, lanes, floors, limit)
        positions: dict[int, list[int]] = {lane: [] for lane in lanes}
        for row in rows:
            positions[row[0]].append(row[1])
        drained = []
        for number, lane in self._lanes.items():
            waiting = self._blocked.lowest(number)
            lane.after_read(settled=settled[number], positions=positions[number], keep_above=waiting)
            if len(positions[number]) < limit and waiting is None:
                drained.append(number)
        return rows, drained

    async def _group(self, rows: Sequence[Any]) -> list[_Run]:
        producer = self._present()
        counts: dict[str, int] = {}
        runs: dict[tuple[str, int], _Run] = {}
        for row in rows:
            topic = row[2]
            partitions = counts.get(topic)
            if partitions is None:
                with self._step("relay.partitions"):
                    partitions = counts[topic] = await producer.partitions(topic)
            place = topic, partition_of(row[3], partitions)
            run = runs.get(place)
            if run is None:
                run = runs[place] = _Run(*place)
            run.rows.append(row)
        return list(runs.values())

    async def _send(self, run: _Run) -> None:
        producer = self._present()
        records = [row[3:6] for row in run.rows]
        started = monotonic_seconds()
        with (
            self._observer.sending(run.topic, run.partition, PackedHeaders([record[2] for record in records])),
            self._step("relay.send"),
        ):
            run.sent = await producer.send(run.topic, run.partition, records)
        if run.sent.acked:
            self._observer.relayed(run.topic, run.sent.acked, monotonic_seconds() - started)

    async def _delete(self, runs: Sequence[_Run]) -> int:
        """Remove what was acknowledged; returns how many rows."""
        gone: dict[int, list[int]] = {}
        for run in runs:
            lanes = set()
            for row in run.rows[: run.sent.acked]:
                gone.setdefault(row[0], []).append(row[1])
                lanes.add(row[0])
            for lane in lanes:
                # The run's last offset is not below that of the lane's own last record: a safe overstatement.
                self._marks.acknowledged(lane, run.topic, run.partition, run.sent.last_offset)
        if gone:
            with self._step("relay.delete"):
                await self._connection.executemany(_DELETE, list(gone.items()))
        return sum(map(len, gone.values()))

    async def _after_failures(self, failed: Sequence[_Run]) -> int:
        """Find and set aside what the broker refuses; anything else is raised, to be waited out."""
        refused = [run for run in failed if run.sent.refused]
        moved = 0
        for run in refused:
            moved += await self._isolate(run.topic, run.partition, run.rows[run.sent.acked :])
        for run in failed:
            error = run.sent.error
            if error is not None and not run.sent.refused and not (refused and isinstance(error, DeadProducerError)):
                raise error
        if self._producer is None or self._producer.dead:
            await self._renew_producer()
        return moved

    async def _renew_producer(self) -> None:
        await self._drop_producer("refused")
        await self._open()

    async def _isolate(self, topic: str, partition: int, rows: list[Any]) -> int:
        """Halve until the refused record is alone, keeping the order of all others; returns how many rows left."""
        rows = [row for row in rows if row[3] not in self._blocked.keys]
        if not rows:
            return 0
        if self._producer is None or self._producer.dead:
            await self._renew_producer()
        run = _Run(topic, partition, rows)
        await self._send(run)
        moved = await self._delete([run])
        if run.sent.error is None:
            return moved
        if not run.sent.refused:
            raise run.sent.error
        rest = rows[run.sent.acked :]
        if len(rest) == 1:
            await self._set_aside(topic, rest[0], type(run.sent.error).__name__)
            return moved + 1
        middle = len(rest) // 2
        moved += await self._isolate(topic, partition, rest[:middle])
        return moved + await self._isolate(topic, partition, rest[middle:])

    async def _set_aside(self, topic: str, row: Any, reason: str) -> None:
        if self._blocked.count >= self._refused_limit:
            self._status.alarm = "refused-limit"
            self._observer.alarm("outbox-refused-limit", {"refused": self._blocked.count, "reason": reason})
            raise TooManyRefusedError(reason)
        with self._step("relay.set_aside"):
            await self._blocked.set_aside(
                self._connection,
                lane=row[0],
                position=row[1],
                key=row[3],
                reason=reason,
                now=self._clock.now(),
            )
        self._status.alarm = "refused"
        self._observer.refused(topic, reason)
        self._observer.alarm("outbox-refused", {"topic": topic, "reason": reason})
