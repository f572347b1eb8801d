"""The notifier on a real database with a real SMTP server, a real HTTP provider, and a clock in the hand."""

import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from fastapi import FastAPI
from notifier_facts import OTHER, TENANT, at
from notifier_servers import MailServer, MessageProvider, open_servers

from chassis import runtime
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.schedules import Scheduler, Work
from chassis.service import build_app
from contracts import registry
from contracts.base import PLATFORM_TENANT, Event
from contracts.envelope import Envelope
from contracts.watermark import Position, SourceFreshness, WatermarkAdvanced
from notifier import consumers, parts
from notifier.due_work import schedules
from notifier.main import service
from notifier.parts import Parts
from notifier.settings import Settings
from regua.testing import FreshDatabase

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CALLBACK_SECRET = "whsec_" + "bm90aWZpZXIgdGVzdCBzZWNyZXQgMzIgYnl0ZXMuLi4="
INBOUND_TOKEN = "inbound-token-of-a-test"


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


class Bench:
    """The notifier: `tell` it facts, `work` what is due, `said` is its outbox."""

    def __init__(self, database: Database, clock: HandClock, hands: Parts, mail: MailServer, phone: MessageProvider):
        self.database = database
        self.clock = clock
        self.parts = hands
        self.mail = mail
        self.phone = phone
        self.scheduler = Scheduler(database, schedules)
        self.trouble: list[str] = []
        settle = self.scheduler._after_failure

        async def noted(works: Sequence[Work], error: Exception) -> None:
            self.trouble.append("".join(traceback.format_exception(error)))
            await settle(works, error)

        self.scheduler._after_failure = noted  # type: ignore[method-assign]
        self.seen = 0
        self.tenant = TENANT

    async def tell(self, *facts: Event, tenant: UUID = TENANT) -> None:
        """Facts one after the other, in this order."""
        async with self.database.unit_of_work(tenant_id=tenant) as tx:
            for fact in facts:
                handler = consumers.subscriptions.handlers[fact.topic]
                assert handler.many is not None
                await handler.many(tx, [self.wrapped(fact, tenant)])

    def wrapped(self, fact: Event, tenant: UUID) -> Envelope[Event]:
        ids = RandomIds()
        return registry.wrap(
            fact,
            event_id=ids.new_id(),
            producer="test",
            time=self.clock.now(),
            tenant_id=tenant,
            correlation_id=ids.new_id(),
        )

    async def tell_all(self, facts: Sequence[Event], *, tenant: UUID = TENANT) -> None:
        """Many facts, each topic's together, as a consumer's batch has them."""
        by_topic: dict[str, list[Envelope[Event]]] = {}
        for fact in facts:
            by_topic.setdefault(fact.topic, []).append(self.wrapped(fact, tenant))
        async with self.database.unit_of_work(tenant_id=tenant) as tx:
            for topic, envelopes in by_topic.items():
                handler = consumers.subscriptions.handlers[topic]
                assert handler.many is not None
                await handler.many(tx, envelopes)

    async def mark(
        self,
        *,
        producers: Sequence[str] = ("payments", "invoicing", "dunning"),
        positions: Sequence[tuple[str, int, int]] = (),
        sources: Mapping[str, datetime] | None = None,
    ) -> None:
        """Each producer says that everything up to now has been told, and how fresh its sources are."""
        facts = [
            WatermarkAdvanced(
                producer=producer,  # type: ignore[arg-type]
                lane=0,
                lanes=1,
                as_of=self.clock.now(),
                positions=tuple(Position(topic=topic, partition=p, offset=o) for topic, p, o in positions),
                sources=tuple(
                    SourceFreshness(source=name, fresh_until=until) for name, until in (sources or {}).items()
                ),
            )
            for producer in producers
        ]
        await self.tell_all(facts, tenant=PLATFORM_TENANT)

    async def at_position(self, topic: str, partition: int, next_offset: int) -> None:
        """Our consumer has applied everything before this offset."""
        await self.rows(
            "insert into consumer_position (topic, partition, next_offset) values ($1, $2, $3) "
            "on conflict (topic, partition) do update set next_offset = excluded.next_offset",
            topic,
            partition,
            next_offset,
        )

    async def work(self, now: datetime | None = None, *, fresh: bool = True, turns: int = 60) -> list[Any]:
        if now is not None:
            self.clock.instant = now
        if fresh:
            await self.mark()
        for _ in range(turns):
            if not await self.scheduler.turn():
                break
        failed = await self.rows("select kind, failure from due_work where failed_at is not null")
        assert not failed, self.trouble
        return await self.said()

    async def said(self) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=None) as tx:
            rows = await (await tx.connection()).fetch(
                "select position, topic, payload from outbox where position > $1 order by position", self.seen
            )
        if rows:
            self.seen = rows[-1]["position"]
        return [registry.decode(row["topic"], row["payload"]).data for row in rows]

    async def rows(self, sql: str, *values: Any, tenant: UUID = TENANT) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=tenant) as tx:
            return list(await (await tx.connection()).fetch(sql, *values))


