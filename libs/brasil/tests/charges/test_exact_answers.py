"""Whole answers, word for word: what a debtor, a judge or a program reads must not change by accident."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from brasil.calendar import NATIONAL
from brasil.charges import (
    CapPolicy,
    Contract,
    DailyAmount,
    Days,
    DiscountPerDay,
    DiscountUntil,
    FixedAmount,
    InterestRate,
    LegalRate,
    Payment,
    PaymentDating,
    Percent,
    RateBasis,
    Rounding,
    Terms,
    WeekendRule,
    charges,
)
from brasil.charges.discount import discount_on
from brasil.charges.due_date import counted_on, due_date
from brasil.charges.imputation import Owed
from brasil.charges.interest import days_between, interest_cents, interest_exact, spans
from brasil.errors import BrasilError

FINE_SOURCE = "contract; Código Civil, arts. 408 and 409"
INTEREST_SOURCE = "contract; Código Civil, arts. 394, 395 and 406"


def line(kind: str, rule: str, source: str, amount_cents: int, **more: object) -> dict[str, object]:
    blank = dict.fromkeys(("base_cents", "rate", "days", "start", "end"))
    return {**blank, "kind": kind, "rule": rule, "source": source, "amount_cents": amount_cents, **more}


def test_a_late_receivable_with_a_payment_in_time_and_one_too_late() -> None:
    terms = Terms(
        fine=Percent(Decimal(2)),
        interest=InterestRate(Decimal("1.5")),
        abatement=FixedAmount(20000),
        weekend_rule=WeekendRule.STJ_2022,
        payment_dating=PaymentDating.NEXT_WORKING_DAY,
        discounts=(DiscountUntil(date(2026, 2, 27), Percent(Decimal(5))),),
    )
    paid = [Payment(date(2026, 3, 9), 10000), Payment(date(2026, 3, 14), 12500)]
    statement = charges(face_cents=120000, due_on=date(2026, 3, 7), on=date(2026, 3, 21), terms=terms, paid=paid)
    by_payment = ("payment, interest-fine-principal", "Código Civil, art. 354")
    interest = ("interest", "simple, calendar days, daily-down", INTEREST_SOURCE)
    first, second = {"start": "2026-03-09", "end": "2026-03-09"}, {"start": "2026-03-16", "end": "2026-03-16"}
    assert statement.as_dict() == {
        "face_cents": 120000,
        "due_on": "2026-03-07",
        "payable_until": "2026-03-09",
        "late_from": "2026-03-07",
        "weekend_rule": {"rule": "stj-2022", "source": "STJ, 3ª Turma, February 2022"},
        "on": "2026-03-21",
        "counted_on": "2026-03-23",
        "days_late": 16,
        "total_cents": 79978,
        "fine_cents": 1800,
        "interest_cents": 678,
        "discount_cents": 0,
        "abatement_cents": 20000,
        "paid_cents": 22500,
        "unapplied_cents": 0,
        "open": {"principal_cents": 79705, "interest_cents": 273, "fine_cents": 0},
        "lines": [
            line("principal", "face value", "contract", 120000),
            line("abatement", "abatement", "contract", -20000, base_cents=120000, rate="20000 cents"),
            line("paid_principal", *by_payment, -10000, **first),
            line("fine", "flat, once", FINE_SOURCE, 1800, base_cents=90000, rate="2%"),
            line(*interest, 405, base_cents=90000, rate="1.5%/month-30", days=9, start="2026-03-07", end="2026-03-16"),
            line("paid_interest", *by_payment, -405, **second),
            line("paid_fine", *by_payment, -1800, **second),
            line("paid_principal", *by_payment, -10295, **second),
            line(*interest, 273, base_cents=79705, rate="1.5%/month-30", days=7, start="2026-03-16", end="2026-03-23"),
        ],
        "problems": [
            {
                "code": "charges.interest_above_cap",
                "message": "Interest of 1.5%/month-30 is above the 1% that Decreto 22.626/1933, art. 5º; Súmula STJ "
                "379 allows in a consumer contract.",
                "severity": "warning",
                "line": None,
                "field": "interest",
                "position": None,
                "found": "1.5%/month-30",
                "expected": "at most 1%",
            }
        ],
    }


def test_an_early_payment_of_the_rest() -> None:
    terms = Terms(
        discounts=DiscountPerDay(Percent(Decimal("0.1")), Days.BUSINESS),
        abatement=Percent(Decimal(10)),
        rounding=Rounding.TOTAL_HALF_UP,
    )
    statement = charges(
        face_cents=10095, due_on=date(2026, 3, 9), on=date(2026, 2, 27), terms=terms,
        paid=[Payment(date(2026, 2, 26), 100)],
    )  # fmt: skip
    answer = statement.as_dict()
    assert answer["lines"] == [
        line("principal", "face value", "contract", 10095),
        # 10 % of 100.95 is 10.095, half up
        line("abatement", "abatement", "contract", -1010, base_cents=10095, rate="10%"),
        line("paid_principal", "payment, interest-fine-principal", "Código Civil, art. 354", -100,
             start="2026-02-26", end="2026-02-26"),
        # 0.6 % of 90.85 is 0.5451, half up
        line("discount", "by day of anticipation", "contract", -55, base_cents=9085, rate="0.1%/business day", days=6,
             start="2026-02-27", end="2026-03-09"),
    ]  # fmt: skip
    assert (answer["discount_cents"], answer["abatement_cents"], answer["paid_cents"]) == (55, 1010, 100)
    assert answer["open"] == {"principal_cents": 8930, "interest_cents": 0, "fine_cents": 0}
    assert (answer["days_late"], answer["total_cents"]) == (0, 8930)


def test_a_discount_until_a_date_and_money_left_over() -> None:
    terms = Terms(discounts=(DiscountUntil(date(2026, 3, 2), FixedAmount(500)),))
    statement = charges(
        face_cents=10000, due_on=date(2026, 3, 9), on=date(2026, 3, 9), terms=terms,
        paid=[Payment(date(2026, 3, 2), 9600)],
    )  # fmt: skip
    answer = statement.as_dict()
    assert answer["lines"][1] == line(
        "discount", "if paid in full until 2026-03-02", "contract", -500, base_cents=10000, rate="500 cents"
    )
    assert (answer["total_cents"], answer["unapplied_cents"], answer["paid_cents"]) == (0, 100, 9500)


def test_the_legal_rate_names_its_law_and_its_months() -> None:
    terms = Terms(interest=LegalRate(((date(2026, 3, 1), Decimal("0.62")), (date(2026, 4, 1), Decimal("0.3")))))
    statement = charges(face_cents=310000, due_on=date(2026, 3, 30), on=date(2026, 4, 3), terms=terms)
    rule = (
        "interest",
        "simple, calendar days, daily-down",
        "Código Civil, art. 406 (Lei 14.905/2024); Resolução CMN 5.171/2024",
    )
    assert statement.as_dict()["lines"][1:] == [
        line(
            *rule,
            62,
            base_cents=310000,
            rate="0.62%/month-actual 2026-03",
            days=1,
            start="2026-03-30",
            end="2026-03-31",
        ),
        line(
            *rule, 93, base_cents=310000, rate="0.3%/month-actual 2026-04", days=3, start="2026-03-31", end="2026-04-03"
        ),
    ]
    thirty = LegalRate(((date(2026, 3, 1), Decimal("0.60")),), RateBasis.MONTH_30)
    (span,) = spans(thirty, date(2026, 3, 1), date(2026, 3, 31), NATIONAL)
    assert (span.days, span.daily * 30, span.rate) == (30, Decimal("0.006"), "0.60%/month-30 2026-03")


def test_interest_in_money_names_it() -> None:
    terms = Terms(interest=DailyAmount(33, Days.BUSINESS))
    statement = charges(face_cents=10000, due_on=date(2026, 3, 6), on=date(2026, 3, 9), terms=terms)
    assert statement.as_dict()["lines"][1] == line(
        "interest", "simple, business days, daily-down", INTEREST_SOURCE, 33, base_cents=10000, rate="33 cents/day",
        days=1, start="2026-03-06", end="2026-03-09",
    )  # fmt: skip


DUE = date(2026, 3, 9)


def at_due(face_cents: int = 10000, **terms: object) -> Callable[[], object]:
    return lambda: charges(face_cents=face_cents, due_on=DUE, on=DUE, terms=Terms(**terms))  # type: ignore[arg-type]


REFUSALS: list[tuple[Callable[[], object], str, str, str | None, str | None, str | None]] = [
    (lambda: Percent(Decimal("1000.1")), "charges.percent",
     "A percentage lies between 0 and 1000 and has at most 12 decimal places.", "percent", "1000.1", None),
    (lambda: InterestRate(Decimal(-1)), "charges.percent",
     "A percentage lies between 0 and 1000 and has at most 12 decimal places.", "percent", "-1", None),
    (lambda: LegalRate(((date(2026, 3, 1), Decimal(1001)),)), "charges.percent",
     "A percentage lies between 0 and 1000 and has at most 12 decimal places.", "months", "1001", None),
    (lambda: FixedAmount(-1), "charges.amount",
     "An amount is a whole number of cents, not negative.", "amount_cents", "-1", None),
    (lambda: DailyAmount(-2), "charges.amount",
     "An amount is a whole number of cents, not negative.", "amount_cents", "-2", None),
    (lambda: Terms(grace_days=366), "charges.grace_days", "Days of grace are 0 to 365.", "grace_days", "366", None),
    (lambda: Terms(discounts=(DiscountUntil(DUE, FixedAmount(1)),) * 2), "charges.discount_dates",
     "Two discounts end on the same date; keep one.", "discounts", None, None),
    (lambda: Terms(discounts=DiscountPerDay(FixedAmount(1), Days.COMMERCIAL)), "charges.discount_days",
     "Days of anticipation are calendar or business days.", "discounts", None, None),
    (lambda: LegalRate((), RateBasis.YEAR_365), "charges.legal_rate_basis",
     "The taxa legal is monthly: month-actual or month-30.", "basis", "year-365", None),
    (lambda: LegalRate(((date(2026, 3, 2), Decimal(1)),)), "charges.legal_rate_month",
     "Each month is given once, by its first day.", "months", None, None),
    (lambda: interest_cents(LegalRate(()), base_cents=1, start=date(2026, 2, 28), end=date(2026, 3, 1), calendar=NATIONAL),
     "charges.legal_rate_missing",
     "The taxa legal of 03/2026 is not given; pass the published rate (BCB SGS series 29543).", "months", None, "2026-03"),
    (at_due(face_cents=-1), "charges.amount",
     "The face value is a whole number of cents, not negative, below 10^15.", "face_cents", "-1", None),
    (at_due(abatement=FixedAmount(10000)), "charges.abatement_too_large",
     "The abatement must be less than the face value.", "abatement", "10000", "less than 10000"),
    (at_due(discounts=(DiscountUntil(DUE, FixedAmount(10000)),)), "charges.discount_too_large",
     "A discount must be less than the face value.", "discounts", None, "less than 10000 cents"),
    (at_due(discounts=(DiscountUntil(DUE, Percent(Decimal(100))),)), "charges.discount_too_large",
     "A discount must be less than the face value.", "discounts", None, "less than 10000 cents"),
    (at_due(discounts=(DiscountUntil(date(2026, 3, 10), FixedAmount(1)),)), "charges.discount_after_due",
     "A discount must end on the due date or before.", "discounts", "2026-03-10", "until 2026-03-09"),
    (at_due(fine=Percent(Decimal("2.5"))), "charges.fine_above_cap",
     "A fine of 2.5% is above the 2% that CDC (Lei 8.078/1990), art. 52 §1º allows in a consumer contract.", "fine",
     "2.5%", "at most 2%"),
    (at_due(fine=FixedAmount(201)), "charges.fine_above_cap",
     "A fine of 201 cents is above the 2% that CDC (Lei 8.078/1990), art. 52 §1º allows in a consumer contract.", "fine",
     "201 cents", "at most 2%"),
    (at_due(fine=Percent(Decimal(3)), contract=Contract.CONDOMINIUM), "charges.fine_above_cap",
     "A fine of 3% is above the 2% that Código Civil, art. 1.336 §1º allows in a condominium contract.", "fine", "3%",
     "at most 2%"),
    (at_due(fine=FixedAmount(10001), contract=Contract.BUSINESS), "charges.fine_above_cap",
     "A fine of 10001 cents is above the 100% that Código Civil, art. 412 allows in a business contract.", "fine",
     "10001 cents", "at most 100%"),
    (lambda: charges(face_cents=1, due_on=DUE, on=DUE, paid=[Payment(DUE, -5)]), "charges.amount",
     "An amount is a whole number of cents, not negative.", "paid", "-5", None),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[1]}-{refusal[4]}")
def test_a_refusal_says_what_where_and_what_was_expected(
    refusal: tuple[Callable[[], object], str, str, str | None, str | None, str | None],
) -> None:
    ask, code, message, field, found, expected = refusal
    with pytest.raises(BrasilError) as refused:
        ask()
    problem = refused.value.problem
    assert (problem.code, problem.message, problem.field, problem.found, problem.expected) == (
        code, message, field, found, expected,
    )  # fmt: skip


def test_reduced_terms_say_so() -> None:
    statement = charges(
        face_cents=10000, due_on=DUE, on=date(2026, 3, 10),
        terms=Terms(fine=FixedAmount(900), cap_policy=CapPolicy.REDUCE),
    )  # fmt: skip
    (problem,) = statement.problems
    assert (problem.severity, problem.code, problem.field) == ("warning", "charges.fine_above_cap", "fine")
    assert (problem.found, problem.expected) == ("900 cents", "at most 2%")
    assert problem.message == (
        "A fine of 900 cents is above the 2% that CDC (Lei 8.078/1990), art. 52 §1º allows in a consumer contract. "
        "It was reduced to the limit."
    )
    assert statement.charged("fine") == 200
    kept = charges(
        face_cents=10000,
        due_on=DUE,
        on=date(2026, 3, 10),
        terms=Terms(fine=FixedAmount(900), cap_policy=CapPolicy.WARN),
    )
    assert kept.charged("fine") == 900
    assert not kept.problems[0].message.endswith("limit.")


def test_zero_is_an_amount_a_percentage_and_a_face_value() -> None:
    assert (FixedAmount(0).amount_cents, Percent(Decimal(0)).percent, DailyAmount(0).amount_cents) == (0, Decimal(0), 0)
    assert Percent(Decimal(1000)).percent == 1000
    assert Percent(Decimal("0.000000000001")).percent > 0
    assert Terms(grace_days=365).grace_days == 365
    nothing = charges(
        face_cents=0, due_on=DUE, on=date(2026, 4, 9),
        terms=Terms(fine=Percent(Decimal(2)), interest=InterestRate(Decimal(1)), abatement=Percent(Decimal(5))),
    )  # fmt: skip
    assert nothing.total_cents == 0
    assert len(nothing.lines) == 1
    assert charges(face_cents=10**15, due_on=DUE, on=DUE).total_cents == 10**15


SATURDAY = date(2026, 3, 7)


@pytest.mark.parametrize(
    ("rule", "payable_until", "late_from", "fine_from", "anticipation_to"),
    [
        (WeekendRule.AS_WRITTEN, 7, 7, 8, 7),
        (WeekendRule.LAW_7089, 9, 9, 10, 7),
        (WeekendRule.STJ_2022, 9, 7, 10, 7),
        (WeekendRule.PIX_COBV, 9, 9, 10, 9),
        (WeekendRule.PREVIOUS_WORKING_DAY, 6, 6, 7, 6),
    ],
)
def test_what_a_saturday_means_under_each_rule(
    rule: WeekendRule, payable_until: int, late_from: int, fine_from: int, anticipation_to: int
) -> None:
    days = (7, payable_until, late_from, fine_from, anticipation_to)
    assert due_date(SATURDAY, rule, NATIONAL) == tuple(date(2026, 3, day) for day in days)


def test_the_day_a_payment_counts_for() -> None:
    assert counted_on(SATURDAY, PaymentDating.AS_PAID, NATIONAL) == SATURDAY
    assert counted_on(SATURDAY, PaymentDating.NEXT_WORKING_DAY, NATIONAL) == date(2026, 3, 9)
    assert counted_on(date(2026, 3, 6), PaymentDating.NEXT_WORKING_DAY, NATIONAL) == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("start", "end", "days", "count"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), Days.COMMERCIAL, 28),
        (date(2026, 1, 30), date(2026, 1, 31), Days.COMMERCIAL, 0),
        (date(2025, 12, 15), date(2026, 1, 15), Days.COMMERCIAL, 30),
        (date(2025, 3, 9), date(2026, 3, 9), Days.COMMERCIAL, 360),
        (date(2025, 3, 9), date(2026, 3, 9), Days.CALENDAR, 365),
        (date(2026, 2, 13), date(2026, 2, 18), Days.BUSINESS, 1),
    ],
)
def test_days_of_each_kind(start: date, end: date, days: Days, count: int) -> None:
    assert days_between(start, end, days, NATIONAL) == count


def test_a_discount_of_one_day_and_of_none() -> None:
    by_day = Terms(discounts=DiscountPerDay(FixedAmount(7)))
    eve = charges(face_cents=100, due_on=DUE, on=date(2026, 3, 8), terms=by_day)
    assert [(one.kind, one.days, one.amount_cents) for one in eve.lines[1:]] == [("discount", 1, -7)]
    assert len(charges(face_cents=100, due_on=DUE, on=DUE, terms=by_day).lines) == 1
    weekend = Terms(discounts=DiscountPerDay(FixedAmount(7), Days.BUSINESS), weekend_rule=WeekendRule.AS_WRITTEN)
    # From Saturday to Sunday no working day passes.
    assert len(charges(face_cents=100, due_on=date(2026, 3, 8), on=SATURDAY, terms=weekend).lines) == 1


def test_a_discount_by_day_is_never_more_than_the_debt() -> None:
    by_day = Terms(discounts=DiscountPerDay(FixedAmount(70)))
    assert charges(face_cents=100, due_on=DUE, on=date(2026, 3, 1), terms=by_day).total_cents == 0
    half = charges(face_cents=100, due_on=DUE, on=date(2026, 3, 1), terms=by_day, paid=[Payment(date(2026, 2, 1), 1)])
    assert (half.total_cents, half.unapplied_cents) == (0, 1)


def test_what_is_owed_adds_up() -> None:
    owed = Owed(5, 3, 2)
    assert (owed.total, owed.minus(Owed(1, 1, 1))) == (10, Owed(4, 2, 1))


def test_every_overpayment_stays_unapplied() -> None:
    paid = [Payment(date(2026, 3, 2), 150), Payment(date(2026, 3, 3), 30), Payment(date(2026, 3, 20), 4)]
    statement = charges(face_cents=100, due_on=DUE, on=date(2026, 4, 1), paid=paid)
    assert (statement.total_cents, statement.unapplied_cents) == (0, 84)


def test_of_two_discounts_that_reach_to_one_monday_the_earlier_counts() -> None:
    # Saturday and Sunday both reach to Monday under the Pix rule.
    tiers = (DiscountUntil(date(2026, 3, 8), FixedAmount(5)), DiscountUntil(date(2026, 3, 7), FixedAmount(9)))
    terms = Terms(discounts=tiers, weekend_rule=WeekendRule.PIX_COBV)
    assert charges(face_cents=100, due_on=DUE, on=DUE, terms=terms).charged("discount") == -9
    unmoved = discount_on(tiers, base_cents=100, anticipation_to=DUE, on=DUE, calendar=NATIONAL)
    assert unmoved is None


def test_a_discount_granted_names_the_base_it_was_taken_of() -> None:
    terms = Terms(
        discounts=(DiscountUntil(DUE, Percent(Decimal(10))),), abatement=FixedAmount(1000), discount_on_face=True
    )
    (given,) = [
        line for line in charges(face_cents=10000, due_on=DUE, on=DUE, terms=terms).lines if line.kind == "discount"
    ]
    assert (given.base_cents, given.amount_cents) == (10000, -1000)


def test_a_discount_by_day_granted_to_a_payment_names_its_days() -> None:
    terms = Terms(discounts=DiscountPerDay(FixedAmount(10)))
    statement = charges(face_cents=10000, due_on=DUE, on=DUE, terms=terms, paid=[Payment(date(2026, 3, 6), 9970)])
    (given,) = [line for line in statement.lines if line.kind == "discount"]
    assert (given.start, given.end, given.days) == (date(2026, 3, 6), DUE, 3)
    assert statement.total_cents == 0


def test_interest_on_its_own() -> None:
    rate = InterestRate(Decimal(1), RateBasis.DAY)

    def cents(
        base_cents: int, interest: InterestRate | DailyAmount | None, rounding: Rounding = Rounding.DAILY_DOWN
    ) -> int:
        return interest_cents(
            interest, base_cents=base_cents, start=DUE, end=date(2026, 3, 12), calendar=NATIONAL, rounding=rounding
        )

    assert (cents(10000, rate), cents(0, rate), cents(10000, None)) == (300, 0, 0)
    assert (cents(10000, DailyAmount(7)), cents(0, DailyAmount(7))) == (21, 0)
    assert [cents(50, rate, rounding) for rounding in Rounding] == [0, 3, 1, 2, 2]
    assert interest_cents(rate, base_cents=10050, start=DUE, end=date(2026, 3, 10), calendar=NATIONAL) == 100
    assert interest_exact(None, base_cents=1, start=DUE, end=DUE, calendar=NATIONAL) == 0


def test_a_small_legal_rate_is_charged_and_a_negative_one_is_not() -> None:
    def one_month(percent: str) -> int:
        rate = LegalRate(((date(2026, 4, 1), Decimal(percent)),))
        return interest_cents(
            rate, base_cents=10**8, start=date(2026, 3, 31), end=date(2026, 4, 30), calendar=NATIONAL,
            rounding=Rounding.TOTAL_DOWN,
        )  # fmt: skip

    assert (one_month("0.000001"), one_month("-0.5"), one_month("1000")) == (1, 0, 10**9)
    with pytest.raises(BrasilError):
        one_month("1000.000001")
