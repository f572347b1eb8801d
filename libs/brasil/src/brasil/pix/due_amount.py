"""What a cobv charge costs on a given day: the rules of the Manual de Padrões para Iniciação do Pix.

- A due date on a weekend or holiday *of the payer's city* moves to the next business day, and everything counts from
  the moved date: validity, interest, fine. A discount's last day that is no business day moves the same way.
- Abatement first; interest and fine are on original − abatement (equation 11: rate ÷ 100 ÷ n × days; n is 1, 30 or 365
  for calendar days, 1, 21 or 252 for business days: bacen/pix-api issues 205 and 607). Interest is simple. Discounts
  and abatements in percent are of the original (schema CobVValor).
- The fine is flat and begins on the next business day after the (moved) due date (issue 297).
- The charge may be paid until due date + validity in calendar days; if that day is no business day, until the next one
  (schema CobDataDeVencimento, examples A to G).

The manual does not say how to round (issue 607 is open): each line is rounded to cents by the rounding that the caller
names, half up by default. The n of a year in calendar days is not in a text that we could read: it is an argument.
Which days are business days is the caller's function, because it depends on the payer's city.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from brasil.errors import BrasilError
from brasil.pix.terms import Abatement, Discount, Fine, Interest, Terms, check

IsBusinessDay = Callable[[date], bool]
LONGEST_CLOSURE_DAYS: Final = 30
LONGEST_PERIOD_DAYS: Final = 36_600

# modality → (value is reais, days of a period in calendar or business days, counts business days)
_INTEREST: Final[dict[Interest, tuple[bool, int, bool]]] = {
    Interest.AMOUNT_PER_DAY: (True, 1, False),
    Interest.PERCENT_PER_DAY: (False, 1, False),
    Interest.PERCENT_PER_MONTH: (False, 30, False),
    Interest.PERCENT_PER_YEAR: (False, 365, False),
    Interest.AMOUNT_PER_BUSINESS_DAY: (True, 1, True),
    Interest.PERCENT_PER_DAY_BUSINESS: (False, 1, True),
    Interest.PERCENT_PER_MONTH_BUSINESS: (False, 21, True),
    Interest.PERCENT_PER_YEAR_BUSINESS: (False, 252, True),
}
# modality → (value is reais, counts business days)
_DISCOUNT_PER_DAY: Final[dict[Discount, tuple[bool, bool]]] = {
    Discount.AMOUNT_PER_DAY: (True, False),
    Discount.AMOUNT_PER_BUSINESS_DAY: (True, True),
    Discount.PERCENT_PER_DAY: (False, False),
    Discount.PERCENT_PER_BUSINESS_DAY: (False, True),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the sum; `amount_cents` is negative for what is taken off."""

    name: str
    amount_cents: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAmount:
    """What is due on `on`.

    `due_on` is the moved due date, `last_day` the last day on which the charge may be paid, `payable` whether `on` is
    not after it. `total_cents` = original − abatement − discount + fine + interest; `lines` explain it one by one.
    """

    on: date
    due_on: date
    last_day: date
    payable: bool
    days_late: int
    original_cents: int
    abatement_cents: int
    discount_cents: int
    fine_cents: int
    interest_cents: int
    total_cents: int
    lines: tuple[Line, ...]


