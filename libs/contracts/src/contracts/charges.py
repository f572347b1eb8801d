"""What is owed besides the principal, as agreed, in words: fine, interest, discounts, abatement, weekend rule.

The modalities are those of a Pix charge with due date (API Pix 2.9, cobv: multa 1-2, juros 1-8, abatimento 1-2,
desconto 1-6) and cover what a boleto can register (FEBRABAN CNAB 240, segments P and R). Codes become words: the basis
(amount or percent, per day, month or year) and the days that are counted. The arithmetic lives in `brasil`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.base import NonNegativeCents, PositiveCents, Record
from contracts.fields import Count, Percent

DaysCounted = Literal["calendar", "business"]


def _one_value(what: str, wants_amount: bool, amount: int | None, percent: object) -> None:
    """An amount modality has `amount_cents` alone, a percent modality has `percent` alone."""
    if wants_amount and (amount is None or percent is not None):
        raise ValueError(f"{what}: this modality needs amount_cents, and no percent")
    if not wants_amount and (percent is None or amount is not None):
        raise ValueError(f"{what}: this modality needs percent, and no amount_cents")


class Fine(Record):
    """Multa: flat, once, from the first day of delay."""

    modality: Literal["amount", "percent"]
    amount_cents: PositiveCents | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Fine":
        _one_value("fine", self.modality == "amount", self.amount_cents, self.percent)
        return self


class Interest(Record):
    """Juros de mora: simple, never compound. `legal_rate` is Selic less IPCA (Lei 14.905/2024) and needs no value."""

    modality: Literal["amount_per_day", "percent_per_day", "percent_per_month", "percent_per_year", "legal_rate"]
    days_counted: DaysCounted = "calendar"
    amount_cents: PositiveCents | None = None
    percent: Percent | None = None
    rounding: Literal["total_half_up", "total_half_even", "total_down", "daily_half_up", "daily_down"]

    @model_validator(mode="after")
    def _value_fits(self) -> "Interest":
        if self.modality == "legal_rate":
            if self.amount_cents is not None or self.percent is not None:
                raise ValueError("interest: legal_rate takes neither amount_cents nor percent")
            return self
        _one_value("interest", self.modality == "amount_per_day", self.amount_cents, self.percent)
        return self


class Abatement(Record):
    """Abatimento: a reduction granted whenever it is paid."""

    modality: Literal["amount", "percent"]
    amount_cents: PositiveCents | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Abatement":
        _one_value("abatement", self.modality == "amount", self.amount_cents, self.percent)
        return self


class DiscountStep(Record):
    """A discount for payment up to and including a day."""

    until: date
    amount_cents: PositiveCents | None = None
    percent: Percent | None = None


class Discount(Record):
    """Desconto: by fixed days (`steps`, one to three), or by each day of anticipation."""

    modality: Literal["amount_until", "percent_until", "amount_per_day_early", "percent_per_day_early"]
    days_counted: DaysCounted = "calendar"
    steps: Annotated[tuple[DiscountStep, ...], Field(max_length=3)] = ()
    amount_cents: PositiveCents | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Discount":
        wants_amount = self.modality.startswith("amount")
        if self.modality.endswith("_early"):
            if self.steps:
                raise ValueError("discount: a discount per day of anticipation has no steps")
            _one_value("discount", wants_amount, self.amount_cents, self.percent)
            return self
        if not self.steps or self.amount_cents is not None or self.percent is not None:
            raise ValueError("discount: a discount until a day has one to three steps, and its values stand in them")
        for step in self.steps:
            _one_value("discount step", wants_amount, step.amount_cents, step.percent)
        if [step.until for step in self.steps] != sorted({step.until for step in self.steps}):
            raise ValueError("discount: the steps' days must rise, each day once")
        return self


class ChargeTerms(Record):
    """All terms of one invoice.

    `weekend_rule` answers what a due date on a non-working day means once it was missed: `from_moved_date` counts delay
    from the working day it moved to (Pix cobv), `from_original_date` from the date on the invoice (STJ, 3ª Turma, 2022;
    payment on the moved day itself is free of charges, Lei 7.089/1983), `not_moved` does not move it.
    """

    fine: Fine | None = None
    interest: Interest | None = None
    discount: Discount | None = None
    abatement: Abatement | None = None
    grace_days: Count = 0
    weekend_rule: Literal["from_moved_date", "from_original_date", "not_moved"]
    accepts: Literal["any_amount", "exact_amount", "between"] = "any_amount"
    minimum_cents: NonNegativeCents | None = None
    maximum_cents: PositiveCents | None = None

    @model_validator(mode="after")
    def _range_fits(self) -> "ChargeTerms":
        bounded = self.minimum_cents is not None and self.maximum_cents is not None
        if (self.accepts == "between") != bounded:
            raise ValueError("terms: minimum_cents and maximum_cents belong to accepts=between, both of them")
        if bounded and (self.minimum_cents or 0) > (self.maximum_cents or 0):
            raise ValueError("terms: minimum_cents is above maximum_cents")
        return self
