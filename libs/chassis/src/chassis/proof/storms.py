"""Load that goes on while servers and processes are killed, and the judgement afterwards.

Writers write as fast as they are let, and take every failure for "unknown": what was committed stands in the database.
Whoever strikes is passed in, because only the caller knows how to kill its servers.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.consumer import Consumer
from chassis.db import Database
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, running, until
from chassis.proof.member import Part
from chassis.relay import Relay
from chassis.retry import RetryPolicy

PATIENCE = RetryPolicy(first_seconds=0.1, cap_seconds=1.0)


@dataclass
class Storm:
    """What a storm did and what was found."""

    strikes: int = 0
    writes: int = 0
    failed_writes: int = 0
    seconds_to_drain: float = 0.0
    verdict: checker.Verdict = field(default_factory=checker.Verdict)


@asynccontextmanager
async def writers(database: Database, storm: Storm, *, customers: int, count: int, pause: float) -> AsyncIterator[None]:
    """So many writers beside the block, each writing for its own customers (aggregates are still locked)."""
    stop = asyncio.Event()

    async def write(own: list[int]) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                await workload.write(database, [own[turn * turn % len(own)]])
                storm.writes += 1
            except Exception:  # noqa: BLE001 - unknown outcomes are what a storm is made of
                storm.failed_writes += 1
                await asyncio.sleep(0.2)
            await asyncio.sleep(pause)

    tasks = [asyncio.create_task(write([n for n in range(customers) if n % count == i])) for i in range(count)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def drain(bed: Bed, *, within_seconds: float) -> float:
    """Wait until every fact is out and every record applied (or parked); returns the seconds it took."""

    async def empty() -> bool:
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(bed.admin_url, timeout=5)
            try:
                return bool(
                    await connection.fetchval(
                        """select not exists (select from outbox) and
                           (select count(*) from proof_fact) <=
                           (select count(*) from inbox) + (select count(distinct event_id) from parked_event)"""
                    )
                )
            finally:
                await connection.close()
        return False

    return await until(empty, within_seconds=within_seconds, what="the storm's work did not drain")


async def storm(
    bed: Bed,
    strike: Callable[[], Awaitable[None]],
    *,
    strikes: int,
    calm_seconds: float = 1.5,
    customers: int = 40,
    after: Callable[[], Awaitable[None]] | None = None,
) -> Storm:
    """Write, relay and consume while `strike` is called so many times, then drain (after `after`) and check."""
    result = Storm()
    database = bed.database(pool_size=8)
    relay = Relay(database, bed.kafka, watermark_interval_seconds=0.5)
    consumer = Consumer(database, workload.subscriptions(), bed.kafka, policy=PATIENCE, session_timeout_seconds=10)
    try:
        async with running(relay, consumer):
            async with writers(database, result, customers=customers, count=4, pause=0.005):
                for _ in range(strikes):
                    await asyncio.sleep(calm_seconds)
                    await strike()
                    result.strikes += 1
                await asyncio.sleep(calm_seconds)
            if after is not None:
                await after()
            result.seconds_to_drain = await drain(bed, within_seconds=90)
            await asyncio.sleep(0.5)
    finally:
        await database.dispose()
    result.verdict = await checker.check(bed.admin_url, bed.kafka)
    return result


class Process:
    """A process of its own that relays or consumes for a bed; killed and stopped like any other."""

    def __init__(self, part: Part):
        self._part = part
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> "Process":
        """Start it; it joins in its own time."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chassis.proof.member", self._part.to_json()
        )
        return self

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, number)

    @property
    def returncode(self) -> int | None:
        return None if self._process is None else self._process.returncode

    async def end(self, *, within_seconds: float = 20) -> int:
        """Stop it in good order; returns its exit status."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        return await self.wait(within_seconds=within_seconds)

    async def wait(self, *, within_seconds: float) -> int:
        """Wait for its end; one that does not end is killed."""
        if self._process is None:
            return 0
        try:
            async with asyncio.timeout(within_seconds):
                return await self._process.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            return await self._process.wait()


@asynccontextmanager
async def processes(*parts: Part) -> AsyncIterator[list[Process]]:
    """Start the parts, and make sure that none is left afterwards."""
    started: list[Any] = [await Process(part).start() for part in parts]
    try:
        yield started
    finally:
        await asyncio.gather(*(one.end() for one in started))
