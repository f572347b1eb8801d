"""What a receivable costs on a day: fine, interest, discounts, abatement and partial payments, line by line."""

from brasil.charges.ledger import Line, Payment
from brasil.charges.rounding import Rounding
from brasil.charges.statement import ChargeStatement, charges
from brasil.charges.terms import (
    CapPolicy,
    Contract,
    DailyAmount,
    Days,
    DiscountPerDay,
    DiscountUntil,
    FixedAmount,
    Imputation,
    InterestRate,
    LegalRate,
    PaymentDating,
    Percent,
    RateBasis,
    Terms,
    WeekendRule,
)

__all__ = [
    "CapPolicy",
    "ChargeStatement",
    "Contract",
    "DailyAmount",
    "Days",
    "DiscountPerDay",
    "DiscountUntil",
    "FixedAmount",
    "Imputation",
    "InterestRate",
    "LegalRate",
    "Line",
    "Payment",
    "PaymentDating",
    "Percent",
    "RateBasis",
    "Rounding",
    "Terms",
    "WeekendRule",
    "charges",
]
