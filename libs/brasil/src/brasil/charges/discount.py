"""Discounts for paying early, and the abatement, which does not depend on the date."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from brasil.charges.fine import charge_cents
from brasil.charges.interest import days_between
from brasil.charges.rounding import Mode, to_cents
from brasil.charges.terms import Charge, DiscountPerDay, DiscountUntil, FixedAmount

if TYPE_CHECKING:
    from brasil.calendar.bank import BankCalendar


class Discount(NamedTuple):
    """The discount that paying on a day brings: its amount, the days of anticipation if they count, its rate."""

    amount_cents: int
    days: int | None
    until: date | None
    rate: str


def describe(charge: Charge) -> str:
    """Return a charge in words: `2%` or `150 cents`."""
    return f"{charge.amount_cents} cents" if isinstance(charge, FixedAmount) else f"{charge.percent}%"


def abatement_cents(abatement: Charge | None, *, face_cents: int, mode: Mode = Mode.DOWN) -> int:
    """Return the abatement of a face value."""
    return 0 if abatement is None else charge_cents(abatement, face_cents, mode)


def discount_on(
    discounts: tuple[DiscountUntil, ...] | DiscountPerDay,
    *,
    base_cents: int,
    anticipation_to: date,
    on: date,
    calendar: BankCalendar,
    move_dates: bool = False,
    mode: Mode = Mode.DOWN,
) -> Discount | None:
    """Return the discount of a payment in full on `on`, or None.

    Of several dates the earliest that has not passed counts; with `move_dates` a date that is no working day reaches
    to the next one (Pix cobv). By day, the days after `on` up to and including `anticipation_to` are counted.
    """
    if isinstance(discounts, DiscountPerDay):
        days = 0 if on >= anticipation_to else days_between(on, anticipation_to, discounts.days, calendar)
        return _by_day(discounts, base_cents, days, mode)
    reach = [(calendar.same_or_next(tier.until) if move_dates else tier.until, tier) for tier in discounts]
    open_tiers = [(until, tier) for until, tier in reach if on <= until]
    if not open_tiers:
        return None
    until, tier = min(open_tiers, key=lambda pair: (pair[0], pair[1].until))
    amount = min(charge_cents(tier.discount, base_cents, mode), base_cents)
    return Discount(amount, None, until, describe(tier.discount))


def _by_day(rule: DiscountPerDay, base_cents: int, days: int, mode: Mode) -> Discount | None:
    if days <= 0:
        return None
    if isinstance(rule.discount, FixedAmount):
        amount = days * rule.discount.amount_cents
    else:
        amount = to_cents(Fraction(rule.discount.percent) * base_cents * days / 100, mode)
    return Discount(min(amount, base_cents), days, None, f"{describe(rule.discount)}/{rule.days} day")