@asynccontextmanager
async def open_bench(fresh: FreshDatabase) -> AsyncIterator[Bench]:
    async with open_servers() as servers:
        settings = settings_of(fresh, servers.mail.port, servers.phone.port)
        clock = HandClock(at("2026-03-09 08:00"))
        database = Database(fresh.app_url, clock=clock, ids=RandomIds(), producer_name="notifier")
        key = parts.token_key(settings)
        hands = Parts(database, settings, parts.providers_of(settings, key), key, clock_moves=True)
        parts.use(hands)
        try:
            yield Bench(database, clock, hands, servers.mail, servers.phone)
        finally:
            parts.drop(hands)
            await hands.close()
            await database.dispose()


SCOPES = (
    "messages:read",
    "messages:write",
    "messages:content",
    "evidence:read",
    "templates:read",
    "templates:write",
)


@dataclass
class Api:
    """A running app, a client with the tenant's key and another tenant's, and the service's hands below it."""

    client: httpx2.AsyncClient
    key: str
    other_key: str
    bench: Bench
    app: FastAPI
    posts: int = 0

    async def get(self, path: str, *, other: bool = False, **query: Any) -> httpx2.Response:
        key = self.other_key if other else self.key
        return await self.client.get(path, params=query, headers={"authorization": f"Bearer {key}"})

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        self.posts += 1
        given = {"authorization": f"Bearer {self.key}", "idempotency-key": f"k-{self.posts}", **headers}
        return await self.client.request(method, path, json=body, headers=given)

    async def visit(
        self, address: str, *, method: str = "GET", agent: str = FIREFOX, body: str = ""
    ) -> httpx2.Response:
        """Follow an address that stood in a message, as a browser would."""
        path = address.removeprefix("https://n.example")
        return await self.client.request(method, path, headers={"user-agent": agent}, content=body)


@asynccontextmanager
async def open_api(fresh: FreshDatabase) -> AsyncIterator[Api]:
    async with open_servers() as servers:
        settings = settings_of(fresh, servers.mail.port, servers.phone.port)
        kit = runtime.build("notifier", settings)
        clock = HandClock(at("2026-03-09 08:00"))
        kit.database.clock = clock
        app = build_app(service, settings, kit=kit)
        keys = [(await kit.keys.create(tenant_id=one, name="test", scopes=SCOPES)).text for one in (TENANT, OTHER)]
        async with app.router.lifespan_context(app):
            hands = parts.current()
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
                yield Api(client, keys[0], keys[1], Bench(kit.database, clock, hands, servers.mail, servers.phone), app)


async def emptied(fresh: FreshDatabase) -> None:
    """Empty every table of the database: cheaper than making another one."""
    connection = await asyncpg.connect(fresh.url)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        names = [row["tablename"] for row in tables if row["tablename"] != "alembic_version"]
        await connection.execute("".join(f'delete from "{name}";' for name in names))  # noqa: S608 - names of tables
    finally:
        await connection.close()


def settings_of(fresh: FreshDatabase, smtp_port: int, http_port: int) -> Settings:
    url = f"http://127.0.0.1:{http_port}"
    return Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=fresh.app_url,
        database_owner_url=fresh.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
        notifier_smtp_host="127.0.0.1",
        notifier_smtp_port=smtp_port,
        notifier_smtp_from="Escola Horizonte <cobranca@notify.example>",
        notifier_sms_url=url,
        notifier_whatsapp_url=url,
        notifier_provider_token="provider-token",
        notifier_callback_secret=CALLBACK_SECRET,
        notifier_inbound_token=INBOUND_TOKEN,
        notifier_public_url="https://n.example",
    )
