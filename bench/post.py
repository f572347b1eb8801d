"""POST: a request to its committed effect, fact and stored answer, by 32 callers at once, without a socket.

floor: a bare ASGI function that reads the body and runs the same statements on a pool of the same size. ours: a route
of a service, with API key, idempotency, validation, metrics and traces. naive: the framework alone, with a transaction
for each of the three writes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import pydantic_core
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.flow import Servers, Size
from bench.world import World, make_world
from chassis import idempotency, outbox, runtime
from chassis.clock import SystemClock
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.ids import RandomIds
from chassis.kafka import pack_headers
from chassis.proof import workload
from chassis.service import Service, build_app
from chassis.settings import ServiceSettings
from contracts import envelope as wire
from contracts import registry

CALLERS = 32
POOL = 10
TENANT = workload.TENANTS[0]
_FACT = "insert into proof_fact values ($1, $2, $3, $4, $5)"


class NewPayment(BaseModel):
    """What is posted."""

    model_config = ConfigDict(extra="forbid")

    customer_id: UUID
    amount_cents: Annotated[int, Field(strict=True, ge=1, le=10**12)]


class Made(BaseModel):
    """What is answered."""

    event_id: UUID


router = APIRouter(prefix="/v1")


@router.post("/payments", status_code=201)
async def make_payment(body: NewPayment, call: Annotated[Call, Depends(once("payments:write"))]) -> Made:
    """Record a payment."""

    async def effect(tx: Tx) -> Reply:
        event_id = tx.publish(workload.payment(body.customer_id, body.amount_cents))
        connection = await tx.connection()
        await connection.execute(_FACT, TENANT, event_id, workload.RECEIVED, body.customer_id, body.amount_cents)
        return Reply(201, Made(event_id=event_id))

    return await call.once(effect)  # type: ignore[return-value]


class Settings(ServiceSettings):
    """Nothing of its own."""


Asgi = Callable[[Any, Any, Any], Awaitable[None]]


async def _post(app: Asgi, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
    """One request, as a server would hand it over; returns the status."""
    status = 0
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.sleep(3600)
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/payments",
        "raw_path": b"/v1/payments",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return status


class PostFlow:
    """See the module."""

    name = "post"
    unit = "requests"
    floor_goal = 0.5
    naive_goal = None

    async def setup(self, servers: Servers, size: Size) -> None:
        self.world: World = await make_world(servers, topics=())
        self.clock, self.ids = SystemClock(), RandomIds()
        self.size = max(400, size.units // 20)
        self.pool = await asyncpg.create_pool(self.world.app_url, min_size=POOL, max_size=POOL)
        self.naive_engine = create_async_engine(
            self.world.app_url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=POOL, max_overflow=0
        )
        self.naive_app = _naive_app(self)
        service = Service(
            name="payments",
            title="Bench",
            description="One route.",
            settings=Settings,
            migrations=workload.MIGRATIONS,
            routers=(router,),
        )
        settings = Settings(
            regua_env="test",
            database_url=self.world.app_url,
            kafka_bootstrap="127.0.0.1:1",
            workers=False,
            database_pool_size=POOL,
            http_rate_per_minute=100_000_000,
        )
        kit = runtime.build("payments", settings)
        self.app = build_app(service, settings, kit=kit)
        self.lifespan = self.app.router.lifespan_context(self.app)
        await self.lifespan.__aenter__()
        self.key = await kit.keys.create(tenant_id=TENANT, name="bench", scopes=["payments:write"])
        self.number = 0

    async def prepare(self, case: str) -> None:
        self.wanted = self.size if case != "naive" else max(100, self.size // 4)
        await self.world.connection.execute("truncate outbox, proof_fact, idempotent_request")

    async def _drive(self, app: Asgi) -> int:
        base = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {self.key.text}".encode())]
        left = iter(range(self.wanted))

        async def caller() -> None:
            for _ in left:
                self.number += 1
                body = pydantic_core.to_json(
                    {"customer_id": str(workload.customer(self.number % 1000)), "amount_cents": 100}
                )
                status = await _post(app, [*base, (b"idempotency-key", f"k{self.number}".encode())], body)
                if status != 201:
                    raise AssertionError(f"post answered {status}")

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return self.wanted

    async def floor(self) -> int:
        return await self._drive(self._bare)

    async def ours(self) -> int:
        return await self._drive(self.app)

    async def naive(self) -> int:
        return await self._drive(self.naive_app)

    async def _bare(self, scope: Any, receive: Any, send: Any) -> None:
        body = pydantic_core.from_json((await receive())["body"])
        key = dict(scope["headers"])[b"idempotency-key"].decode()
        event, answer = self._event(UUID(body["customer_id"]), body["amount_cents"])
        now = self.clock.now()
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('regua.tenant', $1, true)", str(TENANT))
            await connection.fetchval(idempotency._CLAIM, TENANT, "bench", "POST /v1/payments", key, b"m" * 32, now)  # noqa: SLF001
            await connection.execute(_FACT, TENANT, event.event_id, workload.RECEIVED, UUID(body["customer_id"]), 100)
            await connection.execute(
                idempotency._FINISH,  # noqa: SLF001
                *(TENANT, "bench", "POST /v1/payments", key, 201, b"{}", answer),
            )
            await outbox.insert(connection, [event], now)
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": answer})

    def _event(self, customer_id: UUID, amount_cents: int) -> tuple[outbox.OutboxFact, bytes]:
        fact, event_id = workload.payment(customer_id, amount_cents), self.ids.new_id()
        envelope = registry.wrap(
            fact,
            event_id=event_id,
            producer="payments",
            time=self.clock.now(),
            tenant_id=TENANT,
            correlation_id=event_id,
        )
        key, packed = envelope.partitionkey.encode(), pack_headers(wire.headers(envelope))
        row = outbox.OutboxFact(0, event_id, fact.topic, key, registry.encode(envelope), packed)
        return row, pydantic_core.to_json({"event_id": str(event_id)})

    async def check(self, case: str, units: int) -> None:
        facts, sent, answers = await self.world.connection.fetchrow(
            """select (select count(*) from proof_fact), (select count(*) from outbox),
                      (select count(*) from idempotent_request where response is not null)"""
        )
        if not facts == sent == answers == units:
            raise AssertionError(f"post {case}: {units} requests, {facts} effects, {sent} facts, {answers} answers")

    async def close(self) -> None:
        await self.lifespan.__aexit__(None, None, None)
        await self.naive_engine.dispose()
        await self.pool.close()
        await self.world.drop()


def _naive_app(flow: PostFlow) -> FastAPI:
    app = FastAPI()

    async def write(statement: str, values: dict[str, Any]) -> None:
        async with flow.naive_engine.begin() as connection:
            await connection.execute(text("select set_config('regua.tenant', :tenant, true)"), {"tenant": str(TENANT)})
            await connection.execute(text(statement), values)

    @app.post("/v1/payments", status_code=201)
    async def make_payment(body: NewPayment) -> Made:
        row, answer = flow._event(body.customer_id, body.amount_cents)  # noqa: SLF001
        now = flow.clock.now()
        await write(
            "insert into proof_fact values (:tenant, :event, :topic, :customer, :sequence)",
            {
                "tenant": TENANT,
                "event": row.event_id,
                "topic": row.topic,
                "customer": body.customer_id,
                "sequence": body.amount_cents,
            },
        )
        await write(
            """insert into outbox (lane, event_id, topic, key, payload, headers, created_at)
               values (:lane, :event_id, :topic, :key, :payload, :headers, :now)""",
            {**row._asdict(), "now": now},
        )
        await write(
            """insert into idempotent_request
                 (tenant_id, principal, route, key, fingerprint, status, headers, response, created_at)
               values (:tenant, 'bench', 'POST', :key, :mark, 201, :headers, :answer, :now)""",
            {
                "tenant": TENANT,
                "key": str(row.event_id),
                "mark": b"m" * 32,
                "headers": b"{}",
                "answer": answer,
                "now": now,
            },
        )
        return Made(event_id=row.event_id)

    return app
