"""Linha digitável: the 47 digits a person types, three fields with a check digit each, and the barcode's rest.

Field 1 holds barcode positions 1-4 and 20-24, field 2 25-34, field 3 35-44, each with a modulo 10; then the general
check digit (position 5), then due-date factor and amount (6-19).
"""

from __future__ import annotations

from typing import Final

from brasil.boleto import barcode
from brasil.boleto.barcode import Barcode
from brasil.check_digits import modulo_10
from brasil.errors import BrasilError, Problem
from brasil.text import require_length, without_separators

LENGTH: Final = 47
_NAME: Final = "A linha digitável"
# Where each field begins in the line, and how many digits it has before its check digit.
_FIELDS: Final = ((0, 9), (10, 10), (21, 10))
_GENERAL_CHECK_DIGIT: Final = 32


def compact(text: str) -> str:
    """Return the digits without blanks, dots and dashes. Raises BrasilError `line.type|too_long|characters`."""
    return without_separators(text, ".-", code="line", name=_NAME)


def to_barcode_digits(digits: str) -> str:
    """Return the 44 barcode digits that 47 line digits stand for, unchecked."""
    return digits[:4] + digits[32:47] + digits[4:9] + digits[10:20] + digits[21:31]


def problems_of(digits: str) -> list[Problem]:
    """Return what is wrong with 47 digits: each field's check digit, then currency and general check digit."""
    problems: list[Problem] = []
    for number, (start, length) in enumerate(_FIELDS, start=1):
        expected = modulo_10(digits[start : start + length])
        found = digits[start + length]
        if found != expected:
            problems.append(
                Problem(
                    code="line.field_check_digit",
                    message=f"The check digit of field {number} does not match; a digit of that field is wrong.",
                    field=f"field {number}",
                    position=start + length + 1,
                    found=found,
                    expected=expected,
                )
            )
    places = {"currency": 4, "check_digit": _GENERAL_CHECK_DIGIT + 1}
    problems.extend(
        Problem(
            code=problem.code.replace("barcode.", "line.", 1),
            message=problem.message.replace("barcode", "boleto"),
            field=problem.field,
            position=places[problem.field or ""],
            found=problem.found,
            expected=problem.expected,
        )
        for problem in barcode.problems_of(to_barcode_digits(digits))
    )
    return problems


def parse(text: str) -> Barcode:
    """Return the barcode that the line stands for.

    Raises BrasilError `line.type`, `line.too_long`, `line.characters`, `line.length`, `line.field_check_digit`,
    `line.currency` or `line.check_digit`.
    """
    digits = compact(text)
    require_length(digits, LENGTH, code="line", name=_NAME)
    problems = problems_of(digits)
    if problems:
        raise BrasilError.of(problems[0])
    return Barcode(to_barcode_digits(digits))


def validate(text: str) -> str:
    """Return the 47 digits. Raises as `parse`."""
    parse(text)
    return compact(text)


def is_valid(text: str) -> bool:
    """Return True if `text` is a linha digitável whose four check digits match."""
    try:
        parse(text)
    except BrasilError:
        return False
    return True


def from_barcode(code: Barcode) -> str:
    """Return the 47 digits of a barcode."""
    digits = code.digits
    fields = (digits[:4] + digits[19:24], digits[24:34], digits[34:44])
    return "".join(field + modulo_10(field) for field in fields) + digits[4] + digits[5:19]


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the line as boletos print it: `AAABC.CCCCX DDDDD.DDDDDY EEEEE.EEEEEZ K UUUUVVVVVVVVVV`."""
    d = validate(text)
    return f"{d[:5]}.{d[5:10]} {d[10:15]}.{d[15:21]} {d[21:26]}.{d[26:32]} {d[32]} {d[33:]}"
