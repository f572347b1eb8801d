"""What a person or a finance system does to an invoice that exists: amend, cancel, write off, issue a second copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from brasil.charges import Payment
from brasil.charges.statement import ChargeStatement
from brasil.errors import BrasilError
from chassis.db import Tx
from chassis.debt import debt_on
from chassis.errors import ConflictError, InvalidError
from chassis.etag import check_if_match
from contracts.fields import Actor
from contracts.invoices import OPEN_STATES, Invoice
from contracts.invoicing import InvoiceAmended, InvoiceEvent
from invoicing.domain import transitions
from invoicing.domain.issuing import Draft, checked
from invoicing.domain.places import Payer, calendar, today
from invoicing.domain.refusals import refused
from invoicing.domain.reissue import with_fresh
from invoicing.domain.transitions import AmendReason, CancelReason, WriteOffReason
from invoicing.handlers.issue import ask_registration, watch_days
from invoicing.handlers.reissue import made_options
from invoicing.store import approvals, creditors, customers, invoices, payments

_NEED_NEW_SLIPS = frozenset({"amount_cents", "due_on", "terms"})


async def amend(
    tx: Tx,
    invoice_id: UUID,
    changes: Mapping[str, Any],
    *,
    reason: AmendReason,
    if_match: str | None,
    principal: str,
    changed_by: Actor = "operator",
) -> Invoice:
    """Change an open invoice's own data; what slips and charges say moves with it. A day, an amount or terms that
    change make new slips; the old ones stay as history. Raises `NotFoundError`, `PreconditionError`, `ConflictError`,
    `InvalidError`."""
    held = await invoices.load(tx, invoice_id, lock=True)
    invoice = held.invoice
    check_if_match(if_match, invoice.version)
    wanted = {name: value for name, value in changes.items() if getattr(invoice, name) != value}
    if not wanted:
        return invoice
    if _NEED_NEW_SLIPS & wanted.keys():
        wanted = await _with_slips(tx, held, wanted)
    fact = transitions.amend(invoice, changes=wanted, reason=reason, changed_by=changed_by)
    if fact is None:
        return invoice
    await _keep(tx, fact, principal)
    if fact.invoice.payable_on != invoice.payable_on:
        await watch_days(tx, [(fact.invoice, held.time_zone)])
    return fact.invoice


async def _with_slips(tx: Tx, held: invoices.Held, wanted: dict[str, Any]) -> dict[str, Any]:
    invoice = held.invoice
    if invoice.state not in OPEN_STATES:
        return wanted
    profile = await creditors.load(tx)
    payer = (await customers.directory(tx, ids=[invoice.customer_id])).by_id[invoice.customer_id]
    draft = _as_draft(invoice, payer, wanted)
    moved = checked(draft, profile.profile)
    settled = invoice.amount_cents - invoice.balance.open_cents
    if draft.amount_cents <= settled:
        raise ConflictError(
            "amount-below-what-is-settled",
            "The new amount must be above what is already paid and granted; cancel the invoice if nothing is left.",
        )
    fresh = await made_options(tx, invoice, due_on=draft.due_on, amount_cents=draft.amount_cents - settled)
    return {**wanted, "payable_on": moved, "options": with_fresh(invoice, fresh)}


def _as_draft(invoice: Invoice, payer: Payer, wanted: Mapping[str, Any]) -> Draft:
    return Draft(
        payer=payer,
        external_id=invoice.external_id,
        document_number=invoice.document_number,
        description=invoice.description,
        amount_cents=wanted.get("amount_cents", invoice.amount_cents),
        issued_on=invoice.issued_on,
        due_on=wanted.get("due_on", invoice.due_on),
        terms=wanted.get("terms", invoice.terms),
    )


async def cancel(
    tx: Tx,
    invoice_id: UUID,
    *,
    reason: CancelReason,
    replaced_by: UUID | None,
    if_match: str | None,
    principal: str,
    changed_by: Actor = "operator",
) -> Invoice:
    """What is left is not owed. `If-Match` is checked where it is sent. Raises as `transitions.cancel`."""
    held = await invoices.load(tx, invoice_id, lock=True)
    if if_match is not None:
        check_if_match(if_match, held.invoice.version)
    if replaced_by is not None:
        await invoices.load(tx, replaced_by)
    if (reason == "replaced") != (replaced_by is not None):
        raise InvalidError("replacement-not-named", "`replaced_by` belongs to the reason replaced, which needs it.")
    fact = transitions.cancel(held.invoice, reason=reason, changed_by=changed_by, replaced_by=replaced_by)
    await _keep(tx, fact, principal)
    return fact.invoice


@dataclass(frozen=True)
class WriteOff:
    """The written-off invoice, or None while a second person has to agree."""

    invoice: Invoice | None


async def write_off(
    tx: Tx,
    invoice_id: UUID,
    *,
    reason: WriteOffReason,
    if_match: str | None,
    principal: str,
    changed_by: Actor = "operator",
) -> WriteOff:
    """What is left is no longer expected. From the profile's limit on the first call only asks, and the same call by
    another person does it. Raises `ConflictError` where the same person asks twice."""
    held = await invoices.load(tx, invoice_id, lock=True)
    if if_match is not None:
        check_if_match(if_match, held.invoice.version)
    limit = (await creditors.load(tx)).profile.two_people_from_cents
    needs_two = limit is not None and held.invoice.balance.open_cents >= limit
    fact = transitions.write_off(held.invoice, reason=reason, changed_by=changed_by, approved_by_two=needs_two)
    if needs_two and not await _second_person(tx, invoice_id, reason, principal):
        return WriteOff(None)
    await _keep(tx, fact, principal)
    return WriteOff(fact.invoice)


async def _second_person(tx: Tx, invoice_id: UUID, reason: str, principal: str) -> bool:
    asked = await approvals.find(tx, invoice_id)
    if asked is not None and asked.requested_by == principal:
        raise ConflictError("second-person-needed", "You asked for this write-off; another person has to agree.")
    if asked is not None and asked.reason != reason:
        raise ConflictError("write-off-reason-differs", f"It was asked for with the reason {asked.reason}.")
    if asked is None:
        await approvals.ask(tx, invoice_id, reason=reason, principal=principal)
        return False
    await approvals.done(tx, invoice_id)
    return True


async def reissue(tx: Tx, invoice_id: UUID, *, due_on: date, principal: str) -> Invoice:
    """A second copy to be paid until `due_on`, for what is owed then; the debt and its own due date stay as they are.

    Raises `NotFoundError`, `ConflictError` for a closed invoice, `InvalidError` for a day that has passed.
    """
    held = await invoices.load(tx, invoice_id, lock=True)
    invoice = held.invoice
    if invoice.state not in OPEN_STATES:
        raise ConflictError("invoice-not-open", f"The invoice is {invoice.state}; nothing is to be paid.")
    if due_on < today(tx.now, held.time_zone):
        raise InvalidError("due-date-passed", "The day of a second copy may not have passed.")
    owed = (await statement(tx, invoice, on=due_on)).total_cents
    fresh = await made_options(tx, invoice, due_on=due_on, amount_cents=owed)
    changed = transitions.next_version(invoice, options=with_fresh(invoice, fresh))
    fact = InvoiceAmended(invoice=changed, changed_by="operator", reason="options_changed", changed=("options",))
    await _keep(tx, fact, principal)
    return fact.invoice


async def statement(tx: Tx, invoice: Invoice, *, on: date) -> ChargeStatement:
    """What the invoice costs on a day, line by line, after what was paid. Raises `InvalidError`."""
    payer = (await customers.directory(tx, ids=[invoice.customer_id])).by_id[invoice.customer_id]
    profile = await creditors.load(tx)
    paid = await payments.by_day(tx, invoice.invoice_id)
    try:
        return debt_on(
            invoice,
            on=on,
            calendar=calendar(payer.uf, payer.city_code),
            paid=[Payment(day, cents) for day, cents in paid],
            legal_rates=profile.profile.rates,
        )
    except BrasilError as error:
        raise refused(error, "/on") from None


async def _keep(tx: Tx, fact: InvoiceEvent, principal: str) -> None:
    await invoices.record(tx, [fact], principal=principal)
    await ask_registration(tx, [fact.invoice])
