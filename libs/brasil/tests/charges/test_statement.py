"""The statement of one receivable: lines, discounts, abatement, partial payments, limits, bad terms."""

from datetime import date
from decimal import Decimal

import pytest

from brasil.charges import (
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
    Payment,
    Percent,
    RateBasis,
    Rounding,
    Terms,
    WeekendRule,
    charges,
)
from brasil.errors import BrasilError

DUE = date(2024, 3, 11)  # a Monday
USUAL = Terms(fine=Percent(Decimal(2)), interest=InterestRate(Decimal(1)))


def test_every_cent_is_a_line_with_rule_and_source() -> None:
    statement = charges(face_cents=150000, due_on=DUE, on=date(2024, 3, 21), terms=USUAL)
    assert [(line.kind, line.amount_cents) for line in statement.lines] == [
        ("principal", 150000),
        ("fine", 3000),
        ("interest", 500),
    ]
    interest = statement.lines[2]
    assert (interest.base_cents, interest.rate, interest.days) == (150000, "1%/month-30", 10)
    assert (interest.start, interest.end) == (DUE, date(2024, 3, 21))
    assert all(line.rule and line.source for line in statement.lines)
    assert statement.total_cents == 153500


def test_on_the_due_date_nothing_is_charged() -> None:
    assert charges(face_cents=150000, due_on=DUE, on=DUE, terms=USUAL).total_cents == 150000


def test_the_fine_is_flat() -> None:
    one_day = charges(face_cents=150000, due_on=DUE, on=date(2024, 3, 12), terms=USUAL)
    a_year = charges(face_cents=150000, due_on=DUE, on=date(2025, 3, 12), terms=USUAL)
    assert one_day.charged("fine") == a_year.charged("fine") == 3000


def test_interest_may_be_an_amount_a_day() -> None:
    agreed = Terms(interest=DailyAmount(37))
    assert charges(face_cents=150000, due_on=DUE, on=date(2024, 3, 21), terms=agreed).charged("interest") == 370
    business = Terms(interest=DailyAmount(37, Days.BUSINESS))
    assert charges(face_cents=150000, due_on=DUE, on=date(2024, 3, 21), terms=business).charged("interest") == 8 * 37


def test_a_daily_amount_falls_with_the_principal() -> None:
    agreed = Terms(interest=DailyAmount(30))
    half = charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 21), terms=agreed, paid=[Payment(DUE, 5000)])
    assert half.charged("interest") == 10 * 15


def test_the_abatement_lowers_the_base_of_fine_and_interest() -> None:
    # Manual de Padrões do Pix, eq. 11: interest on the amount less the abatement.
    agreed = Terms(
        fine=Percent(Decimal(2)), interest=InterestRate(Decimal(1), RateBasis.DAY), abatement=FixedAmount(2000)
    )
    statement = charges(face_cents=12000, due_on=DUE, on=date(2024, 3, 13), terms=agreed)
    assert statement.charged("abatement") == -2000
    assert (statement.charged("fine"), statement.charged("interest")) == (200, 200)
    assert statement.total_cents == 10400


TIERS = Terms(
    discounts=(
        DiscountUntil(date(2024, 3, 8), Percent(Decimal(3))),
        DiscountUntil(date(2024, 3, 1), FixedAmount(1000)),
    )
)


@pytest.mark.parametrize(
    ("on", "total"),
    [
        (date(2024, 2, 28), 9000),
        (date(2024, 3, 1), 9000),
        (date(2024, 3, 2), 9700),
        (date(2024, 3, 8), 9700),
        (date(2024, 3, 9), 10000),
    ],
)
def test_the_earliest_discount_that_has_not_passed_counts(on: date, total: int) -> None:
    assert charges(face_cents=10000, due_on=DUE, on=on, terms=TIERS).total_cents == total


def test_a_pix_discount_that_ends_on_a_weekend_reaches_to_monday() -> None:
    # API Pix: the dates of discounts move with the business-day roll; Saturday 2 March to Monday 4 March.
    tier = (DiscountUntil(date(2024, 3, 2), FixedAmount(500)),)
    pix = Terms(discounts=tier, weekend_rule=WeekendRule.PIX_COBV)
    boleto = Terms(discounts=tier)
    assert charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 4), terms=pix).total_cents == 9500
    assert charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 4), terms=boleto).total_cents == 10000


@pytest.mark.parametrize(
    ("discount", "total"),
    [
        (DiscountPerDay(FixedAmount(10)), 10000 - 10 * 10),
        (DiscountPerDay(FixedAmount(10), Days.BUSINESS), 10000 - 6 * 10),
        (DiscountPerDay(Percent(Decimal("0.1"))), 10000 - 10 * 10),
        (DiscountPerDay(Percent(Decimal("0.1")), Days.BUSINESS), 10000 - 6 * 10),
    ],
)
def test_a_discount_by_day_counts_the_days_of_anticipation(discount: DiscountPerDay, total: int) -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 1), terms=Terms(discounts=discount))
    assert statement.total_cents == total
    assert charges(face_cents=10000, due_on=DUE, on=DUE, terms=Terms(discounts=discount)).total_cents == 10000