def due_amount(
    terms: Terms,
    *,
    on: date,
    is_business_day: IsBusinessDay,
    rounding: str = ROUND_HALF_UP,
    days_of_year: int = 365,
) -> DueAmount:
    """Return what the charge costs on day `on`.

    `rounding` is a rounding mode of `decimal`. Raises BrasilError with the codes of `terms.check`, `pix.cobv.discount`
    if the discount of that day would take the whole amount, `pix.cobv.calendar` if `is_business_day` knows no business
    day for a month, `pix.cobv.period` more than a century away from the due date.
    """
    check(terms)
    if abs((on - terms.due_on).days) > LONGEST_PERIOD_DAYS:
        raise BrasilError("pix.cobv.period", "The day is more than a century from the due date.", found=on.isoformat())
    original = Decimal(terms.original_cents)
    due_on = next_business_day(terms.due_on, is_business_day)
    last_day = next_business_day(_shifted(due_on, terms.days_valid_after_due), is_business_day)
    lines = [Line("original", terms.original_cents, "amount of the charge")]

    def cents(value: Decimal) -> int:
        return int(value.quantize(Decimal(1), rounding=rounding))

    abatement = 0
    if terms.abatement is not None:
        in_reais = terms.abatement.modality is Abatement.FIXED
        abatement = cents(_value(terms.abatement.value, original, in_reais=in_reais))
        lines.append(Line("abatement", -abatement, f"abatimento, modality {int(terms.abatement.modality)}"))
    discount, discount_rule = _discount(terms, due_on, on, is_business_day)
    discount_cents = cents(discount)
    if discount_cents >= terms.original_cents - abatement:
        raise BrasilError(
            "pix.cobv.discount",
            "The discount of this day takes the whole amount; the charge should have been refused.",
            field="valor.desconto",
            found=discount_cents,
            expected=f"less than {terms.original_cents - abatement}",
        )
    if discount_cents:
        lines.append(Line("discount", -discount_cents, discount_rule))
    base = Decimal(terms.original_cents - abatement)
    fine = 0
    if terms.fine is not None and on >= next_business_day(_shifted(due_on, 1), is_business_day):
        fine = cents(_value(terms.fine.value, base, in_reais=terms.fine.modality is Fine.FIXED))
        lines.append(Line("fine", fine, f"multa, modality {int(terms.fine.modality)}, once, after {due_on}"))
    interest, interest_rule = _interest(
        terms, base, late=(due_on, on), is_business_day=is_business_day, days_of_year=days_of_year
    )
    interest_cents = cents(interest)
    if interest_rule:
        lines.append(Line("interest", interest_cents, interest_rule))
    return DueAmount(
        on=on,
        due_on=due_on,
        last_day=last_day,
        payable=on <= last_day,
        days_late=max(0, (on - due_on).days),
        original_cents=terms.original_cents,
        abatement_cents=abatement,
        discount_cents=discount_cents,
        fine_cents=fine,
        interest_cents=interest_cents,
        total_cents=terms.original_cents - abatement - discount_cents + fine + interest_cents,
        lines=tuple(lines),
    )


def next_business_day(day: date, is_business_day: IsBusinessDay) -> date:
    """Return `day` if it is a business day, else the next one. Raises BrasilError `pix.cobv.calendar`."""
    for offset in range(LONGEST_CLOSURE_DAYS + 1):
        candidate = _shifted(day, offset)
        if is_business_day(candidate):
            return candidate
    raise BrasilError(
        "pix.cobv.calendar",
        f"The calendar has no business day within {LONGEST_CLOSURE_DAYS} days.",
        found=day.isoformat(),
    )


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise BrasilError("pix.cobv.period", "The date lies beyond the calendar.", found=day.isoformat()) from error


def _value(value: Decimal, base_cents: Decimal, *, in_reais: bool) -> Decimal:
    return value * 100 if in_reais else base_cents * value / 100


def _days_between(earlier: date, later: date, is_business_day: IsBusinessDay, *, business: bool) -> int:
    """Return the days after `earlier` up to and including `later`: all, or business days only."""
    days = (later - earlier).days
    if not business:
        return max(0, days)
    return sum(is_business_day(earlier + timedelta(days=offset)) for offset in range(1, days + 1))


def _discount(terms: Terms, due_on: date, on: date, is_business_day: IsBusinessDay) -> tuple[Decimal, str]:
    discount = terms.discount
    if discount is None or on > due_on:
        return Decimal(0), ""
    original = Decimal(terms.original_cents)
    name = f"desconto, modality {int(discount.modality)}"
    per_day = _DISCOUNT_PER_DAY.get(discount.modality)
    if per_day is None:
        for tier in sorted(discount.tiers, key=lambda tier: tier.until):
            until = next_business_day(tier.until, is_business_day)
            if on <= until:
                in_reais = discount.modality is Discount.FIXED_UNTIL
                return _value(tier.value, original, in_reais=in_reais), f"{name}, until {until}"
        return Decimal(0), ""
    in_reais, business = per_day
    days = _days_between(on, due_on, is_business_day, business=business)
    value = _value(discount.value or Decimal(0), original, in_reais=in_reais) * days
    return value, f"{name}, {days} days before {due_on}"


def _interest(
    terms: Terms, base: Decimal, *, late: tuple[date, date], is_business_day: IsBusinessDay, days_of_year: int
) -> tuple[Decimal, str]:
    due_on, on = late
    interest = terms.interest
    if interest is None or on <= due_on:
        return Decimal(0), ""
    in_reais, period, business = _INTEREST[interest.modality]
    if interest.modality is Interest.PERCENT_PER_YEAR:
        period = days_of_year
    days = _days_between(due_on, on, is_business_day, business=business)
    kind = "business days" if business else "days"
    rule = f"juros, modality {int(interest.modality)}, {days} {kind} after {due_on}"
    return _value(interest.value, base, in_reais=in_reais) * days / period, rule
