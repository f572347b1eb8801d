"""Cash to be expected by day: promises count on their day, every other open cent by how payers have paid so far.

The history is the share of principal received by days from the payable date. An invoice that is already late is
spread over the days that are still to come, as the history of those who had not paid by then shows. Cents are whole:
the days of one invoice add up to what of it is expected within the horizon, rounded down once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

SETTLED_AFTER_DAYS = 30
"""The history is of invoices payable longer ago than this: what of them is not paid by then counts as lost."""

HISTORY_DAYS = 365
"""How far back, before that, the history goes by payable date."""

KEPT_DAYS = 90
"""How many days ahead each day's forecast is kept, to be graded."""


@dataclass(frozen=True)
class History:
    """Principal received by days from the payable date (negative: early), and what never came, in cents."""

    received_cents: Mapping[int, int]
    lost_cents: int = 0


@dataclass(frozen=True)
class OpenInvoice:
    """What is open of one invoice, or of all that are payable on one date; a promise names its own day."""

    payable_on: date
    open_cents: int
    promised_on: date | None = None


@dataclass(frozen=True)
class ExpectedDay:
    """Money expected on a day: promised, and by history."""

    on: date
    promised_cents: int
    by_history_cents: int


def forecast(
    *, invoices: Iterable[OpenInvoice], history: History, start: date, days: int, kept_share: Fraction = Fraction(1)
) -> tuple[ExpectedDay, ...]:
    """The expected money of each of the `days` from `start` on. `kept_share` is how much of promised money came."""
    promised = dict.fromkeys(range(days), 0)
    by_history = dict.fromkeys(range(days), 0)
    for invoice in invoices:
        if invoice.promised_on is not None and invoice.promised_on >= start:
            ahead = (invoice.promised_on - start).days
            if ahead < days:
                promised[ahead] += int(invoice.open_cents * kept_share)
            continue
        for ahead, cents in _spread(invoice, history, start, days):
            by_history[ahead] += cents
    return tuple(
        ExpectedDay(start + timedelta(days=ahead), promised[ahead], by_history[ahead]) for ahead in range(days)
    )


def kept_share(*, promised_cents: int, kept_cents: int) -> Fraction:
    """How much of the money promised so far came; all of it while nothing is known."""
    return Fraction(kept_cents, promised_cents) if promised_cents else Fraction(1)


def _spread(invoice: OpenInvoice, history: History, start: date, days: int) -> Sequence[tuple[int, int]]:
    today = (start - invoice.payable_on).days
    still = {delay: cents for delay, cents in history.received_cents.items() if delay >= today and cents > 0}
    whole = sum(still.values()) + history.lost_cents
    if not whole:
        ahead = -today
        return [(ahead, invoice.open_cents)] if 0 <= ahead < days else []
    spread, given, passed = [], 0, 0
    for delay in sorted(still):
        ahead = delay - today
        if ahead >= days:
            break
        passed += still[delay]
        reached = invoice.open_cents * passed // whole
        if reached > given:
            spread.append((ahead, reached - given))
            given = reached
    return spread
