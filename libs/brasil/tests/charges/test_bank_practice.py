"""What banks, the Pix rules and the law make of late payments: vectors from public sources."""

from datetime import date
from decimal import Decimal

import pytest

from brasil.calendar import NATIONAL
from brasil.charges import (
    Contract,
    Days,
    InterestRate,
    PaymentDating,
    Percent,
    RateBasis,
    Rounding,
    Terms,
    WeekendRule,
    charges,
)
from brasil.charges.due_date import due_date, payable_through


def terms(fine: str | None, interest: str, rounding: Rounding = Rounding.DAILY_DOWN) -> Terms:
    return Terms(
        fine=Percent(Decimal(fine)) if fine else None,
        interest=InterestRate(Decimal(interest)),
        rounding=rounding,
        contract=Contract.BUSINESS,
    )


# Real late titles in public return files, charged by the banks themselves. The daily interest is a whole number of
# cents, rounded down, times calendar days.
# Pine and Fibra: files of January 2023 in kivanio/brcobranca's and BoletoNet's test data; Itaú: files of May 2013.
TITLES = [
    ("Pine", 3911490, "2", "5", date(2023, 1, 2), date(2023, 1, 13), 149938, 149939, 149940),
    ("Pine", 4107064, "2", "5", date(2023, 1, 9), date(2023, 1, 13), 109521, 109521, 109522),
    ("Fibra", 207428, None, "5", date(2023, 1, 12), date(2023, 1, 13), 345, 346, 346),
    ("Itaú", 4400, "2", "1", date(2013, 5, 10), date(2013, 5, 20), 98, 98, 103),
]


@pytest.mark.parametrize("title", TITLES, ids=lambda title: f"{title[0]}-{title[1]}")
def test_the_banks_charge_the_daily_amount_rounded_down(
    title: tuple[str, int, str | None, str, date, date, int, int, int],
) -> None:
    _, face, fine, rate, due, paid, charged, half_up, exact = title
    statement = charges(face_cents=face, due_on=due, on=paid, terms=terms(fine, rate))
    assert statement.total_cents - face == charged
    other = charges(face_cents=face, due_on=due, on=paid, terms=terms(fine, rate, Rounding.DAILY_HALF_UP))
    assert other.total_cents - face == half_up
    # "exact" rounds fine and interest together; line by line it may differ by a cent.
    once = charges(face_cents=face, due_on=due, on=paid, terms=terms(fine, rate, Rounding.TOTAL_HALF_UP))
    assert abs(once.total_cents - face - exact) <= 1


@pytest.mark.parametrize(("face", "days", "charged"), [(4875, 5, 102), (5715, 3, 117), (5710, 5, 119)])
def test_itau_titles_whose_days_follow_from_the_amount_charged(face: int, days: int, charged: int) -> None:
    # Three more Itaú titles of 2013: 2 % and 1 % a month; under truncation, and only then, the days are whole.
    due = date(2013, 5, 6)
    statement = charges(face_cents=face, due_on=due, on=date(2013, 5, 6 + days), terms=terms("2", "1"))
    assert statement.total_cents - face == charged


def test_interest_rounded_once_downwards() -> None:
    # Kobana's help on fines and interest: 100.00 at 2 % and 1 % a month, 5 days late: 2.00 + 0.16 = 102.16.
    late = charges(
        face_cents=10000, due_on=date(2024, 3, 4), on=date(2024, 3, 9), terms=terms("2", "1", Rounding.TOTAL_DOWN)
    )
    assert late.total_cents == 10216
    assert late.charged("interest") == 16
    fixed_daily = charges(face_cents=10000, due_on=date(2024, 3, 4), on=date(2024, 3, 9), terms=terms("2", "1"))
    assert fixed_daily.charged("interest") == 15


@pytest.mark.parametrize("rounding", list(Rounding))
def test_a_month_of_one_percent_on_30000_is_10_a_day(rounding: Rounding) -> None:
    # bacen/pix-api issue 607: 30,000.00 at 1 % a month, one day: 10.00, not the 9.99 or 9.90 of a rounded factor.
    one_day = charges(
        face_cents=3000000, due_on=date(2024, 3, 4), on=date(2024, 3, 5), terms=terms(None, "1", rounding)
    )
    assert one_day.charged("interest") == 1000


def test_the_example_of_the_pix_schema() -> None:
    # API Pix 2.9, schema Pix: 100.00, two days late, fine 3 %, interest 1 % a day: 105.00.
    pix = Terms(
        fine=Percent(Decimal(3)),
        interest=InterestRate(Decimal(1), RateBasis.DAY),
        weekend_rule=WeekendRule.PIX_COBV,
        contract=Contract.BUSINESS,
    )
    assert charges(face_cents=10000, due_on=date(2024, 3, 4), on=date(2024, 3, 6), terms=pix).total_cents == 10500


# API Pix 2.9, schema CobDataDeVencimento, examples A, B, C, E and G: due date, validity, last day payable.
COBV_DAYS = [
    ("A", date(2020, 10, 20), 4, date(2020, 10, 26)),
    ("B", date(2020, 12, 25), 0, date(2020, 12, 28)),
    ("C", date(2020, 12, 25), 1, date(2020, 12, 29)),
    ("E", date(2020, 12, 25), 4, date(2021, 1, 4)),
    ("G", date(2021, 8, 28), 5, date(2021, 9, 6)),
]


