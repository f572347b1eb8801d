"""What bank and PSP are told of a slip or charge: pure documents, in the words of each."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from brasil.pix import charge as api_pix
from brasil.pix import terms as cobv
from brasil.pix.person import Person
from contracts.charges import (
    Charge,
    ChargeTerms,
    DailyAmount,
    Discount,
    DiscountUntil,
    FixedAmount,
    Interest,
    InterestRate,
)
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
        terms=_cobv_terms(terms_for(invoice, pix), pix, due_on),
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


def _cobv_terms(terms: ChargeTerms, pix: PixCharge, due_on: date) -> cobv.Terms:
    return cobv.Terms(
        original_cents=pix.amount_cents,
        due_on=due_on,
        days_valid_after_due=pix.valid_days_after_due or 0,
        fine=_fine(terms.fine),
        interest=_interest(terms.interest),
        abatement=_abatement(terms.abatement),
        discount=_discount(terms.discount),
    )


def _value(charge: Charge) -> Decimal:
    return Decimal(charge.amount_cents) / 100 if isinstance(charge, FixedAmount) else _percent(charge.percent)


def _percent(percent: Decimal) -> Decimal:
    """The API has two decimals; the debtor is never asked for more than agreed."""
    return percent.quantize(_HUNDREDTH, rounding=ROUND_DOWN)


def _fine(charge: Charge | None) -> cobv.FineTerm | None:
    if charge is None or not _value(charge):
        return None
    return cobv.FineTerm(cobv.Fine.FIXED if isinstance(charge, FixedAmount) else cobv.Fine.PERCENT, _value(charge))


def _abatement(charge: Charge | None) -> cobv.AbatementTerm | None:
    if charge is None or not _value(charge):
        return None
    fixed = isinstance(charge, FixedAmount)
    return cobv.AbatementTerm(cobv.Abatement.FIXED if fixed else cobv.Abatement.PERCENT, _value(charge))


def _interest(interest: Interest | None) -> cobv.InterestTerm | None:
    """The legal rate has no modality in the API: at the PSP such a charge asks for no interest."""
    if isinstance(interest, DailyAmount):
        business = interest.days == "business"
        kind = cobv.Interest.AMOUNT_PER_BUSINESS_DAY if business else cobv.Interest.AMOUNT_PER_DAY
        return cobv.InterestTerm(kind, Decimal(interest.amount_cents) / 100)
    if not isinstance(interest, InterestRate) or not _percent(interest.percent):
        return None
    calendar_days, business_days = _PERIODS[interest.basis.split("-")[0]]
    business = interest.days == "business" or "business" in interest.basis
    return cobv.InterestTerm(business_days if business else calendar_days, _percent(interest.percent))


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
