"""A document's total over its instalments: amounts that add up to the cent, due dates that keep their day."""

import calendar
from datetime import date, timedelta
from typing import Literal

Every = Literal["week", "fortnight", "month", "two_months", "quarter", "half_year", "year"]

_DAYS: dict[str, int] = {"week": 7, "fortnight": 14}
_MONTHS: dict[str, int] = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}


def split_cents(total_cents: int, count: int) -> list[int]:
    """`count` amounts that differ by a cent at most and add up to the total; the first ones get the odd cents.

    Raises `ValueError` unless every instalment gets a cent.
    """
    if count < 1 or total_cents < count:
        raise ValueError("every instalment needs a cent")
    whole, odd = divmod(total_cents, count)
    return [whole + 1] * odd + [whole] * (count - odd)


def occurrence(first_on: date, every: Every, index: int) -> date:
    """The `index`-th date (from 0) of a series. Months keep the first date's day, or end on their last day: a series
    begun on the 31st falls on 28, 29 or 30 where the month is shorter, and on the 31st again afterwards.

    Raises `ValueError` for an index below 0, `OverflowError` beyond the year 9999.
    """
    if index < 0:
        raise ValueError("occurrences count from 0")
    if every in _DAYS:
        return first_on + timedelta(days=_DAYS[every] * index)
    months = first_on.month - 1 + _MONTHS[every] * index
    year, month = first_on.year + months // 12, months % 12 + 1
    if year > date.max.year:
        raise OverflowError("the series leaves the calendar")
    return date(year, month, min(first_on.day, calendar.monthrange(year, month)[1]))
