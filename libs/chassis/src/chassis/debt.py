"""What an invoice snapshot costs on a day: the contract's terms handed to the one charge function of `brasil`.

Every service that names an amount (the slip, the message, the allocation, the forecast) asks here, so that they agree
to the cent. Pure: facts in, statement out.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from brasil import charges as rules
from brasil.calendar import BankCalendar
from contracts import charges as wire
from contracts.invoices import Invoice

LegalRates = tuple[tuple[date, Decimal], ...]
"""The published monthly *taxa legal*, each by the first day of its month (BCB SGS series 29543)."""


def _charge(charge: wire.FixedAmount | wire.Percentage) -> rules.FixedAmount | rules.Percent:
    if isinstance(charge, wire.FixedAmount):
        return rules.FixedAmount(charge.amount_cents)
    return rules.Percent(charge.percent)


def _interest(
    interest: wire.Interest, legal_rates: LegalRates
) -> rules.DailyAmount | rules.InterestRate | rules.LegalRate:
    if isinstance(interest, wire.DailyAmount):
        return rules.DailyAmount(interest.amount_cents, rules.Days(interest.days))
    if isinstance(interest, wire.InterestRate):
        return rules.InterestRate(interest.percent, rules.RateBasis(interest.basis), rules.Days(interest.days))
    return rules.LegalRate(legal_rates, rules.RateBasis(interest.basis))


def _discounts(discount: wire.Discount) -> tuple[rules.DiscountUntil, ...] | rules.DiscountPerDay:
    if isinstance(discount, wire.DiscountUntil):
        return tuple(rules.DiscountUntil(step.until, _charge(step.discount)) for step in discount.steps)
    return rules.DiscountPerDay(_charge(discount.discount), rules.Days(discount.days))


def terms_of(terms: wire.ChargeTerms, *, legal_rates: LegalRates = ()) -> rules.Terms:
    """The wire's terms as those of `brasil.charges`. Raises `BrasilError` for what a rule refuses."""
    return rules.Terms(
        fine=_charge(terms.fine) if terms.fine else None,
        interest=_interest(terms.interest, legal_rates) if terms.interest else None,
        discounts=_discounts(terms.discount) if terms.discount else (),
        discount_on_face=terms.discount_on_face,
        abatement=_charge(terms.abatement) if terms.abatement else None,
        grace_days=terms.grace_days,
        weekend_rule=rules.WeekendRule(terms.weekend_rule),
        payment_dating=rules.PaymentDating(terms.payment_dating),
        rounding=rules.Rounding(terms.rounding),
        imputation=rules.Imputation(terms.imputation),
        contract=rules.Contract(terms.contract),
        cap_policy=rules.CapPolicy(terms.cap_policy),
    )


def debt_on(
    invoice: Invoice,
    *,
    on: date,
    calendar: BankCalendar,
    paid: Iterable[rules.Payment] = (),
    legal_rates: LegalRates = (),
) -> rules.ChargeStatement:
    """The invoice's debt on a day, line by line, after the payments given (their order does not matter)."""
    return rules.charges(
        face_cents=invoice.amount_cents,
        due_on=invoice.due_on,
        on=on,
        terms=terms_of(invoice.terms, legal_rates=legal_rates),
        calendar=calendar,
        paid=paid,
    )
