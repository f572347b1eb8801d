"""Réguas and their versions: a draft may change, a published version never does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.decisions import PolicyRef

_COLUMNS = "policy_id, policy_version, state, row_version, document::text as document, created_at, published_at"
_LIST = f"""
select {_COLUMNS} from policy
where ($1::uuid is null or (policy_id, policy_version) > ($1, $2::int)) order by policy_id, policy_version limit $3
"""  # noqa: S608 - constant columns
_ONE = f"select {_COLUMNS} from policy where policy_id = $1 and policy_version = $2"  # noqa: S608 - constant columns
_DRAFT = f"select {_COLUMNS} from policy where policy_id = $1 and state = 'draft' for update"  # noqa: S608
_LAST = "select coalesce(max(policy_version), 0) from policy where policy_id = $1"
_ADD = """
insert into policy (tenant_id, policy_id, policy_version, state, document, created_at)
values ($1, $2, $3, 'draft', $4::jsonb, $5)
"""
_CHANGE = """
update policy set document = $2::jsonb, row_version = row_version + 1 where policy_id = $1 and state = 'draft'
"""
_PUBLISH = """
update policy set state = 'published', published_at = $2, row_version = row_version + 1
where policy_id = $1 and state = 'draft'
"""
_ASSIGN = """
insert into assignment (tenant_id, segment, policy_id, policy_version, changed_at) values ($1, $2, $3, $4, $5)
on conflict (tenant_id, segment) do update
   set policy_id = excluded.policy_id, policy_version = excluded.policy_version, changed_at = excluded.changed_at
"""
_MIGRATE = """
update collection_case set policy_id = $1, policy_version = $2, last_reason = null, last_until = null
where state = 'open' and ($3::uuid is null or policy_id = $3) and (policy_id, policy_version) <> ($1, $2)
returning customer_id
"""


async def page(tx: Tx, *, after: tuple[Any, ...] | None, limit: int) -> list[Any]:
    """Every version of every régua."""
    policy_id, version = after or (None, None)
    return list(await (await tx.connection()).fetch(_LIST, policy_id, version, limit))


async def version(tx: Tx, policy: PolicyRef) -> Any:
    """One version, or None."""
    return await (await tx.connection()).fetchrow(_ONE, policy.policy_id, policy.policy_version)


async def draft(tx: Tx, policy_id: UUID) -> Any:
    """The draft of a régua, locked, or None."""
    return await (await tx.connection()).fetchrow(_DRAFT, policy_id)


async def last_version(tx: Tx, policy_id: UUID) -> int:
    """The highest version of a régua, 0 if it has none."""
    found: int = await (await tx.connection()).fetchval(_LAST, policy_id)
    return found


async def add_draft(tx: Tx, policy: PolicyRef, document: str) -> None:
    """Begin a new version."""
    connection = await tx.connection()
    await connection.execute(_ADD, tx.tenant_id, policy.policy_id, policy.policy_version, document, tx.now)


async def change_draft(tx: Tx, policy_id: UUID, document: str) -> None:
    """Write the draft anew."""
    await (await tx.connection()).execute(_CHANGE, policy_id, document)


async def publish(tx: Tx, policy_id: UUID, at: datetime) -> None:
    """The draft becomes a version that never changes."""
    await (await tx.connection()).execute(_PUBLISH, policy_id, at)


async def assign(tx: Tx, segment: str, policy: PolicyRef) -> None:
    """New cases of the segment come under this version; "" is for all other segments."""
    connection = await tx.connection()
    await connection.execute(_ASSIGN, tx.tenant_id, segment, policy.policy_id, policy.policy_version, tx.now)


async def migrate_cases(tx: Tx, policy: PolicyRef, *, from_policy: UUID | None) -> list[UUID]:
    """Move running cases onto this version; returns their debtors."""
    rows = await (await tx.connection()).fetch(_MIGRATE, policy.policy_id, policy.policy_version, from_policy)
    return [row["customer_id"] for row in rows]
