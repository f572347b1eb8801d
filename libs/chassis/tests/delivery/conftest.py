"""Beds for the delivery tests: a migrated database and topics of the test's own, on the real servers."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chassis import migrations
from chassis.proof import workload
from chassis.proof.bed import Bed, bed


def _apart(coroutine: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="session")
def migrated(make_database: Any) -> Any:
    """A database with the delivery tables, to copy."""
    fresh = make_database()
    _apart(migrations.upgrade(workload.MIGRATIONS, fresh.owner_url, app_role=fresh.app_role))
    return fresh


@pytest.fixture
async def make_bed(make_database: Any, migrated: Any, kafka_bootstrap: str) -> AsyncIterator[Callable[..., Bed]]:
    """A factory of beds; what a failing test leaves open in them is closed all the same."""
    databases: list[Any] = []
    beds: list[Bed] = []

    def make(*, partitions: int = 4) -> Bed:
        fresh = make_database(template=migrated)
        databases.append(fresh)
        made = bed((fresh.url, fresh.owner_url, fresh.app_url), kafka_bootstrap)
        beds.append(made)
        _apart(workload.make_topics(made.kafka, partitions=partitions))
        return made

    yield make
    for made in beds:
        await made.close()
    for fresh in databases:
        fresh.drop()


@pytest.fixture
def a_bed(make_bed: Callable[..., Bed]) -> Bed:
    """One bed."""
    return make_bed()


CrashPoints = Callable[..., Coroutine[Any, Any, Any]]


@pytest.fixture
def crash_points(postgres_admin_url: str, kafka_bootstrap: str) -> CrashPoints:
    """`await crash_points(*arguments)`: the proof's report, from a process of its own (it forks, and has no threads)."""
    env = {**os.environ, "DATABASE_ADMIN_URL": postgres_admin_url, "KAFKA_BOOTSTRAP": kafka_bootstrap}

    async def run(*arguments: str) -> Any:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chassis.proof", "crashpoints", "--json", *arguments),
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert out.startswith(b"{"), err.decode()[-2000:]
        return json.loads(out)

    return run
