"""Which events this service has already applied, and how far each partition's effects are.

Both are written in the transaction of the effects themselves. The inbox answers "this very event, again?" (a relay
sent it twice); the position answers "this very record, again?" (a rebalance, a restart, a process that woke up after
its partitions were given away), and its row lock lets only one process at a time write for a partition.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_GUARD = """
with parked as (select key from parked_key where key = any($1::bytea[]) order by key for share),
     own as (select topic, partition, next_offset from consumer_position
             where (topic, partition) in (select * from unnest($2::text[], $3::int[]))
             order by topic, partition for update)
select key, null as topic, null as partition, null as next_offset from parked
union all select null, topic, partition, next_offset from own
"""
_CLAIM = """
with moved as (
  insert into consumer_position as own (topic, partition, next_offset)
  select * from unnest($2::text[], $3::int[], $4::bigint[]) as row(topic, partition, next_offset) order by 1, 2
  on conflict (topic, partition) do update set next_offset = greatest(own.next_offset, excluded.next_offset)
)
insert into inbox (event_id) select id from unnest($1::uuid[]) as e(id) order by id
on conflict do nothing returning event_id
"""
_CLAIM_ONE = "insert into inbox (event_id) values ($1) on conflict do nothing returning event_id"
_LOAD = """
select topic, partition, next_offset, started_from, started_to, started_by, starts from consumer_position
where (topic, partition) in (select * from unnest($1::text[], $2::int[]))
"""
_MARK = """
insert into consumer_position as own (topic, partition, next_offset, started_from, started_to, started_by, starts)
select topic, partition, first, first, until, $5, 1
from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as row(topic, partition, first, until) order by 1, 2
on conflict (topic, partition) do update
   set starts = case when own.started_from = excluded.started_from and own.started_to = excluded.started_to
                     then own.starts + (own.started_by is distinct from excluded.started_by)::int else 1 end,
       started_from = excluded.started_from, started_to = excluded.started_to, started_by = excluded.started_by
returning topic, partition, starts
"""
_UNMARK = """
update consumer_position set started_from = null, started_to = null, started_by = null, starts = 0
where (topic, partition) in (select * from unnest($1::text[], $2::int[])) and started_by = $3
"""
_PRUNE = """
delete from inbox where event_id in (select event_id from inbox where event_id < $1 order by event_id limit $2)
"""

PlaceKey = tuple[str, int]
"""A partition by the registry's topic name and its number."""


@dataclass(frozen=True)
class Position:
    """A partition's state in this database; `started_*` are unfinished if `started_to` is beyond `next_offset`."""

    next_offset: int
    started_from: int | None
    started_to: int | None
    started_by: UUID | None
    starts: int

    @property
    def unfinished_to(self) -> int | None:
        """The offset up to which records were started and not finished."""
        if self.started_to is None or self.started_to <= self.next_offset:
            return None
        return self.started_to


async def guard(
    connection: Any, keys: Sequence[bytes], places: Sequence[PlaceKey]
) -> tuple[set[bytes], dict[PlaceKey, int]]:
    """Lock the partitions' positions and the parked ones among the keys; returns both, for the open transaction."""
    rows = await connection.fetch(_GUARD, keys, [topic for topic, _ in places], [number for _, number in places])
    parked = {row[0] for row in rows if row[0] is not None}
    return parked, {(row[1], row[2]): row[3] for row in rows if row[0] is None}


async def claim(connection: Any, event_ids: Sequence[UUID], next_offsets: Mapping[PlaceKey, int]) -> set[UUID]:
    """Move the positions and enter the ids into the inbox; returns those that were not there yet."""
    rows = await connection.fetch(
        _CLAIM,
        event_ids,
        [topic for topic, _ in next_offsets],
        [number for _, number in next_offsets],
        list(next_offsets.values()),
    )
    return {row[0] for row in rows}


async def known(connection: Any, event_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids whose effects are already here."""
    rows = await connection.fetch("select event_id from inbox where event_id = any($1::uuid[])", event_ids)
    return {row[0] for row in rows}


async def claim_one(connection: Any, event_id: UUID) -> bool:
    """Enter one id; false if it was there."""
    return await connection.fetchval(_CLAIM_ONE, event_id) is not None


async def load_positions(connection: Any, places: Iterable[PlaceKey]) -> dict[PlaceKey, Position]:
    """The positions of those partitions that have one."""
    wanted = list(places)
    rows = await connection.fetch(_LOAD, [topic for topic, _ in wanted], [number for _, number in wanted])
    return {
        (row["topic"], row["partition"]): Position(
            row["next_offset"], row["started_from"], row["started_to"], row["started_by"], row["starts"]
        )
        for row in rows
    }


async def mark_started(
    connection: Any, ranges: Mapping[PlaceKey, tuple[int, int]], started_by: UUID
) -> dict[PlaceKey, int]:
    """Note that the records from first to before-last are about to be handled; returns how many processes began so."""
    rows = await connection.fetch(
        _MARK,
        [topic for topic, _ in ranges],
        [number for _, number in ranges],
        [first for first, _ in ranges.values()],
        [until for _, until in ranges.values()],
        started_by,
    )
    return {(row["topic"], row["partition"]): row["starts"] for row in rows}


async def unmark(connection: Any, places: Iterable[PlaceKey], started_by: UUID) -> None:
    """Take the marks back: this process is alive and will try again, or hands the partition over in good order."""
    wanted = list(places)
    await connection.execute(_UNMARK, [topic for topic, _ in wanted], [number for _, number in wanted], started_by)


async def prune(connection: Any, *, older_than: UUID, at_most: int = 10_000) -> int:
    """Forget up to `at_most` ids below `older_than` (ids begin with their time); returns how many.

    Safe only for events whose records can never be read again: older than the retention of their topics, or below
    every committed position by more than any rewind one would do.
    """
    done: str = await connection.execute(_PRUNE, older_than, at_most)
    return int(done.rpartition(" ")[2])
