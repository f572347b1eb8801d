"""Opens and clicks as they are counted: each signal and verdict of an attempt once in events, always in the count."""

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
