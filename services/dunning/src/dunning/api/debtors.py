"""What operators decide about a debtor as a whole: pause, resume, exclude, include."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response

from chassis.auth import require
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.etag import IfMatch, check_if_match, etag
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from dunning.handlers import operators as handlers
from dunning.store import operators

router = APIRouter(tags=["debtors"])
Reader = Annotated[Principal, Depends(require("cases:read"))]
Writer = Annotated[Call, Depends(once("cases:write"))]


class Switches(BaseModel):
    """Whether a debtor is collected at all."""

    model_config = ConfigDict(extra="forbid")

    paused: bool = False
    paused_until: AwareDatetime | None = None
    excluded: bool = False


@router.get("/debtors/{customer_id}/switches")
async def get_switches(customer_id: UUID, request: Request, response: Response, principal: Reader) -> Switches:
    """Whether a debtor is paused or excluded."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await operators.debtor(tx, customer_id)
    if row is None:
        raise NotFoundError("debtor-unknown", "There is no such debtor.")
    response.headers["etag"] = etag(row["row_version"])
    return Switches(paused=row["paused"], paused_until=row["paused_until"], excluded=row["excluded"])


@router.put("/debtors/{customer_id}/switches")
async def set_switches(customer_id: UUID, body: Switches, call: Writer, if_match: IfMatch = None) -> Switches:
    """Pause or exclude a debtor, or undo it."""

    async def effect(tx: Tx) -> Reply:
        row = await operators.debtor(tx, customer_id)
        if row is not None:
            check_if_match(if_match, row["row_version"])
        version = await handlers.change_debtor(
            tx, customer_id, paused=body.paused, paused_until=body.paused_until, excluded=body.excluded
        )
        return Reply(200, body, {"etag": etag(version)})

    return await call.once(effect)  # type: ignore[return-value]
