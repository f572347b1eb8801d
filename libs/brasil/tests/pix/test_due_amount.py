"""What a cobv costs on a day. Vectors: bacen/pix-api openapi.yaml 2.9.0 (schema CobDataDeVencimento, examples A to G;
schema Pix, example of 100.00 two days late), issues 205, 297, 347, 408, 412 and 607 of bacen/pix-api."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix.due_amount import due_amount, next_business_day
from brasil.pix.terms import (
    Abatement,
    AbatementTerm,
    Discount,
    DiscountTerm,
    DiscountUntil,
    Fine,
    FineTerm,
    Interest,
    InterestTerm,
    Terms,
)

HOLIDAYS = {date(2020, 12, 25), date(2021, 1, 1), date(2021, 9, 7)}


def is_business_day(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def cost(on, *, rounding=None, days_of_year=365, **terms):
    options = {} if rounding is None else {"rounding": rounding}
    return due_amount(
        Terms(**({"original_cents": 10_000} | terms)),
        on=on,
        is_business_day=is_business_day,
        days_of_year=days_of_year,
        **options,
    )


# (example, due date, validity, last day on which it is accepted, first day on which it is refused)
EXAMPLES = [
    ("A", date(2020, 10, 20), 4, date(2020, 10, 26)),
    ("B", date(2020, 12, 25), 0, date(2020, 12, 28)),
    ("C", date(2020, 12, 25), 1, date(2020, 12, 29)),
    ("D", date(2020, 12, 25), 3, date(2020, 12, 31)),
    ("E", date(2020, 12, 25), 4, date(2021, 1, 4)),
    ("F", date(2021, 8, 27), 5, date(2021, 9, 1)),
    ("G", date(2021, 8, 28), 5, date(2021, 9, 6)),
]


@pytest.mark.parametrize(("example", "due_on", "validity", "last_day"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_the_examples_of_the_api_are_accepted_until_the_same_day(example, due_on, validity, last_day):
    day = due_on
    while day <= last_day:
        assert cost(day, due_on=due_on, days_valid_after_due=validity).payable
        day += timedelta(days=1)
    refused = cost(day, due_on=due_on, days_valid_after_due=validity)
    assert not refused.payable
    assert refused.last_day == last_day


FRIDAY = date(2020, 11, 27)
ONE_REAL_A_DAY = InterestTerm(Interest.AMOUNT_PER_DAY, Decimal("1.00"))


def test_a_charge_of_friday_paid_by_pix_on_saturday_is_one_day_late():
    # Issue 205: the same boleto would cost three days.
    paid = cost(FRIDAY + timedelta(1), due_on=FRIDAY, interest=ONE_REAL_A_DAY)
    assert (paid.days_late, paid.interest_cents, paid.total_cents) == (1, 100, 10_100)


@pytest.mark.parametrize(("day", "cents"), [(28, 0), (29, 0), (30, 0), (31, 100), (32, 200)])
def test_a_charge_due_on_saturday_costs_nothing_more_until_monday(day, cents):
    # Issues 205 and 347: interest counts from the moved date.
    on = date(2020, 11, 1) + timedelta(days=day - 1)
    paid = cost(on, due_on=date(2020, 11, 28), interest=ONE_REAL_A_DAY)
    assert paid.due_on == date(2020, 11, 30)
    assert (paid.interest_cents, paid.total_cents) == (cents, 10_000 + cents)


def test_the_example_of_the_api_costs_105():
    # Schema Pix: 100.00, two days late, fine of 3 %, interest of 1 % a day.
    due_on = date(2026, 11, 23)
    paid = cost(
        due_on + timedelta(2),
        due_on=due_on,
        fine=FineTerm(Fine.PERCENT, Decimal("3.00")),
        interest=InterestTerm(Interest.PERCENT_PER_DAY, Decimal("1.00")),
    )
    assert (paid.fine_cents, paid.interest_cents, paid.total_cents) == (300, 200, 10_500)


@pytest.mark.parametrize(
    ("offset", "fine"),
    [(0, 0), (1, 0), (2, 0), (3, 250), (4, 250), (30, 250)],
)
def test_the_fine_is_flat_and_begins_on_the_next_business_day(offset, fine):
    # Issue 297. Due on a Friday: Saturday and Sunday are without fine.
    paid = cost(FRIDAY + timedelta(offset), due_on=FRIDAY, fine=FineTerm(Fine.FIXED, Decimal("2.50")))
    assert paid.fine_cents == fine


def test_interest_by_the_month_is_rate_by_thirty():
    # Issue 607: 30,000.00 at 1 % a month, one day.
    paid = cost(
        date(2024, 9, 5),
        original_cents=3_000_000,
        due_on=date(2024, 9, 4),
        interest=InterestTerm(Interest.PERCENT_PER_MONTH, Decimal("1.00")),
    )
    assert paid.interest_cents == 1000


MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("modality", "value", "days", "cents"),
    [
        (Interest.AMOUNT_PER_DAY, "0.07", 14, 98),
        (Interest.PERCENT_PER_DAY, "0.10", 14, 140),
        (Interest.PERCENT_PER_MONTH, "3.00", 14, 140),
        (Interest.PERCENT_PER_YEAR, "36.50", 14, 140),
        (Interest.AMOUNT_PER_BUSINESS_DAY, "0.07", 14, 70),
        (Interest.PERCENT_PER_DAY_BUSINESS, "0.10", 14, 100),
        (Interest.PERCENT_PER_MONTH_BUSINESS, "2.10", 14, 100),
        (Interest.PERCENT_PER_YEAR_BUSINESS, "25.20", 14, 100),
        (Interest.AMOUNT_PER_BUSINESS_DAY, "1.00", 5, 400),
        (Interest.AMOUNT_PER_BUSINESS_DAY, "1.00", 6, 400),
        (Interest.AMOUNT_PER_BUSINESS_DAY, "1.00", 7, 500),
    ],
)
def test_every_modality_of_interest_counts_its_own_days(modality, value, days, cents):
    paid = cost(MONDAY + timedelta(days), due_on=MONDAY, interest=InterestTerm(modality, Decimal(value)))
    assert paid.interest_cents == cents


def test_the_days_of_a_year_are_the_caller_s():
    term = InterestTerm(Interest.PERCENT_PER_YEAR, Decimal("36.00"))
    assert cost(MONDAY + timedelta(10), due_on=MONDAY, interest=term, days_of_year=360).interest_cents == 100


def test_abatement_comes_first_and_lowers_fine_and_interest():
    paid = cost(
        MONDAY + timedelta(30),
        due_on=MONDAY,
        abatement=AbatementTerm(Abatement.PERCENT, Decimal("10.00")),
        fine=FineTerm(Fine.PERCENT, Decimal("2.00")),
        interest=InterestTerm(Interest.PERCENT_PER_MONTH, Decimal("1.00")),
    )
    assert (paid.abatement_cents, paid.fine_cents, paid.interest_cents) == (1000, 180, 90)
    assert paid.total_cents == 10_000 - 1000 + 180 + 90
    assert [(line.name, line.amount_cents) for line in paid.lines] == [
        ("original", 10_000),
        ("abatement", -1000),
        ("fine", 180),
        ("interest", 90),
    ]


def test_a_fixed_abatement_is_in_reais():
    assert cost(MONDAY, due_on=MONDAY, abatement=AbatementTerm(Abatement.FIXED, Decimal("10.01"))).total_cents == 8999


TIERS = DiscountTerm(
    Discount.FIXED_UNTIL,
    tiers=(
        DiscountUntil(date(2026, 11, 20), Decimal("3.00")),
        DiscountUntil(date(2026, 11, 10), Decimal("5.00")),
        DiscountUntil(date(2026, 11, 23), Decimal("1.00")),
    ),
)


@pytest.mark.parametrize(("day", "cents"), [(9, 500), (10, 500), (11, 300), (20, 300), (21, 100), (23, 100), (24, 0)])
def test_discounts_until_dates_go_down_by_tiers_in_any_order(day, cents):
    assert cost(date(2026, 11, day), due_on=MONDAY, discount=TIERS).discount_cents == cents


def test_a_discount_until_a_date_in_percent_is_of_the_original():
    discount = DiscountTerm(Discount.PERCENT_UNTIL, tiers=(DiscountUntil(MONDAY, Decimal("10.00")),))
    abatement = AbatementTerm(Abatement.FIXED, Decimal("50.00"))
    paid = cost(MONDAY, due_on=MONDAY, discount=discount, abatement=abatement)
    assert (paid.discount_cents, paid.total_cents) == (1000, 4000)


def test_a_discount_until_a_weekend_lasts_until_the_next_business_day():
    # Issue 412: Saturday 3, Sunday 2, Monday 1; on Monday the Saturday's discount still holds.
    discount = DiscountTerm(
        Discount.FIXED_UNTIL,
        tiers=tuple(DiscountUntil(date(2021, 6, 19 + i), Decimal(3 - i)) for i in range(3)),
    )
    assert cost(date(2021, 6, 21), due_on=date(2021, 6, 30), discount=discount).discount_cents == 300
    assert cost(date(2021, 6, 22), due_on=date(2021, 6, 30), discount=discount).discount_cents == 0


@pytest.mark.parametrize(
    ("modality", "value", "cents"),
    [
        (Discount.AMOUNT_PER_DAY, "0.10", 70),
        (Discount.AMOUNT_PER_BUSINESS_DAY, "0.10", 50),
        (Discount.PERCENT_PER_DAY, "0.10", 70),
        (Discount.PERCENT_PER_BUSINESS_DAY, "0.10", 50),
    ],
)
def test_discounts_per_day_of_anticipation_count_their_own_days(modality, value, cents):
    discount = DiscountTerm(modality, Decimal(value))
    assert cost(MONDAY - timedelta(7), due_on=MONDAY, discount=discount).discount_cents == cents
    assert cost(MONDAY, due_on=MONDAY, discount=discount).discount_cents == 0
    assert cost(MONDAY + timedelta(7), due_on=MONDAY, discount=discount).discount_cents == 0


def test_a_discount_that_takes_everything_on_some_early_day_is_an_error():
    # Issue 408: 10 % per business day, 43 business days early.
    discount = DiscountTerm(Discount.PERCENT_PER_BUSINESS_DAY, Decimal("10.00"))
    assert cost(date(2021, 6, 22), due_on=date(2021, 7, 5), discount=discount).discount_cents == 9000
    with pytest.raises(BrasilError) as caught:
        cost(date(2021, 6, 21), due_on=date(2021, 7, 5), discount=discount)
    assert caught.value.code == "pix.cobv.discount"


def test_rounding_is_the_caller_s():
    term = InterestTerm(Interest.PERCENT_PER_MONTH, Decimal("1.00"))
    values = [
        cost(MONDAY + timedelta(5), due_on=MONDAY, interest=term, rounding=rounding).interest_cents
        for rounding in (None, ROUND_DOWN, ROUND_CEILING)
    ]
    assert values == [17, 16, 17]


DISCOUNTED = {"original_cents": 10_000, "due_on": MONDAY}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"original_cents": 0}, "original"),
        ({"original_cents": -1}, "original"),
        ({"original_cents": 10.5}, "original"),
        ({"days_valid_after_due": -1}, "validity"),
        ({"days_valid_after_due": 3651}, "validity"),
        ({"fine": FineTerm(Fine.FIXED, Decimal(0))}, "value"),
        ({"fine": FineTerm(Fine.FIXED, Decimal("0.001"))}, "value"),
        ({"fine": FineTerm(Fine.FIXED, Decimal("NaN"))}, "value"),
        ({"interest": InterestTerm(Interest.PERCENT_PER_DAY, Decimal("-1.00"))}, "value"),
        ({"abatement": AbatementTerm(Abatement.FIXED, Decimal("100.00"))}, "abatement"),
        ({"abatement": AbatementTerm(Abatement.PERCENT, Decimal("100.00"))}, "abatement"),
        ({"discount": DiscountTerm(Discount.AMOUNT_PER_DAY, Decimal("100.00"))}, "discount"),
        ({"discount": DiscountTerm(Discount.PERCENT_PER_DAY, Decimal("100.00"))}, "discount"),
        ({"discount": DiscountTerm(Discount.FIXED_UNTIL)}, "discount_shape"),
        ({"discount": DiscountTerm(Discount.FIXED_UNTIL, Decimal(1))}, "discount_shape"),
        ({"discount": DiscountTerm(Discount.AMOUNT_PER_DAY)}, "discount_shape"),
        ({"discount": DiscountTerm(Discount.AMOUNT_PER_DAY, Decimal(1), TIERS.tiers)}, "discount_shape"),
        ({"discount": DiscountTerm(Discount.FIXED_UNTIL, tiers=TIERS.tiers * 2)}, "discount_shape"),
        ({"discount": DiscountTerm(Discount.FIXED_UNTIL, tiers=TIERS.tiers[:1] * 2)}, "discount_date"),
        (
            {"discount": DiscountTerm(Discount.FIXED_UNTIL, tiers=(DiscountUntil(date(2026, 11, 24), Decimal(1)),))},
            "discount_date",
        ),
    ],
)
def test_terms_that_a_psp_must_refuse_are_refused(terms, code):
    with pytest.raises(BrasilError) as caught:
        cost(MONDAY, **({"due_on": MONDAY} | terms))
    assert caught.value.code == f"pix.cobv.{code}"


def test_a_calendar_without_business_days_is_an_error_and_no_endless_search():
    with pytest.raises(BrasilError) as caught:
        next_business_day(MONDAY, lambda _: False)
    assert caught.value.code == "pix.cobv.calendar"
    assert next_business_day(MONDAY, lambda day: day == MONDAY + timedelta(30)) == MONDAY + timedelta(30)


@pytest.mark.parametrize("on", [date.min, date.max])
def test_a_day_a_century_away_is_refused(on):
    with pytest.raises(BrasilError) as caught:
        cost(on, due_on=MONDAY)
    assert caught.value.code == "pix.cobv.period"


def test_the_end_of_the_calendar_is_no_crash():
    with pytest.raises(BrasilError) as caught:
        cost(date.max, due_on=date.max)
    assert caught.value.code == "pix.cobv.period"


@given(
    original_cents=st.integers(1000, 10**9),
    offset=st.integers(-400, 400),
    fine=st.none() | st.decimals("0.01", "10.00", places=2).map(lambda v: FineTerm(Fine.PERCENT, v)),
    interest=st.none() | st.builds(InterestTerm, st.sampled_from(Interest), st.decimals("0.01", "9.99", places=2)),
    abatement=st.none() | st.decimals("0.01", "50.00", places=2).map(lambda v: AbatementTerm(Abatement.PERCENT, v)),
)
def test_the_lines_always_add_up_and_lateness_never_lowers_the_amount(original_cents, offset, **terms):
    due_on = date(2026, 7, 3)
    on = due_on + timedelta(offset)
    paid = cost(on, original_cents=original_cents, due_on=due_on, **terms)
    assert sum(line.amount_cents for line in paid.lines) == paid.total_cents
    assert paid.total_cents == (
        original_cents - paid.abatement_cents - paid.discount_cents + paid.fine_cents + paid.interest_cents
    )
    later = cost(on + timedelta(1), original_cents=original_cents, due_on=due_on, **terms)
    assert later.total_cents >= paid.total_cents
    assert (paid.interest_cents, paid.fine_cents) == (0, 0) or on > due_on
