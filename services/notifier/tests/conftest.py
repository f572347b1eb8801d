import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from notifier_bench import Bench, open_bench

from chassis import migrations
from notifier.main import service
from regua.testing import FreshDatabase, MakeDatabase


@pytest.fixture(scope="session")
def notifier_database(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def bench(make_database: MakeDatabase, notifier_database: FreshDatabase) -> AsyncIterator[Bench]:
    fresh = make_database(template=notifier_database)
    async with open_bench(fresh) as bench:
        yield bench
    fresh.drop()
