"""The 44 digits of a bank boleto's barcode (FEBRABAN).

Positions: bank 1-3, currency 4 (9 = Real), general check digit 5, due-date factor 6-9, amount 10-19, campo livre 20-44.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from brasil import due_factor as factors
from brasil.check_digits import modulo_11_barcode
from brasil.errors import BrasilError, Problem
from brasil.text import is_digits, require_length, without_separators

LENGTH: Final = 44
REAL: Final = "9"
LARGEST_AMOUNT_CENTS: Final = 9_999_999_999
_NAME: Final = "A boleto barcode"


@dataclass(frozen=True, slots=True)
class Barcode:
    """A checked barcode. `amount_cents` 0 means that the payer gives the amount; factor 0000 that there is no date."""

    digits: str

    @property
    def bank(self) -> str:
        return self.digits[:3]

    @property
    def check_digit(self) -> str:
        return self.digits[4]

    @property
    def due_factor(self) -> str:
        return self.digits[5:9]

    @property
    def amount_cents(self) -> int:
        return int(self.digits[9:19])

    @property
    def free_field(self) -> str:
        return self.digits[19:]

    def due_on(self, on: date) -> factors.DueDate | None:
        """Return the due date as read on day `on`, None if there is none. Raises as `due_factor.decode`."""
        return None if self.due_factor == factors.NONE else factors.decode(self.due_factor, on)


def compact(text: str) -> str:
    """Return the digits without blanks, dots and dashes. Raises BrasilError `barcode.type|too_long|characters`."""
    return without_separators(text, ".-", code="barcode", name=_NAME)


def general_check_digit(digits: str) -> str:
    """Return the check digit over the other 43 of 44 digits."""
    return modulo_11_barcode(digits[:4] + digits[5:])


def problems_of(digits: str) -> list[Problem]:
    """Return what is wrong with 44 digits: `barcode.currency`, `barcode.check_digit`."""
    problems: list[Problem] = []
    if digits[3] != REAL:
        problems.append(
            Problem(
                code="barcode.currency",
                message="The currency of the barcode is not the Real.",
                field="currency",
                position=4,
                found=digits[3],
                expected=REAL,
            )
        )
    expected = general_check_digit(digits)
    if digits[4] != expected:
        problems.append(
            Problem(
                code="barcode.check_digit",
                message="The general check digit does not match; a digit was misread or mistyped.",
                field="check_digit",
                position=5,
                found=digits[4],
                expected=expected,
            )
        )
    return problems


def parse(text: str) -> Barcode:
    """Return the barcode. Raises BrasilError `barcode.length`, or with the first code of `compact`, `problems_of`."""
    digits = compact(text)
    require_length(digits, LENGTH, code="barcode", name=_NAME)
    problems = problems_of(digits)
    if problems:
        raise BrasilError.of(problems[0])
    return Barcode(digits)


def validate(text: str) -> str:
    """Return the 44 digits. Raises as `parse`."""
    return parse(text).digits


def is_valid(text: str) -> bool:
    """Return True if `text` is a bank barcode whose check digit matches."""
    try:
        parse(text)
    except BrasilError:
        return False
    return True


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the digits in the groups of the layout: bank+currency, digit, factor, amount, campo livre."""
    digits = validate(text)
    return f"{digits[:4]} {digits[4]} {digits[5:9]} {digits[9:19]} {digits[19:]}"


def build(*, bank: str, due_on: date | None, amount_cents: int, free_field: str) -> Barcode:
    """Return the barcode of a boleto.

    `due_on` None gives the factor 0000, `amount_cents` 0 an open amount. Raises BrasilError `barcode.bank`,
    `barcode.amount`, `barcode.free_field` or `due_factor.too_early`.
    """
    if not is_digits(bank) or len(bank) != 3:
        raise BrasilError("barcode.bank", "A bank code is three digits.", field="bank", found=bank, expected="3 digits")
    if type(amount_cents) is not int or not 0 <= amount_cents <= LARGEST_AMOUNT_CENTS:
        raise BrasilError(
            "barcode.amount",
            "The amount does not fit into a barcode.",
            field="amount_cents",
            found=amount_cents,
            expected=f"whole cents from 0 to {LARGEST_AMOUNT_CENTS}",
        )
    if not is_digits(free_field) or len(free_field) != 25:
        raise BrasilError(
            "barcode.free_field",
            "A campo livre is 25 digits.",
            field="free_field",
            found=free_field,
            expected="25 digits",
        )
    factor = factors.NONE if due_on is None else factors.encode(due_on)
    rest = f"{factor}{amount_cents:010d}{free_field}"
    return Barcode(f"{bank}{REAL}{modulo_11_barcode(f'{bank}{REAL}{rest}')}{rest}")
