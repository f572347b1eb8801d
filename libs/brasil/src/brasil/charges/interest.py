"""Interest for delay (juros de mora): simple, by day, on the principal alone.

A period is split into spans of one rate. A span's amount is exact; adding spans adds amounts, so that interest over
a period does not depend on where it is cut. Interest is never a base: there is no way to pass it as one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from brasil.charges.rounding import Mode, Rounding, to_cents
from brasil.charges.terms import DIVISORS, DailyAmount, Days, Interest, InterestRate, LegalRate, RateBasis
from brasil.errors import BrasilError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brasil.calendar.bank import BankCalendar

_COMMERCIAL_MONTH: Final = 30


class Span(NamedTuple):
    """Days after `start` up to and including `end`, at one rate.

    `daily` is the share of the principal (or, for a daily amount, the cents) that one day costs.
    """

    start: date
    end: date
    days: int
    daily: Fraction
    rate: str


def days_between(start: date, end: date, days: Days, calendar: BankCalendar) -> int:
    """Return how many days of the given kind lie after `start` up to and including `end`."""
    if days is Days.BUSINESS:
        return calendar.count(start, end)
    if days is Days.COMMERCIAL:
        return _commercial(end) - _commercial(start)
    return (end - start).days


def _commercial(day: date) -> int:
    return (day.year * 12 + day.month) * _COMMERCIAL_MONTH + min(day.day, _COMMERCIAL_MONTH)


def spans(interest: Interest, start: date, end: date, calendar: BankCalendar) -> Iterator[Span]:
    """Yield the spans of the days after `start` up to and including `end`; none if there are no such days."""
    if end <= start:
        return
    if isinstance(interest, DailyAmount):
        days = days_between(start, end, interest.days, calendar)
        yield Span(start, end, days, Fraction(interest.amount_cents), f"{interest.amount_cents} cents/day")
    elif isinstance(interest, InterestRate):
        yield from _contract_spans(interest, start, end, calendar)
    else:
        yield from _legal_spans(interest, start, end)


def _contract_spans(interest: InterestRate, start: date, end: date, calendar: BankCalendar) -> Iterator[Span]:
    share = Fraction(interest.percent) / 100
    rate = f"{interest.percent}%/{interest.basis}"
    divisor = DIVISORS[interest.basis]
    if divisor is not None:
        yield Span(start, end, days_between(start, end, interest.days, calendar), share / divisor, rate)
        return
    for first, last, month in _months(start, end):
        days = days_between(first, last, interest.days, calendar)
        yield Span(first, last, days, share / days_between(*_whole(month), interest.days, calendar), rate)


def _legal_spans(interest: LegalRate, start: date, end: date) -> Iterator[Span]:
    rates = dict(interest.months)
    for first, last, month in _months(start, end):
        percent = rates.get(month)
        if percent is None:
            raise BrasilError(
                "charges.legal_rate_missing",
                f"The taxa legal of {month:%m/%Y} is not given; pass the published rate (BCB SGS series 29543).",
                field="months",
                expected=f"{month:%Y-%m}",
            )
        before, month_end = _whole(month)
        divisor = (month_end - before).days if interest.basis is RateBasis.MONTH_ACTUAL else _COMMERCIAL_MONTH
        share = Fraction(max(percent, Decimal(0))) / 100
        yield Span(first, last, (last - first).days, share / divisor, f"{percent}%/{interest.basis} {month:%Y-%m}")


def _months(start: date, end: date) -> Iterator[tuple[date, date, date]]:
    """Cut the days after `start` up to `end` at the ends of months: (start, end, first day of the month)."""
    while start < end:
        month = (start + timedelta(days=1)).replace(day=1)
        last = min(end, _whole(month)[1])
        yield start, last, month
        start = last


def _whole(month: date) -> tuple[date, date]:
    """Return the day before a month's first and the month's last day."""
    following = (month + timedelta(days=32)).replace(day=1)
    return month - timedelta(days=1), following - timedelta(days=1)


def span_amount(
    span: Span, interest: Interest, *, base_cents: int, full_base_cents: int, rounding: Rounding
) -> Fraction:
    """Return the exact interest in cents of one span on `base_cents` of principal.

    `full_base_cents` is the principal before partial payments, which a daily amount was fixed for. With a daily
    rounding the amount of one day is rounded first, and the result is whole cents.
    """
    if isinstance(interest, DailyAmount):
        daily = span.daily if base_cents == full_base_cents else span.daily * base_cents / full_base_cents
        # A daily amount is money fixed at registration: its reduced part is rounded down to money again.
        return Fraction(span.days * to_cents(daily, Mode.DOWN))
    daily = span.daily * base_cents
    return Fraction(span.days * to_cents(daily, rounding.mode)) if rounding.daily else span.days * daily


def interest_exact(
    interest: Interest | None,
    *,
    base_cents: int,
    start: date,
    end: date,
    calendar: BankCalendar,
    rounding: Rounding = Rounding.DAILY_DOWN,
) -> Fraction:
    """Return the interest of the days after `start` up to and including `end`, in cents, not yet rounded to cents."""
    if interest is None or base_cents <= 0:
        return Fraction(0)
    return sum(
        (
            span_amount(span, interest, base_cents=base_cents, full_base_cents=base_cents, rounding=rounding)
            for span in spans(interest, start, end, calendar)
        ),
        Fraction(0),
    )


def interest_cents(
    interest: Interest | None,
    *,
    base_cents: int,
    start: date,
    end: date,
    calendar: BankCalendar,
    rounding: Rounding = Rounding.DAILY_DOWN,
) -> int:
    """Return the interest of the days after `start` up to and including `end`, in whole cents."""
    exact = interest_exact(interest, base_cents=base_cents, start=start, end=end, calendar=calendar, rounding=rounding)
    return to_cents(exact, rounding.mode)
