"""How an exact amount becomes cents: named policies, because banks, laws and systems differ by a cent.

Amounts are worked out as exact fractions and rounded here, nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final


class Mode(StrEnum):
    """What happens to a fraction of a cent."""

    DOWN = "down"
    HALF_UP = "half-up"
    HALF_EVEN = "half-even"


class Rounding(StrEnum):
    """When and how interest is rounded; fine and discount are rounded once, in the same mode.

    `DAILY_…`: the amount of one day becomes whole cents, then is multiplied by the days. This is what banks charge on
    registered titles, downwards: the interest of one day is fixed in money when the title is registered.
    `TOTAL_…`: days are multiplied first and the total is rounded once.
    """

    DAILY_DOWN = "daily-down"
    DAILY_HALF_UP = "daily-half-up"
    TOTAL_DOWN = "total-down"
    TOTAL_HALF_UP = "total-half-up"
    TOTAL_HALF_EVEN = "total-half-even"

    @property
    def daily(self) -> bool:
        """Whether the amount of one day is rounded before it is multiplied."""
        return self in _DAILY

    @property
    def mode(self) -> Mode:
        """What happens to a fraction of a cent."""
        return _MODES[self]


_DAILY: Final = frozenset({Rounding.DAILY_DOWN, Rounding.DAILY_HALF_UP})
_MODES: Final = {
    Rounding.DAILY_DOWN: Mode.DOWN,
    Rounding.DAILY_HALF_UP: Mode.HALF_UP,
    Rounding.TOTAL_DOWN: Mode.DOWN,
    Rounding.TOTAL_HALF_UP: Mode.HALF_UP,
    Rounding.TOTAL_HALF_EVEN: Mode.HALF_EVEN,
}


def to_cents(amount: Fraction, mode: Mode) -> int:
    """Return a non-negative exact amount of cents as whole cents."""
    whole, rest = divmod(amount.numerator, amount.denominator)
    if mode is Mode.DOWN or not rest:
        return whole
    twice = 2 * rest
    if twice == amount.denominator:
        return whole + 1 if mode is Mode.HALF_UP or whole % 2 else whole
    return whole + (twice > amount.denominator)
