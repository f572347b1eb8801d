"""Receipts of money and what became of them."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from brasil import taxid
from brasil.errors import BrasilError
from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import Fault, InvalidError, NotFoundError
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.base import NonNegativeCents, PositiveCents
from contracts.fields import ON_ONE_LINE, Code, Reference
from contracts.payments import Circumstance, Match
from payments import config
from payments.domain.days import Day
from payments.domain.incoming import Incoming
from payments.handlers import operators, refunds, reversing
from payments.store import reads, reversals

router = APIRouter(tags=["receipts"])
Reader = Annotated[Principal, Depends(require("receipts:read"))]
Writer = Annotated[Call, Depends(once("receipts:write"))]
Route = Literal["pix", "boleto", "card", "transfer", "direct_debit", "cash", "cheque", "other"]
Outcome = Literal["full", "partial", "over", "duplicate", "after_cancellation", "unmatched"]


class NewReceipt(BaseModel):
    """Money that a person saw. With `invoice_ids` it is theirs; without, the matching ladder looks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "account_id": "019ae386-3c9a-794a-aec9-fbed989ece18",
                    "route": "cash",
                    "gross_cents": 15000,
                    "paid_on": "2026-03-10",
                    "document_number": "2026/20411",
                }
            ]
        },
    )

    account_id: UUID
    route: Literal["card", "transfer", "direct_debit", "cash", "cheque", "other"]
    gross_cents: PositiveCents
    fee_cents: NonNegativeCents = 0
    paid_on: Day
    paid_at: Annotated[AwareDatetime, Field(strict=True)] | None = None
    credited_on: Day | None = None
    document_number: Reference | None = None
    reference: Reference | None = None
    payer_tax_id: str | None = Field(None, max_length=20, description="CPF or CNPJ; only a keyed hash is kept")
    external_id: Annotated[str, Field(min_length=1, max_length=80, pattern=ON_ONE_LINE)] | None = None
    invoice_ids: list[UUID] = Field(default_factory=list, max_length=100)


class Receipt(BaseModel):
    """Money that came: `unapplied_cents` of it is credit. `other_reports`: told by another side too, counted once."""

    model_config = ConfigDict(extra="forbid")

    receipt_id: UUID
    account_id: UUID
    route: Route
    source_kind: str
    file_id: UUID | None
    file_line: int | None
    occurrence: str | None
    gross_cents: int
    fee_cents: int
    paid_on: date
    paid_at: datetime | None
    credited_on: date | None
    end_to_end_id: str | None
    txid: str | None
    bank_code: str | None
    nosso_numero: str | None
    document_number: str | None
    statement_id: str | None
    reference: str | None
    customer_id: UUID | None
    matched: bool
    unapplied_cents: int
    returned_cents: int
    other_reports: int
    received_at: datetime


class Line(BaseModel):
    """What one invoice got; `undone_by` names the reversal that took it back."""

    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    money_cents: int
    principal_cents: int
    interest_cents: int
    fine_cents: int
    discount_cents: int
    abatement_cents: int
    counted_on: date
    undone_by: UUID | None


class Allocation(BaseModel):
    """One decision about a receipt's money, and why."""

    model_config = ConfigDict(extra="forbid")

    allocation_id: UUID
    receipt_id: UUID
    customer_id: UUID | None
    funds: Literal["receipt", "credit"]
    amount_cents: int
    unapplied_cents: int
    outcome: Outcome
    circumstances: list[Circumstance]
    matched_invoice_ids: list[UUID]
    match: Match
    lines: list[Line]
    paid_on: date
    allocated_at: datetime
    undone_at: datetime | None


class Reversal(BaseModel):
    """Money that goes back, or an allocation that was undone."""

    model_config = ConfigDict(extra="forbid")

    reversal_id: UUID
    receipt_id: UUID
    kind: Literal["refund", "med", "chargeback", "bank_reversal", "deallocation"]
    state: Literal["started", "settled", "failed"]
    reason: str
    external_id: str | None
    return_end_to_end_id: str | None
    amount_cents: int
    requested_by: str
    requested_at: datetime
    settled_at: datetime | None
    reversed_on: date | None
    attempts: int


class Refund(BaseModel):
    """How much of a receipt's unapplied money goes back; all of it if left out."""

    model_config = ConfigDict(extra="forbid")

    amount_cents: PositiveCents | None = None
    reason: Code = "requested"


class Undo(BaseModel):
    """Why an allocation is undone."""

    model_config = ConfigDict(extra="forbid")

    reason: Code = "wrong_match"


class Undone(BaseModel):
    """What was undone: this money is the receipt's credit again."""

    model_config = ConfigDict(extra="forbid")

    reversal_id: UUID
    to_unapplied_cents: int


def _receipt(row: Any) -> Receipt:
    return Receipt(**dict(row))


def _allocation(row: Any) -> Allocation:
    read = {name: json.loads(row[name]) for name in ("circumstances", "matched_invoice_ids", "match", "lines")}
    return Allocation.model_validate({**dict(row), **read})


