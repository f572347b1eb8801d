"""What may happen to an invoice: each transition takes the snapshot and returns the fact with the next one.

An invoice's versions are immutable; a transition that is not possible is refused with the reason, and one that has
already happened is told apart from it by its own slug, never passed over in silence.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from chassis.errors import ConflictError, InvalidError
from contracts.fields import Actor
from contracts.invoices import OPEN_STATES, Invoice, InvoiceBalance
from contracts.invoicing import (
    InvoiceAmended,
    InvoiceCancelled,
    InvoiceDue,
    InvoiceOverdue,
    InvoiceWrittenOff,
)

CancelReason = Literal[
    "issued_in_error", "duplicate", "contract_ended", "goods_returned", "dispute_accepted", "replaced", "other"
]
WriteOffReason = Literal[
    "uncollectible", "prescribed", "insolvency", "deceased", "small_balance", "court_decision", "other"
]
AmendReason = Literal[
    "data_corrected",
    "amount_corrected",
    "due_date_changed",
    "terms_changed",
    "abatement_granted",
    "options_changed",
    "documents_changed",
    "classification_changed",
]

AMENDABLE = frozenset(
    {
        "amount_cents",
        "description",
        "documents",
        "due_on",
        "options",
        "payable_on",
        "product",
        "segment",
        "tags",
        "terms",
    }
)
"""What an amendment may change; everything else is the invoice's identity or follows from its payments."""


def next_version(invoice: Invoice, **changes: Any) -> Invoice:
    """The snapshot with these fields changed and its version one higher, checked as a whole.

    Raises `InvalidError` where the changed snapshot would contradict itself.
    """
    values = {name: getattr(invoice, name) for name in Invoice.model_fields} | changes
    try:
        return Invoice.model_validate({**values, "version": invoice.version + 1})
    except ValueError:
        raise InvalidError(
            "invoice-contradicts-itself",
            "The changed invoice would contradict itself; check amount, dates, terms and payment options together.",
        ) from None


def _require_open(invoice: Invoice) -> None:
    if invoice.state not in OPEN_STATES:
        raise ConflictError("invoice-not-open", f"The invoice is {invoice.state}; only an open invoice may change.")


def amend(
    invoice: Invoice, *, changes: Mapping[str, Any], reason: AmendReason, changed_by: Actor
) -> InvoiceAmended | None:
    """Change an open invoice's own data; None where every field already has the value asked for.

    A changed amount keeps what was paid and granted and moves what is open; it may not fall below them.
    """
    _require_open(invoice)
    unknown = sorted(set(changes) - AMENDABLE)
    if unknown:
        raise InvalidError("field-not-amendable", f"These fields of an invoice never change: {', '.join(unknown)}.")
    differing = {name: value for name, value in changes.items() if getattr(invoice, name) != value}
    if not differing:
        return None
    if "amount_cents" in differing:
        differing["balance"] = _with_amount(invoice.balance, differing["amount_cents"])
    amended = next_version(invoice, **differing)
    return InvoiceAmended(invoice=amended, changed_by=changed_by, reason=reason, changed=tuple(sorted(differing)))


def _with_amount(balance: InvoiceBalance, amount_cents: int) -> InvoiceBalance:
    accounted = balance.amount_cents - balance.open_cents
    if amount_cents <= accounted:
        raise ConflictError(
            "amount-below-what-is-settled",
            "The new amount must be above what is already paid and granted; cancel the invoice if nothing is left.",
        )
    return balance.model_copy(update={"amount_cents": amount_cents, "open_cents": amount_cents - accounted})


def _relieved(balance: InvoiceBalance) -> InvoiceBalance:
    return balance.model_copy(update={"relieved_cents": balance.relieved_cents + balance.open_cents, "open_cents": 0})


def cancel(
    invoice: Invoice, *, reason: CancelReason, changed_by: Actor, replaced_by: UUID | None = None
) -> InvoiceCancelled:
    """What is left is not owed. Raises `ConflictError`: `already-cancelled`, or `invoice-not-open`."""
    if invoice.state == "cancelled":
        raise ConflictError("already-cancelled", "The invoice is already cancelled.")
    _require_open(invoice)
    closed = next_version(invoice, state="cancelled", balance=_relieved(invoice.balance), options=withdrawn(invoice))
    return InvoiceCancelled(invoice=closed, changed_by=changed_by, reason=reason, replaced_by=replaced_by)


def write_off(
    invoice: Invoice, *, reason: WriteOffReason, changed_by: Actor, approved_by_two: bool
) -> InvoiceWrittenOff:
    """What is left is no longer expected. Raises `ConflictError`: `already-written-off`, or `invoice-not-open`."""
    if invoice.state == "written_off":
        raise ConflictError("already-written-off", "The invoice is already written off.")
    _require_open(invoice)
    closed = next_version(invoice, state="written_off", balance=_relieved(invoice.balance))
    return InvoiceWrittenOff(invoice=closed, changed_by=changed_by, reason=reason, approved_by_two=approved_by_two)


def withdrawn(invoice: Invoice) -> tuple[Any, ...]:
    """The payment options once nothing may be paid with them any more."""
    return tuple(
        option.model_copy(update={"status": "withdrawn"}) if option.status in {"requested", "active"} else option
        for option in invoice.options
    )


def due(invoice: Invoice, *, local_date: date) -> InvoiceDue | None:
    """The fact that the due day began; None for an invoice that is closed or whose due day has moved."""
    if invoice.state not in OPEN_STATES or local_date != invoice.payable_on:
        return None
    return InvoiceDue(invoice=invoice, changed_by="system", local_date=local_date)


def overdue(invoice: Invoice, *, local_date: date) -> InvoiceOverdue | None:
    """The fact that the due day has passed; None for an invoice that is closed or not late."""
    if invoice.state not in OPEN_STATES or local_date <= invoice.payable_on:
        return None
    return InvoiceOverdue(invoice=invoice, changed_by="system", local_date=local_date)
