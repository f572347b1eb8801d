"""The shapes of API Pix 2.9 that the PSP checks: ids, amounts, days, people. Strict: what is wrong is refused."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

TXID: Final = re.compile(r"[a-zA-Z0-9]{26,35}")
AMOUNT: Final = re.compile(r"\d{1,10}\.\d{2}")
RETURN_ID: Final = re.compile(r"[a-zA-Z0-9]{1,35}")
FIRST_YEAR, LAST_YEAR = 2000, 2100
LARGEST_CENTS: Final = 10**12 - 1
_CPF: Final = re.compile(r"\d{11}")
_CNPJ: Final = re.compile(r"[0-9A-Z]{12}\d{2}")


class Violation(ValueError):  # noqa: N818 - API Pix calls it so
    """What is wrong with a request, and where in it."""

    def __init__(self, place: str, reason: str):
        super().__init__(reason)
        self.place = place
        self.reason = reason


def cents_of(value: Any, place: str) -> int:
    """Cents of an amount as the API writes it, "123.45"."""
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise Violation(place, "must be a string such as 123.45")
    return int(value.replace(".", ""))


def amount_of(cents: int) -> str:
    """An amount as the API writes it."""
    return f"{cents // 100}.{cents % 100:02d}"


def rate_of(value: Any, place: str) -> Decimal:
    """A percentage or amount of a modality."""
    cents_of(value, place)
    return Decimal(value)


def day_of(value: Any, place: str) -> date:
    """A day, YYYY-MM-DD."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Violation(place, f"must be a day such as 2026-03-02, between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def instant_of(value: Any, place: str) -> datetime:
    """An instant, RFC 3339."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Violation(place, "must be an instant such as 2026-03-02T12:00:00Z") from None
    if instant.tzinfo is None:
        raise Violation(place, "needs a time zone")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Violation(place, f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return instant.astimezone(UTC)


def instant_text(instant: datetime) -> str:
    """An instant as the API writes it, in milliseconds and UTC."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_digits(base: str) -> str:
    """The two check digits of a CPF (9 characters given) or CNPJ (12): modulo 11, a letter counts ASCII − 48."""
    for _ in range(2):
        values = [ord(letter) - 48 for letter in reversed(base)]
        # CPF weights run on from 2; those of a CNPJ begin again after 9.
        weights = [2 + index if len(base) < 12 else 2 + index % 8 for index in range(len(values))]
        rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
        base += str(0 if rest < 2 else 11 - rest)
    return base[-2:]


def check_person(person: Any, place: str) -> None:
    """A debtor with a name and exactly one of cpf and cnpj, with right check digits."""
    if not isinstance(person, Mapping):
        raise Violation(place, "must be an object")
    name = person.get("nome")
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise Violation(f"{place}.nome", "must have 1 to 200 characters")
    kinds = [kind for kind in ("cpf", "cnpj") if kind in person]
    if len(kinds) != 1:
        raise Violation(place, "needs one of cpf and cnpj")
    kind, number = kinds[0], person[kinds[0]]
    shape = _CPF if kind == "cpf" else _CNPJ
    if not isinstance(number, str) or not shape.fullmatch(number):
        raise Violation(f"{place}.{kind}", "has not the form of one")
    if len(set(number)) == 1 or check_digits(number[:-2]) != number[-2:]:
        raise Violation(f"{place}.{kind}", "has wrong check digits")
