"""Opens and clicks as they are counted: each signal and verdict of an attempt once in events, always in the count."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx

_NOTE = """
insert into engagement as own (tenant_id, attempt_id, signal, verdict, first_at) values ($1, $2, $3, $4, $5)
on conflict (tenant_id, attempt_id, signal, verdict) do update set seen = own.seen + 1 returning seen
"""


async def note(tx: Tx, attempt_id: UUID, *, signal: str, verdict: str) -> int:
    """Count one more; returns how many there are now."""
    connection = await tx.connection()
    seen: int = await connection.fetchval(_NOTE, tx.tenant_id, attempt_id, signal, verdict, tx.now)
    return seen


_PERSON = """
select distinct attempt_id from engagement where attempt_id = any($1::uuid[]) and verdict in ('human', 'unsure')
"""


async def seen_by_person(tx: Tx, attempt_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these attempts somebody seems to have looked at."""
    rows = await (await tx.connection()).fetch(_PERSON, list(attempt_ids))
    return {row["attempt_id"] for row in rows}
