"""CNPJ, the number of a legal entity: root of eight, branch of four, two check digits (modulo 11).

Alphanumeric since July 2026 (IN RFB 2.229/2024): letters may stand in the first twelve places and count as
ASCII − 48; numbers issued before stay as they are. Kept as upper-case text, never as an integer.
"""

from __future__ import annotations

from stdnum.br import cnpj as _stdnum

from brasil.errors import BrasilError
from brasil.text import require_length, without_separators

_NAME = "CNPJ"


def compact(text: str) -> str:
    """Return the number without punctuation, upper-cased. Raises BrasilError `cnpj.type|too_long|characters`."""
    return without_separators(text, ".-/", code="cnpj", name=_NAME, letters=True)


def check_digits(base: str) -> str:
    """Return the two check digits of the first twelve characters."""
    characters = compact(base)
    require_length(characters, 12, code="cnpj", name="The base of a CNPJ")
    return str(_stdnum.calc_check_digits(characters))


def validate(text: str) -> str:
    """Return the fourteen characters, upper-cased.

    Raises BrasilError `cnpj.type`, `cnpj.too_long`, `cnpj.characters`, `cnpj.length`, `cnpj.repeated` or
    `cnpj.check_digit`.
    """
    number = compact(text)
    require_length(number, 14, code="cnpj", name=_NAME)
    for index, character in enumerate(number[12:]):
        if not character.isdigit():
            raise BrasilError(
                "cnpj.characters",
                "The check digits of a CNPJ are digits.",
                position=13 + index,
                found=character,
                expected="digit",
            )
    if number[:12].isdigit() and number[:12] == number[0] * 12:
        raise BrasilError("cnpj.repeated", "A CNPJ of one repeated digit was never issued.", position=1)
    expected = check_digits(number[:12])
    if number[12:] != expected:
        raise BrasilError(
            "cnpj.check_digit",
            "The check digits of the CNPJ do not match its number.",
            position=13,
            found=number[12:],
            expected=expected,
        )
    return number


parse = validate


def is_valid(text: str) -> bool:
    """Return True if `text` is a CNPJ, with or without punctuation, in either case."""
    try:
        validate(text)
    except BrasilError:
        return False
    return True


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the number as `12.ABC.345/01DE-35`. Raises as `validate`."""
    number = validate(text)
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


def root(text: str) -> str:
    """Return the eight characters shared by all branches of the entity. Raises as `validate`."""
    return validate(text)[:8]


def mask(text: str) -> str:
    """Return the number for display with its ends hidden: `**.ABC.345/01DE-**`."""
    number = validate(text)
    return f"**.{number[2:5]}.{number[5:8]}/{number[8:12]}-**"
