"""Payments on a real database: its API, its handlers, its due work and its outbox, beside a PSP over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
import uvicorn
from payments_builders import OTHER, TENANT, at
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import migrations, runtime
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.schedules import Scheduler
from chassis.service import build_app
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope
from payments import config, consumers
from payments.due_work import schedules
from payments.main import service
from payments.settings import Settings
from regua.testing import FreshDatabase, MakeDatabase, run_apart

SCOPES = tuple(
    f"{what}:{how}"
    for what in ("accounts", "receipts", "allocations", "bank_files", "proposals", "ledger", "credits")
    for how in ("read", "write")
)
TOKEN = "webhook-token-of-the-psp-account"
KEY = "cobranca@aurora.example"


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


@dataclass
class Psp:
    """What the PSP holds, and how it behaves: `mode` is ok, dead, half (gives money back, answers 500),
    refuses (gives nothing back) or forbids (knows no Pix of ours)."""

    url: str = ""
    mode: str = "ok"
    pix: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def holds(self, *told: dict[str, Any]) -> None:
        for one in told:
            self.pix[one["endToEndId"]] = {"chave": KEY, **one}

    def _answer(self, body: Any, status: int = 200) -> Response:
        return Response(status_code=503) if self.mode == "dead" else JSONResponse(body, status_code=status)

    async def token(self, request: Request) -> Response:
        del request
        return self._answer({"access_token": "psp-token", "token_type": "Bearer", "expires_in": 600})

    async def _thinks(self) -> None:
        """Answers come as soon as it is `free`; `asked` says that somebody waits."""
        self.asked.set()
        await self.free.wait()

    async def one(self, request: Request) -> Response:
        self.seen.append(request.url.path)
        await self._thinks()
        if self.mode == "forbids":
            return JSONResponse({"title": "not yours"}, status_code=403)
        held = self.pix.get(request.path_params["e2e"])
        return self._answer(held or {"title": "unknown"}, 200 if held else 404)

    async def many(self, request: Request) -> Response:
        start, end = (datetime.fromisoformat(request.query_params[name]) for name in ("inicio", "fim"))
        found = [one for one in self.pix.values() if start <= datetime.fromisoformat(one["horario"]) <= end]
        page = {"paginaAtual": 0, "itensPorPagina": 100, "quantidadeDePaginas": 1, "quantidadeTotalDeItens": len(found)}
        return self._answer({"parametros": {"paginacao": page}, "pix": found})

    async def refund(self, request: Request) -> Response:
        self.seen.append(f"{request.method} {request.url.path}")
        number = request.path_params["number"]
        await self._thinks()
        if request.method == "PUT" and self.mode == "refuses":
            return JSONResponse({"title": "no funds"}, status_code=422)
        if request.method == "PUT":
            body = await request.json()
            self.refunds.setdefault(
                number,
                {
                    "id": number,
                    "rtrId": f"D12345678202603101200{len(self.refunds):011d}",
                    "valor": body["valor"],
                    "horario": {"solicitacao": "2026-03-10T15:00:00Z", "liquidacao": "2026-03-10T15:00:01Z"},
                    "status": "DEVOLVIDO",
                },
            )
        held = self.refunds.get(number)
        if self.mode == "half" and request.method == "PUT":
            return Response(status_code=500)
        return self._answer(held or {"title": "unknown"}, 200 if held else 404)


class Bench:
    """`tell` it facts, `work` what is due, `said` is the outbox."""

    def __init__(self, database: Database, clock: HandClock):
        self.database = database
        self.clock = clock
        self.scheduler = Scheduler(database, schedules)
        self.seen = 0

    async def tell(self, *facts: Event, tenant: UUID = TENANT) -> None:
        ids = RandomIds()
        for fact in facts:
            envelope: Envelope[Event] = registry.wrap(
                fact,
                event_id=ids.new_id(),
                producer="test",
                time=self.clock.now(),
                tenant_id=tenant,
                correlation_id=ids.new_id(),
            )
            handler = consumers.subscriptions.handlers[fact.topic]
            assert handler.many is not None
            async with self.database.unit_of_work(tenant_id=tenant) as tx:
                await handler.many(tx, [envelope])

    async def work(self, now: datetime | None = None) -> list[Any]:
        if now is not None:
            self.clock.instant = now
        while await self.scheduler.turn():
            pass
        return await self.said()

    async def said(self) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=None) as tx:
            rows = await (await tx.connection()).fetch(
                "select position, topic, payload from outbox where position > $1 order by position", self.seen
            )
        if rows:
            self.seen = rows[-1]["position"]
        return [registry.decode(row["topic"], row["payload"]).data for row in rows]

    async def fetch(self, sql: str, *values: Any, tenant: UUID = TENANT) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=tenant, commit=False) as tx:
            return list(await (await tx.connection()).fetch(sql, *values))


@dataclass
class Api:
    """A running app, clients' keys of two tenants, the service's hands below it, and the PSP beside it."""

    client: httpx2.AsyncClient
    keys: dict[UUID, str]
    bench: Bench
    psp: Psp
    posts: int = 0

    async def get(self, path: str, *, tenant: UUID = TENANT, **query: Any) -> httpx2.Response:
        return await self.client.get(path, params=query, headers={"authorization": f"Bearer {self.keys[tenant]}"})

    async def send(
        self, method: str, path: str, body: Any = None, *, tenant: UUID = TENANT, **headers: str
    ) -> httpx2.Response:
        self.posts += 1
        given = {
            "authorization": f"Bearer {self.keys[tenant]}",
            "idempotency-key": f"k-{self.posts}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if isinstance(body, bytes):
            return await self.client.request(method, path, content=body, headers=given)
        return await self.client.request(method, path, json=body, headers=given)

    async def account(self, *, tenant: UUID = TENANT, **given: Any) -> str:
        """An account of Itaú, unless told otherwise; its id."""
        body = {"kind": "bank", "name": "Itaú cobrança", "bank_code": "341", "conta": "12345-0", **given}
        answer = await self.send("POST", "/v1/accounts", body, tenant=tenant)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["account_id"])

    async def psp_account(self) -> str:
        return await self.account(kind="psp", name="PSP", bank_code=None, pix_key=KEY, webhook_token=TOKEN)

    async def webhook(self, account: str, *told: dict[str, Any], token: str = TOKEN) -> httpx2.Response:
        return await self.client.post(
            f"/v1/webhooks/pix/{account}/pix",
            json={"pix": list(told)},
            headers={"authorization": f"Bearer {token}"},
        )

    async def cash(self, account: str, cents: int, **given: Any) -> httpx2.Response:
        body = {"account_id": account, "route": "cash", "gross_cents": cents, "paid_on": "2026-03-10", **given}
        return await self.send("POST", "/v1/receipts", body)

    async def file(self, account: str, content: bytes, *, tenant: UUID = TENANT) -> dict[str, Any]:
        answer = await self.send("POST", f"/v1/bank-files?account_id={account}", content, tenant=tenant)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def books_agree(self, *, tenant: UUID = TENANT) -> None:
        """The ledger's own check finds nothing."""
        found = (await self.get("/v1/ledger/check", tenant=tenant)).json()
        assert found["ok"], found


