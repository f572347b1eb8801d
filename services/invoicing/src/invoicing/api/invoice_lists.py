"""Invoices as a clerk looks at them: the list with its filters, and the status board."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.errors import NotFoundError
from contracts.invoices import InvoiceState
from invoicing.api.shared import Closed, InvoicesReader, Text, reading
from invoicing.domain.billing import IsoDate
from invoicing.store import lists

router = APIRouter(tags=["invoices"])
BoardState = Literal[
    "not_sent",
    "sent",
    "delivered",
    "opened",
    "due",
    "overdue",
    "disputed",
    "paid",
    "cancelled",
    "written_off",
    "renegotiated",
]


class InvoiceLine(Closed):
    """An invoice in a list, with where it stands on the board."""

    invoice_id: UUID
    version: int
    customer_id: UUID
    external_id: str
    document_number: str
    instalment_number: int
    instalment_count: int
    state: InvoiceState
    board: BoardState
    amount_cents: int
    open_cents: int
    issued_on: date
    due_on: date
    payable_on: date
    origin: str
    plan_id: UUID | None
    segment: str | None
    product: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    failed_at: datetime | None
    disputed_at: datetime | None


class Column(Closed):
    """One column of the board."""

    board: BoardState
    invoices: int
    amount_cents: int
    open_cents: int


class Board(Closed):
    """Every invoice in exactly one column; empty columns are left out."""

    columns: list[Column]


@router.get("/invoices")
async def list_invoices(
    *,
    request: Request,
    response: Response,
    principal: InvoicesReader,
    state: InvoiceState | None = None,
    board: BoardState | None = None,
    customer_id: UUID | None = None,
    external_id: Text = None,
    document_number: Text = None,
    due_from: IsoDate | None = None,
    due_to: IsoDate | None = None,
    plan_id: UUID | None = None,
    q: Annotated[Text, Query(description="part of document number or external id")] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InvoiceLine]:
    """Invoices, the first due first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    wanted = lists.Wanted(
        state=state,
        board=board,
        customer_id=customer_id,
        external_id=external_id,
        document_number=document_number,
        due_from=due_from,
        due_to=due_to,
        q=q,
        plan_id=plan_id,
    )
    async with reading(request, principal) as tx:
        found = await lists.page(tx, wanted, after=keyset.after, limit=limit + 1)
    rows = [InvoiceLine(**dict(row)) for row in found]
    page, headers = keyset.page(rows, lambda row: (row.due_on, row.invoice_id))
    response.headers.update(headers)
    return page


@router.get("/invoices/{invoice_id}/board")
async def get_invoice_board(invoice_id: UUID, request: Request, principal: InvoicesReader) -> InvoiceLine:
    """Where one invoice stands."""
    async with reading(request, principal) as tx:
        row = await lists.line(tx, invoice_id)
    if row is None:
        raise NotFoundError("not-found", "There is no such invoice.")
    return InvoiceLine(**dict(row))


@router.get("/board")
async def get_board(
    *, request: Request, principal: InvoicesReader, due_from: IsoDate | None = None, due_to: IsoDate | None = None
) -> Board:
    """How many invoices, and how much money, stand in each column of the board."""
    async with reading(request, principal) as tx:
        rows = await lists.counts(tx, due_from=due_from, due_to=due_to)
    return Board(columns=[Column(**dict(row)) for row in rows])
