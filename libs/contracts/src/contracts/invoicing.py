"""Events of the invoicing service: customers, invoices, agreements, and what debtors answer."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.answers import AllegationCode, Answer
from contracts.base import Event, Instant, NonNegativeCents, PositiveCents, Record
from contracts.customers import Customer
from contracts.fields import Actor, AnswerChannel, Code, Sha256, Version
from contracts.invoices import OPEN_STATES, Invoice, InvoiceState


class CustomerEvent(Event):
    """A fact about a customer, with the whole customer after it."""

    customer: Customer
    changed_by: Actor

    def subject_id(self) -> UUID:
        return self.customer.customer_id

    def partition_key(self) -> UUID:
        return self.customer.customer_id


class CustomerRegistered(CustomerEvent):
    """A payer became known."""

    topic: ClassVar[str] = "customer.registered"


class CustomerUpdated(CustomerEvent):
    """Anything about a payer changed. `changed` names the snapshot's fields that differ from the version before."""

    topic: ClassVar[str] = "customer.updated"

    reason: Literal[
        "data_corrected",
        "contacts_changed",
        "preferences_changed",
        "opted_out",
        "opted_in",
        "contact_invalidated",
        "flags_changed",
        "segment_changed",
        "resealed",
    ]
    changed: Annotated[tuple[Code, ...], Field(min_length=1)]


class CustomerErased(Event):
    """A payer's personal data is gone: the key that sealed it was destroyed. Books and evidence stay valid."""

    topic: ClassVar[str] = "customer.erased"

    customer_id: UUID
    customer_version: Version
    reason: Literal["data_subject_request", "retention_ended", "court_order", "tenant_closed"]
    requested_on: date
    key_id: UUID | None = None

    def subject_id(self) -> UUID:
        return self.customer_id

    def partition_key(self) -> UUID:
        return self.customer_id


class InvoiceEvent(Event):
    """A fact about an invoice, with the whole invoice after it."""

    states: ClassVar[frozenset[InvoiceState]] = OPEN_STATES

    invoice: Invoice
    changed_by: Actor

    def subject_id(self) -> UUID:
        return self.invoice.invoice_id

    def partition_key(self) -> UUID:
        return self.invoice.customer_id

    @model_validator(mode="after")
    def _state_fits_the_fact(self) -> "InvoiceEvent":
        if self.invoice.state not in self.states:
            allowed = ", ".join(sorted(self.states))
            raise ValueError(f"{self.topic}: invoice.state must be one of {allowed}, not {self.invoice.state}")
        return self


class InvoiceIssued(InvoiceEvent):
    """A receivable exists."""

    topic: ClassVar[str] = "invoice.issued"
    states: ClassVar[frozenset[InvoiceState]] = frozenset({"open"})

    reason: Literal["new", "imported", "plan_occurrence", "agreement_instalment", "replaces_cancelled"]


class InvoiceAmended(InvoiceEvent):
    """The invoice changed and no other event says how. `changed` names the fields that differ from the version before.

    A partial payment, a reversal that reopens the debt and an agreement that takes its place are amendments.
    """

    topic: ClassVar[str] = "invoice.amended"
    states: ClassVar[frozenset[InvoiceState]] = frozenset({"open", "partially_paid", "renegotiated"})

    reason: Literal[
        "data_corrected",
        "amount_corrected",
        "due_date_changed",
        "terms_changed",
        "abatement_granted",
        "options_changed",
        "documents_changed",
        "classification_changed",
        "payment_applied",
        "payment_reversed",
        "agreement_accepted",
        "agreement_broken",
        "reopened",
    ]
    changed: Annotated[tuple[Code, ...], Field(min_length=1)]


class InvoiceDue(InvoiceEvent):
    """The local morning of the due date, as moved, of an invoice still open; published once."""

    topic: ClassVar[str] = "invoice.due"

    local_date: date

    @model_validator(mode="after")
    def _is_the_day(self) -> "InvoiceDue":
        if self.local_date != self.invoice.payable_on:
            raise ValueError("invoice.due: local_date must be the invoice's payable_on")
        return self


class InvoiceOverdue(InvoiceEvent):
    """The first local day after the due date, as moved, of an invoice still open; published once."""

    topic: ClassVar[str] = "invoice.overdue"

    local_date: date

    @model_validator(mode="after")
    def _is_after_the_day(self) -> "InvoiceOverdue":
        if self.local_date <= self.invoice.payable_on:
            raise ValueError("invoice.overdue: local_date must be after the invoice's payable_on")
        return self


class InvoiceSettled(InvoiceEvent):
    """Nothing is open any more."""

    topic: ClassVar[str] = "invoice.settled"
    states: ClassVar[frozenset[InvoiceState]] = frozenset({"paid"})

    reason: Literal["paid", "paid_with_discount", "paid_from_credit", "paid_within_tolerance"]
    allocation_id: UUID


class InvoiceCancelled(InvoiceEvent):
    """What was left of the invoice is not owed."""

    topic: ClassVar[str] = "invoice.cancelled"
    states: ClassVar[frozenset[InvoiceState]] = frozenset({"cancelled"})

    reason: Literal[
        "issued_in_error", "duplicate", "contract_ended", "goods_returned", "dispute_accepted", "replaced", "other"
    ]
    replaced_by: UUID | None = None

    @model_validator(mode="after")
    def _a_replacement_is_named(self) -> "InvoiceCancelled":
        if (self.reason == "replaced") != (self.replaced_by is not None):
            raise ValueError("invoice.cancelled: replaced_by belongs to the reason replaced, which needs it")
        return self


