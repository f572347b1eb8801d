"""How fast and how surely money comes in: days to receive, days sales outstanding, default rate.

Ratios are exact fractions; who shows them rounds them. A figure without a denominator is None, never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class Received:
    """One payment of an invoice's principal."""

    issued_on: date
    payable_on: date
    paid_on: date
    principal_cents: int


@dataclass(frozen=True)
class DaysToReceive:
    """Averages weighted by the money: from issue to payment, and from the payable date (early is negative)."""

    from_issue: Fraction
    from_due: Fraction
    received_cents: int


def days_to_receive(received: Iterable[Received]) -> DaysToReceive | None:
    """The average days to receive; None where nothing was received."""
    total_cents = from_issue = from_due = 0
    for item in received:
        total_cents += item.principal_cents
        from_issue += item.principal_cents * (item.paid_on - item.issued_on).days
        from_due += item.principal_cents * (item.paid_on - item.payable_on).days
    if not total_cents:
        return None
    return DaysToReceive(Fraction(from_issue, total_cents), Fraction(from_due, total_cents), total_cents)


def simple_dso(*, open_cents: int, issued_cents: int, period_days: int) -> Fraction | None:
    """Days sales outstanding: what is open at the end of a period over what was issued in it, times its days."""
    return Fraction(open_cents * period_days, issued_cents) if issued_cents else None


def best_possible_dso(*, not_due_cents: int, issued_cents: int, period_days: int) -> Fraction | None:
    """The days sales outstanding if nobody paid late: only what is not due yet counts as open."""
    return simple_dso(open_cents=not_due_cents, issued_cents=issued_cents, period_days=period_days)


def count_back_dso(*, open_cents: int, issued_by_day: Sequence[int]) -> Fraction | None:
    """Days sales outstanding by counting back: how many of the last days' issues make up what is open.

    `issued_by_day` is the last day first. None where all the days given do not reach what is open.
    """
    left = open_cents
    for days, issued in enumerate(issued_by_day):
        if issued >= left:
            return Fraction(days) + (Fraction(left, issued) if left else 0)
        left -= issued
    return None


@dataclass(frozen=True)
class Matured:
    """An invoice, or all payable on one date, whose day has passed: what it was for, and what of it is still open."""

    payable_on: date
    amount_cents: int
    open_cents: int


def default_rate(matured: Iterable[Matured], *, on: date, after_days: int) -> Fraction | None:
    """The part of the money payable at least `after_days` days ago that is still open; None where none was."""
    limit = on - timedelta(days=after_days)
    amount_cents = open_cents = 0
    for item in matured:
        if item.payable_on <= limit:
            amount_cents += item.amount_cents
            open_cents += item.open_cents
    return Fraction(open_cents, amount_cents) if amount_cents else None
