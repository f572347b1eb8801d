"""The terms of a receivable: what its contract and its bank registration say about paying early or late.

Percentages are `Decimal` as people write them (2 means 2 %), amounts are whole cents, dates are dates.
Every term refuses nonsense when it is made, with a code that starts with `charges.`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from brasil.charges.rounding import Rounding
from brasil.errors import BrasilError

MAX_PERCENT: Final = Decimal(1000)
MAX_PLACES: Final = 12
MAX_GRACE_DAYS: Final = 365


class Days(StrEnum):
    """Which days count: all of them, bank working days, or months of 30 days (30/360)."""

    CALENDAR = "calendar"
    BUSINESS = "business"
    COMMERCIAL = "commercial"


class RateBasis(StrEnum):
    """The period a percentage is stated for and the number of days it is divided by.

    `MONTH_30` is the market's (Pix cobv, Manual de Padrões, eq. 11: n = 30). `MONTH_ACTUAL` divides by the days of
    each calendar month. The business bases suit `Days.BUSINESS`.
    """

    DAY = "day"
    MONTH_30 = "month-30"
    MONTH_ACTUAL = "month-actual"
    MONTH_BUSINESS_21 = "month-business-21"
    MONTH_BUSINESS_22 = "month-business-22"
    YEAR_360 = "year-360"
    YEAR_365 = "year-365"
    YEAR_BUSINESS_252 = "year-business-252"


DIVISORS: Final[dict[RateBasis, int | None]] = {
    RateBasis.DAY: 1,
    RateBasis.MONTH_30: 30,
    RateBasis.MONTH_ACTUAL: None,
    RateBasis.MONTH_BUSINESS_21: 21,
    RateBasis.MONTH_BUSINESS_22: 22,
    RateBasis.YEAR_360: 360,
    RateBasis.YEAR_365: 365,
    RateBasis.YEAR_BUSINESS_252: 252,
}


def check_percent(value: Decimal, field: str) -> None:
    """Raise `charges.percent` unless `value` is a percentage from 0 to 1000."""
    exponent = value.as_tuple().exponent
    if not (isinstance(exponent, int) and exponent >= -MAX_PLACES and 0 <= value <= MAX_PERCENT):
        raise BrasilError(
            "charges.percent",
            f"A percentage lies between 0 and {MAX_PERCENT} and has at most {MAX_PLACES} decimal places.",
            field=field,
            found=value,
        )


def check_cents(value: int, field: str) -> None:
    """Raise `charges.amount` for a negative amount."""
    if value < 0:
        raise BrasilError(
            "charges.amount", "An amount is a whole number of cents, not negative.", field=field, found=value
        )


@dataclass(frozen=True, slots=True)
class FixedAmount:
    """An amount in cents: a fine, a discount or an abatement."""

    amount_cents: int

    def __post_init__(self) -> None:
        check_cents(self.amount_cents, "amount_cents")


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage of the receivable: a fine, a discount or an abatement."""

    percent: Decimal

    def __post_init__(self) -> None:
        check_percent(self.percent, "percent")


Charge = FixedAmount | Percent


@dataclass(frozen=True, slots=True)
class DailyAmount:
    """Interest as an amount of cents for each day late (CNAB "juros de 1 dia", Pix juros 1 and 5).

    The amount is for the whole receivable; on what is left after a partial payment it falls in proportion.
    """

    amount_cents: int
    days: Days = Days.CALENDAR

    def __post_init__(self) -> None:
        check_cents(self.amount_cents, "amount_cents")


@dataclass(frozen=True, slots=True)
class InterestRate:
    """Simple interest at a percentage for each day, month or year, pro rata die."""

    percent: Decimal
    basis: RateBasis = RateBasis.MONTH_30
    days: Days = Days.CALENDAR

    def __post_init__(self) -> None:
        check_percent(self.percent, "percent")


