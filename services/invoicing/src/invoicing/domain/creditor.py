"""The creditor's profile: who is owed, with which bank and Pix key, and on which terms where an invoice states none."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from brasil import charges as rules
from brasil import taxid
from brasil.boleto.layout import Profile as Layout
from brasil.boleto.profiles import BY_NAME, of_bank
from brasil.contact.zones import named_zone
from brasil.errors import BrasilError
from brasil.pix import br_code, keys
from brasil.text import fold
from chassis.debt import LegalRates, terms_of
from chassis.errors import Fault
from contracts.base import NonNegativeCents, Record
from contracts.charges import ChargeTerms, DiscountUntil
from contracts.customers import PostalAddress
from contracts.fields import BankCode, Ispb, Percent, Reference, ShortText, TaxId, TimeZone
from invoicing.domain import contacts
from invoicing.domain.refusals import fault, refuse

Digits = Annotated[str, Field(pattern=r"^\d{1,20}$")]

STANDARD_TERMS = ChargeTerms(
    weekend_rule="law-7089",
    payment_dating="as-paid",
    rounding="daily-down",
    imputation="interest-fine-principal",
    contract="consumer",
    cap_policy="refuse",
)
"""No fine, no interest; the due date moves to the next working day (Lei 7.089/1983)."""


class BankProfile(Record):
    """The agreement with the bank that collects by boleto.

    `layout` names the campo livre layout; left out, it is the bank's only or usual one. `values` are further named
    values that the layout asks for, such as `posto`, `modalidade`, `conta_dv`. The nosso número counts up from
    `first_number`, once for each convênio and carteira.
    """

    bank_code: BankCode
    layout: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,30}$")] | None = None
    agencia: Digits
    conta: Digits
    carteira: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$")]
    convenio: Reference
    values: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Digits] = Field(default_factory=dict, max_length=10)
    first_number: Annotated[int, Field(ge=1, le=10**16, strict=True)] = 1
    payable_days_after_due: Annotated[int, Field(ge=0, le=365, strict=True)] = 60


class PixProfile(Record):
    """The receiver's Pix key at its PSP. `location_host` is where the PSP serves its charges, without https://."""

    key: Annotated[str, Field(min_length=5, max_length=97)]
    psp_ispb: Ispb
    location_host: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=33)]
    merchant_name: Annotated[str, Field(min_length=1, max_length=60)]
    merchant_city: Annotated[str, Field(min_length=1, max_length=60)]
    valid_days_after_due: Annotated[int, Field(ge=0, le=3650, strict=True)] = 60


class LegalRate(Record):
    """The taxa legal of one month, in per cent (BCB SGS series 29543)."""

    month: date
    percent: Percent


class CreditorProfile(Record):
    """All that invoicing needs to know of a tenant.

    Name, tax id, address, e-mail and phone stand in every collection document (CDC art. 42-A). `terms` hold for every
    invoice that states no others; a discount by fixed days cannot be one of them.
    `two_people_from_cents`: a write-off of this much or more needs a second person; None asks for none.
    """

    name: ShortText
    trade_name: ShortText | None = None
    tax_id: Annotated[str, Field(min_length=11, max_length=20)]
    address: PostalAddress
    email: Annotated[str, Field(min_length=3, max_length=254)] | None = None
    phone: Annotated[str, Field(min_length=8, max_length=30)] | None = None
    time_zone: TimeZone = "America/Sao_Paulo"
    bank: BankProfile | None = None
    pix: PixProfile | None = None
    terms: ChargeTerms = STANDARD_TERMS
    legal_rates: tuple[LegalRate, ...] = ()
    two_people_from_cents: NonNegativeCents | None = None

    @property
    def rates(self) -> LegalRates:
        return tuple((row.month, row.percent) for row in self.legal_rates)


def layout_of(bank: BankProfile) -> Layout:
    """The campo livre layout of the agreement. Raises BrasilError `free_field.profile`."""
    return _layout(bank.bank_code, bank.layout, bank.carteira)


