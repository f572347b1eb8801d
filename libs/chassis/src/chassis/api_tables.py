"""The tables of the API kit, the same in every service's database: API keys, stored answers, operations.

A service's first revision calls `create_api_tables(op)` after `create_delivery_tables(op)`. All three belong to a
tenant and carry forced row-level security; two narrow policies reach across tenants: `credential` shows the one key
that a request presents, before its tenant is known, and `expiry` lets the nightly job delete what is too old.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from chassis.migrations import MigrationError, app_role, protect_tenant_table

API_TABLES: tuple[str, ...] = ("api_key", "idempotent_request", "operation")


class ApiKeyRow(SQLModel, table=True):
    """One API key; `secret_hash` is an HMAC under the pepper, the secret itself is nowhere."""

    __tablename__ = "api_key"

    key_id: str = Field(sa_column=Column(Text, primary_key=True))
    tenant_id: UUID
    name: str = Field(sa_type=Text)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class IdempotentRequestRow(SQLModel, table=True):
    """The answer to a request that had an effect, written in the transaction of that effect."""

    __tablename__ = "idempotent_request"

    tenant_id: UUID = Field(primary_key=True)
    principal: str = Field(sa_column=Column(Text, primary_key=True))
    route: str = Field(sa_column=Column(Text, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int | None = Field(default=None, sa_type=SmallInteger)
    headers: bytes | None = Field(default=None, sa_type=LargeBinary)
    response: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime


class OperationRow(SQLModel, table=True):
    """Long work that a request started: how far it is, how it ended."""

    __tablename__ = "operation"

    id: UUID = Field(primary_key=True)
    tenant_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(default="pending", sa_type=Text)
    done: int = Field(default=0, sa_type=BigInteger)
    total: int | None = Field(default=None, sa_type=BigInteger)
    input: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    created_at: datetime
    started_at: datetime | None = None
    updated_at: datetime
    finished_at: datetime | None = None


_API_1 = """
create table api_key (
  key_id text primary key, tenant_id uuid not null, name text not null, secret_hash bytea not null,
  scopes text[] not null, created_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_key_hash_length check (octet_length(secret_hash) = 32)
);
create index api_key_tenant_idx on api_key (tenant_id);
create table idempotent_request (
  tenant_id uuid not null, principal text not null, route text not null, key text not null,
  fingerprint bytea not null, status smallint, headers bytea, response bytea, created_at timestamptz not null,
  primary key (tenant_id, principal, route, key),
  constraint idempotent_request_key_length check (length(key) between 1 and 255)
) with (fillfactor = 80);
create index idempotent_request_age_idx on idempotent_request using brin (created_at);
create table operation (
  id uuid primary key, tenant_id uuid not null, kind text not null, state text not null,
  done bigint not null, total bigint, input jsonb not null, result jsonb, problem jsonb,
  created_at timestamptz not null, started_at timestamptz, updated_at timestamptz not null, finished_at timestamptz,
  constraint operation_state_known check (state in ('pending', 'running', 'succeeded', 'failed')),
  constraint operation_end_is_dated check ((state in ('succeeded', 'failed')) = (finished_at is not null)),
  constraint operation_progress check (done >= 0 and (total is null or total >= 0))
);
create index operation_recent_idx on operation (tenant_id, created_at desc, id desc)
"""

_POLICIES_1 = (
    "create policy credential on api_key for select using (key_id = current_setting('regua.credential', true))",
    "create policy expiry_sees on idempotent_request for select using (current_setting('regua.expiry', true) = 'on')",
    "create policy expiry on idempotent_request for delete using (current_setting('regua.expiry', true) = 'on')",
)


def create_api_tables(op: Any, *, version: int = 1) -> None:
    """Create the API kit's tables as of that version, with row-level security and the service role's grants."""
    if version != 1:
        raise MigrationError(f"API tables version {version} is unknown: versions 1 to 1 exist")
    for statement in _API_1.split(";"):
        if statement.strip():
            op.execute(statement)
    protect_tenant_table(op, "api_key", rights="select, insert, update")
    protect_tenant_table(op, "idempotent_request")
    protect_tenant_table(op, "operation", rights="select, insert, update")
    for policy in _POLICIES_1:
        op.execute(policy)
    op.execute(f"grant select on alembic_version to {app_role()}")
