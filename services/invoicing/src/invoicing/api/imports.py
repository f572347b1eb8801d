"""Imports: a CSV file of receivables, read in the background."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response, StreamingResponse

from chassis.auth import authenticated, require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Database
from chassis.errors import Fault, InvalidError
from chassis.idempotency import Claim, Once, fingerprint, key_of, single
from chassis.operations import Operation
from chassis.principal import Principal
from invoicing.api.shared import Closed, database, reading, who
from invoicing.handlers import uploads
from invoicing.store import imports as store

router = APIRouter(tags=["imports"])
Reader = Annotated[Principal, Depends(require("imports:read"))]
_DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_CHARSETS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "latin-1",
}
_ERROR_COLUMNS: Final = ("line", "column", "value_kind", "code", "remedy")
_CSV: Final[dict[str, Any]] = {"text/csv": {"schema": {"type": "string"}}}


class _Stream(Once):
    """Like `Once`, for a body that is too large to be read first: who calls, with which key."""

    async def __call__(self, request: Request) -> Any:
        principal = await authenticated(request, self.scopes)
        return principal, key_of(single(request.headers.getlist("idempotency-key")))


Sender = Annotated[tuple[Principal, str], Depends(_Stream("imports:write"))]


class Import(Closed):
    """One import. `columns` names the field of each column of the file, null for one that is not read."""

    import_id: UUID
    state: Literal["receiving", "waiting", "running", "finished"]
    dry_run: bool
    columns: list[str | None]
    delimiter: str
    encoding: str
    rows_total: int
    rows_done: int
    issued: int
    unchanged: int
    refused: int
    customers: int
    created_at: datetime
    updated_at: datetime


class ImportFault(Closed):
    """One thing wrong in a row; the value itself is never kept."""

    line: int
    column: str
    value_kind: str
    code: str
    remedy: str


def _view(run: store.Run) -> Import:
    return Import(
        import_id=run.import_id,
        state=run.state,
        dry_run=run.dry_run,
        columns=[name or None for name in run.columns],
        delimiter=run.delimiter,
        encoding=run.encoding,
        rows_total=run.rows_total,
        rows_done=run.rows_done,
        issued=run.issued,
        unchanged=run.unchanged,
        refused=run.refused,
        customers=run.customers,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def _mapping(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, pair in enumerate(pairs):
        field, colon, column = pair.partition(":")
        if not colon or not column.strip() or field in found:
            fault = Fault(f"/column/{at}", "mapping.form", "write field:name of the column, each field once")
            raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=(fault,))
        found[field] = column
    return found


def _charset(content_type: str) -> str | None:
    """The encoding that the sender states, None where it states none; raises 415 for what is no CSV."""
    media, *parameters = [part.strip() for part in content_type.lower().split(";")]
    if media != "text/csv":
        raise HTTPException(415)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset":
            if value.strip('"') not in _CHARSETS:
                raise HTTPException(415)
            return _CHARSETS[value.strip('"')]
    return None


@router.post(
    "/imports",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": _CSV}},
)
async def import_invoices(
    *,
    request: Request,
    sender: Sender,
    dry_run: Annotated[bool, Query(description="read and check everything, issue nothing")] = False,
    delimiter: Annotated[
        Literal["comma", "semicolon", "tab", "pipe"] | None, Query(description="found from the header if left out")
    ] = None,
    column: Annotated[
        list[Annotated[str, Query(max_length=200)]],
        Query(max_length=26, description="`field:name of its column` for columns with names of their own"),
    ] = [],  # noqa: B006 - the framework copies it
) -> Operation:
    """Import receivables from CSV. The file is kept whole, then read in the background; the operation tells progress.

    Rows whose external id was issued before change nothing. Rows with errors are listed under
    `/v1/imports/{import_id}/errors`; the others are issued. The operation's id is the import's.
    """
    principal, key = sender
    encoding = _charset(request.headers.get("content-type", ""))

    def claim_of(digest: bytes) -> Claim:
        mark = fingerprint(method="POST", path=request.url.path, query=request.scope["query_string"], body=digest)
        return Claim(principal.subject, f"POST {request.scope['route'].path}", key, mark)

    upload = uploads.Upload(
        tenant_id=principal.tenant_id,
        principal=who(principal),
        claim_of=claim_of,
        dry_run=dry_run,
        delimiter=_DELIMITERS[delimiter] if delimiter else None,
        mapping=_mapping(column),
        encoding=encoding,
    )
    stored = await uploads.receive(database(request), upload, request.stream())
    return stored.response()  # type: ignore[return-value]


@router.get("/imports")
async def list_imports(
    *, request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[Import]:
    """Imports, the newest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        rows = [_view(run) for run in await store.page(tx, after=keyset.after, limit=limit + 1)]
    page, headers = keyset.page(rows, lambda row: (row.created_at, row.import_id))
    response.headers.update(headers)
    return page


@router.get("/imports/{import_id}")
async def get_import(import_id: UUID, request: Request, principal: Reader) -> Import:
    """How far one import is, and what it did."""
    async with reading(request, principal) as tx:
        return _view(await store.load(tx, import_id))


@router.get("/imports/{import_id}/errors")
async def list_import_errors(
    *,
    import_id: UUID,
    request: Request,
    response: Response,
    principal: Reader,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ImportFault]:
    """What was wrong in which line and column, and what to do about it."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        await store.load(tx, import_id)
        found = await store.errors(tx, import_id, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page(found, lambda row: (row["line"], row["position"]))
    response.headers.update(headers)
    return Page[ImportFault](items=[ImportFault(**_error(row)) for row in page.items], next=page.next)


def _error(row: Any) -> dict[str, Any]:
    return {
        "line": row["line"],
        "column": row["column_name"],
        "value_kind": row["value_kind"],
        "code": row["code"],
        "remedy": row["remedy"],
    }


@router.get("/imports/{import_id}/errors.csv", response_class=Response, responses={200: {"content": _CSV}})
async def download_import_errors(import_id: UUID, request: Request, principal: Reader) -> Response:
    """The same list whole, as CSV for a spreadsheet."""
    async with reading(request, principal) as tx:
        await store.load(tx, import_id)
    lines = _error_lines(database(request), principal.tenant_id, import_id)
    name = f'attachment; filename="errors-{import_id}.csv"'
    return StreamingResponse(lines, media_type="text/csv", headers={"content-disposition": name})


async def _error_lines(source: Database, tenant_id: UUID, import_id: UUID) -> AsyncIterator[str]:
    yield ";".join(_ERROR_COLUMNS) + "\r\n"
    after: tuple[int, int] | None = None
    while True:
        async with source.unit_of_work(tenant_id=tenant_id, commit=False, name="get") as tx:
            found = await store.errors(tx, import_id, after=after, limit=2_000)
        if not found:
            return
        after = (found[-1]["line"], found[-1]["position"])
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerows([_error(row)[name] for name in _ERROR_COLUMNS] for row in found)
        yield text.getvalue()
