"""Invoicing on a real database: its API, its handlers, its due work and its outbox, with a clock in the hand."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from invoicing_builders import OTHER, TENANT, at, customer, profile

from chassis import migrations, runtime
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.schedules import Scheduler
from chassis.service import build_app
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope
from invoicing import config, consumers
from invoicing.due_work import schedules
from invoicing.main import service
from invoicing.settings import Settings
from regua.testing import FreshDatabase, MakeDatabase, run_apart

SCOPES = tuple(
    f"{what}:{how}"
    for what in ("creditor", "customers", "invoices", "plans", "imports", "responses", "operations")
    for how in ("read", "write")
)


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


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
            async with self.database.unit_of_work(tenant_id=tenant) as tx:
                if handler.many is not None:
                    await handler.many(tx, [envelope])
                elif handler.one is not None:
                    await handler.one(tx, envelope)

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


def topics(facts: Sequence[Event]) -> list[str]:
    return [fact.topic for fact in facts]


@dataclass
class Api:
    """A running app, clients' keys of two tenants, and the service's hands below it."""

    client: httpx2.AsyncClient
    keys: dict[UUID, str]
    bench: Bench
    colleague: str
    posts: int = 0
    told: list[str] = field(default_factory=list)

    async def get(self, path: str, *, tenant: UUID = TENANT, **query: Any) -> httpx2.Response:
        return await self.client.get(path, params=query, headers={"authorization": f"Bearer {self.keys[tenant]}"})

    async def send(
        self, method: str, path: str, body: Any = None, *, tenant: UUID = TENANT, key: str = "", **headers: str
    ) -> httpx2.Response:
        self.posts += 1
        given = {
            "authorization": f"Bearer {key or self.keys[tenant]}",
            "idempotency-key": f"k-{self.posts}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if isinstance(body, bytes):
            return await self.client.request(method, path, content=body, headers=given)
        return await self.client.request(method, path, json=body, headers=given)

    async def ready(self, *, tenant: UUID = TENANT, **changes: Any) -> "Api":
        """With a creditor and its first customer."""
        assert (await self.send("PUT", "/v1/creditor", profile(**changes), tenant=tenant)).status_code == 200
        assert (await self.send("POST", "/v1/customers", customer(), tenant=tenant)).status_code == 201
        return self

    async def issued(self, body: dict[str, Any], *, tenant: UUID = TENANT) -> dict[str, Any]:
        answer = await self.send("POST", "/v1/invoices", body, tenant=tenant)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture(scope="session")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


def settings_for(fresh: FreshDatabase, **changes: Any) -> Settings:
    return Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=fresh.app_url,
        database_owner_url=fresh.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
        http_rate_per_minute=1_000_000,
        **changes,
    )


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
async def api(fresh: FreshDatabase) -> AsyncIterator[Api]:
    settings = settings_for(fresh)
    config.use(settings)
    kit = runtime.build("invoicing", settings)
    clock = HandClock(at("2026-02-20 10:00"))
    kit.database.clock = clock
    app = build_app(service, settings, kit=kit)
    keys = {
        tenant: (await kit.keys.create(tenant_id=tenant, name="test", scopes=SCOPES)).text for tenant in (TENANT, OTHER)
    }
    colleague = (await kit.keys.create(tenant_id=TENANT, name="colleague", scopes=SCOPES)).text
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            yield Api(client, keys, Bench(kit.database, clock), colleague)