@router.post("/receipts", status_code=201)
async def add_receipt(body: NewReceipt, call: Writer) -> Receipt:
    """Tell of money that no file and no PSP reports."""
    hashed = _hashed(body.payer_tax_id)
    if body.fee_cents > body.gross_cents:
        fault = Fault("/fee_cents", "too_large", "a fee is at most the gross amount")
        raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,))

    async def effect(tx: Tx) -> Reply:
        if body.paid_on > tx.now.astimezone(reversing.SAO_PAULO).date():
            fault = Fault("/paid_on", "in_the_future", "give the day on which the money was paid")
            raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,))
        key = f"manual:{body.account_id}:{body.external_id or tx.ids.new_id()}"
        told = Incoming(
            business_key=key,
            source_kind="manual",
            payer_tax_id_hash=hashed,
            **body.model_dump(exclude={"invoice_ids", "external_id", "payer_tax_id"}),
        )
        receipt_id = await operators.receive(tx, told, invoice_ids=body.invoice_ids)
        headers = {"location": f"/v1/receipts/{receipt_id}"}
        return Reply(201, _receipt(await reads.receipt(tx, receipt_id)), headers)

    return await call.once(effect)  # type: ignore[return-value]


def _hashed(tax_id: str | None) -> str | None:
    if tax_id is None:
        return None
    try:
        return config.tax_id_hash(taxid.parse(tax_id).number)
    except BrasilError:
        fault = Fault("/payer_tax_id", "tax_id", "give a valid CPF or CNPJ")
        raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,)) from None


@router.get("/receipts")
async def list_receipts(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    customer_id: UUID | None = None,
    account_id: UUID | None = None,
    route: Route | None = None,
    matched: bool | None = None,
    file_id: UUID | None = None,
    invoice_id: UUID | None = None,
    paid_from: Day | None = None,
    paid_until: Day | None = None,
    identifier: Annotated[
        str | None,
        Query(
            max_length=80,
            pattern=ON_ONE_LINE,
            description="endToEndId, txid, nosso número, document number or reference, exactly",
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Receipt]:
    """Receipts in the order in which they became known."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.list_receipts(
            tx,
            customer_id=customer_id,
            account_id=account_id,
            route=route,
            matched=matched,
            file_id=file_id,
            invoice_id=invoice_id,
            paid_from=paid_from,
            paid_until=paid_until,
            identifier=identifier,
            after=keyset.after,
            limit=limit + 1,
        )
    page, headers = keyset.page([_receipt(row) for row in rows], lambda row: (row.received_at, row.receipt_id))
    response.headers.update(headers)
    return page


@router.get("/receipts/{receipt_id}")
async def get_receipt(receipt_id: UUID, request: Request, principal: Reader) -> Receipt:
    """One receipt."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await reads.receipt(tx, receipt_id)
    if row is None:
        raise NotFoundError("receipt-unknown", "There is no such receipt.")
    return _receipt(row)


@router.post("/receipts/{receipt_id}/refund", status_code=202)
async def refund_receipt(receipt_id: UUID, body: Refund, call: Writer) -> Reversal:
    """Send unapplied money back. A Pix goes back at the PSP; the reversal tells when it is settled or has failed."""

    async def effect(tx: Tx) -> Reply:
        row = await refunds.ask(
            tx, receipt_id, amount_cents=body.amount_cents, reason=body.reason, by=call.principal.subject[:80]
        )
        return Reply(202, Reversal(**dict(row)))

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/reversals")
async def list_reversals(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    receipt_id: UUID | None = None,
    kind: Literal["refund", "med", "chargeback", "bank_reversal", "deallocation"] | None = None,
    state: Literal["started", "settled", "failed"] | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Reversal]:
    """Refunds, returns and undone allocations, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reversals.listed(
            tx, receipt_id=receipt_id, kind=kind, state=state, after=keyset.after, limit=limit + 1
        )
    found = [Reversal(**dict(row)) for row in rows]
    page, headers = keyset.page(found, lambda row: (row.requested_at, row.reversal_id))
    response.headers.update(headers)
    return page


@router.get("/allocations")
async def list_allocations(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    receipt_id: UUID | None = None,
    customer_id: UUID | None = None,
    outcome: Outcome | None = None,
    invoice_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Allocation]:
    """Allocations in the order in which they were made."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.list_allocations(
            tx,
            receipt_id=receipt_id,
            customer_id=customer_id,
            outcome=outcome,
            invoice_id=invoice_id,
            after=keyset.after,
            limit=limit + 1,
        )
    found = [_allocation(row) for row in rows]
    page, headers = keyset.page(found, lambda row: (row.allocated_at, row.allocation_id))
    response.headers.update(headers)
    return page


@router.post("/allocations/{allocation_id}/undo")
async def undo_allocation(allocation_id: UUID, body: Undo, call: Writer) -> Undone:
    """The match was wrong: the debts are owed again, the money is the receipt's credit."""

    async def effect(tx: Tx) -> Reply:
        on = tx.now.astimezone(reversing.SAO_PAULO).date()
        by = call.principal.subject[:80]
        fact = await reversing.undo_allocation(tx, allocation_id, reason=body.reason, on=on, by=by)
        return Reply(200, Undone(reversal_id=fact.reversal_id, to_unapplied_cents=fact.to_unapplied_cents))

    return await call.once(effect)  # type: ignore[return-value]