@pytest.fixture(scope="session")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


_EMPTY = """
do $$ declare one text; begin
  for one in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('delete from %I', one);
  end loop;
end $$
"""


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()


@pytest.fixture
def fresh(migrated: FreshDatabase) -> FreshDatabase:
    """The session's database, emptied."""
    run_apart(_empty(migrated.url))
    return migrated


@pytest.fixture
async def outside() -> AsyncIterator[Psp]:
    """A PSP on a free port."""
    psp = Psp()
    app = Starlette(
        routes=[
            Route("/oauth/token", psp.token, methods=["POST"]),
            Route("/v2/pix", psp.many),
            Route("/v2/pix/{e2e}", psp.one),
            Route("/v2/pix/{e2e}/devolucao/{number}", psp.refund, methods=["GET", "PUT"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    psp.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield psp
    server.should_exit = True
    await running


@pytest.fixture
async def api(fresh: FreshDatabase, outside: Psp) -> AsyncIterator[Api]:
    settings = Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=fresh.app_url,
        database_owner_url=fresh.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
        http_rate_per_minute=1_000_000,
        payments_psp_url=outside.url,
        payments_psp_client_id="regua",
        payments_psp_client_secret="psp-secret",
    )
    config.use(settings)
    kit = runtime.build("payments", settings)
    clock = HandClock(at("2026-03-10 12:00"))
    kit.database.clock = clock
    app = build_app(service, settings, kit=kit)
    keys = {
        tenant: (await kit.keys.create(tenant_id=tenant, name="test", scopes=SCOPES)).text for tenant in (TENANT, OTHER)
    }
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            yield Api(client, keys, Bench(kit.database, clock), outside)
