"""From what is to be billed to an invoice with its payment options."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal
from uuid import UUID

from pydantic import ValidationError

from brasil.errors import BrasilError
from brasil.pix.ids import txid_of
from chassis.errors import InvalidError
from contracts.charges import ChargeTerms, FixedAmount
from contracts.invoices import Boleto, Creditor, DocumentReference, Instalment, Invoice, InvoiceBalance, PixCharge
from invoicing.domain import options
from invoicing.domain.creditor import CreditorProfile, check_terms
from invoicing.domain.places import Payer, payable_on
from invoicing.domain.refusals import refused

Origin = Literal["api", "import", "nfe", "recurring_plan", "agreement"]
ONLY = Instalment(number=1, count=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One receivable to be issued. `terms` None takes the creditor's."""

    payer: Payer
    external_id: str
    document_number: str
    description: str
    amount_cents: int
    issued_on: date
    due_on: date
    instalment: Instalment = ONLY
    terms: ChargeTerms | None = None
    documents: tuple[DocumentReference, ...] = ()
    origin: Origin = "api"
    plan_id: UUID | None = None
    segment: str | None = None
    product: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The ids that an invoice gets, and its nosso número where the creditor has a bank."""

    invoice_id: UUID
    boleto_id: UUID
    pix_id: UUID
    number: int | None


@dataclass(frozen=True, slots=True)
class Providers:
    """Whether a bank and a PSP are configured, which confirm a charge before it can be paid.

    Without a bank a boleto is active and carries no `registered_at`: the creditor registers it (by remittance file).
    Without a PSP the Pix is a static code, which needs nobody's confirmation.
    """

    bank: bool = False
    psp: bool = False


@lru_cache(maxsize=64)
def creditor_of(creditor_id: UUID, profile_json: str) -> Creditor:
    """The creditor as invoices carry it."""
    profile = CreditorProfile.model_validate_json(profile_json)
    return Creditor(
        creditor_id=creditor_id,
        name=profile.name,
        trade_name=profile.trade_name,
        tax_id=profile.tax_id,
        address=profile.address,
    )


def checked(draft: Draft, profile: CreditorProfile) -> date:
    """The day until which the draft will be payable; raises `InvalidError` where it cannot be issued as it is."""
    terms = draft.terms or profile.terms
    if draft.issued_on > draft.due_on:
        raise InvalidError("due-before-issue", "The due date may not be before the date of issue.")
    try:
        if _scales(terms):
            _check_once(terms, profile)
        else:
            check_terms(terms, amount_cents=draft.amount_cents, due_on=draft.due_on, rates=profile.rates)
        return payable_on(draft.due_on, terms.weekend_rule, draft.payer.uf, draft.payer.city_code)
    except BrasilError as error:
        raise refused(error, "/due_on" if error.code.startswith("calendar") else "/terms") from None


def _scales(terms: ChargeTerms) -> bool:
    """Whether the terms are percentages only, so that one check holds for every amount and date."""
    amounts = (terms.fine, terms.abatement)
    fixed = any(isinstance(one, FixedAmount) for one in amounts)
    daily = terms.interest is not None and terms.interest.kind == "amount_per_day"
    return not fixed and not daily and terms.discount is None


@lru_cache(maxsize=256)
def _check_scaling(terms: ChargeTerms, rates: tuple[tuple[date, object], ...]) -> None:
    check_terms(terms, amount_cents=10_000_000, due_on=date(2026, 1, 5), rates=rates)  # type: ignore[arg-type]


def _check_once(terms: ChargeTerms, profile: CreditorProfile) -> None:
    _check_scaling(terms, profile.rates)


def issue(
    draft: Draft, *, profile: CreditorProfile, creditor: Creditor, ids: Identity, providers: Providers
) -> Invoice:
    """The invoice, at version 1 and open, with a boleto and a Pix charge as far as the creditor has bank and key.

    Raises `InvalidError`.
    """
    moved = checked(draft, profile)
    try:
        ways = payment_options(
            profile,
            ids=ids,
            txid=txid_of(ids.invoice_id),
            due_on=draft.due_on,
            amount_cents=draft.amount_cents,
            issued_on=draft.issued_on,
            providers=providers,
        )
    except BrasilError as error:
        raise refused(error, "/amount_cents" if error.code == "barcode.amount" else "/due_on") from None
    try:
        return Invoice(
            invoice_id=ids.invoice_id,
            version=1,
            customer_id=draft.payer.customer_id,
            external_id=draft.external_id,
            creditor=creditor,
            document_number=draft.document_number,
            instalment=draft.instalment,
            description=draft.description,
            amount_cents=draft.amount_cents,
            currency="BRL",
            issued_on=draft.issued_on,
            due_on=draft.due_on,
            payable_on=moved,
            terms=draft.terms or profile.terms,
            options=ways,
            state="open",
            balance=InvoiceBalance(amount_cents=draft.amount_cents, open_cents=draft.amount_cents),
            documents=draft.documents,
            origin=draft.origin,
            plan_id=draft.plan_id,
            segment=draft.segment,
            product=draft.product,
            tags=draft.tags,
        )
    except ValidationError:
        raise InvalidError(
            "invoice-contradicts-itself", "The invoice would contradict itself; check dates, terms and texts together."
        ) from None


def payment_options(
    profile: CreditorProfile,
    *,
    ids: Identity,
    txid: str,
    due_on: date,
    amount_cents: int,
    issued_on: date,
    providers: Providers,
) -> tuple[Boleto | PixCharge, ...]:
    """What the payer can pay with. A txid is 32 hexadecimal digits. Raises BrasilError."""
    ways: list[Boleto | PixCharge] = []
    if profile.bank is not None and ids.number is not None:
        ways.append(
            options.boleto(
                profile.bank,
                option_id=ids.boleto_id,
                number=ids.number,
                due_on=due_on,
                amount_cents=amount_cents,
                issued_on=issued_on,
                status="requested" if providers.bank else "active",
            )
        )
    if profile.pix is not None and not providers.psp:
        ways.append(options.static_pix(profile.pix, option_id=ids.pix_id, txid=txid, amount_cents=amount_cents))
    elif profile.pix is not None:
        ways.append(
            options.pix_charge(
                profile.pix,
                option_id=ids.pix_id,
                txid=txid,
                due_on=due_on,
                amount_cents=amount_cents,
                status="requested",
            )
        )
    return tuple(ways)