def test_a_percentage_discount_is_of_the_net_or_of_the_face_value_as_agreed() -> None:
    tiers = (DiscountUntil(DUE, Percent(Decimal(10))),)
    net = Terms(discounts=tiers, abatement=FixedAmount(1000))
    face = Terms(discounts=tiers, abatement=FixedAmount(1000), discount_on_face=True)
    assert charges(face_cents=10000, due_on=DUE, on=DUE, terms=net).charged("discount") == -900
    assert charges(face_cents=10000, due_on=DUE, on=DUE, terms=face).charged("discount") == -1000


def test_paying_the_discounted_amount_in_time_settles_it() -> None:
    statement = charges(
        face_cents=10000, due_on=DUE, on=date(2024, 6, 1), terms=TIERS, paid=[Payment(date(2024, 3, 1), 9000)]
    )
    assert (statement.total_cents, statement.unapplied_cents) == (0, 0)
    assert statement.charged("discount") == -1000


def test_a_part_of_it_in_time_earns_no_discount() -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=DUE, terms=TIERS, paid=[Payment(date(2024, 3, 1), 8999)])
    assert statement.charged("discount") == 0
    assert statement.total_cents == 1001


def test_two_payments_of_one_day_are_one() -> None:
    halves = [Payment(date(2024, 3, 1), 4000), Payment(date(2024, 3, 1), 5000)]
    assert charges(face_cents=10000, due_on=DUE, on=DUE, terms=TIERS, paid=halves).total_cents == 0


LATE = date(2024, 3, 21)
AGREED = Terms(fine=Percent(Decimal(2)), interest=InterestRate(Decimal(1), RateBasis.DAY), contract=Contract.BUSINESS)


@pytest.mark.parametrize(
    ("order", "principal", "interest", "fine"),
    [
        # 10 days late: 100.00 principal, 10.00 interest, 2.00 fine; 11.00 is paid (CC art. 354 for the first).
        (Imputation.INTEREST_FINE_PRINCIPAL, 10000, 0, 100),
        (Imputation.FINE_INTEREST_PRINCIPAL, 10000, 100, 0),
        (Imputation.PRINCIPAL_FIRST, 8900, 1000, 200),
    ],
)
def test_a_partial_payment_pays_what_the_order_says(
    order: Imputation, principal: int, interest: int, fine: int
) -> None:
    agreed = Terms(fine=AGREED.fine, interest=AGREED.interest, contract=Contract.BUSINESS, imputation=order)
    statement = charges(face_cents=10000, due_on=DUE, on=LATE, terms=agreed, paid=[Payment(LATE, 1100)])
    assert (statement.principal_cents, statement.interest_cents, statement.fine_cents) == (principal, interest, fine)
    assert statement.total_cents == 10100


def test_after_a_partial_payment_interest_runs_on_what_is_left_of_the_principal() -> None:
    # Ten days on 100.00, then 52.00 paid: 10.00 interest, 2.00 fine, 40.00 principal; ten days on 60.00.
    statement = charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 31), terms=AGREED, paid=[Payment(LATE, 5200)])
    assert [(line.kind, line.base_cents, line.amount_cents) for line in statement.lines] == [
        ("principal", None, 10000),
        ("fine", 10000, 200),
        ("interest", 10000, 1000),
        ("paid_interest", None, -1000),
        ("paid_fine", None, -200),
        ("paid_principal", None, -4000),
        ("interest", 6000, 600),
    ]
    assert statement.total_cents == 6600


def test_unpaid_interest_earns_no_interest() -> None:
    # Principal first: 100.00 paid after ten days leaves 12.00 of interest and fine, for ever 12.00.
    agreed = Terms(
        fine=AGREED.fine, interest=AGREED.interest, contract=Contract.BUSINESS, imputation=Imputation.PRINCIPAL_FIRST
    )
    for on in (LATE, date(2024, 4, 21), date(2034, 4, 21)):
        statement = charges(face_cents=10000, due_on=DUE, on=on, terms=agreed, paid=[Payment(LATE, 10000)])
        assert statement.total_cents == 1200


def test_the_fine_is_on_what_was_overdue() -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=LATE, terms=AGREED, paid=[Payment(DUE, 6000)])
    assert statement.charged("fine") == 80
    assert statement.charged("interest") == 400


def test_money_beyond_the_debt_stays_unapplied() -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=LATE, terms=AGREED, paid=[Payment(DUE, 12345)])
    assert (statement.total_cents, statement.unapplied_cents) == (0, 2345)


