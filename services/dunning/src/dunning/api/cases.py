"""Cases and their holds, and promises."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.dunning import HoldReason
from dunning.handlers import operators
from dunning.store import reads

router = APIRouter(tags=["cases"])
Reader = Annotated[Principal, Depends(require("cases:read"))]
Writer = Annotated[Call, Depends(once("cases:write"))]


class Case(BaseModel):
    """The collection of one invoice."""

    model_config = ConfigDict(extra="forbid")

    case_id: UUID
    customer_id: UUID
    invoice_id: UUID
    case_version: int
    policy_id: UUID
    policy_version: int
    state: Literal["open", "closed"]
    closed_reason: str | None
    held: bool
    paused: bool
    steps_done: list[str]
    messages_requested: int
    last_reason: str | None
    next_look_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


class Hold(BaseModel):
    """A rest of a case."""

    model_config = ConfigDict(extra="forbid")

    hold_id: UUID
    case_id: UUID
    reason: str
    owner_kind: str
    owner_id: str
    starts_at: datetime
    ends_at: datetime | None
    review_on: date | None
    promise_id: UUID | None
    response_id: UUID | None
    released_at: datetime | None
    cause: str | None


class NewHold(BaseModel):
    """A rest to place: with an end, or with a day on which a person looks at it again."""

    model_config = ConfigDict(extra="forbid")

    reason: HoldReason
    until: AwareDatetime | None = None
    review_on: date | None = None


class Placed(BaseModel):
    """The hold that was placed."""

    model_config = ConfigDict(extra="forbid")

    hold_id: UUID


class Done(BaseModel):
    """It was done."""

    model_config = ConfigDict(extra="forbid")

    done: Literal[True] = True


class Promise(BaseModel):
    """A promise to pay."""

    model_config = ConfigDict(extra="forbid")

    promise_id: UUID
    customer_id: UUID
    invoice_ids: list[UUID]
    promised_on: date
    promised_cents: int
    silent_until: datetime
    made_at: datetime
    state: Literal["open", "kept", "broken"]
    paid_cents: int
    settled_at: datetime | None


@router.get("/cases")
async def list_cases(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    state: Literal["open", "closed"] | None = None,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    held: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Case]:
    """Cases, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.cases(
            tx,
            state=state,
            customer_id=customer_id,
            invoice_id=invoice_id,
            held=held,
            after=keyset.after,
            limit=limit + 1,
        )
    page, headers = keyset.page([Case(**dict(row)) for row in rows], lambda row: (row.opened_at, row.case_id))
    response.headers.update(headers)
    return page


@router.get("/cases/{case_id}")
async def get_case(case_id: UUID, request: Request, principal: Reader) -> Case:
    """One case."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await reads.case(tx, case_id)
    if row is None:
        raise NotFoundError("case-unknown", "There is no such case.")
    return Case(**dict(row))


@router.get("/cases/{case_id}/holds")
async def list_holds(case_id: UUID, request: Request, principal: Reader) -> list[Hold]:
    """Every hold of a case, ended ones too."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        if await reads.case(tx, case_id) is None:
            raise NotFoundError("case-unknown", "There is no such case.")
        return [Hold(**dict(row)) for row in await reads.holds(tx, case_id)]


@router.post("/cases/{case_id}/holds", status_code=201)
async def place_hold(case_id: UUID, body: NewHold, call: Writer) -> Placed:
    """Let a case rest."""

    async def effect(tx: Tx) -> Reply:
        hold_id = await operators.hold(
            tx,
            case_id,
            reason=body.reason,
            owner=call.principal.subject[:80],
            until=body.until,
            review_on=body.review_on,
        )
        return Reply(201, Placed(hold_id=hold_id))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/cases/{case_id}/holds/{hold_id}/release")
async def release_hold(case_id: UUID, hold_id: UUID, call: Writer) -> Done:
    """End a hold; the case goes on with its latest step, never with a burst."""

    async def effect(tx: Tx) -> Reply:
        await operators.release(tx, case_id, hold_id)
        return Reply(200, Done())

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/cases/{case_id}/pause")
async def pause_case(case_id: UUID, call: Writer) -> Done:
    """Do nothing about this case until it is resumed."""
    return await _set_paused(case_id, call, paused=True)  # type: ignore[no-any-return]


@router.post("/cases/{case_id}/resume")
async def resume_case(case_id: UUID, call: Writer) -> Done:
    """Let a paused case go on."""
    return await _set_paused(case_id, call, paused=False)  # type: ignore[no-any-return]


async def _set_paused(case_id: UUID, call: Call, *, paused: bool) -> Any:
    async def effect(tx: Tx) -> Reply:
        await operators.pause_case(tx, case_id, paused=paused)
        return Reply(200, Done())

    return await call.once(effect)


@router.get("/promises")
async def list_promises(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    state: Literal["open", "kept", "broken"] | None = None,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Promise]:
    """Promises, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.promises(tx, state=state, customer_id=customer_id, after=keyset.after, limit=limit + 1)
    promises = [Promise(**{**dict(row), "invoice_ids": json.loads(row["invoice_ids"])}) for row in rows]
    page, headers = keyset.page(promises, lambda row: (row.made_at, row.promise_id))
    response.headers.update(headers)
    return page