@lru_cache(maxsize=256)
def _layout(bank_code: str, name: str | None, carteira: str) -> Layout:
    layouts = of_bank(bank_code)
    chosen = BY_NAME.get(name) if name else next(iter(_fitting(carteira, layouts)), None)
    if chosen is None or chosen.bank != bank_code:
        raise BrasilError(
            "free_field.profile",
            "There is no such boleto layout for this bank.",
            field="layout",
            expected=", ".join(layout.name for layout in layouts) or "a bank with a layout",
        )
    return chosen


def _fitting(carteira: str, layouts: tuple[Layout, ...]) -> list[Layout]:
    """Layouts that are for this carteira, those made for it first."""
    limited = [one for one in layouts if carteira.zfill(one.length_of("carteira")) in one.only.get("carteira", ())]
    return limited + [one for one in layouts if not one.only]


def checked(profile: CreditorProfile) -> CreditorProfile:
    """The profile with its numbers in their kept form; raises `InvalidError` naming every field that is wrong."""
    from invoicing.domain.options import specimen

    faults: list[Fault] = []
    changes: dict[str, object] = {}
    try:
        changes["tax_id"] = taxid.validate(profile.tax_id)
    except BrasilError as error:
        faults.append(fault(error, "/tax_id"))
    for name, channel in (("email", "email"), ("phone", "voice")):
        given: str | None = getattr(profile, name)
        try:
            changes[name] = contacts.normalised(channel, given) if given is not None else None
        except contacts.AddressError as error:
            faults.append(error.fault(f"/{name}"))
    try:
        named_zone(profile.time_zone)
    except BrasilError as error:
        faults.append(fault(error, "/time_zone"))
    if profile.bank is not None:
        try:
            specimen(profile.bank)
        except BrasilError as error:
            field = error.problem.field
            faults.append(fault(error, f"/bank/{field}" if field in BankProfile.model_fields else "/bank"))
    if profile.pix is not None:
        pix, wrong = _checked_pix(profile.pix)
        changes["pix"] = pix
        faults += wrong
    faults += _terms_faults(profile)
    refuse(faults)
    return profile.model_copy(update=changes)


def _checked_pix(pix: PixProfile) -> tuple[PixProfile, list[Fault]]:
    """Name and city lose their accents and what a BR Code has no room for."""
    name = fold(pix.merchant_name).strip()[: br_code.LONGEST_NAME].strip()
    city = fold(pix.merchant_city).strip()[: br_code.LONGEST_CITY].strip()
    faults = [
        Fault(f"/pix/{field}", "pix.br_code.text", "must have letters that a BR Code can write (ASCII)")
        for field, value in (("merchant_name", name), ("merchant_city", city))
        if not value
    ]
    key = pix.key
    try:
        key = keys.validate(pix.key)
    except BrasilError as error:
        faults.append(fault(error, "/pix/key"))
    return pix.model_copy(update={"key": key, "merchant_name": name, "merchant_city": city}), faults


def _terms_faults(profile: CreditorProfile) -> list[Fault]:
    if isinstance(profile.terms.discount, DiscountUntil):
        return [Fault("/terms/discount", "terms.discount", "fixed days belong to one invoice; use per_day_early")]
    try:
        check_terms(profile.terms, amount_cents=10_000_000, due_on=date(2026, 1, 5), rates=profile.rates)
    except BrasilError as error:
        return [fault(error, "/terms")]
    return []


def check_terms(terms: ChargeTerms, *, amount_cents: int, due_on: date, rates: LegalRates = ()) -> None:
    """Refuse terms that contradict themselves, the receivable or, by their cap policy, the law. Raises BrasilError."""
    rules.charges(
        face_cents=amount_cents, due_on=due_on, on=due_on, terms=terms_of(terms, legal_rates=rates or _NO_RATES)
    )


_NO_RATES: LegalRates = ((date(2024, 8, 1), Decimal(0)),)

__all__ = ["STANDARD_TERMS", "BankProfile", "CreditorProfile", "LegalRate", "PixProfile", "TaxId", "checked"]
