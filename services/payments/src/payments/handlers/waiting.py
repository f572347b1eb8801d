"""Receipts that waited for something to become known."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from payments.handlers import posting


async def match_receipts(tx: Tx, works: Sequence[Work]) -> None:
    """Climb the ladder again, for all of them at once."""
    await posting.match_again(tx, [UUID(work.subject) for work in works])
