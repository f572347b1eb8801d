"""What a cell says: dates, amounts, percentages, counts, in the forms in which people write them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_BRAZILIAN: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_AMOUNT: Final = re.compile(r"(?:R\$\s*)?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?")
_POINT_AMOUNT: Final = re.compile(r"(?:R\$\s*)?(\d{1,3}(?:,\d{3})+|\d+)\.(\d{1,2})")
_PERCENT: Final = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?\s*%?")
_NUMBER: Final = re.compile(r"[R$\s]*[\d.,]+\s*%?")
_DIGITS: Final = re.compile(r"\d+")
LARGEST_CENTS: Final = 10**15


class CellError(ValueError):
    """A cell cannot be read; `code` is stable, the remedy says what to write."""

    def __init__(self, code: str, remedy: str):
        super().__init__(code)
        self.code = code
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in a row: the column, what kind of value stands there (never the value), code and remedy."""

    column: str
    value_kind: str
    code: str
    remedy: str


def kind_of(value: str) -> str:
    """What kind of thing a value is, without saying it."""
    if not value:
        return "empty"
    if _ISO.fullmatch(value) or _BRAZILIAN.fullmatch(value):
        return "date"
    if _DIGITS.fullmatch(value):
        return f"{len(value)} digits"
    if _NUMBER.fullmatch(value):
        return "number"
    return "e-mail" if "@" in value else f"text of {len(value)} characters"


@lru_cache(maxsize=16_384)
def day(value: str) -> date:
    """2026-03-31 or 31/03/2026. Raises `CellError`."""
    match = _ISO.fullmatch(value)
    parts = match.groups() if match else None
    if parts is None and (match := _BRAZILIAN.fullmatch(value)):
        parts = match.groups()[::-1]
    if parts is None:
        raise CellError("date.form", "Write the date as 2026-03-31 or 31/03/2026.")
    try:
        return date(*map(int, parts))
    except ValueError:
        raise CellError("date.unknown", "There is no such day: check day and month.") from None


def cents(value: str) -> int:
    """1.234,56 or 1234.56 or 1234, in cents. Raises `CellError`."""
    match = _POINT_AMOUNT.fullmatch(value) or _AMOUNT.fullmatch(value)
    if match is None:
        raise CellError("amount.form", "Write the amount as 1.234,56 or 1234.56, without a sign.")
    whole, part = match.groups()
    return _positive(int(whole.replace(".", "").replace(",", "")) * 100 + int((part or "").ljust(2, "0")))


def whole_cents(value: str) -> int:
    """123456, in cents. Raises `CellError`."""
    if not _DIGITS.fullmatch(value) or len(value) > 16:
        raise CellError("amount.cents", "Write the amount in cents: digits only.")
    return _positive(int(value))


def _positive(amount: int) -> int:
    if not 0 < amount <= LARGEST_CENTS:
        raise CellError("amount.range", "The amount must be above zero and below ten trillion.")
    return amount


def percent(value: str) -> Decimal:
    """2 or 2,5 or 2.5. Raises `CellError`."""
    match = _PERCENT.fullmatch(value)
    if match is None:
        raise CellError("percent.form", "Write the percentage as 2 or 2,5.")
    return Decimal(f"{match.group(1)}.{match.group(2) or '0'}").normalize() + Decimal(0)


def count(most: int) -> Callable[[str], int]:
    """A reader of whole numbers from 0 to `most`."""

    def read(value: str) -> int:
        if not _DIGITS.fullmatch(value) or len(value) > 4 or int(value) > most:
            raise CellError("count.form", f"Write a whole number, {most} at most.")
        return int(value)

    return read


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "issued_on": day,
    "due_on": day,
    "amount": cents,
    "amount_cents": whole_cents,
    "instalments": count(120),
    "fine_percent": percent,
    "interest_percent_month": percent,
    "discount_percent": percent,
    "discount_days": count(365),
}
