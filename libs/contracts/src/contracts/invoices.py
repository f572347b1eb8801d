"""The invoice as every `invoice.*` event carries it: one receivable, one due date, one amount, at one version.

It holds what dunning, notifier, payments and analytics need, so that nobody has to ask. It names the payer by
`customer_id` only; no personal data may stand in any field, `description` included.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.base import Instant, NonNegativeCents, PositiveCents, Record
from contracts.charges import ChargeTerms
from contracts.customers import PostalAddress
from contracts.fields import (
    ON_ONE_LINE,
    BankCode,
    Barcode,
    BrCode,
    Code,
    Currency,
    Ispb,
    LinhaDigitavel,
    NossoNumero,
    Reference,
    ShortText,
    TaxId,
    Txid,
    Version,
)

InvoiceState = Literal["open", "partially_paid", "paid", "cancelled", "written_off", "renegotiated"]
"""`renegotiated`: an agreement's instalments stand in its place. Overdue follows from the dates, a dispute is a hold
in dunning: neither is a state of the invoice."""

OPEN_STATES: frozenset[InvoiceState] = frozenset({"open", "partially_paid"})


class Creditor(Record):
    """Who is owed. Name, tax id and address must stand in every collection document (CDC art. 42-A)."""

    creditor_id: UUID
    name: ShortText
    trade_name: ShortText | None = None
    tax_id: TaxId
    address: PostalAddress


class Instalment(Record):
    """k of n of the document."""

    number: Annotated[int, Field(ge=1, le=999)]
    count: Annotated[int, Field(ge=1, le=999)]

    @model_validator(mode="after")
    def _k_is_at_most_n(self) -> "Instalment":
        if self.number > self.count:
            raise ValueError(f"instalment {self.number} of {self.count}: number may not exceed count")
        return self


class Boleto(Record):
    """A boleto of the invoice. Match a payment on bank, convênio, carteira and nosso número together.

    `nosso_numero_printed` has the bank's form and check digit, which may be a letter.
    """

    kind: Literal["boleto"] = "boleto"
    option_id: UUID
    status: Literal["requested", "active", "replaced", "withdrawn", "rejected"]
    bank_code: BankCode
    convenio: Reference
    carteira: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$")]
    nosso_numero: NossoNumero
    nosso_numero_printed: Reference | None = None
    linha_digitavel: LinhaDigitavel
    barcode: Barcode
    due_on: date
    amount_cents: NonNegativeCents
    registered_at: Instant | None = None


class PixCharge(Record):
    """A Pix charge of the invoice. `cobv` has a due date, `cob` an expiry, `static` neither."""

    kind: Literal["pix"] = "pix"
    option_id: UUID
    status: Literal["requested", "active", "replaced", "withdrawn", "rejected"]
    charge: Literal["cob", "cobv", "static"]
    txid: Txid
    psp_ispb: Ispb
    br_code: BrCode
    location_url: Annotated[str, Field(pattern=r"^[a-z0-9.-]+/[^\s]{1,70}$")] | None = None
    amount_cents: NonNegativeCents
    due_on: date | None = None
    valid_days_after_due: Annotated[int, Field(ge=0, le=9999)] | None = None
    expires_at: Instant | None = None

    @model_validator(mode="after")
    def _dates_fit_the_charge(self) -> "PixCharge":
        if (self.charge == "cobv") != (self.due_on is not None):
            raise ValueError("pix: due_on belongs to a cobv, and a cobv needs it")
        if (self.charge == "static") != (self.location_url is None):
            raise ValueError("pix: a dynamic charge has a location_url, a static code has none")
        if self.charge != "static" and not 26 <= len(self.txid) <= 35:
            raise ValueError("pix: the txid of a cob or cobv has 26 to 35 characters")
        return self


PaymentOption = Annotated[Boleto | PixCharge, Field(discriminator="kind")]


class DocumentReference(Record):
    """A document that proves or explains the debt. `access_key`: NF-e 44 characters, NFS-e 50 digits."""

    kind: Literal["contract", "order", "nfe", "nfse", "delivery_proof", "acceptance", "other"]
    number: Reference
    series: Annotated[str, Field(max_length=10, pattern=ON_ONE_LINE)] | None = None
    access_key: Annotated[str, Field(pattern=r"^([0-9A-Z]{44}|\d{50})$")] | None = None
    issued_on: date | None = None

    @model_validator(mode="after")
    def _key_fits_the_kind(self) -> "DocumentReference":
        length = {"nfe": 44, "nfse": 50}.get(self.kind)
        if self.access_key is not None and len(self.access_key) != length:
            raise ValueError(f"document {self.kind}: an NF-e has a key of 44 characters, an NFS-e of 50, others none")
        return self


class InvoiceBalance(Record):
    """Where an invoice's principal went, to the cent.

    `amount = principal_paid + discount_granted + abatement_granted + relieved + open`, always. `relieved` is principal
    closed without money: by cancellation, write-off or agreement. Interest and fine paid stand beside, not in the sum.
    """

    amount_cents: PositiveCents
    principal_paid_cents: NonNegativeCents = 0
    interest_paid_cents: NonNegativeCents = 0
    fine_paid_cents: NonNegativeCents = 0
    discount_granted_cents: NonNegativeCents = 0
    abatement_granted_cents: NonNegativeCents = 0
    relieved_cents: NonNegativeCents = 0
    open_cents: NonNegativeCents

    @property
    def received_cents(self) -> int:
        """All money received on the invoice, in cents."""
        return self.principal_paid_cents + self.interest_paid_cents + self.fine_paid_cents

    @model_validator(mode="after")
    def _every_cent_is_accounted_for(self) -> "InvoiceBalance":
        reductions = self.discount_granted_cents + self.abatement_granted_cents + self.relieved_cents
        if self.principal_paid_cents + reductions + self.open_cents != self.amount_cents:
            raise ValueError(
                "balance: principal paid + discount + abatement + relieved + open must equal amount_cents "
                f"({self.principal_paid_cents} + {self.discount_granted_cents} + {self.abatement_granted_cents} + "
                f"{self.relieved_cents} + {self.open_cents} is not {self.amount_cents})"
            )
        return self


def check_state(state: InvoiceState, balance: InvoiceBalance) -> None:
    """Raise `ValueError` where a state contradicts its balance."""
    if state == "open":
        agrees = balance.open_cents > 0 and balance.received_cents == 0
    elif state == "partially_paid":
        agrees = balance.open_cents > 0 and balance.received_cents > 0
    elif state == "paid":
        agrees = balance.open_cents == 0 and balance.relieved_cents == 0
    else:
        agrees = balance.open_cents == 0 and balance.relieved_cents > 0
    if not agrees:
        raise ValueError(
            f"state {state} contradicts the balance: received {balance.received_cents}, "
            f"relieved {balance.relieved_cents}, open {balance.open_cents}"
        )


class Invoice(Record):
    """An invoice at one version. Keep the highest version seen; order across topics then does not matter.

    `due_on` is the date on the invoice, `payable_on` the same or the working day it moved to in the payer's city.
    """

    invoice_id: UUID
    version: Version
    customer_id: UUID
    external_id: Reference
    creditor: Creditor
    document_number: Reference
    instalment: Instalment
    description: ShortText
    amount_cents: PositiveCents
    currency: Currency
    issued_on: date
    due_on: date
    payable_on: date
    terms: ChargeTerms
    options: tuple[PaymentOption, ...] = ()
    state: InvoiceState
    balance: InvoiceBalance
    last_paid_on: date | None = None
    settled_on: date | None = None
    documents: tuple[DocumentReference, ...] = ()
    origin: Literal["api", "import", "nfe", "recurring_plan", "agreement"]
    plan_id: UUID | None = None
    agreement_id: UUID | None = None
    segment: Code | None = None
    product: Code | None = None
    tags: tuple[Code, ...] = ()

    @property
    def boleto(self) -> Boleto | None:
        """The boleto that can be paid now."""
        return next((o for o in self.options if isinstance(o, Boleto) and o.status == "active"), None)

    @property
    def pix(self) -> PixCharge | None:
        """The Pix charge that can be paid now."""
        return next((o for o in self.options if isinstance(o, PixCharge) and o.status == "active"), None)

    @model_validator(mode="after")
    def _parts_agree(self) -> "Invoice":
        if self.balance.amount_cents != self.amount_cents:
            raise ValueError("balance.amount_cents differs from the invoice's amount_cents")
        check_state(self.state, self.balance)
        if self.issued_on > self.due_on:
            raise ValueError("dates: issued_on may not be after due_on")
        moved = {"as-written": self.payable_on == self.due_on, "previous-working-day": self.payable_on <= self.due_on}
        if not moved.get(self.terms.weekend_rule, self.payable_on >= self.due_on):
            raise ValueError(f"dates: payable_on contradicts due_on under weekend_rule {self.terms.weekend_rule}")
        if (self.settled_on is not None) != (self.state == "paid"):
            raise ValueError("settled_on belongs to the state paid, and paid needs it")
        if (self.origin == "recurring_plan") != (self.plan_id is not None):
            raise ValueError("plan_id belongs to origin recurring_plan, and that origin needs it")
        if (self.agreement_id is None) and (self.origin == "agreement" or self.state == "renegotiated"):
            raise ValueError("agreement_id is needed: the invoice comes from an agreement or was replaced by one")
        active = [option.kind for option in self.options if option.status == "active"]
        if len(active) != len(set(active)):
            raise ValueError("options: at most one active boleto and one active Pix charge")
        discount = self.terms.discount
        if discount is not None and discount.kind == "until" and discount.steps[-1].until > self.payable_on:
            raise ValueError("terms.discount: a discount's day may not be after the due date")
        return self
