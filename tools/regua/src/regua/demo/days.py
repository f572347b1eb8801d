"""The instants at which a virtual day is looked at: when something is due somewhere in Brazil's four time zones."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HOME_ZONE: Final = ZoneInfo("America/Sao_Paulo")
MORNING: Final = time(6, 0)
TICKS: Final = (MORNING, time(9, 5), time(11, 5), time(15, 5), time(20, 5))
"""Invoices fall due at 06:00, steps at 09:00 local, which is 11:00 here for the far west; the rest is for answers."""


def at(day: date, clock: time) -> datetime:
    """An instant by São Paulo's clock."""
    return datetime.combine(day, clock, HOME_ZONE)


def days_from(first: date, count: int) -> Iterator[date]:
    """`count` days from `first`."""
    return (first + timedelta(days=number) for number in range(count))


def local_day(instant: datetime) -> date:
    """The day in São Paulo."""
    return instant.astimezone(HOME_ZONE).date()