class InvoiceWrittenOff(InvoiceEvent):
    """What was left is owed but no longer expected."""

    topic: ClassVar[str] = "invoice.written_off"
    states: ClassVar[frozenset[InvoiceState]] = frozenset({"written_off"})

    reason: Literal["uncollectible", "prescribed", "insolvency", "deceased", "small_balance", "court_decision", "other"]
    approved_by_two: bool


class ReplacedDebt(Record):
    """One original invoice of an agreement, and its debt on the day it was agreed."""

    invoice_id: UUID
    invoice_version: Version
    principal_cents: PositiveCents
    charges_cents: NonNegativeCents


class AgreementInstalment(Record):
    """One invoice that the agreement created."""

    number: Annotated[int, Field(ge=1, le=120)]
    invoice_id: UUID
    due_on: date
    amount_cents: PositiveCents


class Agreement(Record):
    """A negotiated payment plan: originals = discount + instalments, to the cent."""

    agreement_id: UUID
    version: Version
    customer_id: UUID
    originals: Annotated[tuple[ReplacedDebt, ...], Field(min_length=1)]
    discount_cents: NonNegativeCents
    financing_cents: NonNegativeCents
    total_cents: PositiveCents
    instalments: Annotated[tuple[AgreementInstalment, ...], Field(min_length=1)]
    tolerance_days: Annotated[int, Field(ge=0, le=90)]
    accepted_at: Instant
    accepted_on: AnswerChannel
    terms_hash: Sha256
    evidence_hash: Sha256
    decision_id: UUID | None = None

    @model_validator(mode="after")
    def _sums_agree(self) -> "Agreement":
        owed = sum(debt.principal_cents + debt.charges_cents for debt in self.originals)
        if owed - self.discount_cents + self.financing_cents != self.total_cents:
            raise ValueError("agreement: originals less discount plus financing must equal total_cents")
        if sum(instalment.amount_cents for instalment in self.instalments) != self.total_cents:
            raise ValueError("agreement: the instalments must add up to total_cents")
        if [instalment.number for instalment in self.instalments] != list(range(1, len(self.instalments) + 1)):
            raise ValueError("agreement: instalments are numbered 1 to n, in order")
        days = [instalment.due_on for instalment in self.instalments]
        if days != sorted(days):
            raise ValueError("agreement: the instalments' due dates must not fall back")
        return self


class AgreementEvent(Event):
    """A fact about an agreement, with the whole agreement."""

    agreement: Agreement

    def subject_id(self) -> UUID:
        return self.agreement.agreement_id

    def partition_key(self) -> UUID:
        return self.agreement.customer_id


class AgreementAccepted(AgreementEvent):
    """The debtor accepted: the originals are renegotiated, the instalments issued."""

    topic: ClassVar[str] = "agreement.accepted"


class AgreementFulfilled(AgreementEvent):
    """The last instalment is paid."""

    topic: ClassVar[str] = "agreement.fulfilled"

    fulfilled_on: date
    paid_cents: PositiveCents


class RestoredDebt(Record):
    """An original invoice that is owed again, and how much of its principal."""

    invoice_id: UUID
    invoice_version: Version
    open_cents: NonNegativeCents


class AgreementBroken(AgreementEvent):
    """An instalment stayed unpaid past its tolerance: the originals return, less what was paid."""

    topic: ClassVar[str] = "agreement.broken"

    broken_on: date
    reason: Literal["instalment_missed", "cancelled_by_debtor", "cancelled_by_creditor"]
    missed_instalment: Annotated[int, Field(ge=1, le=120)] | None = None
    paid_cents: NonNegativeCents
    restored: tuple[RestoredDebt, ...]

    @model_validator(mode="after")
    def _parts_agree(self) -> "AgreementBroken":
        if (self.reason == "instalment_missed") != (self.missed_instalment is not None):
            raise ValueError("agreement.broken: missed_instalment belongs to the reason instalment_missed")
        if (self.missed_instalment or 0) > len(self.agreement.instalments):
            raise ValueError("agreement.broken: missed_instalment is not one of the agreement's")
        originals = {debt.invoice_id for debt in self.agreement.originals}
        if any(debt.invoice_id not in originals for debt in self.restored):
            raise ValueError("agreement.broken: a restored invoice is not one of the agreement's originals")
        return self


class DebtorResponded(Event):
    """The debtor said something, over any way in. `invoice_ids` empty: about the debtor, no invoice in particular."""

    topic: ClassVar[str] = "debtor.responded"

    response_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...] = ()
    answer: Answer
    channel: AnswerChannel
    answered_at: Instant
    contact_id: UUID | None = None
    message_id: UUID | None = None
    recognised_by: Literal["debtor_choice", "operator", "classifier", "bank_code"]
    confidence_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    bank_allegation: AllegationCode | None = None
    text_hash: Sha256 | None = None

    def subject_id(self) -> UUID:
        return self.response_id

    def partition_key(self) -> UUID:
        return self.customer_id

    @model_validator(mode="after")
    def _source_fits(self) -> "DebtorResponded":
        if (self.recognised_by == "classifier") != (self.confidence_percent is not None):
            raise ValueError("debtor.responded: confidence_percent belongs to a classifier, which states it")
        if (self.recognised_by == "bank_code") != (self.bank_allegation is not None):
            raise ValueError("debtor.responded: bank_allegation belongs to recognised_by bank_code, which needs it")
        if self.answer.kind in {"promise", "dispute", "says_paid", "asks_new_date"} and not self.invoice_ids:
            raise ValueError(f"debtor.responded: {self.answer.kind} is about invoices, so invoice_ids may not be empty")
        return self
