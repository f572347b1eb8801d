"""Days on which Brazilian banks work: national holidays, Carnival and Corpus Christi close them (FEBRABAN, Res. CMN
4.880/2020). Written from the laws, not taken from anywhere: Leis 662/1949, 6.802/1980, 9.093/1995, 14.759/2023."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_FIXED: Final = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_FROM_EASTER: Final = (-48, -47, -2, 60)
_BLACK_CONSCIOUSNESS_SINCE: Final = 2024


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher)."""
    golden, century, in_century = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The days of a year, weekends apart, on which banks are closed."""
    sunday = easter(year)
    days = {date(year, month, day) for month, day in _FIXED} | {sunday + timedelta(days) for days in _FROM_EASTER}
    if year >= _BLACK_CONSCIOUSNESS_SINCE:
        days.add(date(year, 11, 20))
    return frozenset(days)


def is_bank_day(day: date) -> bool:
    """Whether banks work on this day everywhere in the country; states' and cities' holidays are not known here."""
    return day.weekday() < 5 and day not in holidays(day.year)


def this_or_next(day: date) -> date:
    """The day itself if banks work, else the next one on which they do."""
    while not is_bank_day(day):
        day += timedelta(1)
    return day


def next_bank_day(day: date) -> date:
    """The first bank day after this day."""
    return this_or_next(day + timedelta(1))


def bank_days_between(first: date, last: date) -> int:
    """How many bank days lie after `first`, up to and including `last`."""
    return sum(is_bank_day(first + timedelta(number)) for number in range(1, (last - first).days + 1))
