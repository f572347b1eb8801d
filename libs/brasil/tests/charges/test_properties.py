"""Interest never bears interest, and nothing depends on how a period or a payment is cut."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from brasil.calendar import NATIONAL
from brasil.charges import (
    Contract,
    DailyAmount,
    Days,
    DiscountUntil,
    FixedAmount,
    Imputation,
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
from brasil.charges.fine import fine_cents
from brasil.charges.interest import interest_cents, interest_exact
from brasil.charges.rounding import Mode, to_cents

FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
dates = st.dates(FIRST, LAST)
faces = st.integers(5000, 10**9)  # above the largest fixed fine, which the law ends at the debt
percents = st.decimals(0, 20, places=4)
MONTHS = [date(year, month, 1) for year in range(2023, 2030) for month in range(1, 13)]  # dates move
legal = st.lists(st.decimals(-1, 2, places=6), min_size=1, max_size=5).map(
    lambda rates: LegalRate(tuple((month, rates[index % len(rates)]) for index, month in enumerate(MONTHS)))
)
interests = st.one_of(
    st.builds(DailyAmount, st.integers(0, 5000), st.sampled_from(Days)),
    st.builds(InterestRate, percents, st.sampled_from(RateBasis), st.sampled_from(Days)),
    legal,
)
fines = st.one_of(st.none(), st.builds(FixedAmount, st.integers(0, 5000)), st.builds(Percent, percents))
terms = st.builds(
    Terms,
    fine=fines,
    interest=st.one_of(st.none(), interests),
    grace_days=st.integers(0, 5),
    weekend_rule=st.sampled_from(WeekendRule),
    payment_dating=st.sampled_from(PaymentDating),
    rounding=st.sampled_from(Rounding),
    imputation=st.sampled_from(Imputation),
    contract=st.just(Contract.BUSINESS),
)
payments = st.lists(st.builds(Payment, dates, st.integers(0, 10**6)), max_size=5)


@given(interests, faces, st.tuples(dates, dates, dates).map(sorted), st.sampled_from(Rounding))
def test_interest_is_additive_over_splits_of_time(
    interest: InterestRate, face: int, cut: list[date], rounding: Rounding
) -> None:
    start, middle, end = cut

    def exact(since: date, until: date) -> Fraction:
        return interest_exact(interest, base_cents=face, start=since, end=until, calendar=NATIONAL, rounding=rounding)

    assert exact(start, end) == exact(start, middle) + exact(middle, end)


@given(interests, faces, st.tuples(dates, dates, dates).map(sorted), st.sampled_from(Rounding))
def test_rounded_interest_differs_from_its_parts_by_less_than_two_cents(
    interest: InterestRate, face: int, cut: list[date], rounding: Rounding
) -> None:
    start, middle, end = cut

    def cents(since: date, until: date) -> int:
        return interest_cents(interest, base_cents=face, start=since, end=until, calendar=NATIONAL, rounding=rounding)

    difference = cents(start, end) - cents(start, middle) - cents(middle, end)
    assert abs(difference) <= (0 if rounding.daily or isinstance(interest, DailyAmount) else 1)


@given(percents, faces, dates, st.integers(0, 1500))
def test_interest_is_linear_in_time_and_so_never_compounds(rate: Decimal, face: int, start: date, days: int) -> None:
    interest = InterestRate(rate)
    one = interest_exact(
        interest, base_cents=face, start=start, end=start + timedelta(days=1), calendar=NATIONAL,
        rounding=Rounding.TOTAL_DOWN,
    )  # fmt: skip
    many = interest_exact(
        interest, base_cents=face, start=start, end=start + timedelta(days=days), calendar=NATIONAL,
        rounding=Rounding.TOTAL_DOWN,
    )  # fmt: skip
    assert many == days * one == Fraction(rate) * face * days / 3000


@given(terms, faces, dates, dates, payments)
def test_the_lines_add_up_to_what_is_owed(agreed: Terms, face: int, due: date, on: date, paid: list[Payment]) -> None:
    statement = charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=paid)
    owed = statement.principal_cents + statement.interest_cents + statement.fine_cents
    assert sum(line.amount_cents for line in statement.lines) == statement.total_cents == owed
    assert min(statement.principal_cents, statement.interest_cents, statement.fine_cents) >= 0
    counted = sum(payment.amount_cents for payment in paid)
    taken = -sum(line.amount_cents for line in statement.lines if line.kind.startswith("paid_"))
    assert taken + statement.unapplied_cents <= counted
    assert statement.unapplied_cents == 0 or owed == 0


@given(agreed=terms, face=faces, due=dates, on=dates, paid=payments, chance=st.randoms(use_true_random=False))
def test_the_order_in_which_payments_are_listed_does_not_matter(
    *, agreed: Terms, face: int, due: date, on: date, paid: list[Payment], chance: object
) -> None:
    shuffled = list(paid)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first = charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=paid)
    assert charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=shuffled) == first


@given(
    agreed=terms,
    face=faces,
    due=dates,
    on=dates,
    parts=st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    day=dates,
)
def test_a_payment_in_parts_on_one_day_is_one_payment(
    *, agreed: Terms, face: int, due: date, on: date, parts: list[int], day: date
) -> None:
    split = charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=[Payment(day, part) for part in parts])
    whole = charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=[Payment(day, sum(parts))])
    assert split == whole


@given(terms, faces, dates, dates, payments)
def test_interest_is_only_ever_on_principal(agreed: Terms, face: int, due: date, on: date, paid: list[Payment]) -> None:
    """Replay the lines: the base of each interest line is the principal that was open, nothing more.

    What was paid in the days free of charges was paid in time, also if days then count from before them.
    """
    statement = charges(face_cents=face, due_on=due, on=on, terms=agreed, paid=paid)
    free_until = statement.due.payable_until + timedelta(days=agreed.grace_days)
    principal = 0
    paid_on: list[tuple[date, int]] = []
    for line in statement.lines:
        if line.kind in {"principal", "abatement", "discount"}:
            principal += line.amount_cents
        elif line.kind == "paid_principal":
            assert line.start is not None
            paid_on.append((line.start, line.amount_cents))
        elif line.kind == "interest":
            assert line.start is not None
            open_then = principal + sum(amount for day, amount in paid_on if day <= max(line.start, free_until))
            assert line.base_cents == open_then


@given(terms, faces, dates, payments, st.tuples(dates, dates).map(sorted))
def test_without_payments_in_between_the_debt_never_falls(
    agreed: Terms, face: int, due: date, paid: list[Payment], days: list[date]
) -> None:
    first, second = days
    before = [payment for payment in paid if payment.on <= first - timedelta(days=10)]
    earlier = charges(face_cents=face, due_on=due, on=first, terms=agreed, paid=before)
    later = charges(face_cents=face, due_on=due, on=second, terms=agreed, paid=before)
    assert later.total_cents >= earlier.total_cents


@given(terms, faces, dates, dates, st.integers(0, 400))
def test_paying_what_the_statement_says_settles_the_debt_for_good(
    agreed: Terms, face: int, due: date, on: date, then: int
) -> None:
    owed = charges(face_cents=face, due_on=due, on=on, terms=agreed).total_cents
    after = charges(
        face_cents=face, due_on=due, on=min(on + timedelta(days=then), LAST), terms=agreed, paid=[Payment(on, owed)]
    )
    assert (after.total_cents, after.unapplied_cents) == (0, 0)


@given(st.integers(2, 10**7), st.integers(0, 40), st.decimals(0, "99.99", places=2))
def test_a_discount_never_costs_and_never_gives_more_than_the_debt(face: int, early: int, percent: Decimal) -> None:
    due = date(2024, 3, 11)
    agreed = Terms(discounts=(DiscountUntil(due, Percent(percent)),))
    statement = charges(face_cents=face, due_on=due, on=due - timedelta(days=early), terms=agreed)
    assert 0 <= statement.total_cents <= face
    assert statement.charged("discount") == -floor(Fraction(percent) * face / 100)


@given(st.fractions(0, 10**6, max_denominator=10**4))
def test_rounding_modes_do_what_their_names_say(amount: Fraction) -> None:
    down, up, even = (to_cents(amount, mode) for mode in (Mode.DOWN, Mode.HALF_UP, Mode.HALF_EVEN))
    assert down == floor(amount)
    assert up == floor(amount + Fraction(1, 2))
    assert even == round(amount)


@given(faces, percents)
def test_a_fine_on_nothing_is_nothing(face: int, percent: Decimal) -> None:
    assert fine_cents(Percent(percent), base_cents=0) == 0
    assert fine_cents(None, base_cents=face) == 0
    assert fine_cents(FixedAmount(5), base_cents=face) == 5
