"""What people have to do: the work that the régua hands over."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from dunning.api.cases import Done
from dunning.handlers import operators
from dunning.store import reads

router = APIRouter(tags=["tasks"])
Reader = Annotated[Principal, Depends(require("cases:read"))]
Writer = Annotated[Call, Depends(once("cases:write"))]


class Task(BaseModel):
    """Something for a person; priority 1 is the most urgent."""

    model_config = ConfigDict(extra="forbid")

    task_id: UUID
    case_id: UUID
    customer_id: UUID
    invoice_id: UUID
    reason: str
    priority: int
    due_on: date
    open_cents: int
    opened_at: datetime
    closed_at: datetime | None
    row_version: int


@router.get("/tasks")
async def list_tasks(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    is_open: bool | None = None,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Task]:
    """Tasks by the day they are due."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.tasks(tx, is_open=is_open, customer_id=customer_id, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page([Task(**dict(row)) for row in rows], lambda row: (row.due_on, row.task_id))
    response.headers.update(headers)
    return page


@router.post("/tasks/{task_id}/close")
async def close_task(task_id: UUID, call: Writer) -> Done:
    """A person has dealt with it."""

    async def effect(tx: Tx) -> Reply:
        await operators.close_task(tx, task_id, by=call.principal.subject[:80])
        return Reply(200, Done())

    return await call.once(effect)  # type: ignore[return-value]
