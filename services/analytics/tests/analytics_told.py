"""Events to tell analytics: every example of the contracts, copied under other ids and days; and a bench to tell them."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

from analytics import consumers
from analytics.due_work import schedules
from analytics.store.tables import PROJECTIONS
from chassis.db import Database
from chassis.schedules import Scheduler
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"
TENANT = UUID(int=1)
OTHER = UUID(int=2)
NOON = datetime(2027, 3, 31, 15, 0, tzinfo=UTC)
TOPICS = consumers.subscriptions.topics

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


@cache
def documents(topic: str) -> tuple[str, ...]:
    """Every valid example of the topic, as text."""
    return tuple(path.read_text() for path in sorted((EXAMPLES / topic / "v1").glob("valid-*.json")))


def example(topic: str, number: int = 0) -> dict[str, Any]:
    """The `data` of one valid example."""
    data: dict[str, Any] = json.loads(documents(topic)[number])["data"]
    return data


def copies(number: int, *, random: Random, tenant: UUID = TENANT) -> Iterator[Envelope[Event]]:
    """Every example of every topic once more: its ids (but the tenant's) replaced alike, its instant moved by days."""
    for topic in TOPICS:
        for text in documents(topic):
            own = json.loads(_UUID.sub(lambda found: str(uuid5(UUID(int=number), found[0])), text))
            own["tenantid"] = str(tenant)
            envelope = registry.decode(topic, json.dumps(own).encode())
            yield envelope.model_copy(update={"time": envelope.time + timedelta(hours=random.randrange(-72, 2_000))})


def wrap(fact: Event, *, event_id: UUID, time: datetime, tenant: UUID = TENANT) -> Envelope[Event]:
    """One fact as an event."""
    return registry.wrap(fact, event_id=event_id, producer="test", time=time, tenant_id=tenant, correlation_id=event_id)


class Bench:
    """Analytics on a real database: `tell` it events, `work` what is due, `dump` is all it holds of a tenant."""

    def __init__(self, database: Database, clock: HandClock):
        self.database = database
        self.clock = clock
        self.scheduler = Scheduler(database, schedules)

    async def tell(self, events: Sequence[Envelope[Event]], *, tenant: UUID = TENANT) -> None:
        """One transaction, topic by topic, as the consumer does it."""
        async with self.database.unit_of_work(tenant_id=tenant) as tx:
            for topic, handler in consumers.subscriptions.handlers.items():
                own = [event for event in events if event.data.topic == topic]
                if own and handler.many is not None:
                    await handler.many(tx, own)

    async def work(self, now: datetime) -> None:
        self.clock.instant = now
        while await self.scheduler.turn():
            pass

    async def dump(self, *, tenant: UUID = TENANT) -> dict[str, list[str]]:
        found = {}
        async with self.database.unit_of_work(tenant_id=tenant, commit=False) as tx:
            connection = await tx.connection()
            for table in PROJECTIONS:
                rows = await connection.fetch(f"select to_jsonb(t)::text as row from {table} t")  # noqa: S608 - our own table names
                found[table] = sorted(row["row"] for row in rows)
        return found
