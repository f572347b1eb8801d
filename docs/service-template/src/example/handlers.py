"""The use cases of example, one function each: load, decide, save, publish."""

from collections.abc import Sequence
from uuid import UUID

from contracts.example import EntryRecorded

from chassis.db import Tx
from example import store
from example.domain.entry import check_amount


async def record(tx: Tx, *, customer_id: UUID, amount_cents: int, note: str) -> store.EntryRow:
    """Record an entry and publish `entry.recorded`; raises `InvalidError`."""
    check_amount(amount_cents)
    row = store.EntryRow(
        id=tx.ids.new_id(),
        tenant_id=tx.tenant_id,
        customer_id=customer_id,
        amount_cents=amount_cents,
        note=note,
        recorded_at=tx.now,
    )
    tx.session.add(row)
    tx.publish(EntryRecorded(entry_id=row.id, customer_id=customer_id, amount_cents=amount_cents))
    return row


async def apply(tx: Tx, events: Sequence[EntryRecorded]) -> None:
    """Add recorded entries to the totals."""
    await store.add_amounts(tx, [(event.customer_id, event.amount_cents) for event in events])
