"""CPF, the taxpayer number of a person: nine digits and two check digits (modulo 11).

Repeated digits (111.111.111-11) pass the arithmetic and are refused all the same: the Receita Federal issued none.
"""

from __future__ import annotations

from stdnum.br import cpf as _stdnum

from brasil.errors import BrasilError
from brasil.text import require_length, without_separators

_NAME = "CPF"


def compact(text: str) -> str:
    """Return the number without punctuation. Raises BrasilError `cpf.type`, `cpf.too_long` or `cpf.characters`."""
    return without_separators(text, ".-/", code="cpf", name=_NAME)


def check_digits(base: str) -> str:
    """Return the two check digits of the first nine digits."""
    digits = compact(base)
    require_length(digits, 9, code="cpf", name="The base of a CPF")
    first = sum((10 - i) * int(digit) for i, digit in enumerate(digits)) * 10 % 11 % 10
    second = sum((11 - i) * int(digit) for i, digit in enumerate(digits + str(first))) * 10 % 11 % 10
    return f"{first}{second}"


def validate(text: str) -> str:
    """Return the eleven digits.

    Raises BrasilError `cpf.type`, `cpf.too_long`, `cpf.characters`, `cpf.length`, `cpf.repeated` or
    `cpf.check_digit`.
    """
    digits = compact(text)
    require_length(digits, 11, code="cpf", name=_NAME)
    if digits == digits[0] * 11:
        raise BrasilError("cpf.repeated", "A CPF of one repeated digit was never issued.", position=1)
    if not _stdnum.is_valid(digits):
        # Neither the digits found nor those expected are quoted: together they are the person's number.
        raise BrasilError("cpf.check_digit", "The check digits of the CPF do not match its number.", position=10)
    return digits


parse = validate


def is_valid(text: str) -> bool:
    """Return True if `text` is a CPF, with or without punctuation."""
    try:
        validate(text)
    except BrasilError:
        return False
    return True


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the number as `529.982.247-25`. Raises as `validate`."""
    digits = validate(text)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def mask(text: str) -> str:
    """Return the number for display with its ends hidden, as public bodies print it: `***.982.247-**`."""
    digits = validate(text)
    return f"***.{digits[3:6]}.{digits[6:9]}-**"
