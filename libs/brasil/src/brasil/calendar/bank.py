"""The calendar of working days: national bank holidays, with those of a state and a city where they count."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from brasil.calendar.national import Holiday, HolidayKind, check_year, national_holidays
from brasil.calendar.places import place_of

if TYPE_CHECKING:
    from brasil.calendar.local import HolidayTable

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class YearEnd(StrEnum):
    """Whether 24 and 31 December count. Clearing works on both; on 31 December branches stay closed to the public."""

    OPEN = "open"
    CLOSED_31 = "closed-31"
    CLOSED_24_AND_31 = "closed-24-31"


_YEAR_END_DAYS: Final = {YearEnd.OPEN: (), YearEnd.CLOSED_31: (31,), YearEnd.CLOSED_24_AND_31: (24, 31)}


class BankCalendar:
    """Working days of banks; with a state or a city, also without their holidays.

    A municipal or state holiday moves a due date for the payer who lives there (Lei 7.089/1983; Pix cobv), but the
    clearing of money follows the national calendar: `BankCalendar()`.
    Raises `calendar.year` for dates outside 2001 to 2078. Answers are cached by year; an object is safe to share.
    """

    __slots__ = ("_closed", "_table", "city", "uf", "year_end")

    def __init__(
        self,
        *,
        uf: str | None = None,
        city: str | None = None,
        table: HolidayTable | None = None,
        year_end: YearEnd = YearEnd.OPEN,
    ) -> None:
        self.uf, self.city = place_of(uf, city)
        self.year_end = year_end
        if table is None and self.uf is not None:
            from brasil.calendar.local import state_table

            table = state_table()
        self._table = table
        self._closed: dict[int, dict[date, Holiday]] = {}

    def _year(self, year: int) -> dict[date, Holiday]:
        closed = self._closed.get(year)
        if closed is None:
            closed = {}
            if self._table is not None:
                closed.update(self._table.holidays(self.city, year))
                closed.update(self._table.holidays(self.uf, year))
            for day in _YEAR_END_DAYS[self.year_end]:
                closed[date(year, 12, day)] = Holiday(
                    date(year, 12, day), "Bancos sem expediente ao público", HolidayKind.BANK, "year-end policy"
                )
            closed.update(national_holidays(year))
            self._closed[year] = closed
        return closed

    def holiday(self, day: date) -> Holiday | None:
        """Return the holiday that falls on `day`, national before state before city, or None."""
        return self._year(day.year).get(day)

    def is_bank_day(self, day: date) -> bool:
        """Return whether `day` is a working day: no Saturday, no Sunday, no holiday of this calendar."""
        closed = self._closed.get(day.year)
        if closed is None:
            closed = self._year(day.year)
        return day.weekday() < _SATURDAY and day not in closed

    def same_or_next(self, day: date) -> date:
        """Return `day` if it is a working day, else the first one after it."""
        while not self.is_bank_day(day):
            day += _DAY
        return day

    def same_or_previous(self, day: date) -> date:
        """Return `day` if it is a working day, else the last one before it."""
        while not self.is_bank_day(day):
            day -= _DAY
        return day

    def next(self, day: date) -> date:
        """Return the first working day after `day`."""
        return self.same_or_next(day + _DAY)

    def previous(self, day: date) -> date:
        """Return the last working day before `day`."""
        return self.same_or_previous(day - _DAY)

    def add(self, day: date, count: int) -> date:
        """Return the working day `count` working days after `day` (before it if negative).

        From a day that is no working day the first step reaches the nearest one in that direction; 0 returns
        `same_or_next`.
        """
        if count == 0:
            return self.same_or_next(day)
        step = self.next if count > 0 else self.previous
        for _ in range(abs(count)):
            day = step(day)
        return day

    def count(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to and including `end`; negative if `end` is before.

        Additive: `count(a, c) == count(a, b) + count(b, c)`. Weeks are counted, not walked through.
        """
        if end < start:
            return -self.count(end, start)
        check_year(start.year)
        check_year(end.year)
        weeks, rest = divmod((end - start).days, 7)
        tail = sum((start.weekday() + 1 + offset) % 7 < _SATURDAY for offset in range(rest))
        closed = sum(
            day.weekday() < _SATURDAY and start < day <= end
            for year in range(start.year, end.year + 1)
            for day in self._year(year)
        )
        return weeks * _SATURDAY + tail - closed


NATIONAL: Final = BankCalendar()