@dataclass(frozen=True, slots=True)
class LegalRate:
    """The *taxa legal* (CC art. 406, Lei 14.905/2024; Resolução CMN 5.171/2024), where no rate was agreed.

    `months` gives the published monthly percentage (BCB SGS series 29543) by the first day of its month. Simple
    interest; a negative rate counts as zero; a part of a month counts pro rata of its calendar days, or of 30 days
    with `MONTH_30`.
    """

    months: tuple[tuple[date, Decimal], ...]
    basis: RateBasis = RateBasis.MONTH_ACTUAL

    def __post_init__(self) -> None:
        if self.basis not in {RateBasis.MONTH_ACTUAL, RateBasis.MONTH_30}:
            raise BrasilError(
                "charges.legal_rate_basis",
                "The taxa legal is monthly: month-actual or month-30.",
                field="basis",
                found=self.basis,
            )
        firsts = [first for first, _ in self.months]
        if any(first.day != 1 for first in firsts) or len(set(firsts)) != len(firsts):
            raise BrasilError("charges.legal_rate_month", "Each month is given once, by its first day.", field="months")
        for _, percent in self.months:
            check_percent(max(percent, Decimal(0)), "months")


Interest = DailyAmount | InterestRate | LegalRate


@dataclass(frozen=True, slots=True)
class DiscountUntil:
    """A discount for paying in full up to and including a date."""

    until: date
    discount: Charge


@dataclass(frozen=True, slots=True)
class DiscountPerDay:
    """A discount for each day of anticipation before the due date, in calendar or bank working days."""

    discount: Charge
    days: Days = Days.CALENDAR


class WeekendRule(StrEnum):
    """What a due date on a Saturday, Sunday or holiday means. See `brasil.charges.due_date`."""

    AS_WRITTEN = "as-written"
    LAW_7089 = "law-7089"
    STJ_2022 = "stj-2022"
    PIX_COBV = "pix-cobv"
    PREVIOUS_WORKING_DAY = "previous-working-day"


class PaymentDating(StrEnum):
    """The day a payment counts for: the day it was made, or (boleto) the next working day if it was none."""

    AS_PAID = "as-paid"
    NEXT_WORKING_DAY = "next-working-day"


class Imputation(StrEnum):
    """What a partial payment pays first. CC art. 354: interest before principal, unless agreed otherwise."""

    INTEREST_FINE_PRINCIPAL = "interest-fine-principal"
    FINE_INTEREST_PRINCIPAL = "fine-interest-principal"
    PRINCIPAL_FIRST = "principal-first"


class Contract(StrEnum):
    """What kind of contract it is, for the limits of the law."""

    CONSUMER = "consumer"
    CONDOMINIUM = "condominium"
    BUSINESS = "business"


class CapPolicy(StrEnum):
    """What happens to terms above a limit of the law: refused, reduced to the limit, or only warned about."""

    REFUSE = "refuse"
    REDUCE = "reduce"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All terms of one receivable.

    `discounts` are either dates (`DiscountUntil`, each date once; the earliest that has not passed counts) or one
    `DiscountPerDay`. The abatement is granted whenever it is paid. Percentages of fine, interest and discount are
    taken of what is owed after the abatement, discounts of the face value if `discount_on_face`.
    Within `grace_days` calendar days after the due date nothing is charged; after them as if there had been none.
    """

    fine: Charge | None = None
    interest: Interest | None = None
    discounts: tuple[DiscountUntil, ...] | DiscountPerDay = ()
    abatement: Charge | None = None
    discount_on_face: bool = False
    grace_days: int = 0
    weekend_rule: WeekendRule = WeekendRule.LAW_7089
    payment_dating: PaymentDating = PaymentDating.AS_PAID
    rounding: Rounding = Rounding.DAILY_DOWN
    imputation: Imputation = Imputation.INTEREST_FINE_PRINCIPAL
    contract: Contract = Contract.CONSUMER
    cap_policy: CapPolicy = CapPolicy.REFUSE

    def __post_init__(self) -> None:
        if not 0 <= self.grace_days <= MAX_GRACE_DAYS:
            raise BrasilError(
                "charges.grace_days",
                f"Days of grace are 0 to {MAX_GRACE_DAYS}.",
                field="grace_days",
                found=self.grace_days,
            )
        if isinstance(self.discounts, DiscountPerDay):
            if self.discounts.days is Days.COMMERCIAL:
                raise BrasilError(
                    "charges.discount_days", "Days of anticipation are calendar or business days.", field="discounts"
                )
            return
        dates = [tier.until for tier in self.discounts]
        if len(set(dates)) != len(dates):
            raise BrasilError(
                "charges.discount_dates", "Two discounts end on the same date; keep one.", field="discounts"
            )
