"""State and municipal holidays as data: the states' own table, and rows a tenant supplies for its debtors' cities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from brasil.calendar.frozen import FIRST_YEAR, LAST_YEAR
from brasil.calendar.national import Holiday, HolidayKind, easter
from brasil.calendar.places import UFS, check_uf, uf_of_city
from brasil.calendar.states import STATE_HOLIDAYS
from brasil.errors import BrasilError

_DAY: Final = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})(>fri)?|easter([+-]\d{1,3})", re.ASCII)
_FRIDAY: Final = 4
_TUESDAY: Final = 1
_LEAP_YEAR: Final = 2024


@dataclass(frozen=True, slots=True)
class LocalHoliday:
    """A holiday of one state (two letters) or one city (IBGE code of 7 digits).

    `rule` is a date (`2026-06-24`), a day of every year (`06-24`), the same moved to Friday if it is a Tuesday,
    Wednesday or Thursday (`09-05>fri`), or days from Easter (`easter+60`). Raises `holiday.day`, `place.uf` or
    `place.city` when made of anything else.
    """

    place: str
    rule: str
    name: str
    since: int = FIRST_YEAR
    until: int = LAST_YEAR
    source: str = "supplied by the tenant"

    def __post_init__(self) -> None:
        if len(self.place) == 2:
            object.__setattr__(self, "place", check_uf(self.place))
        else:
            uf_of_city(self.place)
        match = _DAY.fullmatch(self.rule)
        if match is None or not _exists(match):
            raise BrasilError(
                "holiday.day",
                "A holiday's day is YYYY-MM-DD, MM-DD, MM-DD>fri or easter+N.",
                field="day",
                found=self.rule,
            )

    @property
    def kind(self) -> HolidayKind:
        """State or municipal, by the kind of place."""
        return HolidayKind.STATE if self.place in UFS else HolidayKind.MUNICIPAL

    def day_in(self, year: int) -> date | None:
        """Return the day on which it falls in `year`, or None in a year without it."""
        match = _DAY.fullmatch(self.rule)
        if match is None or not self.since <= year <= self.until:
            return None
        fixed_year, month, day, to_friday, from_easter = match.groups()
        if from_easter is not None:
            return easter(year) + timedelta(days=int(from_easter))
        if fixed_year is not None and int(fixed_year) != year:
            return None
        try:
            found = date(year, int(month), int(day))
        except ValueError:  # 29 February
            return None
        if to_friday and _TUESDAY <= found.weekday() < _FRIDAY:
            return found + timedelta(days=_FRIDAY - found.weekday())
        return found


def _exists(match: re.Match[str]) -> bool:
    year, month, day, _, from_easter = match.groups()
    if from_easter is not None:
        return True
    try:
        date(int(year) if year else _LEAP_YEAR, int(month), int(day))
    except ValueError:
        return False
    return True


class HolidayTable:
    """Local holidays by place; asked by year, so that one table serves all debtors.

    Tables do not change: `with_rows` returns a new one.
    """

    __slots__ = ("_by_place", "_years")

    def __init__(self, holidays: Iterable[LocalHoliday] = ()) -> None:
        by_place: dict[str, list[LocalHoliday]] = {}
        for holiday in holidays:
            by_place.setdefault(holiday.place, []).append(holiday)
        self._by_place = {place: tuple(rows) for place, rows in by_place.items()}
        self._years: dict[tuple[str, int], dict[date, Holiday]] = {}

    def with_holidays(self, holidays: Iterable[LocalHoliday]) -> HolidayTable:
        """Return a table with these holidays added."""
        known = [row for rows in self._by_place.values() for row in rows]
        return HolidayTable([*known, *holidays])

    def with_rows(self, rows: Iterable[Mapping[str, object]]) -> HolidayTable:
        """Return a table with rows added, as read from CSV or JSON: place, day, name, and since, until, source.

        Raises a `BrasilError` that names the row, counted from 1.
        """
        return self.with_holidays(_from_row(number, row) for number, row in enumerate(rows, start=1))

    def holidays(self, place: str | None, year: int) -> Mapping[date, Holiday]:
        """Return the holidays of one state or city in one year, by date."""
        if place is None or place not in self._by_place:
            return {}
        key = (place, year)
        found = self._years.get(key)
        if found is None:
            dated = ((row.day_in(year), row) for row in self._by_place[place])
            found = {day: Holiday(day, row.name, row.kind, row.source) for day, row in dated if day is not None}
            self._years[key] = found
        return found


def _text(row: Mapping[str, object], key: str) -> str | None:
    value = row.get(key)
    return None if value is None or str(value).strip() == "" else str(value).strip()


def _from_row(number: int, row: Mapping[str, object]) -> LocalHoliday:
    place, day, name = (_text(row, key) for key in ("place", "day", "name"))
    if place is None or day is None or name is None:
        raise BrasilError("holiday.row", f"Row {number} needs place, day and name.", line=number)
    try:
        since, until = int(_text(row, "since") or FIRST_YEAR), int(_text(row, "until") or LAST_YEAR)
        return LocalHoliday(place, day, name, since, until, _text(row, "source") or "supplied by the tenant")
    except BrasilError as error:
        message = f"Row {number}: {error.message}"
        raise BrasilError(error.code, message, line=number, field=error.problem.field, found=place) from error
    except ValueError as error:
        raise BrasilError("holiday.year", f"Row {number}: since and until are years.", line=number) from error


@lru_cache(maxsize=1)
def state_table() -> HolidayTable:
    """Return the holidays of the 27 states; cities are for the caller to add."""

    def parse(line: str) -> LocalHoliday:
        uf, rule, since, until, name = line.split(" ", 4)
        return LocalHoliday(
            uf,
            rule,
            name,
            FIRST_YEAR if since == "-" else int(since),
            LAST_YEAR if until == "-" else int(until),
            f"state law of {uf} (Lei 9.093/1995, art. 1º, II)",
        )

    return HolidayTable(parse(line) for line in STATE_HOLIDAYS.splitlines())
