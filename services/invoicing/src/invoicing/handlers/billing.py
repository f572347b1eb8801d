"""Billing by REST: one invoice, a batch with a report for each row, a document with its instalments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, Fault, InvalidError
from contracts.invoices import Invoice
from invoicing.domain.billing import Billing, NewDocument, NewInvoice, draft_of, drafts_of
from invoicing.domain.issuing import Draft
from invoicing.domain.places import Payer, today
from invoicing.handlers.issue import issue_all, issue_one
from invoicing.store import creditors, customers, invoices

_UNKNOWN_PAYER = Fault("/customer_id", "customer.unknown", "no such customer: register the payer first")


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of a batch. `exists`: its external id was issued before, nothing was done."""

    external_id: str
    outcome: Literal["issued", "exists", "refused"]
    invoice_id: UUID | None = None
    faults: tuple[Fault, ...] = ()


async def bill(tx: Tx, given: NewInvoice, *, principal: str) -> Invoice:
    """Issue one invoice. Raises `InvalidError`; `ConflictError` for a known external id or without a profile."""
    held = await creditors.load(tx)
    payer = _payer(await _directory(tx, [given]), given)
    await _refuse_known(tx, [given.external_id])
    draft = draft_of(given, payer, today=today(tx.now, payer.time_zone))
    return await issue_one(tx, draft, held=held, reason="new", principal=principal, changed_by="integration")


async def bill_document(tx: Tx, given: NewDocument, *, principal: str) -> list[Invoice]:
    """Issue all instalments of a document, or none. Raises as `bill`."""
    held = await creditors.load(tx)
    payer = _payer(await _directory(tx, [given]), given)
    drafts = drafts_of(given, payer, today=today(tx.now, payer.time_zone))
    await _refuse_known(tx, [draft.external_id for draft in drafts])
    outcomes = await issue_all(tx, drafts, held=held, reason="new", principal=principal, changed_by="integration")
    made = [one for one in outcomes if isinstance(one, Invoice)]
    for outcome in outcomes:
        if isinstance(outcome, InvalidError):
            raise outcome
    return made


async def bill_batch(tx: Tx, rows: Sequence[NewInvoice], *, all_or_none: bool, principal: str) -> list[RowOutcome]:
    """Issue what can be issued and say of every row what became of it, in the rows' order.

    With `all_or_none` a single refused row raises `InvalidError` with the faults of all, and nothing is issued.
    """
    held = await creditors.load(tx)
    directory = await _directory(tx, rows)
    known = await invoices.existing(tx, [row.external_id for row in rows])
    outcomes: dict[int, RowOutcome] = {}
    drafts: dict[int, Draft] = {}
    claimed: set[str] = set()
    for index, row in enumerate(rows):
        payer = _find(directory, row)
        if row.external_id in known:
            outcomes[index] = RowOutcome(row.external_id, "exists", known[row.external_id].invoice_id)
        elif row.external_id in claimed:
            twice = Fault("/external_id", "external_id.twice", "stands twice in this batch: send it once")
            outcomes[index] = RowOutcome(row.external_id, "refused", faults=(twice,))
        elif payer is None:
            outcomes[index] = RowOutcome(row.external_id, "refused", faults=(_UNKNOWN_PAYER,))
        else:
            claimed.add(row.external_id)
            drafts[index] = draft_of(row, payer, today=today(tx.now, payer.time_zone))
    issued = await issue_all(
        tx, list(drafts.values()), held=held, reason="new", principal=principal, changed_by="integration"
    )
    for index, outcome in zip(drafts, issued, strict=True):
        external_id = rows[index].external_id
        if isinstance(outcome, Invoice):
            outcomes[index] = RowOutcome(external_id, "issued", outcome.invoice_id)
        else:
            faults = outcome.faults or (Fault("", outcome.slug, outcome.detail),)
            outcomes[index] = RowOutcome(external_id, "refused", faults=faults)
    ordered = [outcomes[index] for index in range(len(rows))]
    if all_or_none:
        _refuse_any(ordered)
    return ordered


def _refuse_any(outcomes: Sequence[RowOutcome]) -> None:
    faults = tuple(
        Fault(f"/invoices/{index}{fault.pointer}", fault.code, fault.message)
        for index, row in enumerate(outcomes)
        for fault in row.faults
    )
    if faults:
        raise InvalidError("invalid-input", "Nothing was issued: correct what `errors` points at.", faults=faults[:50])


async def _directory(tx: Tx, rows: Sequence[Billing]) -> customers.Directory:
    return await customers.directory(
        tx,
        ids=[row.customer_id for row in rows if row.customer_id],
        external_ids=[row.customer_external_id for row in rows if row.customer_external_id],
    )


def _find(directory: customers.Directory, row: Billing) -> Payer | None:
    if row.customer_id is not None:
        return directory.by_id.get(row.customer_id)
    return directory.by_external_id.get(row.customer_external_id or "")


def _payer(directory: customers.Directory, row: Billing) -> Payer:
    payer = _find(directory, row)
    if payer is None:
        raise InvalidError("invalid-input", "Register the payer first.", faults=(_UNKNOWN_PAYER,))
    return payer


async def _refuse_known(tx: Tx, external_ids: Sequence[str]) -> None:
    if await invoices.existing(tx, external_ids):
        raise ConflictError("invoice-external-id-taken", "An invoice with this external id exists: amend that one.")
