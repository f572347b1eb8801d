"""What bank and PSP are told of a slip or charge: pure documents, in the words of each."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, Final

from brasil import charges as rules
from brasil.charges.caps import lawful_terms
from brasil.charges.fine import charge_cents, fine_cents
from brasil.charges.rounding import Mode, to_cents
from brasil.charges.terms import DIVISORS
from brasil.pix import charge as api_pix
from brasil.pix import terms as cobv
from brasil.pix.person import Person
from chassis.debt import terms_of
from contracts.charges import Charge, ChargeTerms, Discount, DiscountUntil, FixedAmount
from contracts.customers import Personal
from contracts.invoices import Boleto, Invoice, PixCharge

_HUNDREDTH: Final = Decimal("0.01")
_PERIODS: Final[Mapping[str, tuple[cobv.Interest, cobv.Interest]]] = {
    "day": (cobv.Interest.PERCENT_PER_DAY, cobv.Interest.PERCENT_PER_DAY_BUSINESS),
    "month": (cobv.Interest.PERCENT_PER_MONTH, cobv.Interest.PERCENT_PER_MONTH_BUSINESS),
    "year": (cobv.Interest.PERCENT_PER_YEAR, cobv.Interest.PERCENT_PER_YEAR_BUSINESS),
}


def terms_for(invoice: Invoice, option: Boleto | PixCharge) -> ChargeTerms:
    """The terms that go with a slip. One over another amount carries no discount or abatement, and one with a later
    day no fine: what it asks for has these in it."""
    changes: dict[str, object] = {}
    if option.amount_cents != invoice.amount_cents:
        changes |= {"discount": None, "abatement": None}
    if option.due_on is not None and option.due_on != invoice.due_on:
        changes |= {"discount": None, "fine": None}
    return invoice.terms.model_copy(update=changes) if changes else invoice.terms


def bank_document(
    invoice: Invoice, boleto: Boleto, person: Personal, *, uf: str, city_code: str, payable_days_after_due: int
) -> dict[str, Any]:
    """The body of a boleto's registration."""
    terms = terms_for(invoice, boleto).model_dump(mode="json")
    payer: dict[str, Any] = {"name": person.name, "tax_id": person.tax_id, "uf": uf, "city_code": city_code}
    if person.postal_address is not None:
        payer["postal_address"] = person.postal_address.model_dump(mode="json")
    return {
        "nosso_numero_printed": boleto.nosso_numero_printed,
        "document_number": invoice.document_number,
        "due_on": boleto.due_on.isoformat(),
        "amount_cents": boleto.amount_cents,
        "barcode": boleto.barcode,
        "linha_digitavel": boleto.linha_digitavel,
        "payable_days_after_due": payable_days_after_due,
        **{name: terms[name] for name in ("fine", "interest", "discount", "abatement")},
        "payer": payer,
        "beneficiary": {"name": invoice.creditor.name, "tax_id": invoice.creditor.tax_id},
    }


def cobv_document(invoice: Invoice, pix: PixCharge, person: Personal, *, key: str) -> dict[str, object]:
    """The body of `PUT /cobv/{txid}` (API Pix 2.9). Raises BrasilError where the API has no words for the terms."""
    address = person.postal_address
    due_on = pix.due_on or invoice.due_on
    request = api_pix.CobvRequest(
        key=key,
        terms=_cobv_terms(invoice, pix, due_on),
        debtor=Person(
            tax_id=person.tax_id,
            name=person.name,
            street=f"{address.street}, {address.number}" if address else None,
            city=address.city if address else None,
            state=address.uf if address else None,
            postal_code=address.postal_code if address else None,
        ),
        payer_request=invoice.description,
    )
    return api_pix.cobv_document(request)


