"""Whom not to reach any more."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, model_validator
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.fields import Channel
from notifier.handlers import operators
from notifier.store import suppressions

router = APIRouter(tags=["suppressions"])
Reader = Annotated[Principal, Depends(require("messages:read"))]
Writer = Annotated[Call, Depends(once("messages:write"))]


class Suppression(BaseModel):
    """A contact, a channel (without a contact) or a debtor (without both) that is not reached."""

    model_config = ConfigDict(extra="forbid")

    suppression_id: UUID
    customer_id: UUID
    channel: str | None
    contact_id: UUID | None
    reason: str
    source: str
    message_id: UUID | None
    created_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None


class NewSuppression(BaseModel):
    """Whom to reach no more."""

    model_config = ConfigDict(extra="forbid")

    customer_id: UUID
    channel: Channel | None = None
    contact_id: UUID | None = None

    @model_validator(mode="after")
    def _a_contact_has_a_channel(self) -> "NewSuppression":
        if self.contact_id is not None and self.channel is None:
            raise ValueError("a contact has a channel: name it")
        return self


@router.get("/suppressions")
async def list_suppressions(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    customer_id: UUID | None = None,
    active: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Suppression]:
    """Suppressions, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await suppressions.page(tx, customer_id=customer_id, active=active, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page([_view(row) for row in rows], lambda row: (row.created_at, row.suppression_id))
    response.headers.update(headers)
    return page


@router.post("/suppressions", status_code=201)
async def add_suppression(body: NewSuppression, call: Writer) -> Suppression:
    """Reach a contact, a channel or a debtor no more; what stands already is answered as it is."""

    async def effect(tx: Tx) -> Reply:
        row = await operators.suppress(
            tx, customer_id=body.customer_id, channel=body.channel, contact_id=body.contact_id
        )
        return Reply(201, _view(row))

    return await call.once(effect)  # type: ignore[return-value]


@router.delete("/suppressions/{suppression_id}")
async def lift_suppression(suppression_id: UUID, call: Writer) -> Suppression:
    """Allow it again. A refusal that the debtor gave elsewhere still stands there."""

    async def effect(tx: Tx) -> Reply:
        return Reply(200, _view(await operators.lift(tx, suppression_id, by=call.principal.subject[:80])))

    return await call.once(effect)  # type: ignore[return-value]


def _view(row: Any) -> Suppression:
    return Suppression(**dict(row))
