"""Invoices: issued one, many or as a document with instalments; read whole, with history."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field
from pydantic_core import from_json
from starlette.responses import Response

from brasil.charges.statement import ChargeStatement
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import Fault
from chassis.etag import IfNoneMatch, not_modified
from chassis.idempotency import Reply
from contracts.invoices import Invoice
from invoicing.api.examples import INVOICE, DocumentBody, InvoiceBody
from invoicing.api.shared import Closed, InvoicesReader, InvoicesWriter, invoice_reply, reading, tagged, who
from invoicing.domain.billing import Day, NewInvoice
from invoicing.domain.places import today
from invoicing.handlers import billing
from invoicing.handlers.invoices import statement
from invoicing.store import invoices as store
from invoicing.store import lists

router = APIRouter(tags=["invoices"])
LARGEST_BATCH = 1000


class Batch(Closed):
    """Invoices to issue together. With `all_or_none` one that is refused keeps back all."""

    invoices: list[NewInvoice] = Field(min_length=1, max_length=LARGEST_BATCH)
    all_or_none: bool = Field(False, strict=True)


class RowFault(Closed):
    """One thing wrong with a row."""

    pointer: str
    code: str
    message: str


class Row(Closed):
    """What became of one row. `exists`: its external id was issued before, and nothing was done."""

    external_id: str
    outcome: Literal["issued", "exists", "refused"]
    invoice_id: UUID | None
    errors: list[RowFault]


class BatchReport(Closed):
    """Every row of a batch, in its order."""

    issued: int
    exists: int
    refused: int
    rows: list[Row]


class Document(Closed):
    """The invoices of a document, one for each instalment."""

    document_number: str
    invoices: list[Invoice]


class Version(Closed):
    """One version of an invoice, and why it came to be."""

    version: int
    event_id: UUID
    topic: str
    reason: str
    changed_by: str
    principal: str
    changed: list[str]
    recorded_at: datetime
    invoice: Invoice


class Registration(Closed):
    """What is known of one payment option at its bank or PSP."""

    option_id: UUID
    kind: Literal["boleto", "pix"]
    wanted: Literal["registered", "removed"]
    known: Literal["unknown", "registered", "removed", "refused"]
    attempts: int
    failure: str | None = Field(description="a stable word for what went wrong at the last attempt")
    updated_at: datetime


class DebtLine(Closed):
    """One line of a statement; its amount is signed."""

    kind: str
    amount_cents: int


class Debt(Closed):
    """What an invoice costs on a day."""

    on: date
    total_cents: int
    principal_cents: int
    interest_cents: int
    fine_cents: int
    days_late: int
    lines: list[DebtLine]


@router.post("/invoices", status_code=201)
async def issue_invoice(body: InvoiceBody, call: InvoicesWriter) -> Invoice:
    """Issue one invoice, with boleto and Pix as far as the creditor's profile has them."""

    async def effect(tx: Tx) -> Reply:
        return invoice_reply(201, await billing.bill(tx, body, principal=who(call.principal)))

    return await call.once(effect)  # type: ignore[return-value]


def _fault(fault: Fault) -> RowFault:
    return RowFault(pointer=fault.pointer, code=fault.code, message=fault.message)


@router.post("/invoice-batches")
async def issue_invoices(
    body: Annotated[Batch, Body(examples=[{"invoices": [INVOICE]}])], call: InvoicesWriter
) -> BatchReport:
    """Issue up to 1000 invoices at once and say of each what became of it."""

    async def effect(tx: Tx) -> Reply:
        outcomes = await billing.bill_batch(
            tx, body.invoices, all_or_none=body.all_or_none, principal=who(call.principal)
        )
        rows = [
            Row(
                external_id=one.external_id,
                outcome=one.outcome,
                invoice_id=one.invoice_id,
                errors=[_fault(fault) for fault in one.faults],
            )
            for one in outcomes
        ]
        count = {name: sum(row.outcome == name for row in rows) for name in ("issued", "exists", "refused")}
        return Reply(200, BatchReport(**count, rows=rows))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/documents", status_code=201)
async def issue_document(body: DocumentBody, call: InvoicesWriter) -> Document:
    """Issue a document with instalments: all of its invoices, or none."""

    async def effect(tx: Tx) -> Reply:
        made = await billing.bill_document(tx, body, principal=who(call.principal))
        return Reply(201, Document(document_number=made[0].document_number, invoices=made))

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/invoices/{invoice_id}", responses={304: {"description": "Still current"}})
async def get_invoice(
    invoice_id: UUID,
    request: Request,
    response: Response,
    principal: InvoicesReader,
    if_none_match: IfNoneMatch = None,
) -> Invoice:
    """One invoice at its newest version."""
    async with reading(request, principal) as tx:
        held = await store.load(tx, invoice_id)
    unchanged = not_modified(if_none_match, held.invoice.version)
    return unchanged or tagged(response, held.invoice.version, held.invoice)  # type: ignore[return-value]


@router.get("/invoices/{invoice_id}/history")
async def list_invoice_versions(
    *,
    invoice_id: UUID,
    request: Request,
    response: Response,
    principal: InvoicesReader,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Version]:
    """Every version an invoice ever had, the first one first. None of them ever changes."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    after: Any = keyset.after[0] if keyset.after else 0
    async with reading(request, principal) as tx:
        await store.load(tx, invoice_id)
        found = await store.history(tx, invoice_id, after=after, limit=limit + 1)
    rows = [
        Version(
            version=row.version,
            event_id=row.event_id,
            topic=row.topic,
            reason=row.reason,
            changed_by=row.changed_by,
            principal=row.principal,
            changed=row.changed,
            recorded_at=row.recorded_at,
            invoice=Invoice.model_validate(from_json(row.snapshot), strict=False),
        )
        for row in found
    ]
    page, headers = keyset.page(rows, lambda row: (row.version,))
    response.headers.update(headers)
    return page


@router.get("/invoices/{invoice_id}/registrations")
async def list_registrations(invoice_id: UUID, request: Request, principal: InvoicesReader) -> list[Registration]:
    """How far each slip and charge of an invoice is at bank and PSP; empty where none is configured."""
    async with reading(request, principal) as tx:
        await store.load(tx, invoice_id)
        return [Registration(**dict(row)) for row in await lists.registrations(tx, invoice_id)]


@router.get("/invoices/{invoice_id}/debt")
async def get_debt(
    invoice_id: UUID,
    request: Request,
    principal: InvoicesReader,
    on: Annotated[Day | None, Query(description="day of payment; today where it is left out")] = None,
) -> Debt:
    """What an invoice costs on a day, with fine, interest and discount, after what was paid."""
    async with reading(request, principal) as tx:
        held = await store.load(tx, invoice_id)
        day = on or today(tx.now, held.time_zone)
        return _debt(await statement(tx, held.invoice, on=day))


def _debt(owed: ChargeStatement) -> Debt:
    return Debt(
        on=owed.on,
        total_cents=owed.total_cents,
        principal_cents=owed.principal_cents,
        interest_cents=owed.interest_cents,
        fine_cents=owed.fine_cents,
        days_late=owed.days_late,
        lines=[DebtLine(kind=line.kind, amount_cents=line.amount_cents) for line in owed.lines],
    )
