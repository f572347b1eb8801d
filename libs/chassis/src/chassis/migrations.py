"""Schema changes: one alembic history per service, one way to run them.

`upgrade` brings a service's database to its newest revision, under an advisory lock, so that any number of processes
may start at once: one migrates, the others wait and find the work done. A statement that cannot get its table lock in
`lock_timeout_seconds` fails the upgrade instead of stopping the service's traffic behind it; run it again later.

A service's `migrations/env.py` is two lines::

    from chassis.migrations import run_env
    run_env()

and its first revision calls `create_delivery_tables(op)`, then `protect_tenant_table(op, "invoice")` for each table
with a `tenant_id`. The service's role, which owns nothing, gets exactly the grants written there.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from ssl import SSLContext
from typing import Any, Protocol

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_LOCK_KEY = 0x5245475541  # "REGUA": one upgrade at a time in one database
_DELIVERY_LOCK_WAIT = "select pg_advisory_lock(:key)"


class Operations(Protocol):
    """What a revision's `op` offers to the helpers here."""

    def execute(self, sqltext: str) -> None: ...


class MigrationError(RuntimeError):
    """The database could not be brought to its newest revision; the sentence says what to do."""


def _config(script_location: Path) -> Config:
    if not (script_location / "env.py").is_file():
        raise MigrationError(f"{script_location} has no env.py: it is not a folder of migrations")
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    return config


async def upgrade(
    script_location: Path,
    owner_url: str,
    *,
    app_role: str,
    revision: str = "head",
    lock_timeout_seconds: float = 5.0,
    ssl: SSLContext | None = None,
) -> None:
    """Run every missing revision as the owner; `app_role` is the service's role, for the grants.

    Raises `MigrationError` if the role does not exist; any database error leaves the revision before it in place.
    """
    address = make_url(owner_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, poolclass=NullPool, connect_args={} if ssl is None else {"ssl": ssl})
    try:
        async with engine.connect() as guard:
            # The lock lives on its own connection: the migration's transaction may end without ending the lock.
            await guard.execute(text(_DELIVERY_LOCK_WAIT), {"key": _LOCK_KEY})
            known = await guard.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": app_role})
            if known is None:
                raise MigrationError(f"there is no role {app_role}: create it before the first migration")
            await guard.rollback()  # ends the transaction, keeps the session's lock
            async with engine.connect() as connection:
                await connection.run_sync(_upgrade, script_location, revision, app_role, lock_timeout_seconds)
    finally:
        await engine.dispose()


def _upgrade(
    connection: Connection, script_location: Path, revision: str, app_role: str, lock_timeout_seconds: float
) -> None:
    config = _config(script_location)
    config.attributes["connection"] = connection
    config.attributes["app_role"] = app_role
    config.attributes["lock_timeout_seconds"] = lock_timeout_seconds
    command.upgrade(config, revision)


