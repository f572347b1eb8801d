"""Beds for the delivery tests: a migrated database and topics of the test's own, on the real servers."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
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
def make_bed(make_database: Any, migrated: Any, kafka_bootstrap: str) -> Iterator[Callable[..., Bed]]:
    """A factory of beds."""
    databases = []

    def make(*, partitions: int = 4) -> Bed:
        fresh = make_database(template=migrated)
        databases.append(fresh)
        made = bed((fresh.url, fresh.owner_url, fresh.app_url), kafka_bootstrap)
        _apart(workload.make_topics(made.kafka, partitions=partitions))
        return made

    yield make
    for fresh in databases:
        fresh.drop()


@pytest.fixture
def a_bed(make_bed: Callable[..., Bed]) -> Bed:
    """One bed."""
    return make_bed()
