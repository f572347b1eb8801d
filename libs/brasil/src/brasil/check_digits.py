"""Check digits of Brazilian payments: the modulo 10 and modulo 11 variants, each under its own name.

All take a text of digits (capital letters count as ASCII − 48, as in the alphanumeric CNPJ) and return the check
digit as text, because some of them are letters. Weights run from the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Final

from brasil.errors import BrasilError

_TO_9: Final = (2, 3, 4, 5, 6, 7, 8, 9)
_TO_7: Final = (2, 3, 4, 5, 6, 7)
_SICOOB: Final = (3, 1, 9, 7)


def values(text: str) -> list[int]:
    """Return the value of each character: digits as they are, letters as ASCII − 48.

    Raises BrasilError `check_digits.characters` at the first character that has none.
    """
    if text.isascii() and text.isdigit():
        return [ord(character) - 48 for character in text]
    for index, character in enumerate(text):
        if not ("0" <= character <= "9" or "A" <= character <= "Z"):
            raise BrasilError(
                "check_digits.characters",
                "Check digits are computed over digits and capital letters only.",
                position=index + 1,
                found=character,
                expected="0-9 or A-Z",
            )
    return [ord(character) - 48 for character in text]


def weighted_sum(text: str, weights: Sequence[int]) -> int:
    """Return the sum of value × weight, the weights repeating from the right."""
    return sum(value * weight for value, weight in zip(reversed(values(text)), cycle(weights), strict=False))


def modulo_10(text: str) -> str:
    """Weights 2, 1 from the right, digits of each product added; 10 − rest, 10 becomes 0. Finds every wrong digit.

    Fields of the linha digitável, Itaú and Inter nosso número, arrecadação with value identifier 6 or 7.
    """
    products = (value * weight for value, weight in zip(reversed(values(text)), cycle((2, 1)), strict=False))
    return str(-sum(product // 10 + product % 10 for product in products) % 10)


def modulo_11(text: str) -> str:
    """Weights 2 to 9; 11 − rest, 10 and 11 become 0.

    Santander, Caixa, Sicredi, BNB, Unicred, Ailos; arrecadação with value identifier 8 or 9; NF-e access key.
    """
    digit = 11 - weighted_sum(text, _TO_9) % 11
    return str(digit) if digit < 10 else "0"


def modulo_11_barcode(text: str) -> str:
    """Weights 2 to 9; 11 − rest, 10 and 11 become 1: the general digit of a bank barcode is never 0."""
    digit = 11 - weighted_sum(text, _TO_9) % 11
    return str(digit) if digit < 10 else "1"


def modulo_11_x(text: str) -> str:
    """Weights 2 to 9; 11 − rest, 10 becomes X and 11 becomes 0: Banco do Brasil."""
    digit = -weighted_sum(text, _TO_9) % 11
    return "X" if digit == 10 else str(digit)


def modulo_11_p(text: str) -> str:
    """Weights 2 to 7; 11 − rest, 10 becomes P and 11 becomes 0: nosso número of Bradesco."""
    digit = -weighted_sum(text, _TO_7) % 11
    return "P" if digit == 10 else str(digit)


def modulo_11_sicoob(text: str) -> str:
    """Constants 3, 1, 9, 7 repeating from the left; 11 − rest, 10 and 11 become 0: nosso número of Sicoob."""
    total = sum(value * weight for value, weight in zip(values(text), cycle(_SICOOB), strict=False))
    digit = 11 - total % 11
    return str(digit) if digit < 10 else "0"


def double_digit(text: str) -> str:
    """Two digits of Banrisul: a modulo 10, then a modulo 11 (weights 2 to 7) over number and first digit.

    Where the second would be 10 the first is raised by one (9 becomes 0) and the second computed again.
    """
    first = int(modulo_10(text))
    second = -weighted_sum(f"{text}{first}", _TO_7) % 11
    while second == 10:
        first = (first + 1) % 10
        second = -weighted_sum(f"{text}{first}", _TO_7) % 11
    return f"{first}{second}"


# The names by which bank profiles ask for a variant.
BY_NAME: Final[dict[str, Callable[[str], str]]] = {
    "modulo_10": modulo_10,
    "modulo_11": modulo_11,
    "modulo_11_barcode": modulo_11_barcode,
    "modulo_11_x": modulo_11_x,
    "modulo_11_p": modulo_11_p,
    "modulo_11_sicoob": modulo_11_sicoob,
    "double_digit": double_digit,
}
