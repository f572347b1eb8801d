from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

from brasil import charges as rules
from chassis.debt import terms_of
from contracts import charges as wire

COMMON: dict[str, Any] = {
    "weekend_rule": "law-7089",
    "payment_dating": "as-paid",
    "rounding": "daily-down",
    "imputation": "interest-fine-principal",
    "contract": "consumer",
    "cap_policy": "refuse",
}
RATES = ((date(2026, 3, 1), Decimal("0.85")),)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (wire.DailyAmount(amount_cents=7, days="business"), rules.DailyAmount(7, rules.Days.BUSINESS)),
        (
            wire.InterestRate(percent=Decimal("1.00"), basis="month-30"),
            rules.InterestRate(Decimal("1.00"), rules.RateBasis.MONTH_30),
        ),
        (wire.LegalRate(basis="month-actual"), rules.LegalRate(RATES)),
    ],
)
def test_interest_means_the_same_in_the_rules(told: Any, meant: object) -> None:
    assert terms_of(wire.ChargeTerms(interest=told, **COMMON), legal_rates=RATES).interest == meant


def test_amounts_percentages_and_discounts_mean_the_same_in_the_rules() -> None:
    step = wire.DiscountStep(until=date(2026, 3, 5), discount=wire.Percentage(percent=Decimal("5.00")))
    told = wire.ChargeTerms(
        fine=wire.FixedAmount(amount_cents=150),
        abatement=wire.Percentage(percent=Decimal("1.50")),
        discount=wire.DiscountUntil(steps=(step,)),
        grace_days=3,
        **COMMON,
    )
    assert terms_of(told) == rules.Terms(
        fine=rules.FixedAmount(150),
        abatement=rules.Percent(Decimal("1.50")),
        discounts=(rules.DiscountUntil(date(2026, 3, 5), rules.Percent(Decimal("5.00"))),),
        grace_days=3,
    )
    early = wire.ChargeTerms(discount=wire.DiscountPerDay(discount=wire.FixedAmount(amount_cents=2)), **COMMON)
    assert terms_of(early).discounts == rules.DiscountPerDay(rules.FixedAmount(2))


@pytest.mark.parametrize("name", ["weekend_rule", "payment_dating", "rounding", "imputation", "contract", "cap_policy"])
def test_every_word_of_the_wire_is_a_word_of_the_rules(name: str) -> None:
    words = get_args(wire.ChargeTerms.model_fields[name].annotation)
    meant = {getattr(terms_of(wire.ChargeTerms(**{**COMMON, name: word})), name).value for word in words}
    kind = type(getattr(rules.Terms(), name))
    assert meant == set(words) == {member.value for member in kind}
