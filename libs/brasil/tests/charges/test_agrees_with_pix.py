"""The charges of a receivable and the amount of a Pix cobv are two readings of one rule; they must agree to the cent."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from brasil.calendar import NATIONAL
from brasil.charges import (
    Contract,
    DailyAmount,
    Days,
    DiscountPerDay,
    DiscountUntil,
    FixedAmount,
    InterestRate,
    Percent,
    RateBasis,
    Rounding,
    Terms,
    WeekendRule,
    charges,
)
from brasil.errors import BrasilError
from brasil.pix import terms as pix
from brasil.pix.due_amount import due_amount

hundredths = st.integers(1, 2000).map(lambda value: Decimal(value) / 100)
dues = st.dates(date(2020, 1, 1), date(2030, 12, 31))
RATES = {
    pix.Interest.PERCENT_PER_DAY: (RateBasis.DAY, Days.CALENDAR),
    pix.Interest.PERCENT_PER_MONTH: (RateBasis.MONTH_30, Days.CALENDAR),
    pix.Interest.PERCENT_PER_YEAR: (RateBasis.YEAR_365, Days.CALENDAR),
    pix.Interest.PERCENT_PER_DAY_BUSINESS: (RateBasis.DAY, Days.BUSINESS),
    pix.Interest.PERCENT_PER_MONTH_BUSINESS: (RateBasis.MONTH_BUSINESS_21, Days.BUSINESS),
    pix.Interest.PERCENT_PER_YEAR_BUSINESS: (RateBasis.YEAR_BUSINESS_252, Days.BUSINESS),
}
interests = st.builds(pix.InterestTerm, st.sampled_from(pix.Interest), hundredths)
fines = st.builds(pix.FineTerm, st.sampled_from(pix.Fine), hundredths)
abatements = st.builds(pix.AbatementTerm, st.sampled_from(pix.Abatement), hundredths)
per_day = st.builds(
    pix.DiscountTerm,
    st.sampled_from([modality for modality in pix.Discount if modality > pix.Discount.PERCENT_UNTIL]),
    st.integers(1, 100).map(lambda value: Decimal(value) / 100),
)
until = st.tuples(
    st.sampled_from([pix.Discount.FIXED_UNTIL, pix.Discount.PERCENT_UNTIL]),
    st.dictionaries(st.integers(0, 40), hundredths, min_size=1, max_size=3),
)


def cents(value: Decimal) -> int:
    return int(value * 100)


def our_interest(term: pix.InterestTerm | None) -> DailyAmount | InterestRate | None:
    if term is None:
        return None
    if term.modality in RATES:
        return InterestRate(term.value, *RATES[term.modality])
    business = term.modality is pix.Interest.AMOUNT_PER_BUSINESS_DAY
    return DailyAmount(cents(term.value), Days.BUSINESS if business else Days.CALENDAR)


def our_charge(value: Decimal, *, fixed: bool) -> FixedAmount | Percent:
    return FixedAmount(cents(value)) if fixed else Percent(value)


def our_discounts(term: pix.DiscountTerm | None) -> tuple[DiscountUntil, ...] | DiscountPerDay:
    if term is None:
        return ()
    if term.tiers:
        fixed = term.modality is pix.Discount.FIXED_UNTIL
        return tuple(DiscountUntil(tier.until, our_charge(tier.value, fixed=fixed)) for tier in term.tiers)
    assert term.value is not None
    fixed = term.modality in {pix.Discount.AMOUNT_PER_DAY, pix.Discount.AMOUNT_PER_BUSINESS_DAY}
    business = term.modality in {pix.Discount.AMOUNT_PER_BUSINESS_DAY, pix.Discount.PERCENT_PER_BUSINESS_DAY}
    return DiscountPerDay(our_charge(term.value, fixed=fixed), Days.BUSINESS if business else Days.CALENDAR)


@given(
    face=st.integers(50_000, 10**9),
    due=dues,
    offset=st.integers(-40, 200),
    fine=st.none() | fines,
    interest=st.none() | interests,
    abatement=st.none() | abatements,
    discount=st.none() | per_day | until,
)
def test_a_cobv_costs_the_same_by_either_module(
    *,
    face: int,
    due: date,
    offset: int,
    fine: pix.FineTerm | None,
    interest: pix.InterestTerm | None,
    abatement: pix.AbatementTerm | None,
    discount: pix.DiscountTerm | tuple[pix.Discount, dict[int, Decimal]] | None,
) -> None:
    if isinstance(discount, tuple):
        modality, early = discount
        tiers = tuple(pix.DiscountUntil(due - timedelta(days=days), value) for days, value in early.items())
        discount = pix.DiscountTerm(modality, None, tiers)
    on = due + timedelta(days=offset)
    theirs = pix.Terms(
        original_cents=face, due_on=due, fine=fine, interest=interest, abatement=abatement, discount=discount
    )
    ours = Terms(
        fine=our_charge(fine.value, fixed=fine.modality is pix.Fine.FIXED) if fine else None,
        interest=our_interest(interest),
        abatement=our_charge(abatement.value, fixed=abatement.modality is pix.Abatement.FIXED) if abatement else None,
        discounts=our_discounts(discount),
        discount_on_face=True,
        weekend_rule=WeekendRule.PIX_COBV,
        rounding=Rounding.TOTAL_HALF_UP,
        contract=Contract.BUSINESS,
    )
    try:
        expected = due_amount(theirs, on=on, is_business_day=NATIONAL.is_bank_day)
    except BrasilError:
        assume(False)
    assert charges(face_cents=face, due_on=due, on=on, terms=ours).total_cents == expected.total_cents
