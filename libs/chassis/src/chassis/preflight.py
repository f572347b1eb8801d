"""What a service asks the database and the broker before it accepts anything; unsafe answers stop the start.

The rules are data over plain facts, so that each is tested without a server; `check` reads the facts. A database
that is merely away does not stop the start: the service comes up unready and waits.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis.kafka import KafkaError
from chassis.kafka.facts import TopicFacts, topic_facts
from chassis.runtime import Runtime
from chassis.settings_source import SettingsError
from contracts import registry

_log = structlog.get_logger("chassis.preflight")
F = TypeVar("F")


@dataclass(frozen=True)
class DatabaseFacts:
    """What the database says about itself and about the role that the service uses."""

    fsync: str
    full_page_writes: str
    synchronous_commit: str
    server_version: int
    superuser: bool
    bypasses_row_security: bool
    owns_tables: int
    may_create: bool


@dataclass(frozen=True)
class BrokerFacts:
    """The worst that the service's topics are configured with."""

    replication_factor: int
    min_insync_replicas: int
    unclean_leader_election: bool


@dataclass(frozen=True)
class FactRule(Generic[F]):
    """`broken` says whether the facts are unsafe; some rules hold in production only."""

    name: str
    broken: Callable[[F], bool]
    sentence: str
    production_only: bool = False


DATABASE_RULES: Final[tuple[FactRule[DatabaseFacts], ...]] = (
    FactRule(
        "fsync off",
        lambda f: f.fsync != "on",
        "The database runs with fsync off: set fsync = on, or committed payments can be lost",
        production_only=True,
    ),
    FactRule(
        "full_page_writes off",
        lambda f: f.full_page_writes != "on",
        "The database runs with full_page_writes off: set it on, or a crash can tear pages",
        production_only=True,
    ),
    FactRule(
        "synchronous_commit off",
        lambda f: f.synchronous_commit not in {"on", "remote_apply"},
        "The database role has synchronous_commit off: set it on, or acknowledged writes can be lost",
    ),
    FactRule(
        "server too old",
        lambda f: f.server_version < 150_000,
        "The database server is older than PostgreSQL 15: upgrade it",
    ),
    FactRule(
        "superuser role",
        lambda f: f.superuser,
        "DATABASE_URL names a superuser, whom row-level security does not bind: use the service's own role",
    ),
    FactRule(
        "role bypasses row-level security",
        lambda f: f.bypasses_row_security,
        "The role in DATABASE_URL has BYPASSRLS: alter role … nobypassrls",
    ),
    FactRule(
        "role owns tables",
        lambda f: f.owns_tables > 0,
        "The role in DATABASE_URL owns tables: use a role that owns nothing, and the owner's in DATABASE_OWNER_URL",
    ),
    FactRule(
        "role may create tables",
        lambda f: f.may_create,
        "The role in DATABASE_URL may create tables: revoke create on schema public from it",
        production_only=True,
    ),
)
BROKER_RULES: Final[tuple[FactRule[BrokerFacts], ...]] = (
    FactRule(
        "one copy",
        lambda f: f.replication_factor < 3,
        "A topic has fewer than 3 replicas: reassign it with replication factor 3",
        production_only=True,
    ),
    FactRule(
        "acknowledged by one",
        lambda f: f.min_insync_replicas < 2,
        "A topic has min.insync.replicas below 2: alter the topic",
        production_only=True,
    ),
    FactRule(
        "unclean election",
        lambda f: f.unclean_leader_election,
        "A topic allows unclean leader election: set unclean.leader.election.enable=false",
        production_only=True,
    ),
)


def judge(rules: tuple[FactRule[F], ...], facts: F, *, production: bool) -> None:
    """Raise `SettingsError` with the first broken rule's sentence."""
    for rule in rules:
        if (production or not rule.production_only) and rule.broken(facts):
            raise SettingsError(rule.sentence)


_FACTS: Final = """
select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
       current_setting('synchronous_commit') as synchronous_commit,
       current_setting('server_version_num')::int as server_version,
       r.rolsuper as superuser, r.rolbypassrls as bypasses,
       (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%') as owned,
       has_schema_privilege(current_user, 'public', 'create') as may_create
from pg_roles r where r.rolname = current_user
"""


async def read_database(parts: Runtime) -> DatabaseFacts:
    """Ask the database; raises the driver's errors when it is away."""
    async with parts.database.unit_of_work(tenant_id=None, commit=False, name="preflight") as tx:
        connection: Any = await tx.connection()
        row = await connection.fetchrow(_FACTS)
    return DatabaseFacts(
        fsync=row["fsync"],
        full_page_writes=row["full_page_writes"],
        synchronous_commit=row["synchronous_commit"],
        server_version=row["server_version"],
        superuser=row["superuser"],
        bypasses_row_security=row["bypasses"],
        owns_tables=row["owned"],
        may_create=row["may_create"],
    )


async def check(parts: Runtime) -> None:
    """Judge database and broker; raises `SettingsError`. What cannot be asked now is judged by readiness later."""
    production = parts.settings.production
    try:
        async with asyncio.timeout(parts.settings.database_connect_timeout_seconds):
            facts = await read_database(parts)
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        _log.warning("the database cannot be asked yet", error=type(error).__name__)
        return
    judge(DATABASE_RULES, facts, production=production)
    if production:
        await _check_broker(parts)


async def _check_broker(parts: Runtime) -> None:
    names = [
        name
        for name, topic in registry.topics().items()
        if parts.name in topic.producers or parts.name in topic.consumers
    ]
    try:
        async with asyncio.timeout(parts.settings.kafka_request_timeout_ms / 1000):
            seen = await topic_facts(parts.kafka, names)
    except (KafkaError, TimeoutError, OSError) as error:
        _log.warning("the broker cannot be asked yet", error=type(error).__name__)
        return
    missing = sorted(set(names) - seen.keys())
    if missing:
        raise SettingsError(f"The topic {missing[0]} does not exist: create the topics of the registry first")
    judge(BROKER_RULES, worst(seen.values()), production=True)


def worst(facts: Iterable[TopicFacts]) -> BrokerFacts:
    """The least safe value of each setting among the topics."""
    seen = list(facts)
    return BrokerFacts(
        replication_factor=min(one.replicas for one in seen),
        min_insync_replicas=min(one.min_insync_replicas for one in seen),
        unclean_leader_election=any(one.unclean_leader_election for one in seen),
    )
