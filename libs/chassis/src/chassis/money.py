"""Money between text, `Decimal` and integer cents, with the one rounding that the platform uses.

Amounts are integer cents everywhere; `Decimal` appears inside interest maths and at the edges. A float never does.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

_CENT: Final = Decimal("0.01")
_TEXT: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,2})?")
_LARGEST_CENTS: Final = 10**15


class MoneyError(ValueError):
    """Not an amount of money; the sentence names the form."""


def round_half_even(amount: Decimal) -> Decimal:
    """The named rounding: to the nearest cent, a half to the even one (ABNT NBR 5891), so that halves do not add up."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)


def cents_of(amount: Decimal) -> int:
    """The amount in cents, rounded; raises `MoneyError` if it is not finite or beyond 10 trillion."""
    if not amount.is_finite() or abs(amount) * 100 > _LARGEST_CENTS:
        raise MoneyError("an amount must be a finite number up to 10000000000000.00")
    return int(round_half_even(amount).scaleb(2))


def decimal_of(cents: int) -> Decimal:
    """The exact amount of so many cents, with two decimal places."""
    return Decimal(cents).scaleb(-2).quantize(_CENT)


def parse_amount(text: str) -> int:
    """Cents from text like `1234.56`; raises `MoneyError` for any other form (signs, separators, exponents)."""
    if not _TEXT.fullmatch(text):
        raise MoneyError("an amount is written like 1234.56: a point, no thousands separators, at most two decimals")
    return cents_of(Decimal(text))


def format_amount(cents: int) -> str:
    """Text like `1234.56` that `parse_amount` reads back."""
    return str(decimal_of(cents))
