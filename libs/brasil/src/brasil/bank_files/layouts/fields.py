"""What a field of a fixed-width record is: positions as the manuals print them, and how its characters are read."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from brasil.errors import BrasilError


class FieldType(Enum):
    """How the characters of a field are read."""

    TEXT = "text"
    CENTS = "amount with two decimals"
    COUNT = "whole number"
    DMY = "date DDMMAA"
    DMY4 = "date DDMMAAAA"
    YMD = "date AAAAMMDD"


class Field(NamedTuple):
    """`first` and `last` are positions counted from 1, both included."""

    first: int
    last: int
    type: FieldType

    def cut(self, line: str) -> str:
        """The characters of the field in a line."""
        return line[self.first - 1 : self.last]


def text(first: int, last: int) -> Field:
    """Characters, blank-trimmed; all blanks read as unknown."""
    return Field(first, last, FieldType.TEXT)


def cents(first: int, last: int) -> Field:
    """Digits with two implied decimals."""
    return Field(first, last, FieldType.CENTS)


def count(first: int, last: int) -> Field:
    """Digits of a whole number."""
    return Field(first, last, FieldType.COUNT)


def dmy(first: int, last: int | None = None) -> Field:
    """A date of six digits DDMMAA, or eight DDMMAAAA when `last` says so."""
    last = last or first + 5
    return Field(first, last, FieldType.DMY if last - first == 5 else FieldType.DMY4)


def ymd(first: int) -> Field:
    """A date of eight digits AAAAMMDD."""
    return Field(first, first + 7, FieldType.YMD)


class FieldError(BrasilError):
    """The characters of a field cannot be what the manual says they are."""


Record = Mapping[str, Field]

# A two-digit year below this is of the 2000s: no bank file is older than 1970.
_CENTURY_PIVOT: Final = 70
_CACHE_LIMIT: Final = 20_000


class Dates(dict[str, date | None]):
    """Dates by their characters, computed once each. Zeros and blanks read as no date.

    Raises FieldError on anything else that is no date of the calendar.
    """

    def __init__(self, year: slice, month: slice, day: slice) -> None:
        super().__init__()
        self._year, self._month, self._day = year, month, day

    def __missing__(self, characters: str) -> date | None:
        value = self._read(characters)
        if len(self) < _CACHE_LIMIT:
            self[characters] = value
        return value

    def _read(self, characters: str) -> date | None:
        if not characters.strip() or not characters.strip("0"):
            return None
        digits = characters[self._year]
        if characters.isascii() and characters.isdecimal():
            year = int(digits)
            if len(digits) == 2:
                year += 2000 if year < _CENTURY_PIVOT else 1900
            try:
                return date(year, int(characters[self._month]), int(characters[self._day]))
            except ValueError:
                pass
        raise FieldError("field.date", "no date of the calendar")


DATES: Final = MappingProxyType(
    {
        FieldType.DMY: Dates(slice(4, 6), slice(2, 4), slice(0, 2)),
        FieldType.DMY4: Dates(slice(4, 8), slice(2, 4), slice(0, 2)),
        FieldType.YMD: Dates(slice(0, 4), slice(4, 6), slice(6, 8)),
    }
)


def read_number(characters: str) -> int | None:
    """Digits as a whole number; blanks read as unknown. Raises FieldError on anything else."""
    if characters.isascii() and characters.isdecimal():
        return int(characters)
    if not characters.strip():
        return None
    raise FieldError("field.number", "not digits")


def read_field(field: Field, line: str, *, required: bool = False) -> str | int | date | None:
    """Read one field of a line by its type; blanks read as None, or are an error if the field is required.

    Raises FieldError, carrying the characters, if the field cannot be read.
    """
    characters = field.cut(line)
    if required and not characters.strip():
        raise FieldError("field.blank", "blank", found=characters, expected=field.type.value)
    try:
        if field.type is FieldType.TEXT:
            return characters.strip() or None
        if field.type in (FieldType.CENTS, FieldType.COUNT):
            return read_number(characters)
        return DATES[field.type][characters]
    except FieldError as error:
        raise FieldError(error.code, error.message, found=characters, expected=field.type.value) from None
