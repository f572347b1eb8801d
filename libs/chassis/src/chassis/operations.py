"""Long work as a resource: 202 with `/v1/operations/{id}`, which tells state, progress, rate and time left.

The row is made in the transaction that accepts the work; whoever does the work calls `advance` in the transactions of
its batches, so that progress is what is really committed, and `succeed` or `fail` once at the end.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select
from starlette.responses import Response

from chassis.api_tables import OperationRow
from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Database, Tx
from chassis.errors import ConflictError, NotFoundError
from chassis.idempotency import Reply
from chassis.principal import Principal

State = Literal["pending", "running", "succeeded", "failed"]
_ENDED: Final = frozenset({"succeeded", "failed"})


class Operation(BaseModel):
    """One piece of long work."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: str
    state: State
    done: int = Field(ge=0, description="items finished and committed")
    total: int | None = Field(ge=0, description="items in all, once known")
    per_second: float | None = Field(description="items a second since it started")
    seconds_left: int | None = Field(description="estimate at that rate")
    result: dict[str, Any] | None
    problem: dict[str, Any] | None = Field(description="RFC 9457 document, if it failed")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def start(tx: Tx, *, kind: str, details: dict[str, Any] | None = None, total: int | None = None) -> OperationRow:
    """Make the operation in this transaction; `details` are what the work needs to know and are never shown."""
    assert tx.tenant_id is not None, "an operation belongs to a tenant"  # noqa: S101 - a mistake of ours
    row = OperationRow(
        id=tx.ids.new_id(),
        tenant_id=tx.tenant_id,
        kind=kind,
        input=details or {},
        total=total,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(row)
    return row


def accepted(row: OperationRow, *, now: datetime) -> Reply:
    """The 202 answer that names the operation."""
    headers = {"location": f"/v1/operations/{row.id}", "retry-after": "1"}
    return Reply(202, view(row, now=now), headers)


async def load(tx: Tx, operation_id: UUID, *, lock: bool = False) -> OperationRow:
    """The operation of this tenant; raises `NotFoundError`."""
    statement = select(OperationRow).where(OperationRow.id == operation_id)
    row = (await tx.session.exec(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        raise NotFoundError("not-found", "There is no such operation.")
    return row


async def advance(tx: Tx, operation_id: UUID, *, done: int, total: int | None = None) -> OperationRow:
    """`done` items more are finished in this transaction. Raises `ConflictError` once it has ended."""
    row = await load(tx, operation_id, lock=True)
    _refuse_ended(row)
    row.state = "running"
    row.started_at = row.started_at or tx.now
    row.done += done
    row.total = total if total is not None else row.total
    row.updated_at = tx.now
    return row


async def succeed(tx: Tx, operation_id: UUID, result: dict[str, Any]) -> OperationRow:
    """It is finished; `result` is shown to the caller."""
    return await _end(tx, operation_id, "succeeded", result=result)


async def fail(tx: Tx, operation_id: UUID, problem: dict[str, Any]) -> OperationRow:
    """It cannot be finished; `problem` is an RFC 9457 document, shown to the caller."""
    return await _end(tx, operation_id, "failed", problem=problem)


async def _end(
    tx: Tx,
    operation_id: UUID,
    state: State,
    *,
    result: dict[str, Any] | None = None,
    problem: dict[str, Any] | None = None,
) -> OperationRow:
    row = await load(tx, operation_id, lock=True)
    _refuse_ended(row)
    row.state = state
    row.result = result
    row.problem = problem
    row.started_at = row.started_at or tx.now
    row.finished_at = row.updated_at = tx.now
    return row


def _refuse_ended(row: OperationRow) -> None:
    if row.state in _ENDED:
        raise ConflictError("operation-ended", "The operation has already ended.")


def view(row: OperationRow, *, now: datetime) -> Operation:
    """What a caller sees; rate and time left come from committed progress."""
    per_second = _rate(row, now)
    left = None
    if row.state == "running" and per_second and row.total is not None:
        left = int(max(0, row.total - row.done) / per_second)
    return Operation(
        id=row.id,
        kind=row.kind,
        state=cast("State", row.state),
        done=row.done,
        total=row.total,
        per_second=per_second,
        seconds_left=left,
        result=row.result,
        problem=row.problem,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _rate(row: OperationRow, now: datetime) -> float | None:
    if row.started_at is None or row.done == 0:
        return None
    elapsed = (row.finished_at or now) - row.started_at
    return round(row.done / elapsed.total_seconds(), 1) if elapsed > timedelta(0) else None


router = APIRouter(prefix="/v1/operations", tags=["operations"])
Reader = Annotated[Principal, Depends(require("operations:read"))]


@router.get("/{operation_id}")
async def get_operation(operation_id: UUID, request: Request, principal: Reader) -> Operation:
    """How far one piece of long work is."""
    database: Database = request.app.state.kit.database
    async with database.unit_of_work(tenant_id=principal.tenant_id, commit=False, name="get") as tx:
        return view(await load(tx, operation_id), now=tx.now)


@router.get("")
async def list_operations(
    request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[Operation]:
    """Long work, newest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    database: Database = request.app.state.kit.database
    statement = select(OperationRow).order_by(col(OperationRow.created_at).desc(), col(OperationRow.id).desc())
    condition = keyset.condition(col(OperationRow.created_at), col(OperationRow.id), descending=True)
    if condition is not None:
        statement = statement.where(condition)
    async with database.unit_of_work(tenant_id=principal.tenant_id, commit=False, name="get") as tx:
        rows = (await tx.session.exec(statement.limit(limit + 1))).all()
        views = [view(row, now=tx.now) for row in rows]
    page, headers = keyset.page(views, lambda operation: (operation.created_at, operation.id))
    response.headers.update(headers)
    return page
