"""A place to run the workload: a fresh database, topics of its own, and the processes' parts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from chassis import migrations
from chassis.clock import Clock, SystemClock, monotonic_seconds
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.kafka import Kafka
from chassis.proof import workload
from chassis.steps import Step, no_step


@dataclass(frozen=True)
class Bed:
    """Where a run happens. `admin_url` sees all rows; `app_url` is the service's role, which owns nothing."""

    admin_url: str
    owner_url: str
    app_url: str
    kafka: Kafka
    group: str = "proof"
    opened: list[Database] = field(default_factory=list, repr=False, compare=False)

    async def prepare(self, *, partitions: int = 4) -> "Bed":
        """Make tables and topics."""
        await migrations.upgrade(workload.MIGRATIONS, self.owner_url, app_role=urlsplit(self.app_url).username or "")
        await workload.make_topics(self.kafka, partitions=partitions)
        return self

    def database(self, *, step: Step = no_step, clock: Clock | None = None, **options: Any) -> Database:
        """The service's database as one process sees it; `close` gives it back."""
        opened = Database(
            self.app_url,
            clock=clock or SystemClock(),
            ids=RandomIds(),
            producer_name="payments",
            step=step,
            **{"lanes": 4, "pool_size": 4, **options},
        )
        self.opened.append(opened)
        return opened

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first value of a query as the administrator sees it."""
        connection = await asyncpg.connect(self.admin_url)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close every pool that was opened here, whatever became of its user."""
        while self.opened:
            await self.opened.pop().dispose()


def bed(urls: tuple[str, str, str], bootstrap: str, *, prefix: str | None = None) -> Bed:
    """A bed in a database that exists; its topics get a prefix of their own."""
    own = prefix if prefix is not None else f"t{RandomIds().new_id().hex[-10:]}-"
    return Bed(*urls, Kafka(bootstrap, topic_prefix=own))


@asynccontextmanager
async def running(*parts: Any) -> AsyncIterator[asyncio.Event]:
    """Run relays, consumers, schedulers beside the block, and stop them in good order after it."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(part.run(stop)) for part in parts]
    try:
        yield stop
    finally:
        stop.set()
        done, late = await asyncio.wait(tasks, timeout=20)
        for task in late:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            task.result()


async def until(probe: Callable[[], Any], *, within_seconds: float, what: str = "") -> float:
    """Wait until the (async or plain) probe is true; returns the seconds it took; raises `TimeoutError` with `what`."""
    started = monotonic_seconds()
    while True:
        answer = probe()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return monotonic_seconds() - started
        if monotonic_seconds() - started > within_seconds:
            raise TimeoutError(what or f"not within {within_seconds} s")
        await asyncio.sleep(0.05)
