"""The REST resources of example."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.auth import require
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from example import handlers, store

router = APIRouter(prefix="/v1", tags=["entries"])
Reader = Annotated[Principal, Depends(require("entries:read"))]
Writer = Annotated[Call, Depends(once("entries:write"))]


class NewEntry(BaseModel):
    """What a caller says. Whole numbers are strict: JSON's `true` is no amount."""

    model_config = ConfigDict(extra="forbid")

    customer_id: UUID
    amount_cents: int = Field(strict=True, description="above zero")
    note: str = Field("", max_length=200)


class Entry(BaseModel):
    """One recorded entry."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    customer_id: UUID
    amount_cents: int
    note: str
    recorded_at: datetime


class Total(BaseModel):
    """What a customer's entries add up to."""

    model_config = ConfigDict(extra="forbid")

    customer_id: UUID
    total_cents: int


@router.post("/entries", status_code=201, response_model=Entry)
async def record_entry(body: NewEntry, call: Writer) -> Response:
    """Record an entry."""

    async def effect(tx: Tx) -> Reply:
        row = await handlers.record(tx, customer_id=body.customer_id, amount_cents=body.amount_cents, note=body.note)
        return Reply(201, Entry(**row.model_dump(exclude={"tenant_id"})))

    return await call.once(effect)


@router.get("/customers/{customer_id}/total")
async def read_total(customer_id: UUID, request: Request, principal: Reader) -> Total:
    """What a customer's entries add up to."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        return Total(customer_id=customer_id, total_cents=await store.total(tx, customer_id))