def run_env(target_metadata: MetaData | None = None) -> None:
    """The whole of a service's `env.py`: runs the revisions on the connection that `upgrade` opened."""
    config = context.config
    connection: Connection | None = config.attributes.get("connection")
    if connection is None:
        raise MigrationError("migrations run through `python -m chassis <service> migrate`, not through alembic itself")
    milliseconds = int(config.attributes["lock_timeout_seconds"] * 1000)
    connection.execute(text(f"set lock_timeout = {milliseconds}"))
    connection.commit()
    context.configure(connection=connection, target_metadata=target_metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def current_and_head(script_location: Path, url: str) -> tuple[str | None, str | None]:
    """The revision of the database and the newest one of the code: equal when there is nothing to do."""
    head = ScriptDirectory.from_config(_config(script_location)).get_current_head()
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if await connection.scalar(text("select to_regclass('alembic_version')")) is None:
                return None, head
            return await connection.scalar(text("select version_num from alembic_version")), head
    finally:
        await engine.dispose()


def upgrade_blocking(script_location: Path, owner_url: str, *, app_role: str, ssl: SSLContext | None = None) -> None:
    """`upgrade` for a command line that has no event loop."""
    asyncio.run(upgrade(script_location, owner_url, app_role=app_role, ssl=ssl))


_DELIVERY_1 = """
create table outbox (
  lane smallint not null, position bigint generated always as identity,
  event_id uuid not null, topic text not null, key bytea not null, payload bytea not null, headers bytea not null,
  created_at timestamptz not null,
  primary key (lane, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
create table outbox_refused (
  position bigint primary key, lane smallint not null, event_id uuid not null, topic text not null, key bytea not null,
  payload bytea not null, headers bytea not null, created_at timestamptz not null,
  reason text not null, refused_at timestamptz not null, resolved_at timestamptz, resolution text
);
create table inbox (event_id uuid primary key);
create table consumer_position (
  topic text not null, partition integer not null, next_offset bigint not null,
  started_from bigint, started_to bigint, started_by uuid, starts integer not null default 0,
  primary key (topic, partition)
) with (fillfactor = 50);
create table parked_key (
  key bytea primary key, reason text not null, detail text not null, topic text not null, event_id uuid,
  parked_at timestamptz not null, redrives integer not null default 0
);
create table parked_event (
  id bigint generated always as identity primary key,
  key bytea not null, topic text not null, partition integer not null, record_offset bigint not null,
  event_id uuid, payload bytea, received_at timestamptz not null,
  discarded_at timestamptz, discarded_because text,
  constraint parked_event_record_key unique (topic, partition, record_offset)
);
create index parked_event_key_idx on parked_event (key, id);
create table due_work (
  id uuid primary key, kind text not null, tenant_id uuid not null, subject text not null,
  occurrence text not null default '', due_at timestamptz not null, payload jsonb not null,
  created_at timestamptz not null, failed_at timestamptz, failure text,
  constraint due_work_item_key unique (tenant_id, kind, subject, occurrence)
);
create index due_work_due_idx on due_work (due_at, id) where failed_at is null;
create table watermark_seen (
  producer text not null, lane integer not null, lanes integer not null, as_of timestamptz not null,
  positions jsonb not null, sources jsonb not null, passed_as_of timestamptz,
  primary key (producer, lane)
);
create table delivery_state (name text primary key, value text not null);
"""

_GRANTS_1: Mapping[str, str] = {
    "outbox": "select, insert, delete",
    "outbox_refused": "select, insert, update",
    "inbox": "select, insert, delete",
    "consumer_position": "select, insert, update",
    "parked_key": "select, insert, update, delete",
    "parked_event": "select, insert, update, delete",
    "due_work": "select, insert, update, delete",
    "watermark_seen": "select, insert, update",
    "delivery_state": "select, insert, update",
}


def app_role() -> str:
    """The service's role, inside a revision, quoted for SQL."""
    return quoted(context.config.attributes["app_role"])


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def create_delivery_tables(op: Any, *, version: int = 1) -> None:
    """Create the tables of `chassis.tables` as of that version, with the grants that the service's role needs.

    A revision names the version it was written for, so that old histories keep making what they made.
    """
    if version != 1:
        raise MigrationError(f"delivery tables version {version} is unknown: versions 1 to 1 exist")
    for statement in _DELIVERY_1.split(";"):
        if statement.strip():
            op.execute(statement)
    for table, rights in _GRANTS_1.items():
        op.execute(f"grant {rights} on {table} to {app_role()}")


def grant_table(op: Any, table: str, rights: str = "select, insert, update, delete") -> None:
    """Let the service's role use a table of its own that carries no tenant."""
    op.execute(f"grant {rights} on {quoted(table)} to {app_role()}")


def protect_tenant_table(op: Any, table: str, *, rights: str = "select, insert, update, delete") -> None:
    """Rows of the table belong to `tenant_id`: the service's role sees and writes those of its transaction's tenant.

    FORCE makes that hold for the owner too. With no tenant set there are no rows, and none can be written.
    """
    name = quoted(table)
    tenant = "tenant_id = nullif(current_setting('regua.tenant', true), '')::uuid"
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"alter table {name} force row level security")
    op.execute(f"create policy tenant_only on {name} using ({tenant}) with check ({tenant})")
    op.execute(f"grant {rights} on {name} to {app_role()}")
