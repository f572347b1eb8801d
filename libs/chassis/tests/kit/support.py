"""A small real service: notes with an amount, made, read, listed, changed; and the app that runs it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx2
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis import operations, runtime
from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import InvalidError, NotFoundError
from chassis.etag import IfMatch, IfNoneMatch, check_if_match, etag, not_modified
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from chassis.runtime import Runtime
from chassis.service import Service, build_app
from chassis.settings import ServiceSettings
from regua.testing import FreshDatabase

SAMPLE = Path(__file__).parent / "sample"
TENANT = UUID("01930000-0000-7000-8000-00000000000a")
OTHER_TENANT = UUID("01930000-0000-7000-8000-00000000000b")
SCOPES = ("notes:read", "notes:write", "operations:read")


class SampleSettings(ServiceSettings):
    service = "sample"


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=200)
    amount_cents: int = Field(strict=True, ge=0, le=10**12)


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    text: str
    amount_cents: int
    version: int
    created_at: datetime


router = APIRouter(prefix="/v1", tags=["notes"])
Reader = Annotated[Principal, Depends(require("notes:read"))]
Writer = Annotated[Call, Depends(once("notes:write"))]
_COLUMNS = "id, text, amount_cents, version, created_at"


@router.post("/notes", status_code=201)
async def make_note(body: NewNote, call: Writer) -> Note:
    """Make a note."""

    async def effect(tx: Tx) -> Reply:
        note = Note(id=tx.ids.new_id(), version=1, created_at=tx.now, **body.model_dump())
        await (await tx.connection()).execute(
            "insert into note (id, tenant_id, text, amount_cents, version, created_at) values ($1, $2, $3, $4, 1, $5)",
            note.id,
            tx.tenant_id,
            note.text,
            note.amount_cents,
            note.created_at,
        )
        return Reply(201, note, {"location": f"/v1/notes/{note.id}", "etag": etag(1)})

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/notes/{note_id}")
async def get_note(note_id: UUID, request: Request, principal: Reader, if_none_match: IfNoneMatch = None) -> Note:
    """Read a note."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        note = await _load(tx, note_id)
    return not_modified(if_none_match, note.version) or Response(  # type: ignore[return-value]
        note.model_dump_json(), media_type="application/json", headers={"etag": etag(note.version)}
    )


@router.put("/notes/{note_id}")
async def change_note(note_id: UUID, body: NewNote, call: Writer, if_match: IfMatch = None) -> Note:
    """Change a note."""

    async def effect(tx: Tx) -> Reply:
        note = await _load(tx, note_id, lock=True)
        check_if_match(if_match, note.version)
        changed = note.model_copy(update={**body.model_dump(), "version": note.version + 1})
        await (await tx.connection()).execute(
            "update note set text = $2, amount_cents = $3, version = $4 where id = $1",
            note_id,
            changed.text,
            changed.amount_cents,
            changed.version,
        )
        return Reply(200, changed, {"etag": etag(changed.version)})

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/notes")
async def list_notes(
    request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[Note]:
    """List notes, oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    after = keyset.after or (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await (await tx.connection()).fetch(
            f"select {_COLUMNS} from note where (created_at, id) > ($1, $2) order by created_at, id limit $3",  # noqa: S608
            *after,
            limit + 1,
        )
        notes = [Note(**dict(row)) for row in rows]
    page, headers = keyset.page(notes, lambda note: (note.created_at, note.id))
    response.headers.update(headers)
    return page


@router.post("/recounts", status_code=202)
async def recount(call: Writer) -> operations.Operation:
    """Start long work."""

    async def effect(tx: Tx) -> Reply:
        return operations.accepted(operations.start(tx, kind="recount", total=10), now=tx.now)

    return await call.once(effect)  # type: ignore[return-value]


async def _load(tx: Tx, note_id: UUID, *, lock: bool = False) -> Note:
    row = await (await tx.connection()).fetchrow(
        f"select {_COLUMNS} from note where id = $1 {'for update' if lock else ''}",  # noqa: S608
        note_id,
    )
    if row is None:
        raise NotFoundError("not-found", "There is no such note.")
    return Note(**dict(row))


@router.get("/trouble", include_in_schema=False)
async def trouble(request: Request) -> None:
    """Whatever the test asked for."""
    failure = request.app.state.failure
    if callable(failure):
        await failure()
    raise failure if failure is not None else InvalidError("invalid-input", "no failure was set")


def sample_service() -> Service:
    return Service(
        name="sample",
        title="Sample",
        description="Notes with amounts.",
        settings=SampleSettings,
        migrations=SAMPLE / "migrations",
        routers=(router,),
    )


def sample_settings(database: FreshDatabase, **values: Any) -> SampleSettings:
    given: dict[str, Any] = {
        "regua_env": "test",
        "database_url": database.app_url,
        "database_owner_url": database.owner_url,
        "kafka_bootstrap": "127.0.0.1:1",
        "http_port": 0,
        "workers": False,
        **values,
    }
    return SampleSettings(**given)


@dataclass
class Running:
    """The sample app with its lifespan entered, a client of it, and an API key for each of two tenants."""

    app: FastAPI
    client: httpx2.AsyncClient
    kit: Runtime
    key: str
    other_key: str

    def headers(self, key: str | None = None, **extra: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in extra.items()}
        return {"authorization": f"Bearer {key or self.key}", **named}


@asynccontextmanager
async def running(settings: SampleSettings, service: Service | None = None, **parts: Any) -> AsyncIterator[Running]:
    """Run the app in this process, its workers included where the settings want them."""
    kit = runtime.build("sample", settings, **parts)
    app = build_app(service or sample_service(), settings, kit=kit)
    app.state.failure = None
    async with app.router.lifespan_context(app):
        key = await kit.keys.create(tenant_id=TENANT, name="test", scopes=SCOPES)
        other = await kit.keys.create(tenant_id=OTHER_TENANT, name="other", scopes=SCOPES)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sample") as client:
            yield Running(app, client, kit, key.text, other.text)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection past the product."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def eventually(probe: Callable[[], Awaitable[Any]], *, within_seconds: float = 60.0) -> Any:
    """What the probe returns, once that is true."""
    async with asyncio.timeout(within_seconds):
        while not (value := await probe()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return value


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """The app (its lifespan already entered) on a real port of this machine; gives its address."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def fuzzed(url: str, key: str, *, examples: str, folder: Path) -> tuple[bool, str]:
    """Believe the OpenAPI document at the address and try to prove it wrong; true, and why, if that worked."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {key}", "--max-examples", examples),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--continue-on-failure"),
        *("--suppress-health-check", "all", "--no-color", "--workers", "1", "--seed", "20261123"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    out, _ = await process.communicate()
    return process.returncode != 0, out.decode()


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
