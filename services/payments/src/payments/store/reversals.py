"""Money that goes back, from the wish to the fact; and allocations that were undone."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.db import Tx

_ADD = """
insert into reversal (tenant_id, reversal_id, receipt_id, kind, state, reason, external_id, return_end_to_end_id,
                      amount_cents, requested_by, requested_at, settled_at, reversed_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (tenant_id, receipt_id, external_id) do nothing returning true
"""
_COLUMNS = """
reversal_id, receipt_id, kind, state, reason, external_id, return_end_to_end_id, amount_cents, requested_by,
requested_at, settled_at, reversed_on, attempts
"""
_LOAD = f"select {_COLUMNS} from reversal where reversal_id = $1"  # noqa: S608 - constant columns
_BY_EXTERNAL = f"""
select {_COLUMNS} from reversal where receipt_id = $1 and external_id = $2
"""  # noqa: S608 - constant columns
_TOLD_BEFORE = "select exists (select from reversal where external_id = $1)"
_END = """
update reversal set state = $2, settled_at = $3, reversed_on = $4,
  return_end_to_end_id = coalesce($5, return_end_to_end_id)
where reversal_id = $1
"""
_TRIED = "update reversal set attempts = attempts + 1 where reversal_id = $1"
_LIST = f"""
select {_COLUMNS} from reversal
where ($1::uuid is null or receipt_id = $1) and ($2::text is null or kind = $2) and ($3::text is null or state = $3)
  and ($4::timestamptz is null or (requested_at, reversal_id) > ($4, $5::uuid))
order by requested_at, reversal_id limit $6
"""  # noqa: S608 - constant columns


async def add(
    tx: Tx,
    *,
    reversal_id: UUID,
    receipt_id: UUID,
    kind: str,
    state: str,
    reason: str,
    amount_cents: int,
    by: str,
    external_id: str | None = None,
    return_end_to_end_id: str | None = None,
    reversed_on: date | None = None,
) -> bool:
    """Write it; false if the outside's id of it is known for this receipt."""
    connection = await tx.connection()
    return (
        await connection.fetchval(
            _ADD,
            tx.tenant_id,
            reversal_id,
            receipt_id,
            kind,
            state,
            reason,
            external_id,
            return_end_to_end_id,
            amount_cents,
            by,
            tx.now,
            tx.now if state == "settled" else None,
            reversed_on,
        )
        is not None
    )


async def load(tx: Tx, reversal_id: UUID) -> Any:
    """One reversal, or None. Only who holds its receipt locked may change it."""
    return await (await tx.connection()).fetchrow(_LOAD, reversal_id)


async def by_external_id(tx: Tx, receipt_id: UUID, external_id: str) -> Any:
    """The receipt's reversal with this id of the outside's, or None."""
    return await (await tx.connection()).fetchrow(_BY_EXTERNAL, receipt_id, external_id)


async def told_before(tx: Tx, external_id: str) -> bool:
    """Whether the outside's word with this id was followed before, for whichever receipt."""
    return bool(await (await tx.connection()).fetchval(_TOLD_BEFORE, external_id))


async def end(
    tx: Tx, reversal_id: UUID, *, state: str, reversed_on: date | None, return_end_to_end_id: str | None = None
) -> None:
    """It is settled, or failed."""
    await (await tx.connection()).execute(_END, reversal_id, state, tx.now, reversed_on, return_end_to_end_id)


async def tried(tx: Tx, reversal_id: UUID) -> None:
    """Another attempt was made."""
    await (await tx.connection()).execute(_TRIED, reversal_id)


async def listed(
    tx: Tx, *, receipt_id: UUID | None, kind: str | None, state: str | None, after: Sequence[Any] | None, limit: int
) -> list[Any]:
    """Reversals, the oldest first."""
    requested_at, reversal_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_LIST, receipt_id, kind, state, requested_at, reversal_id, limit))
