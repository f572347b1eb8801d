"""The days of an invoice: its due day and the first day after it, each told once, if they still come."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Plan, Work
from contracts.invoices import OPEN_STATES
from invoicing.domain.places import morning, today
from invoicing.domain.transitions import due, overdue
from invoicing.due_work import OVERDUE, schedules
from invoicing.store import invoices


async def tell_due(tx: Tx, works: Sequence[Work]) -> None:
    """The morning of a due day came. An invoice that was closed or moved meanwhile is passed over; of one whose day is
    over already (we were away, or it was imported late) only the overdue day is told."""
    held = await invoices.load_many(tx, [UUID(work.subject) for work in works], lock=True)
    told: list[UUID] = []
    following: list[Plan] = []
    for work in works:
        one, day = held.get(UUID(work.subject)), date.fromisoformat(work.occurrence)
        if one is None or one.invoice.payable_on != day or one.invoice.state not in OPEN_STATES:
            continue
        fact = due(one.invoice, local_date=today(tx.now, one.time_zone)) if one.due_told_on != day else None
        if fact is not None:
            tx.publish(fact)
            told.append(one.invoice.invoice_id)
        at = morning(day + timedelta(days=1), one.time_zone)
        following.append(Plan(OVERDUE, work.subject, at, occurrence=work.occurrence))
    await invoices.mark_told(tx, told, overdue=False)
    await schedules.at_many(tx, following)


async def tell_overdue(tx: Tx, works: Sequence[Work]) -> None:
    """The first morning after a due day came."""
    held = await invoices.load_many(tx, [UUID(work.subject) for work in works], lock=True)
    told: list[UUID] = []
    for work in works:
        one, day = held.get(UUID(work.subject)), date.fromisoformat(work.occurrence)
        if one is None or one.invoice.payable_on != day or one.overdue_told_on == day:
            continue
        fact = overdue(one.invoice, local_date=today(tx.now, one.time_zone))
        if fact is not None:
            tx.publish(fact)
            told.append(one.invoice.invoice_id)
    await invoices.mark_told(tx, told, overdue=True)
