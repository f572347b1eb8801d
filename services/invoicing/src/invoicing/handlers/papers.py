"""Slip and QR code of an invoice, as it can be paid now."""

from datetime import date
from uuid import UUID

from brasil import taxid
from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from contracts.customers import Customer
from contracts.invoices import OPEN_STATES, Invoice
from invoicing.domain.creditor import CreditorProfile
from invoicing.domain.places import today
from invoicing.handlers.invoices import statement
from invoicing.papers.slip import Party, Slip, address_lines, slip_of
from invoicing.store import creditors, customers, invoices


async def slip(tx: Tx, invoice_id: UUID, *, on: date | None) -> Slip:
    """The boleto that can be paid now. After the due date, or with `on`, it says what is to be paid on that day.

    Raises `NotFoundError` where the invoice has none; `ConflictError` for a closed invoice and while the bank has not
    registered the boleto yet.
    """
    held = await invoices.load(tx, invoice_id)
    invoice = held.invoice
    _require_payable(invoice, "boleto")
    boleto = invoice.boleto
    if boleto is None:
        raise NotFoundError("not-found", "The invoice has no boleto: the creditor's profile names no bank.")
    profile = (await creditors.load(tx)).profile
    person = await customers.load(tx, invoice.customer_id)
    day = on or today(tx.now, held.time_zone)
    original = boleto.due_on == invoice.due_on
    owed = await statement(tx, invoice, on=day) if on is not None or (original and day > invoice.payable_on) else None
    return slip_of(
        invoice,
        boleto,
        payer=_payer(person),
        contact=" - ".join(filter(None, [profile.email, profile.phone])),
        agency_and_account=_account(profile),
        processed_on=invoice.issued_on,
        payable_days_after_due=profile.bank.payable_days_after_due if profile.bank else 0,
        owed=owed,
    )


async def br_code(tx: Tx, invoice_id: UUID) -> str:
    """The text of the Pix code that can be paid now. Raises as `slip`."""
    invoice = (await invoices.load(tx, invoice_id)).invoice
    _require_payable(invoice, "pix")
    if invoice.pix is None:
        raise NotFoundError("not-found", "The invoice has no Pix: the creditor's profile names no key.")
    return invoice.pix.br_code


def _require_payable(invoice: Invoice, kind: str) -> None:
    if invoice.state not in OPEN_STATES:
        raise ConflictError("invoice-not-open", f"The invoice is {invoice.state}; nothing is to be paid.")
    statuses = {option.status for option in invoice.options if option.kind == kind}
    if "active" not in statuses and "requested" in statuses:
        raise ConflictError(
            "charge-not-registered", "Its registration is still being asked for; try again.", retry_after_seconds=10
        )
    if "active" not in statuses and "rejected" in statuses:
        raise ConflictError(
            "charge-refused", "Bank or PSP refused the charge: see the invoice's registrations, then amend it."
        )


def _payer(customer: Customer) -> Party:
    personal = customer.readable
    if personal is None:
        raise ConflictError("customer-erased", "The payer's personal data is gone.")
    return Party(
        name=personal.name, tax_id=taxid.format(personal.tax_id), address=address_lines(personal.postal_address)
    )


def _account(profile: CreditorProfile) -> str:
    bank = profile.bank
    return f"{bank.agencia} / {bank.convenio or bank.conta}" if bank else ""
