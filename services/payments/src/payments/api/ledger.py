"""The receipts ledger, its check, and customers' credit."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from payments.handlers import operators
from payments.store import books, reads

router = APIRouter(tags=["ledger"])
Reader = Annotated[Principal, Depends(require("ledger:read"))]
CreditReader = Annotated[Principal, Depends(require("credits:read"))]
CreditWriter = Annotated[Call, Depends(once("credits:write"))]


class Balances(BaseModel):
    """What each account of the ledger holds, in cents; together they are zero."""

    model_config = ConfigDict(extra="forbid")

    bank_clearing: int
    fees: int
    unapplied: int
    receivable: int
    charges: int
    refunds: int


class Check(BaseModel):
    """Numbers that have to agree. `ok` says that they do; each pair stands beside it for whoever has to look."""

    model_config = ConfigDict(extra="forbid")

    ok: bool
    unbalanced_postings: int = Field(description="postings whose lines do not sum to zero: 0")
    ledger_sum_cents: int = Field(description="all entries together: 0")
    receipts_cents: int = Field(description="money received less money returned; equals bank_and_fees_cents")
    bank_and_fees_cents: int
    receipts_not_posted_once: int = Field(description="receipts that are not in exactly one posting: 0")
    unapplied_cents: int = Field(description="credit by the receipts; equals ledger_unapplied_cents")
    ledger_unapplied_cents: int
    invoices_with_other_balance: int = Field(description="books that are not the sum of their allocations: 0")
    receipts_that_lose_a_cent: int = Field(description="receipts whose money is not all accounted for: 0")


class Credit(BaseModel):
    """A customer's unapplied money."""

    model_config = ConfigDict(extra="forbid")

    customer_id: UUID
    unapplied_cents: int
    receipts: int


class Spending(BaseModel):
    """The invoices that credit pays, in this order; the oldest open ones if left out."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: list[UUID] = Field(default_factory=list, max_length=100)


class Spent(BaseModel):
    """What was spent, and by which allocations."""

    model_config = ConfigDict(extra="forbid")

    allocation_ids: list[UUID]
    spent_cents: int


@router.get("/ledger/balances")
async def get_balances(request: Request, principal: Reader) -> Balances:
    """What each account holds."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        held = await books.balances(tx)
    return Balances(**{account.value: cents for account, cents in held.items()})


@router.get("/ledger/check")
async def check_ledger(request: Request, principal: Reader) -> Check:
    """Whether ledger, receipts, allocations and books agree to the cent."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        told = await reads.check(tx)
    zeros = (
        "unbalanced_postings",
        "ledger_sum_cents",
        "receipts_not_posted_once",
        "invoices_with_other_balance",
        "receipts_that_lose_a_cent",
    )
    agree = (
        not any(told[name] for name in zeros)
        and told["receipts_cents"] == told["bank_and_fees_cents"]
        and told["unapplied_cents"] == told["ledger_unapplied_cents"]
    )
    return Check(ok=agree, **told)


@router.get("/credits")
async def list_credits(
    *,
    request: Request,
    response: Response,
    principal: CreditReader,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Credit]:
    """Unapplied money by customer. Money of nobody known is in `GET /v1/receipts?matched=false`."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.list_credits(tx, customer_id=customer_id, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page([Credit(**dict(row)) for row in rows], lambda row: (row.customer_id,))
    response.headers.update(headers)
    return page


@router.post("/credits/{customer_id}/apply")
async def apply_credit(customer_id: UUID, body: Spending, call: CreditWriter) -> Spent:
    """Pay the customer's invoices with unapplied money, the oldest receipt first."""

    async def effect(tx: Tx) -> Reply:
        made = await operators.apply_credit(tx, customer_id, invoice_ids=body.invoice_ids)
        spent = sum(fact.amount_cents - fact.unapplied_cents for fact in made)
        return Reply(200, Spent(allocation_ids=[fact.allocation_id for fact in made], spent_cents=spent))

    return await call.once(effect)  # type: ignore[return-value]
