"""National holidays on which Brazilian banks are closed, 2001 to 2078.

Banks keep the national holidays, Carnival Monday and Tuesday, and Corpus Christi (Resolução CMN 4.880/2020, before it
2.932/2002; the list FEBRABAN and ANBIMA publish). Ash Wednesday, 24 and 31 December are working days for clearing.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from brasil.calendar.frozen import FIRST_YEAR, LAST_YEAR, MONTH_DAYS
from brasil.errors import BrasilError

if TYPE_CHECKING:
    from collections.abc import Mapping


class HolidayKind(StrEnum):
    """Who made the day a holiday. `BANK` days are no holidays by law, but banks are closed."""

    NATIONAL = "national"
    BANK = "bank"
    STATE = "state"
    MUNICIPAL = "municipal"


class Holiday(NamedTuple):
    """One holiday: its name in Portuguese and the rule that made it one."""

    day: date
    name: str
    kind: HolidayKind
    source: str


_LAW_662: Final = "Lei 662/1949, art. 1º"
_CMN_4880: Final = "Resolução CMN 4.880/2020"
_FIXED: Final[dict[str, tuple[str, str]]] = {
    "0101": ("Confraternização Universal", _LAW_662),
    "0421": ("Tiradentes", _LAW_662),
    "0501": ("Dia do Trabalhador", _LAW_662),
    "0907": ("Independência do Brasil", _LAW_662),
    "1012": ("Nossa Senhora Aparecida", "Lei 6.802/1980, art. 1º"),
    "1102": ("Finados", "Lei 662/1949, art. 1º (Lei 10.607/2002)"),
    "1115": ("Proclamação da República", _LAW_662),
    "1120": ("Dia Nacional de Zumbi e da Consciência Negra", "Lei 14.759/2023, art. 1º"),
    "1225": ("Natal", _LAW_662),
}
_CARNIVAL: Final = ("Carnaval", HolidayKind.BANK)
_GOOD_FRIDAY: Final = ("Sexta-feira Santa", HolidayKind.NATIONAL)
_CORPUS_CHRISTI: Final = ("Corpus Christi", HolidayKind.BANK)
_MOVABLE_BY_MONTH: Final = {
    "02": (_CARNIVAL, _CARNIVAL),
    "03": (_CARNIVAL, _GOOD_FRIDAY),
    "04": (_GOOD_FRIDAY, _GOOD_FRIDAY),
    "05": (_CORPUS_CHRISTI, _CORPUS_CHRISTI),
    "06": (_CORPUS_CHRISTI, _CORPUS_CHRISTI),
}
# Carnival ends at the latest on 9 March, Good Friday is at the earliest on 20 March.
_LAST_CARNIVAL: Final = "0309"
_FROM_CARNIVAL_TUESDAY_TO_EASTER: Final = timedelta(days=47)


@lru_cache(maxsize=1)
def _lines() -> dict[int, tuple[str, ...]]:
    table = (line.split() for line in MONTH_DAYS.splitlines())
    return {int(year): tuple(days) for year, *days in table}


def check_year(year: int) -> None:
    """Raise `calendar.year` unless the calendar covers `year`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BrasilError(
            "calendar.year",
            f"The calendar covers {FIRST_YEAR} to {LAST_YEAR}; use a date within these years.",
            found=year,
            expected=f"{FIRST_YEAR}-{LAST_YEAR}",
        )


def _holiday(year: int, month_day: str) -> Holiday:
    day = date(year, int(month_day[:2]), int(month_day[2:]))
    if month_day in _FIXED:
        name, source = _FIXED[month_day]
        return Holiday(day, name, HolidayKind.NATIONAL, source)
    early, late = _MOVABLE_BY_MONTH[month_day[:2]]
    name, kind = early if month_day <= _LAST_CARNIVAL else late
    return Holiday(day, name, kind, _CMN_4880)


@lru_cache(maxsize=128)
def national_holidays(year: int) -> Mapping[date, Holiday]:
    """Return the days of `year` on which all banks are closed, weekends included, by date.

    Raises `calendar.year` outside 2001 to 2078.
    """
    check_year(year)
    holidays = (_holiday(year, month_day) for month_day in _lines()[year])
    return MappingProxyType({holiday.day: holiday for holiday in holidays})


@lru_cache(maxsize=128)
def easter(year: int) -> date:
    """Return Easter Sunday, 47 days after Carnival Tuesday; raises `calendar.year` outside 2001 to 2078."""
    carnival = max(day for day, holiday in national_holidays(year).items() if holiday.name == "Carnaval")
    return carnival + _FROM_CARNIVAL_TUESDAY_TO_EASTER
