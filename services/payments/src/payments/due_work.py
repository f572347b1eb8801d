"""The due work of payments; what does each kind is named in `payments.consumers`."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Plan, Schedules

schedules = Schedules()

CONFIRM_PIX: Final = "confirm_pix"
POLL_PIX: Final = "poll_pix"
MATCH_RECEIPT: Final = "match_receipt"
REFUND_PIX: Final = "refund_pix"


async def match_now(tx: Tx, receipt_ids: Iterable[UUID]) -> None:
    """Climb the ladder again for these receipts: something new is known."""
    chosen = sorted(set(receipt_ids), key=str)
    await schedules.at_many(tx, [Plan(MATCH_RECEIPT, str(receipt_id), tx.now) for receipt_id in chosen])
