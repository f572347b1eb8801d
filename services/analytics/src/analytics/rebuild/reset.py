"""Forgetting the projections, with the inbox and the positions that say they exist; or finding a rebuild to go on with.

The owner of the tables does it, in one transaction: row-level security lets nobody else reach every tenant's rows.
What was forgotten and not yet read again is marked in `delivery_state`, so that a rebuild that was stopped goes on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.store.tables import PROJECTIONS
from chassis.db import Database
from chassis.inbox import PlaceKey

_MARK = "rebuild"
_RUNNING, _DONE = "running", "done"
_STATE = "select value from delivery_state where name = $1"
_SET = """
insert into delivery_state (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value
"""
_POSITIONS = """
insert into consumer_position (topic, partition, next_offset)
select topic, partition, 0 from unnest($1::text[], $2::int[]) as place(topic, partition)
"""
_REACHED = "select topic, partition, next_offset from consumer_position"
_TRUNCATE = f"truncate {', '.join(PROJECTIONS)}, tenant_seen, inbox, consumer_position, parked_event, parked_key"


async def unfinished(database: Database) -> bool:
    """Whether a rebuild was begun and did not end."""
    async with database.unit_of_work(tenant_id=None, commit=False) as tx:
        return bool(await (await tx.connection()).fetchval(_STATE, _MARK) == _RUNNING)


async def forget(owner: Database, places: Iterable[PlaceKey]) -> None:
    """Empty every projection and stand at the first record of every partition, in one transaction."""
    wanted = list(places)
    async with owner.unit_of_work(tenant_id=None, name="rebuild") as tx:
        connection = await tx.connection()
        await connection.execute(_TRUNCATE)
        await connection.execute(_POSITIONS, [topic for topic, _ in wanted], [number for _, number in wanted])
        await connection.execute(_SET, _MARK, _RUNNING)


async def finished(database: Database) -> None:
    """Note that the projections are whole again."""
    async with database.unit_of_work(tenant_id=None, name="rebuild") as tx:
        await (await tx.connection()).execute(_SET, _MARK, _DONE)


async def reached(database: Database) -> Mapping[PlaceKey, int]:
    """The next offset of every partition whose effects are here."""
    async with database.unit_of_work(tenant_id=None, commit=False) as tx:
        rows: list[Any] = await (await tx.connection()).fetch(_REACHED)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