@pytest.mark.parametrize(("example", "due", "validity", "last"), COBV_DAYS)
def test_a_cobv_is_payable_through_the_day_the_schema_says(example: str, due: date, validity: int, last: date) -> None:
    assert payable_through(due, validity, NATIONAL) == last, example


def test_a_boleto_paid_on_saturday_counts_to_monday_and_a_pix_to_saturday() -> None:
    # bacen/pix-api issue 205: due Friday 2020-11-27, paid Saturday: the boleto is dated Monday and charged three
    # days, the Pix one.
    rate = InterestRate(Decimal(1), RateBasis.DAY)
    friday, saturday = date(2020, 11, 27), date(2020, 11, 28)
    boleto = Terms(interest=rate, payment_dating=PaymentDating.NEXT_WORKING_DAY, contract=Contract.BUSINESS)
    pix = Terms(interest=rate, weekend_rule=WeekendRule.PIX_COBV, contract=Contract.BUSINESS)
    paid_by_boleto = charges(face_cents=10000, due_on=friday, on=saturday, terms=boleto)
    assert (paid_by_boleto.counted_on, paid_by_boleto.days_late) == (date(2020, 11, 30), 3)
    assert paid_by_boleto.charged("interest") == 300
    assert charges(face_cents=10000, due_on=friday, on=saturday, terms=pix).charged("interest") == 100


def test_the_fine_of_a_pix_waits_for_a_working_day() -> None:
    # bacen/pix-api issue 297: due Friday; on Saturday and Sunday interest alone, on Monday the fine too.
    agreed = Terms(
        fine=Percent(Decimal(2)),
        interest=InterestRate(Decimal(1), RateBasis.DAY),
        weekend_rule=WeekendRule.PIX_COBV,
        contract=Contract.BUSINESS,
    )
    totals = [
        charges(face_cents=10000, due_on=date(2020, 11, 27), on=date(2020, 11, 27 + late), terms=agreed).total_cents
        for late in (0, 1, 2, 3)
    ]
    assert totals == [10000, 10100, 10200, 10500]


SATURDAY, MONDAY, TUESDAY = date(2024, 3, 2), date(2024, 3, 4), date(2024, 3, 5)


@pytest.mark.parametrize(
    ("rule", "on_monday", "on_tuesday"),
    [
        # Lei 7.089/1983 with CC art. 132: Monday is in time; Tuesday is one day late.
        (WeekendRule.LAW_7089, 0, 1),
        # STJ, 3ª Turma, February 2022: Monday is in time; not paid by then, the days count from Saturday.
        (WeekendRule.STJ_2022, 0, 3),
        # API Pix: everything counts from the moved date.
        (WeekendRule.PIX_COBV, 0, 1),
        (WeekendRule.AS_WRITTEN, 2, 3),
        # Taxes are brought forward: payable until Friday 1 March.
        (WeekendRule.PREVIOUS_WORKING_DAY, 3, 4),
    ],
)
def test_the_weekend_rules_disagree_by_name(rule: WeekendRule, on_monday: int, on_tuesday: int) -> None:
    agreed = Terms(
        fine=Percent(Decimal(2)), interest=InterestRate(Decimal(1), RateBasis.DAY), weekend_rule=rule,
        contract=Contract.BUSINESS,
    )  # fmt: skip
    for day, days in ((MONDAY, on_monday), (TUESDAY, on_tuesday)):
        statement = charges(face_cents=10000, due_on=SATURDAY, on=day, terms=agreed)
        assert statement.days_late == days
        assert statement.charged("interest") == 100 * days
        assert statement.charged("fine") == (200 if days else 0)


def test_a_due_date_on_a_working_day_is_the_same_under_every_rule() -> None:
    for rule in WeekendRule:
        due = due_date(TUESDAY, rule, NATIONAL)
        assert set(due._replace(fine_from=TUESDAY)) == {TUESDAY}
        assert due.fine_from == date(2024, 3, 6)


def test_days_can_be_calendar_business_or_months_of_thirty() -> None:
    # 2024-01-31 to 2024-03-01: 30 calendar days, 20 bank days (Carnival), 31 days of 30/360.
    found = {}
    for days in Days:
        agreed = Terms(interest=InterestRate(Decimal(1), RateBasis.DAY, days), contract=Contract.BUSINESS)
        found[days] = charges(face_cents=10000, due_on=date(2024, 1, 31), on=date(2024, 3, 1), terms=agreed).charged(
            "interest"
        )
    assert found == {Days.CALENDAR: 3000, Days.BUSINESS: 2000, Days.COMMERCIAL: 3100}


@pytest.mark.parametrize(
    ("basis", "cents"),
    [
        (RateBasis.DAY, 10 * 1200),
        (RateBasis.MONTH_30, 400),
        (RateBasis.MONTH_ACTUAL, 387),  # ten of the 31 days of March
        (RateBasis.MONTH_BUSINESS_21, 571),
        (RateBasis.MONTH_BUSINESS_22, 545),
        (RateBasis.YEAR_360, 33),
        (RateBasis.YEAR_365, 32),
        (RateBasis.YEAR_BUSINESS_252, 47),
    ],
)
def test_a_rate_is_divided_by_the_days_its_basis_names(basis: RateBasis, cents: int) -> None:
    agreed = Terms(interest=InterestRate(Decimal(12), basis), contract=Contract.BUSINESS, rounding=Rounding.TOTAL_DOWN)
    late = charges(face_cents=10000, due_on=date(2024, 3, 1), on=date(2024, 3, 11), terms=agreed)
    assert late.charged("interest") == cents
