"""Facts waiting in the writer's own database until the broker has them.

A row is encoded once, when the fact is published, and inserted with all others of its transaction by one statement
just before the commit, that is after the aggregates are locked: so positions rise in commit order per key. The gauge
refuses new facts when the outbox is over its limit (the broker has been away too long) before the disk is full.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.clock import monotonic_seconds
from chassis.errors import OverloadedError

MAX_EVENT_BYTES = 900_000
"""Largest encoded fact that may be written: below the 1 MiB a broker takes by default, with room for headers."""


class OutboxFact(NamedTuple):
    """One encoded fact, as it is inserted."""

    lane: int
    event_id: UUID
    topic: str
    key: bytes
    payload: bytes
    headers: bytes


def lane_of(key: bytes, lanes: int) -> int:
    """The lane of a key: all facts of one key are relayed by one process, in order."""
    return zlib.crc32(key) % lanes


# The one-time filter gives the transaction its id before a position is drawn: `chassis.relay` relies on that
# when it decides below which position nothing can appear any more.
INSERT = """
insert into outbox (lane, event_id, topic, key, payload, headers, created_at)
select row.lane, row.event_id, row.topic, row.key, row.payload, row.headers, $7
from unnest($1::smallint[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[])
     as row(lane, event_id, topic, key, payload, headers)
where pg_current_xact_id() is not null
"""


async def insert(connection: Any, facts: Sequence[OutboxFact], created_at: datetime) -> None:
    """Insert the facts in their order, in the open transaction of `connection` (asyncpg)."""
    lanes, ids, topics, keys, payloads, headers = zip(*facts, strict=True)
    await connection.execute(INSERT, lanes, ids, topics, keys, payloads, headers, created_at)


_SPAN = """
select min(low) as low, max(high) as high, min(oldest) as oldest from generate_series(0, $1::int - 1) as l(lane)
cross join lateral (select position as low, created_at as oldest
                    from outbox where lane = l.lane order by position limit 1) as first
cross join lateral (select max(position) as high from outbox where lane = l.lane) as last
"""
_COUNT = "select count(*) from (select from outbox limit $1) as counted"


@dataclass(frozen=True)
class Depth:
    """The outbox at one sample: rows (never under-counted; exact near the limit) and its oldest fact's instant."""

    rows: int
    oldest: datetime | None


async def sample_depth(connection: Any, *, lanes: int, exact_from_rows: int, count_to_rows: int) -> Depth:
    """Look at the outbox cheaply: by the span of its positions, and by counting only when that span is long."""
    span = await connection.fetchrow(_SPAN, lanes)
    if span["low"] is None:
        return Depth(0, None)
    rows: int = span["high"] - span["low"] + 1
    if rows >= exact_from_rows:
        rows = await connection.fetchval(_COUNT, count_to_rows)
    return Depth(rows, span["oldest"])


class OutboxGauge:
    """Decides whether another fact may be written.

    Refuses from `limit_rows` on and accepts again at four fifths of it. Between samples it adds what this process
    wrote, so it can be ahead of the truth, behind it only by what other processes wrote within a sample interval.
    """

    def __init__(self, *, lanes: int, limit_rows: int, interval_seconds: float = 1.0):
        if limit_rows < 1:
            raise ValueError("the outbox limit must be at least one row")
        self.limit_rows = limit_rows
        self._resume_rows = limit_rows * 4 // 5
        self._lanes = lanes
        self._interval_seconds = interval_seconds
        self._rows = 0
        self._drained_per_second = 0.0
        self._sampled_at: float | None = None
        self.refusing = False
        self.depth = Depth(0, None)

    @property
    def rows(self) -> int:
        """The best known number of rows."""
        return self._rows

    def due(self) -> bool:
        """Whether the last sample is too old."""
        return self._sampled_at is None or monotonic_seconds() - self._sampled_at >= self._interval_seconds

    async def sample(self, connection: Any) -> Depth:
        """Take a sample on the given asyncpg connection."""
        started = monotonic_seconds()
        depth = await sample_depth(
            connection, lanes=self._lanes, exact_from_rows=self._resume_rows, count_to_rows=self.limit_rows * 2
        )
        finished = monotonic_seconds()
        if self._sampled_at is not None and finished > self._sampled_at:
            self._drained_per_second = max(0.0, (self._rows - depth.rows) / (finished - self._sampled_at))
        # A count of a huge outbox takes a while; it may never take more than a twentieth of the time.
        self._interval_seconds = max(self._interval_seconds, 20 * (finished - started))
        self._sampled_at = finished
        self._rows = depth.rows
        self.depth = depth
        self._judge()
        return depth

    def added(self, rows: int) -> None:
        """This process committed so many facts."""
        self._rows += rows
        self._judge()

    def _judge(self) -> None:
        if self._rows >= self.limit_rows:
            self.refusing = True
        elif self._rows <= self._resume_rows:
            self.refusing = False

    def admit(self) -> None:
        """Raises `OverloadedError` while the outbox is over its limit."""
        if not self.refusing:
            return
        excess = self._rows - self._resume_rows
        seconds = excess / self._drained_per_second if self._drained_per_second else 30
        raise OverloadedError(
            "outbox-full",
            "Too many facts wait for the message broker. Nothing was written; try again later.",
            retry_after_seconds=int(min(60, max(1, seconds))),
        )