def test_payments_after_the_day_are_left_out() -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=DUE, terms=AGREED, paid=[Payment(LATE, 10000)])
    assert statement.total_cents == 10000


def test_what_is_paid_in_the_free_days_is_paid_in_time_under_the_stj_rule() -> None:
    # Due Saturday 2 March, 40.00 paid on Monday, the rest on Tuesday: three days, on the 60.00 alone.
    agreed = Terms(
        fine=Percent(Decimal(2)),
        interest=InterestRate(Decimal(1), RateBasis.DAY),
        weekend_rule=WeekendRule.STJ_2022,
        contract=Contract.BUSINESS,
    )
    monday, tuesday = date(2024, 3, 4), date(2024, 3, 5)
    statement = charges(
        face_cents=10000, due_on=date(2024, 3, 2), on=tuesday, terms=agreed, paid=[Payment(monday, 4000)]
    )
    assert [(line.base_cents, line.days) for line in statement.lines if line.kind == "interest"] == [(6000, 3)]
    assert statement.charged("fine") == 120
    settled = charges(
        face_cents=10000, due_on=date(2024, 3, 2), on=tuesday, terms=agreed, paid=[Payment(monday, 10000)]
    )
    assert settled.total_cents == 0


def test_days_of_grace_charge_nothing_and_then_everything() -> None:
    agreed = Terms(interest=InterestRate(Decimal(1), RateBasis.DAY), grace_days=3, contract=Contract.BUSINESS)
    assert charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 14), terms=agreed).charged("interest") == 0
    assert charges(face_cents=10000, due_on=DUE, on=date(2024, 3, 15), terms=agreed).charged("interest") == 400


LEGAL = LegalRate(
    months=(
        (date(2024, 9, 1), Decimal("0.6")),
        (date(2024, 10, 1), Decimal("-0.2")),
        (date(2024, 11, 1), Decimal("0.3")),
    )
)


def test_the_legal_rate_is_simple_by_month_and_never_negative() -> None:
    # CC art. 406, Lei 14.905/2024; Resolução CMN 5.171/2024: 10 of 30 days of September, all of October at zero, 15
    # of 30 days of November.
    statement = charges(
        face_cents=1000000, due_on=date(2024, 9, 20), on=date(2024, 11, 15),
        terms=Terms(interest=LEGAL, rounding=Rounding.TOTAL_HALF_EVEN),
    )  # fmt: skip
    assert [(line.days, line.amount_cents) for line in statement.lines if line.kind == "interest"] == [
        (10, 2000),
        (31, 0),
        (15, 1500),
    ]
    assert "Lei 14.905/2024" in statement.lines[1].source


def test_a_month_without_its_legal_rate_is_asked_for() -> None:
    with pytest.raises(BrasilError, match="12/2024") as refused:
        charges(face_cents=1000000, due_on=date(2024, 9, 20), on=date(2024, 12, 15), terms=Terms(interest=LEGAL))
    assert refused.value.code == "charges.legal_rate_missing"


def test_a_fine_above_the_consumer_limit_is_refused_reduced_or_warned_about() -> None:
    # CDC, art. 52 §1º: at most 2 % of the instalment.
    high = Terms(fine=Percent(Decimal("2.01")))
    with pytest.raises(BrasilError, match="CDC") as refused:
        charges(face_cents=10000, due_on=DUE, on=LATE, terms=high)
    assert refused.value.code == "charges.fine_above_cap"
    reduced = charges(
        face_cents=10000, due_on=DUE, on=LATE, terms=Terms(fine=Percent(Decimal(10)), cap_policy=CapPolicy.REDUCE)
    )
    assert (reduced.charged("fine"), reduced.problems[0].severity) == (200, "warning")
    warned = charges(
        face_cents=10000, due_on=DUE, on=LATE, terms=Terms(fine=Percent(Decimal(10)), cap_policy=CapPolicy.WARN)
    )
    assert (warned.charged("fine"), warned.problems[0].code) == (1000, "charges.fine_above_cap")


@pytest.mark.parametrize(("contract", "limit"), [(Contract.CONSUMER, 200), (Contract.CONDOMINIUM, 200)])
def test_a_fixed_fine_is_measured_against_the_instalment(contract: Contract, limit: int) -> None:
    within = Terms(fine=FixedAmount(limit), contract=contract)
    assert charges(face_cents=10000, due_on=DUE, on=LATE, terms=within).charged("fine") == limit
    with pytest.raises(BrasilError):
        charges(face_cents=10000, due_on=DUE, on=LATE, terms=Terms(fine=FixedAmount(limit + 1), contract=contract))


