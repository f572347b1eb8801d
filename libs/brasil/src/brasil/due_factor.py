"""Fator de vencimento: the four digits that stand for a boleto's due date.

It counts days from 1997-10-07, started at 1000 on 2000-07-03, reached 9999 on 2025-02-21 and began again at 1000 on
2025-02-22 (FEBRABAN; it does so every 9,000 days). One factor therefore means several dates, 9,000 days apart. A
boleto is payable only while its date lies at most 3,000 days before and 5,500 days after the day of processing, and
inside that window the reading is unique. So decoding always takes the day on which the boleto is read; nothing here
asks a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from brasil.errors import BrasilError
from brasil.text import is_digits

BASE: Final = date(1997, 10, 7)
FIRST_DAY: Final = date(2000, 7, 3)
FIRST: Final = 1000
CYCLE_DAYS: Final = 9000
DAYS_BACK: Final = 3000
DAYS_AHEAD: Final = 5500
NONE: Final = "0000"


@dataclass(frozen=True, slots=True)
class DueDate:
    """A factor read on a certain day: the date, and the cycle it was taken from (1 until 2025-02-21, then 2, 3 …)."""

    due_on: date
    cycle: int


def encode(due_on: date) -> str:
    """Return the four digits for a due date. Raises BrasilError `due_factor.too_early` before 2000-07-03."""
    days = due_on.toordinal() - BASE.toordinal()
    if days < FIRST:
        raise BrasilError(
            "due_factor.too_early",
            "The due-date factor begins on 2000-07-03.",
            found=due_on.isoformat(),
            expected=f"{FIRST_DAY.isoformat()} or later",
        )
    return str((days - FIRST) % CYCLE_DAYS + FIRST)


def decode(factor: str, on: date) -> DueDate:
    """Return the only date the factor can mean for a boleto read on day `on`.

    Raises BrasilError `due_factor.characters` if it is not four digits, `due_factor.out_of_range` below 1000 (0000
    means that there is no due date and is not decoded here), `due_factor.outside_window` if no reading lies within
    3,000 days before and 5,500 days after `on`.
    """
    if not is_digits(factor) or len(factor) != 4:
        raise BrasilError(
            "due_factor.characters", "A due-date factor is four digits.", found=factor, expected="four digits"
        )
    number = int(factor)
    if number < FIRST:
        raise BrasilError(
            "due_factor.out_of_range", "Due-date factors run from 1000 to 9999.", found=factor, expected="1000 to 9999"
        )
    today = on.toordinal()
    first_reading = BASE.toordinal() + number
    cycles_passed = max(0, -((first_reading - (today - DAYS_BACK)) // CYCLE_DAYS))
    due = first_reading + cycles_passed * CYCLE_DAYS
    if not today - DAYS_BACK <= due <= min(today + DAYS_AHEAD, date.max.toordinal()):
        raise BrasilError(
            "due_factor.outside_window",
            f"No date of factor {factor} is payable on {on.isoformat()}.",
            found=factor,
            expected=f"a date from {DAYS_BACK} days before to {DAYS_AHEAD} days after {on.isoformat()}",
        )
    return DueDate(date.fromordinal(due), cycles_passed + 1)
