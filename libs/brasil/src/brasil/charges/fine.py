"""The fine (multa moratória): flat, once, from the first day late."""

from __future__ import annotations

from fractions import Fraction

from brasil.charges.rounding import Mode, to_cents
from brasil.charges.terms import Charge, FixedAmount


def charge_cents(charge: Charge, base_cents: int, mode: Mode) -> int:
    """Return a fixed amount, or a percentage of `base_cents`, in whole cents."""
    if isinstance(charge, FixedAmount):
        return charge.amount_cents
    return to_cents(Fraction(charge.percent) * base_cents / 100, mode)


def fine_cents(fine: Charge | None, *, base_cents: int, mode: Mode = Mode.DOWN) -> int:
    """Return the fine on an overdue base; nothing is owed on nothing (the accessory follows the principal)."""
    if fine is None or base_cents <= 0:
        return 0
    return charge_cents(fine, base_cents, mode)