def test_a_business_contract_may_agree_a_higher_fine_but_not_above_the_debt() -> None:
    # One public title of 2016 carries 10 %; Código Civil, art. 412 ends it at the principal.
    ten = Terms(fine=Percent(Decimal(10)), contract=Contract.BUSINESS)
    assert charges(face_cents=10000, due_on=DUE, on=LATE, terms=ten).charged("fine") == 1000
    with pytest.raises(BrasilError, match="412"):
        charges(
            face_cents=10000, due_on=DUE, on=LATE, terms=Terms(fine=Percent(Decimal(101)), contract=Contract.BUSINESS)
        )


@pytest.mark.parametrize(
    ("interest", "warned"),
    [
        (InterestRate(Decimal(1)), False),
        (InterestRate(Decimal("1.01")), True),
        (InterestRate(Decimal("0.033"), RateBasis.DAY), False),
        (InterestRate(Decimal("0.034"), RateBasis.DAY), True),
        (InterestRate(Decimal(12), RateBasis.YEAR_360), False),
        (InterestRate(Decimal(13), RateBasis.YEAR_360), True),
    ],
)
def test_consumer_interest_above_one_percent_a_month_is_warned_about(interest: InterestRate, warned: bool) -> None:
    statement = charges(face_cents=10000, due_on=DUE, on=DUE, terms=Terms(interest=interest))
    assert [problem.code for problem in statement.problems] == ["charges.interest_above_cap"] * warned


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Percent(Decimal(-1)), "charges.percent"),
        (lambda: Percent(Decimal("NaN")), "charges.percent"),
        (lambda: Percent(Decimal("Infinity")), "charges.percent"),
        (lambda: Percent(Decimal("1e-13")), "charges.percent"),
        (lambda: InterestRate(Decimal(1001)), "charges.percent"),
        (lambda: FixedAmount(-1), "charges.amount"),
        (lambda: DailyAmount(-1), "charges.amount"),
        (lambda: Terms(grace_days=-1), "charges.grace_days"),
        (lambda: Terms(grace_days=366), "charges.grace_days"),
        (lambda: Terms(discounts=(DiscountUntil(DUE, FixedAmount(1)),) * 2), "charges.discount_dates"),
        (lambda: Terms(discounts=DiscountPerDay(FixedAmount(1), Days.COMMERCIAL)), "charges.discount_days"),
        (lambda: LegalRate(((date(2024, 9, 2), Decimal(1)),)), "charges.legal_rate_month"),
        (lambda: LegalRate(((date(2024, 9, 1), Decimal(1)),) * 2), "charges.legal_rate_month"),
        (lambda: LegalRate((), RateBasis.DAY), "charges.legal_rate_basis"),
    ],
)
def test_terms_that_mean_nothing_are_refused(make: object, code: str) -> None:
    assert callable(make)
    with pytest.raises(BrasilError) as refused:
        make()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("face", "due", "agreed", "code"),
    [
        (-1, DUE, USUAL, "charges.amount"),
        (10**15 + 1, DUE, USUAL, "charges.amount"),
        (10000, date(2079, 1, 1), USUAL, "calendar.year"),
        (10000, DUE, Terms(abatement=FixedAmount(10000)), "charges.abatement_too_large"),
        (10000, DUE, Terms(abatement=Percent(Decimal(100))), "charges.abatement_too_large"),
        (10000, DUE, Terms(discounts=(DiscountUntil(DUE, FixedAmount(10000)),)), "charges.discount_too_large"),
        (10000, DUE, Terms(discounts=(DiscountUntil(DUE, Percent(Decimal(100))),)), "charges.discount_too_large"),
        (10000, DUE, Terms(discounts=(DiscountUntil(LATE, FixedAmount(1)),)), "charges.discount_after_due"),
    ],
)
def test_terms_that_do_not_fit_the_receivable_are_refused(face: int, due: date, agreed: Terms, code: str) -> None:
    with pytest.raises(BrasilError) as refused:
        charges(face_cents=face, due_on=due, on=DUE, terms=agreed)
    assert refused.value.code == code


def test_a_negative_payment_is_refused() -> None:
    with pytest.raises(BrasilError):
        charges(face_cents=10000, due_on=DUE, on=DUE, paid=[Payment(DUE, -1)])


def test_the_statement_as_json_adds_up() -> None:
    statement = charges(
        face_cents=10000, due_on=DUE, on=date(2024, 3, 31), terms=AGREED, paid=[Payment(LATE, 5200)]
    ).as_dict()
    assert statement["total_cents"] == sum(line["amount_cents"] for line in statement["lines"]) == 6600
    assert statement["total_cents"] == sum(statement["open"].values())
    assert (statement["fine_cents"], statement["interest_cents"], statement["paid_cents"]) == (200, 1600, 5200)
    assert statement["weekend_rule"] == {"rule": "law-7089", "source": "Lei 7.089/1983, art. 1º; CC art. 132 §1º"}
