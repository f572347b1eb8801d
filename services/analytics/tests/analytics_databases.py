"""Fixtures of the tests on a real database: one migrated database, copied for each test."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from analytics_told import Bench, HandClock

from analytics.main import service
from chassis import migrations
from chassis.db import Database
from chassis.ids import RandomIds
from regua.testing import FreshDatabase, MakeDatabase

NOON = datetime(2027, 3, 31, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def bench(make_database: MakeDatabase, migrated: FreshDatabase) -> AsyncIterator[Bench]:
    fresh = make_database(template=migrated)
    clock = HandClock(NOON)
    database = Database(fresh.app_url, clock=clock, ids=RandomIds(), producer_name="analytics")
    yield Bench(database, clock)
    await database.dispose()
    fresh.drop()
