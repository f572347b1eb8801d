"""Pytest plugin: real Kafka and PostgreSQL for tests, started once and stopped at the end.

Where they come from, first match wins:
1. `KAFKA_BOOTSTRAP` and `DATABASE_ADMIN_URL` name running ones;
2. `REGUA_TEST_STACK=containers` starts them in containers (`REGUA_KAFKA_IMAGE`, `REGUA_POSTGRES_IMAGE`);
3. else the embedded stack in `.regua/test`, shared by every test process of this checkout that runs at the same time
   and stopped, with its data, by the last one; `REGUA_TEST_KEEP=1` leaves it running for the next run.

A stack that cannot start fails the tests that need it; it never skips them.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pytest

from chassis.ids import RandomIds
from regua.teststack import Servers, open_stack

T = TypeVar("T")
_SERVERS = pytest.StashKey[Servers]()


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, also while the test's own loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@dataclass(frozen=True)
class FreshDatabase:
    """An empty database of one test. `owner_url` may make tables, `app_url` owns nothing, `url` is the superuser's."""

    name: str
    url: str
    owner_url: str
    app_url: str
    drop: Callable[[], None]

    @property
    def owner_role(self) -> str:
        return _user_of(self.owner_url)

    @property
    def app_role(self) -> str:
        return _user_of(self.app_url)


class MakeDatabase(Protocol):
    """Make a database; with `template`, a copy of that one (tables, rows, grants and the same two roles)."""

    def __call__(self, *, template: FreshDatabase | None = None) -> FreshDatabase: ...


class MakeTopic(Protocol):
    """Make a topic whose name starts with `prefix` and that no other test has; return its name."""

    def __call__(
        self, prefix: str = "test", *, partitions: int = 12, config: Mapping[str, str] | None = None
    ) -> str: ...


def pytest_configure(config: pytest.Config) -> None:
    servers = config.stash[_SERVERS] = open_stack(os.environ)
    # With xdist the controller holds the stack too, so that it does not stop between two workers' needs.
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        servers.hold()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVERS in config.stash:
        config.stash[_SERVERS].release()


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """`host:port[,…]` of a real Kafka."""
    return pytestconfig.stash[_SERVERS].kafka_bootstrap()


@pytest.fixture(scope="session")
def postgres_admin_url(pytestconfig: pytest.Config) -> str:
    """A superuser's URL of a real PostgreSQL, as asyncpg takes it."""
    return pytestconfig.stash[_SERVERS].postgres_admin_url()


@pytest.fixture(scope="session")
def make_database(postgres_admin_url: str) -> Iterator[MakeDatabase]:
    """A factory of fresh databases, dropped when the session ends (or by `drop()`)."""
    from regua.testdatabases import create, drop

    made: list[FreshDatabase] = []

    def make(*, template: FreshDatabase | None = None) -> FreshDatabase:
        name = f"test_{RandomIds().new_id().hex[-12:]}"
        names = (template.name, template.owner_url, template.app_url) if template else None
        urls = run_apart(create(postgres_admin_url, name, names))

        def forget() -> None:
            run_apart(drop(postgres_admin_url, [name], [] if template else [f"{name}_owner", f"{name}_app"]))
            made.remove(fresh)

        fresh = FreshDatabase(name, *urls, forget)
        made.append(fresh)
        return fresh

    yield make
    for one in reversed(made.copy()):
        one.drop()


@pytest.fixture
def database(make_database: MakeDatabase) -> Iterator[FreshDatabase]:
    """One fresh database, dropped after the test."""
    fresh = make_database()
    yield fresh
    fresh.drop()


@pytest.fixture(scope="session")
def make_topic(kafka_bootstrap: str) -> Iterator[MakeTopic]:
    """A factory of topics of this session's own, deleted when it ends."""
    from regua.stack.topics import create_topic, delete_topics

    made: list[str] = []

    def make(prefix: str = "test", *, partitions: int = 12, config: Mapping[str, str] | None = None) -> str:
        name = f"{prefix}.{RandomIds().new_id().hex[-12:]}"
        run_apart(create_topic(kafka_bootstrap, name, partitions=partitions, config=config or {}))
        made.append(name)
        return name

    yield make
    if made:
        run_apart(delete_topics(kafka_bootstrap, made))


def _user_of(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).username or ""