def _cobv_terms(invoice: Invoice, pix: PixCharge, due_on: date) -> cobv.Terms:
    """Fine and interest go as money wherever our rule rounds them by the day: a percentage would be rounded at the PSP
    by its own rule, and every late payment would miss the books by some cents. They count on the principal alone, also
    where a second copy asks for what was added to it."""
    wire = terms_for(invoice, pix)
    terms, _ = lawful_terms(terms_of(wire), invoice.amount_cents)
    abated = charge_cents(terms.abatement, pix.amount_cents, terms.rounding.mode) if terms.abatement else 0
    base_cents = min(pix.amount_cents, invoice.balance.open_cents) - abated
    fine = fine_cents(terms.fine, base_cents=base_cents, mode=terms.rounding.mode)
    return cobv.Terms(
        original_cents=pix.amount_cents,
        due_on=due_on,
        days_valid_after_due=pix.valid_days_after_due or 0,
        fine=cobv.FineTerm(cobv.Fine.FIXED, Decimal(fine) / 100) if fine else None,
        interest=_interest(terms, base_cents, invoice.amount_cents - abated),
        abatement=_abatement(wire.abatement),
        discount=_discount(wire.discount),
    )


def _interest(terms: rules.Terms, base_cents: int, full_cents: int) -> cobv.InterestTerm | None:
    """The legal rate has no modality in the API: at the PSP such a charge asks for no interest."""
    interest = terms.interest
    if isinstance(interest, rules.DailyAmount):
        daily = to_cents(Fraction(interest.amount_cents * base_cents, full_cents), Mode.DOWN)
        return _by_day(daily, business=interest.days is rules.Days.BUSINESS)
    if not isinstance(interest, rules.InterestRate):
        return None
    divisor = DIVISORS[interest.basis]
    if divisor is not None and terms.rounding.daily and interest.days is not rules.Days.COMMERCIAL:
        daily = to_cents(Fraction(interest.percent) * base_cents / 100 / divisor, terms.rounding.mode)
        return _by_day(daily, business=interest.days is rules.Days.BUSINESS)
    percent = _percent(interest.percent)
    calendar_days, business_days = _PERIODS[interest.basis.value.split("-")[0]]
    business = interest.days is rules.Days.BUSINESS
    return cobv.InterestTerm(business_days if business else calendar_days, percent) if percent else None


def _by_day(cents: int, *, business: bool) -> cobv.InterestTerm | None:
    kind = cobv.Interest.AMOUNT_PER_BUSINESS_DAY if business else cobv.Interest.AMOUNT_PER_DAY
    return cobv.InterestTerm(kind, Decimal(cents) / 100) if cents else None


def _value(charge: Charge) -> Decimal:
    return Decimal(charge.amount_cents) / 100 if isinstance(charge, FixedAmount) else _percent(charge.percent)


def _percent(percent: Decimal) -> Decimal:
    """The API has two decimals; the debtor is never asked for more than agreed."""
    return percent.quantize(_HUNDREDTH, rounding=ROUND_DOWN)


def _abatement(charge: Charge | None) -> cobv.AbatementTerm | None:
    if charge is None or not _value(charge):
        return None
    fixed = isinstance(charge, FixedAmount)
    return cobv.AbatementTerm(cobv.Abatement.FIXED if fixed else cobv.Abatement.PERCENT, _value(charge))


def _discount(discount: Discount | None) -> cobv.DiscountTerm | None:
    if discount is None:
        return None
    if isinstance(discount, DiscountUntil):
        fixed = isinstance(discount.steps[0].discount, FixedAmount)
        tiers = tuple(cobv.DiscountUntil(step.until, _value(step.discount)) for step in discount.steps)
        return cobv.DiscountTerm(cobv.Discount.FIXED_UNTIL if fixed else cobv.Discount.PERCENT_UNTIL, tiers=tiers)
    fixed, business = isinstance(discount.discount, FixedAmount), discount.days == "business"
    modality = {
        (True, False): cobv.Discount.AMOUNT_PER_DAY,
        (True, True): cobv.Discount.AMOUNT_PER_BUSINESS_DAY,
        (False, False): cobv.Discount.PERCENT_PER_DAY,
        (False, True): cobv.Discount.PERCENT_PER_BUSINESS_DAY,
    }[fixed, business]
    return cobv.DiscountTerm(modality, _value(discount.discount))
