"""Days that can be counted with: written as dates are, within the years of the bank calendar."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from brasil.calendar.frozen import FIRST_YEAR, LAST_YEAR

# Debts are counted on from the last day that may be given.
FIRST_DAY: Final = date(FIRST_YEAR, 1, 1)
LAST_DAY: Final = date(LAST_YEAR - 1, 12, 31)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written(value: object) -> object:
    """A number is no date, whatever instant it may count."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise PydanticCustomError("date_form", "write the date as 2026-03-31")


Day = Annotated[date, BeforeValidator(_written), Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that the bank calendar covers."""


def countable(day: date | None) -> bool:
    """Whether a day that an outside source names is one that can be counted with; no day is none."""
    return day is None or FIRST_DAY <= day <= LAST_DAY
