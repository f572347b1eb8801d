"""The tests on a real database: one migrated database, copied for each test."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from analytics_told import NOON, Bench, HandClock

from analytics.main import service
from chassis import migrations
from chassis.db import Database
from chassis.ids import RandomIds
from regua.testing import FreshDatabase, MakeDatabase


@pytest.fixture(scope="session")
def migrated_analytics(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def bench(make_database: MakeDatabase, migrated_analytics: FreshDatabase) -> AsyncIterator[Bench]:
    fresh = make_database(template=migrated_analytics)
    clock = HandClock(NOON)
    database = Database(fresh.app_url, clock=clock, ids=RandomIds(), producer_name="analytics")
    yield Bench(database, clock)
    await database.dispose()
    fresh.drop()
