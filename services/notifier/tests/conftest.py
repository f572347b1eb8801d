import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from notifier_bench import Api, Bench, emptied, open_api, open_bench

from chassis import canary, migrations
from notifier.main import service
from regua.testing import FreshDatabase, MakeDatabase


@pytest.fixture(scope="session")
def notifier_database(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def bench(notifier_database: FreshDatabase) -> AsyncIterator[Bench]:
    await emptied(notifier_database)
    async with open_bench(notifier_database) as bench:
        yield bench


@pytest.fixture
async def api(notifier_database: FreshDatabase) -> AsyncIterator[Api]:
    await emptied(notifier_database)
    async with open_api(notifier_database) as api:
        yield api


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Whatever a test does, no person's data stands in a log line."""
    with canary.Watch() as watch:
        yield
    assert watch.leaks == []
