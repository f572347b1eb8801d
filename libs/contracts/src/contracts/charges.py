"""What is owed besides the principal, as agreed: fine, interest, discounts, abatement, and how each is counted.

The kinds are those of a Pix charge with due date (API Pix 2.9, cobv: multa 1-2, juros 1-8, abatimento 1-2, desconto
1-6) and of a boleto's registration (FEBRABAN CNAB 240, segments P and R), with words in place of codes. The words are
those of `brasil.charges`, which does the arithmetic: the terms of a snapshot give every service the same cents.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.base import NonNegativeCents, PositiveCents, Record
from contracts.fields import Percent


class FixedAmount(Record):
    """An amount of money."""

    kind: Literal["amount"] = "amount"
    amount_cents: PositiveCents


class Percentage(Record):
    """A percentage of the receivable."""

    kind: Literal["percent"] = "percent"
    percent: Percent


Charge = Annotated[FixedAmount | Percentage, Field(discriminator="kind")]

DaysCounted = Literal["calendar", "business", "commercial"]
"""All days, bank working days, or months of 30 days."""


class DailyAmount(Record):
    """Interest as money for each day of delay: what a boleto registers as juros de 1 dia."""

    kind: Literal["amount_per_day"] = "amount_per_day"
    amount_cents: PositiveCents
    days: DaysCounted = "calendar"


class InterestRate(Record):
    """Simple interest at a percentage of the stated period, by the day."""

    kind: Literal["rate"] = "rate"
    percent: Percent
    basis: Literal[
        "day",
        "month-30",
        "month-actual",
        "month-business-21",
        "month-business-22",
        "year-360",
        "year-365",
        "year-business-252",
    ]
    days: DaysCounted = "calendar"


class LegalRate(Record):
    """The taxa legal (CC art. 406, Lei 14.905/2024), where no rate was agreed."""

    kind: Literal["legal_rate"] = "legal_rate"
    basis: Literal["month-30", "month-actual"]


Interest = Annotated[DailyAmount | InterestRate | LegalRate, Field(discriminator="kind")]


class DiscountStep(Record):
    """A discount for payment in full up to and including a day."""

    until: date
    discount: Charge


class DiscountUntil(Record):
    """Discounts by fixed days, one to three; the earliest day that has not passed counts."""

    kind: Literal["until"] = "until"
    steps: Annotated[tuple[DiscountStep, ...], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _days_rise(self) -> "DiscountUntil":
        days = [step.until for step in self.steps]
        if days != sorted(set(days)):
            raise ValueError("discount: the steps' days must rise, each day once")
        return self


class DiscountPerDay(Record):
    """A discount for each day of anticipation."""

    kind: Literal["per_day_early"] = "per_day_early"
    discount: Charge
    days: Literal["calendar", "business"] = "calendar"


Discount = Annotated[DiscountUntil | DiscountPerDay, Field(discriminator="kind")]


class ChargeTerms(Record):
    """All terms of one invoice.

    `weekend_rule`, for a due date that is no working day: `as-written` does not move it; `law-7089` and `pix-cobv`
    move it and count delay from the moved day (with `pix-cobv` discounts move too); `stj-2022` moves it, but who
    misses the moved day is late from the written one; `previous-working-day` is for taxes.
    `accepts` is what a payer may pay: any amount, exactly what is owed, or between the two bounds.
    """

    fine: Charge | None = None
    interest: Interest | None = None
    discount: Discount | None = None
    discount_on_face: bool = False
    abatement: Charge | None = None
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    weekend_rule: Literal["as-written", "law-7089", "stj-2022", "pix-cobv", "previous-working-day"]
    payment_dating: Literal["as-paid", "next-working-day"]
    rounding: Literal["daily-down", "daily-half-up", "total-down", "total-half-up", "total-half-even"]
    imputation: Literal["interest-fine-principal", "fine-interest-principal", "principal-first"]
    contract: Literal["consumer", "condominium", "business"]
    cap_policy: Literal["refuse", "reduce", "warn"]
    accepts: Literal["any_amount", "exact_amount", "between"] = "any_amount"
    minimum_cents: NonNegativeCents | None = None
    maximum_cents: PositiveCents | None = None

    @model_validator(mode="after")
    def _bounds_fit(self) -> "ChargeTerms":
        bounded = self.minimum_cents is not None and self.maximum_cents is not None
        stated = self.minimum_cents is not None or self.maximum_cents is not None
        if (self.accepts == "between") != bounded or stated != bounded:
            raise ValueError("terms: minimum_cents and maximum_cents belong to accepts=between, both of them")
        if bounded and (self.minimum_cents or 0) > (self.maximum_cents or 0):
            raise ValueError("terms: minimum_cents is above maximum_cents")
        return self
