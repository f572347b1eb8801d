"""The due work of dunning: one review a debtor, at the next instant at which something may follow."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Plan, Schedules

schedules = Schedules()

REVIEW = "review_debtor"


async def review_at(tx: Tx, instants: Iterable[tuple[UUID, datetime]], *, trigger: str = "event") -> None:
    """Review each debtor at its instant; an earlier plan for the same debtor moves there."""
    await schedules.at_many(tx, [Plan(REVIEW, str(customer), at, {"trigger": trigger}) for customer, at in instants])


async def review_now(tx: Tx, customers: Iterable[UUID], *, trigger: str = "event") -> None:
    """Review these debtors at once: a fact about them is new."""
    await review_at(tx, [(customer, tx.now) for customer in sorted(set(customers), key=str)], trigger=trigger)
