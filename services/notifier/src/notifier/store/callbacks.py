"""Callbacks as they came: the bytes are kept before anything is answered, and applied afterwards."""

from typing import Any
from uuid import UUID

from chassis.db import Tx

_ADD = """
insert into raw_callback (tenant_id, callback_id, provider, webhook_id, body, received_at)
values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, provider, webhook_id) do nothing returning callback_id
"""
_ONE = """
select callback_id, provider, body, received_at, applied_at from raw_callback where callback_id = $1 for update
"""
_DONE = "update raw_callback set applied_at = $2, outcome = $3, attempt_id = $4 where callback_id = $1"


async def add(tx: Tx, *, provider: str, webhook_id: str, body: bytes) -> UUID | None:
    """Keep the bytes; None if the same callback was kept before."""
    connection = await tx.connection()
    found: UUID | None = await connection.fetchval(
        _ADD, tx.tenant_id, tx.ids.new_id(), provider, webhook_id, body, tx.now
    )
    return found


async def one(tx: Tx, callback_id: UUID) -> Any:
    """A callback, locked, or None."""
    return await (await tx.connection()).fetchrow(_ONE, callback_id)


async def done(tx: Tx, callback_id: UUID, outcome: str, attempt_id: UUID | None = None) -> None:
    """It was applied, or could not be; from now on it belongs to the attempt, and goes with its debtor's data."""
    await (await tx.connection()).execute(_DONE, callback_id, tx.now, outcome, attempt_id)
