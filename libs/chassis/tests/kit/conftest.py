"""The sample service on a fresh real database."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from chassis import migrations
from regua.testing import FreshDatabase, MakeDatabase

from .support import SAMPLE, Running, running, sample_settings


@pytest.fixture(scope="session")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    """A database at head that others are copied from."""
    fresh = make_database()
    migrations.upgrade_blocking(SAMPLE / "migrations", fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
def notes_database(make_database: MakeDatabase, migrated: FreshDatabase) -> Iterator[FreshDatabase]:
    fresh = make_database(template=migrated)
    yield fresh
    fresh.drop()


@pytest.fixture
async def sample(notes_database: FreshDatabase) -> AsyncIterator[Running]:
    """The sample app without workers."""
    async with running(sample_settings(notes_database)) as app:
        yield app


@pytest.fixture
def start_sample() -> Callable[..., AbstractAsyncContextManager[Running]]:
    """`async with start_sample(database, setting=value) as sample`."""

    def start(database: FreshDatabase, **values: Any) -> AbstractAsyncContextManager[Running]:
        parts = {name: values.pop(name) for name in ("exporter", "tokens", "service") if name in values}
        return running(sample_settings(database, **values), **parts)

    return start


@pytest.fixture(name="sample_settings")
def make_sample_settings() -> Any:
    return sample_settings
