"""Events of the payments service: money that came, where it belongs, and money that went back.

A payer who is not known yet appears as a keyed hash of the tax id, never as the tax id.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.base import Event, Instant, NonNegativeCents, PositiveCents, Record
from contracts.fields import (
    BankCode,
    Code,
    Currency,
    EndToEndId,
    NossoNumero,
    Reference,
    Sha256,
    Txid,
    Version,
)
from contracts.invoices import InvoiceBalance, InvoiceState, check_state

Route = Literal["pix", "boleto", "card", "transfer", "direct_debit", "cash", "cheque", "other"]


class ReceiptSource(Record):
    """Where the money was seen. A bank file is named with the line, so that anybody can look."""

    kind: Literal["pix_webhook", "pix_poll", "cnab240", "cnab400", "cnab150", "ofx", "acquirer", "manual", "api"]
    account_id: UUID
    provider: Code | None = None
    file_id: UUID | None = None
    file_line: Annotated[int, Field(ge=1)] | None = None
    occurrence: Annotated[str, Field(pattern=r"^[0-9A-Z]{2,4}$")] | None = None

    @model_validator(mode="after")
    def _a_line_stands_in_a_file(self) -> "ReceiptSource":
        if self.kind in {"cnab240", "cnab400", "cnab150", "ofx"}:
            if self.file_id is None or self.file_line is None:
                raise ValueError(f"source {self.kind}: file_id and file_line are needed")
        elif self.file_id is not None or self.file_line is not None:
            raise ValueError(f"source {self.kind}: no file is involved, so file_id and file_line stay out")
        return self


class ReceiptIds(Record):
    """Every identifier that the outside gave for this money; matching tries them first."""

    end_to_end_id: EndToEndId | None = None
    txid: Txid | None = None
    bank_code: BankCode | None = None
    convenio: Reference | None = None
    carteira: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$")] | None = None
    nosso_numero: NossoNumero | None = None
    document_number: Reference | None = None
    statement_id: Reference | None = None
    acquirer_id: Reference | None = None
    reference: Reference | None = None


class PaymentReceived(Event):
    """Money is here. `credited = gross - fee`; interest, fine, discount and abatement are as the source reports them.

    `paid_on` is the bank's day of payment, `paid_at` the instant where the source knows one.
    """

    topic: ClassVar[str] = "payment.received"

    receipt_id: UUID
    customer_id: UUID | None = None
    route: Route
    source: ReceiptSource
    ids: ReceiptIds
    currency: Currency
    gross_cents: PositiveCents
    fee_cents: NonNegativeCents = 0
    credited_cents: NonNegativeCents
    reported_interest_cents: NonNegativeCents | None = None
    reported_fine_cents: NonNegativeCents | None = None
    reported_discount_cents: NonNegativeCents | None = None
    reported_abatement_cents: NonNegativeCents | None = None
    paid_on: date
    paid_at: Instant | None = None
    credited_on: date | None = None
    payer_kind: Literal["person", "company"] | None = None
    payer_tax_id_hash: Sha256 | None = None

    def subject_id(self) -> UUID:
        return self.receipt_id

    def partition_key(self) -> UUID:
        return self.customer_id or self.receipt_id

    @model_validator(mode="after")
    def _amounts_and_ids_agree(self) -> "PaymentReceived":
        if self.gross_cents - self.fee_cents != self.credited_cents:
            raise ValueError("payment.received: credited_cents must be gross_cents less fee_cents")
        if self.route == "pix" and self.ids.end_to_end_id is None:
            raise ValueError("payment.received: a Pix has an end_to_end_id")
        if self.route == "boleto" and (self.ids.nosso_numero is None or self.ids.bank_code is None):
            raise ValueError("payment.received: a boleto has bank_code and nosso_numero")
        return self


class AllocationLine(Record):
    """What one invoice gets. `money = principal + interest + fine`; discount and abatement close principal without.

    `balance` and `state` are the invoice's after this line, by the books of payments.
    """

    invoice_id: UUID
    invoice_version: Version
    money_cents: NonNegativeCents
    principal_cents: NonNegativeCents
    interest_cents: NonNegativeCents = 0
    fine_cents: NonNegativeCents = 0
    discount_cents: NonNegativeCents = 0
    abatement_cents: NonNegativeCents = 0
    balance: InvoiceBalance
    state: InvoiceState

    @model_validator(mode="after")
    def _sums_agree(self) -> "AllocationLine":
        if self.principal_cents + self.interest_cents + self.fine_cents != self.money_cents:
            raise ValueError("line: principal + interest + fine must equal money_cents")
        if self.money_cents + self.discount_cents + self.abatement_cents == 0:
            raise ValueError("line: a line that moves nothing is no line")
        check_state(self.state, self.balance)
        return self


class MatchSignal(Record):
    """One fact that spoke for or against the match; `weight` in points, negative against."""

    signal: Code
    weight: Annotated[int, Field(ge=-100, le=100)]


class Match(Record):
    """Why the money was given to these invoices."""

    rung: Literal["exact_id", "reference", "payer_and_amount", "invoice_set", "proposal", "credit", "none"]
    signals: tuple[MatchSignal, ...] = ()
    score: Annotated[int, Field(ge=0, le=100)]
    rule_version: Version
    confirmed_by: Literal["system", "operator", "two_operators"]


Circumstance = Literal[
    "early", "late", "wrong_payer", "after_write_off", "within_tolerance", "replaced_slip", "through_agreement"
]
"""What else is true of the payment; several may be."""


class PaymentAllocated(Event):
    """Money belongs to these invoices. One event per receipt and customer: `amount = lines + unapplied`.

    `outcome` says what the money did: paid the invoices in `full` or in `part`, paid `over`, was a `duplicate` of an
    earlier payment, came `after_cancellation`, or stays `unmatched`; what is not used is unapplied credit.
    `matched_invoice_ids` are the invoices that the money was meant for, also where none of it could be applied.
    `funds=credit` spends credit that an earlier event left unapplied.
    """

    topic: ClassVar[str] = "payment.allocated"

    allocation_id: UUID
    receipt_id: UUID
    customer_id: UUID | None = None
    funds: Literal["receipt", "credit"]
    route: Route
    currency: Currency
    amount_cents: PositiveCents
    matched_invoice_ids: tuple[UUID, ...]
    lines: tuple[AllocationLine, ...]
    unapplied_cents: NonNegativeCents
    outcome: Literal["full", "partial", "over", "duplicate", "after_cancellation", "unmatched"]
    circumstances: tuple[Circumstance, ...] = ()
    match: Match
    paid_on: date
    credited_on: date | None = None

    def subject_id(self) -> UUID:
        return self.allocation_id

    def partition_key(self) -> UUID:
        return self.customer_id or self.receipt_id

    @model_validator(mode="after")
    def _sums_agree(self) -> "PaymentAllocated":
        applied = sum(line.money_cents for line in self.lines)
        if applied + self.unapplied_cents != self.amount_cents:
            raise ValueError(
                f"payment.allocated: lines ({applied}) plus unapplied ({self.unapplied_cents}) "
                f"must equal amount_cents ({self.amount_cents})"
            )
        if len({line.invoice_id for line in self.lines}) != len(self.lines):
            raise ValueError("payment.allocated: an invoice stands in two lines")
        if self.matched_invoice_ids and self.customer_id is None:
            raise ValueError("payment.allocated: invoices have a customer, so customer_id is needed")
        if not {line.invoice_id for line in self.lines} <= set(self.matched_invoice_ids):
            raise ValueError("payment.allocated: every line's invoice must stand in matched_invoice_ids")
        return self

    @model_validator(mode="after")
    def _outcome_fits(self) -> "PaymentAllocated":
        applied, unapplied, matched = bool(self.lines), self.unapplied_cents > 0, bool(self.matched_invoice_ids)
        closed = all(line.balance.open_cents == 0 for line in self.lines)
        fits = {
            "full": applied and closed and not unapplied,
            "partial": applied and not closed and not unapplied,
            "over": applied and closed and unapplied,
            "duplicate": matched and not applied,
            "after_cancellation": matched and not applied,
            "unmatched": not matched and self.match.rung == "none",
        }[self.outcome]
        if not fits:
            raise ValueError(
                f"payment.allocated: outcome {self.outcome} contradicts matched_invoice_ids "
                f"({len(self.matched_invoice_ids)}), lines ({len(self.lines)}), their open balances, "
                f"or unapplied_cents ({self.unapplied_cents})"
            )
        return self


class UndoneLine(Record):
    """An allocation line that no longer stands, with the amounts it had, and the invoice after."""

    allocation_id: UUID
    invoice_id: UUID
    money_cents: NonNegativeCents
    principal_cents: NonNegativeCents
    interest_cents: NonNegativeCents = 0
    fine_cents: NonNegativeCents = 0
    discount_cents: NonNegativeCents = 0
    abatement_cents: NonNegativeCents = 0
    balance: InvoiceBalance
    state: InvoiceState

    @model_validator(mode="after")
    def _sums_agree(self) -> "UndoneLine":
        if self.principal_cents + self.interest_cents + self.fine_cents != self.money_cents:
            raise ValueError("undone line: principal + interest + fine must equal money_cents")
        check_state(self.state, self.balance)
        return self


class PaymentReversed(Event):
    """Money went back, or an allocation was undone. `undone + taken from unapplied = returned + given to unapplied`.

    `deallocation` corrects a wrong match: the money stays, unapplied; every other kind returns money.
    """

    topic: ClassVar[str] = "payment.reversed"

    reversal_id: UUID
    receipt_id: UUID
    customer_id: UUID | None = None
    kind: Literal["refund", "med", "chargeback", "bank_reversal", "deallocation"]
    reason: Code
    currency: Currency
    returned_cents: NonNegativeCents
    from_unapplied_cents: NonNegativeCents = 0
    to_unapplied_cents: NonNegativeCents = 0
    undone: tuple[UndoneLine, ...] = ()
    return_end_to_end_id: EndToEndId | None = None
    external_id: Reference | None = None
    reversed_on: date

    def subject_id(self) -> UUID:
        return self.reversal_id

    def partition_key(self) -> UUID:
        return self.customer_id or self.receipt_id

    @model_validator(mode="after")
    def _sums_agree(self) -> "PaymentReversed":
        undone = sum(line.money_cents for line in self.undone)
        if undone + self.from_unapplied_cents != self.returned_cents + self.to_unapplied_cents:
            raise ValueError("payment.reversed: undone + from_unapplied must equal returned + to_unapplied")
        if (self.kind == "deallocation") != (self.returned_cents == 0):
            raise ValueError("payment.reversed: a deallocation returns no money, every other kind does")
        if self.undone and self.customer_id is None:
            raise ValueError("payment.reversed: invoices have a customer, so customer_id is needed")
        return self
