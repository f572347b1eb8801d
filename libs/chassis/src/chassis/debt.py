"""What an invoice snapshot costs on a day: the contract's terms handed to the one charge function of `brasil`.

Every service that names an amount (the slip, the message, the allocation, the forecast) asks here, so that they agree
to the cent. Pure: facts in, statement out.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from brasil.calendar import BankCalendar
from brasil.charges import (
    ChargeStatement,
    Contract,
    DailyAmount,
    Days,
    DiscountPerDay,
    DiscountUntil,
    FixedAmount,
    Imputation,
    InterestRate,
    LegalRate,
    Payment,
    Percent,
    RateBasis,
    Rounding,
    Terms,
    WeekendRule,
    charges,
)
from contracts.charges import ChargeTerms, Discount, Interest
from contracts.invoices import Invoice

_DAYS = {"calendar": Days.CALENDAR, "business": Days.BUSINESS}
_WEEKEND = {
    "from_moved_date": WeekendRule.PIX_COBV,
    "from_original_date": WeekendRule.STJ_2022,
    "not_moved": WeekendRule.AS_WRITTEN,
}
_ROUNDING = {
    "total_half_up": Rounding.TOTAL_HALF_UP,
    "total_half_even": Rounding.TOTAL_HALF_EVEN,
    "total_down": Rounding.TOTAL_DOWN,
    "daily_half_up": Rounding.DAILY_HALF_UP,
    "daily_down": Rounding.DAILY_DOWN,
}
_BASIS = {
    ("percent_per_day", "calendar"): RateBasis.DAY,
    ("percent_per_day", "business"): RateBasis.DAY,
    ("percent_per_month", "calendar"): RateBasis.MONTH_30,
    ("percent_per_month", "business"): RateBasis.MONTH_BUSINESS_21,
    ("percent_per_year", "calendar"): RateBasis.YEAR_365,
    ("percent_per_year", "business"): RateBasis.YEAR_BUSINESS_252,
}

LegalRates = tuple[tuple[date, Decimal], ...]
"""The published monthly *taxa legal*, each by the first day of its month (BCB SGS series 29543)."""


def _charge(amount_cents: int | None, percent: Decimal | None) -> FixedAmount | Percent:
    if amount_cents is not None:
        return FixedAmount(amount_cents)
    if percent is None:
        raise ValueError("a charge has an amount or a percentage")
    return Percent(percent)


def _interest(interest: Interest, legal_rates: LegalRates) -> DailyAmount | InterestRate | LegalRate:
    if interest.modality == "legal_rate":
        return LegalRate(legal_rates)
    if interest.modality == "amount_per_day":
        if interest.amount_cents is None:
            raise ValueError("interest by amount_per_day has an amount")
        return DailyAmount(interest.amount_cents, _DAYS[interest.days_counted])
    if interest.percent is None:
        raise ValueError("interest by percentage has a percentage")
    basis = _BASIS[interest.modality, interest.days_counted]
    return InterestRate(interest.percent, basis, _DAYS[interest.days_counted])


def _discounts(discount: Discount) -> tuple[DiscountUntil, ...] | DiscountPerDay:
    if discount.steps:
        return tuple(DiscountUntil(step.until, _charge(step.amount_cents, step.percent)) for step in discount.steps)
    return DiscountPerDay(_charge(discount.amount_cents, discount.percent), _DAYS[discount.days_counted])


def terms_of(
    terms: ChargeTerms,
    *,
    contract: Contract = Contract.CONSUMER,
    imputation: Imputation = Imputation.INTEREST_FINE_PRINCIPAL,
    legal_rates: LegalRates = (),
) -> Terms:
    """The wire's words as the terms of `brasil.charges`. Raises `BrasilError` for terms above the law."""
    return Terms(
        fine=_charge(terms.fine.amount_cents, terms.fine.percent) if terms.fine else None,
        interest=_interest(terms.interest, legal_rates) if terms.interest else None,
        discounts=_discounts(terms.discount) if terms.discount else (),
        abatement=_charge(terms.abatement.amount_cents, terms.abatement.percent) if terms.abatement else None,
        grace_days=terms.grace_days,
        weekend_rule=_WEEKEND[terms.weekend_rule],
        rounding=_ROUNDING[terms.interest.rounding] if terms.interest else Rounding.DAILY_DOWN,
        imputation=imputation,
        contract=contract,
    )


def debt_on(
    invoice: Invoice,
    *,
    on: date,
    calendar: BankCalendar,
    paid: Iterable[Payment] = (),
    contract: Contract = Contract.CONSUMER,
    legal_rates: LegalRates = (),
) -> ChargeStatement:
    """The invoice's debt on a day, line by line, after the payments given (their order does not matter)."""
    return charges(
        face_cents=invoice.amount_cents,
        due_on=invoice.due_on,
        on=on,
        terms=terms_of(invoice.terms, contract=contract, legal_rates=legal_rates),
        calendar=calendar,
        paid=paid,
    )
