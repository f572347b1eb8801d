"""The due work of payments; what does each kind is named in `payments.consumers`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Plan, Schedules, Work
from payments.store import locks

schedules = Schedules()

CONFIRM_PIX: Final = "confirm_pix"
POLL_PIX: Final = "poll_pix"
MATCH_RECEIPT: Final = "match_receipt"
REFUND_PIX: Final = "refund_pix"


async def match_now(tx: Tx, receipt_ids: Iterable[UUID]) -> None:
    """Climb the ladder again for these receipts: something new is known."""
    await match_at(tx, receipt_ids, tx.now)


async def match_at(tx: Tx, receipt_ids: Iterable[UUID], due_at: datetime) -> None:
    """Climb the ladder again for these receipts at that instant."""
    chosen = sorted(set(receipt_ids), key=str)
    await schedules.at_many(tx, [Plan(MATCH_RECEIPT, str(receipt_id), due_at) for receipt_id in chosen])


async def put_off(tx: Tx, works: Sequence[Work]) -> bool:
    """Put work that asks the PSP into the next transaction if this one holds rows that others would wait for.

    Due work of several kinds and tenants is done in one transaction. What is put off keeps its place in the queue, so
    the next transaction begins with it.
    """
    if not locks.busy(tx):
        return False
    again = [Plan(work.kind, work.subject, work.due_at, work.payload, work.occurrence) for work in works]
    await schedules.at_many(tx, again)
    return True
