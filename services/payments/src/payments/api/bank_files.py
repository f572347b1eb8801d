"""Bank files: uploaded whole, posted once or quarantined, each with a report."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import PlainTextResponse, Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import InvalidError, NotFoundError
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from payments import config
from payments.handlers import files
from payments.store import bank_files

router = APIRouter(tags=["bank files"])
Reader = Annotated[Principal, Depends(require("bank_files:read"))]
Writer = Annotated[Call, Depends(once("bank_files:write"))]
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "the file's bytes as the bank gave them: CNAB 240, 400 or 150, or OFX",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The report for a person"}
}


class BankFile(BaseModel):
    """A file and what it brought. `quarantined`: nothing was posted; the report says why and what to do."""

    model_config = ConfigDict(extra="forbid")

    file_id: UUID
    account_id: UUID
    sha256: str
    size_bytes: int
    status: Literal["posted", "quarantined", "duplicate"]
    duplicate_of: UUID | None
    format: str | None
    layout: str | None
    file_date: date | None
    file_sequence: int | None
    receipts: int
    already_known: int
    linked: int
    reversals: int
    reviews: int
    received_cents: int
    fee_cents: int
    uploaded_at: datetime
    uploaded_by: str


class Report(BaseModel):
    """The file as it was read: what it is, the verdict, every problem with place and remedy, the totals."""

    model_config = ConfigDict(extra="forbid")

    file: BankFile
    accepted: bool
    problems: list[dict[str, Any]]
    totals: dict[str, int]
    statements: list[dict[str, Any]]
    text: str


def _of(row: Any) -> BankFile:
    return BankFile(**{name: row[name] for name in BankFile.model_fields})


@router.post("/bank-files", status_code=201, openapi_extra=_BODY)
async def upload_bank_file(account_id: UUID, request: Request, call: Writer) -> BankFile:
    """Upload a bank's file. It is judged whole before anything is posted; the same file again changes nothing."""
    body = await request.body()
    if len(body) > config.settings().payments_bank_file_bytes:
        raise InvalidError("bank-file-too-large", "The file is larger than this service takes: split it at the bank.")
    given = await files.read(body)

    async def effect(tx: Tx) -> Reply:
        file_id = await files.take(tx, account_id, given, by=call.principal.subject[:80])
        headers = {"location": f"/v1/bank-files/{file_id}"}
        return Reply(201, _of(await bank_files.load(tx, file_id)), headers)

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/bank-files")
async def list_bank_files(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    status: Literal["posted", "quarantined", "duplicate"] | None = None,
    account_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[BankFile]:
    """Files, the newest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await bank_files.listed(tx, status=status, account_id=account_id, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.uploaded_at, row.file_id))
    response.headers.update(headers)
    return page


async def _load(request: Request, principal: Principal, file_id: UUID) -> Any:
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await bank_files.load(tx, file_id)
    if row is None:
        raise NotFoundError("bank-file-unknown", "There is no such file.")
    return row


@router.get("/bank-files/{file_id}")
async def get_bank_file(file_id: UUID, request: Request, principal: Reader) -> BankFile:
    """One file."""
    return _of(await _load(request, principal, file_id))


@router.get("/bank-files/{file_id}/report")
async def get_bank_file_report(file_id: UUID, request: Request, principal: Reader) -> Report:
    """Why a file was posted or not, in codes and in words."""
    row = await _load(request, principal, file_id)
    told = json.loads(row["report"])
    return Report(
        file=_of(row),
        accepted=told["accepted"],
        problems=told["problems"],
        totals=told["totals"],
        statements=told["statements"],
        text=row["report_text"],
    )


@router.get("/bank-files/{file_id}/report.txt", response_class=PlainTextResponse, responses=_TEXT)
async def get_bank_file_report_text(file_id: UUID, request: Request, principal: Reader) -> PlainTextResponse:
    """The report as text, to be read or sent to the bank; it names no payer."""
    row = await _load(request, principal, file_id)
    return PlainTextResponse(row["report_text"])
