"""What operators set by hand: pauses, exclusions, and the closing of tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx

_DEBTOR = """
update debtor set paused = $2, paused_until = $3, excluded = $4, row_version = row_version + 1
where customer_id = $1 returning row_version
"""
_READ = "select customer_id, paused, paused_until, excluded, row_version from debtor where customer_id = $1 for update"
_CASE = """
update collection_case set paused = $2, last_reason = null, last_until = null where case_id = $1
"""
_CLOSE_TASK = """
update task set closed_at = $2, closed_by = $3, row_version = row_version + 1 where task_id = $1 and closed_at is null
returning task_id
"""


async def debtor(tx: Tx, customer_id: UUID) -> Any:
    """The debtor's switches, locked, or None."""
    return await (await tx.connection()).fetchrow(_READ, customer_id)


async def set_debtor(tx: Tx, customer_id: UUID, *, paused: bool, paused_until: datetime | None, excluded: bool) -> None:
    """Pause or exclude a debtor, or undo it."""
    await (await tx.connection()).execute(_DEBTOR, customer_id, paused, paused_until, excluded)


async def set_case(tx: Tx, case_id: UUID, *, paused: bool) -> None:
    """Pause a case, or let it go on."""
    await (await tx.connection()).execute(_CASE, case_id, paused)


async def close_task(tx: Tx, task_id: UUID, *, by: str) -> bool:
    """Close an open task; false if it is not open."""
    return await (await tx.connection()).fetchval(_CLOSE_TASK, task_id, tx.now, by) is not None
