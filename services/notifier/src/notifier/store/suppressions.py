"""Whom not to reach any more: refusals, and contacts that reach nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from chassis.db import Tx

Reason = Literal["opted_out", "invalid", "wrong_person", "operator"]

_ADD = """
insert into suppression (tenant_id, suppression_id, customer_id, channel, contact_id, reason, source, message_id,
                         created_at)
select $1, suppression_id, customer_id, channel, contact_id, reason, source, message_id, $9
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[])
     as row(suppression_id, customer_id, channel, contact_id, reason, source, message_id)
on conflict do nothing returning suppression_id, customer_id, channel, contact_id, reason
"""
_COLUMNS = """
suppression_id, customer_id, channel, contact_id, reason, source, message_id, created_at, lifted_at, lifted_by
"""
_PAGE = f"""
select {_COLUMNS} from suppression
where ($1::uuid is null or customer_id = $1) and ($2::boolean is null or (lifted_at is null) = $2)
  and ($3::timestamptz is null or (created_at, suppression_id) > ($3, $4::uuid))
order by created_at, suppression_id limit $5
"""  # noqa: S608 - constant columns
_ONE = f"select {_COLUMNS} from suppression where suppression_id = $1"  # noqa: S608 - constant columns
_STANDS = """
select exists (select from suppression where customer_id = $1 and contact_id = $2 and reason = $3 and lifted_at is null)
"""
_STANDING = f"""
select {_COLUMNS} from suppression
where customer_id = $1 and channel is not distinct from $2 and contact_id is not distinct from $3 and reason = $4
  and lifted_at is null
"""  # noqa: S608 - constant columns
_LIFT = f"""
update suppression set lifted_at = $2, lifted_by = $3 where suppression_id = $1 and lifted_at is null
returning {_COLUMNS}
"""  # noqa: S608 - constant columns


@dataclass(frozen=True)
class New:
    """A suppression to add; without a contact for the whole channel, without a channel for everything."""

    customer_id: UUID
    channel: str | None
    contact_id: UUID | None
    reason: Reason
    source: str
    message_id: UUID | None = None


async def add(tx: Tx, rows: Sequence[New]) -> list[Any]:
    """Add what is not there yet; returns the rows that are new."""
    if not rows:
        return []
    connection = await tx.connection()
    return list(
        await connection.fetch(
            _ADD,
            tx.tenant_id,
            [tx.ids.new_id() for _ in rows],
            [row.customer_id for row in rows],
            [row.channel for row in rows],
            [row.contact_id for row in rows],
            [row.reason for row in rows],
            [row.source for row in rows],
            [row.message_id for row in rows],
            tx.now,
        )
    )


async def stands(tx: Tx, customer_id: UUID, *, contact_id: UUID, reason: Reason) -> bool:
    """Whether this suppression of a contact stands already."""
    found: bool = await (await tx.connection()).fetchval(_STANDS, customer_id, contact_id, reason)
    return found


async def page(
    tx: Tx, *, customer_id: UUID | None, active: bool | None, after: Sequence[Any] | None, limit: int
) -> list[Any]:
    """Suppressions by the instant they were added."""
    created_at, suppression_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_PAGE, customer_id, active, created_at, suppression_id, limit))


async def one(tx: Tx, suppression_id: UUID) -> Any:
    """One suppression, or None."""
    return await (await tx.connection()).fetchrow(_ONE, suppression_id)


async def standing(tx: Tx, wanted: New) -> Any:
    """The suppression that stands already for the same."""
    connection = await tx.connection()
    return await connection.fetchrow(_STANDING, wanted.customer_id, wanted.channel, wanted.contact_id, wanted.reason)


async def lift(tx: Tx, suppression_id: UUID, *, by: str) -> Any:
    """End a suppression; None if there is none that stands."""
    return await (await tx.connection()).fetchrow(_LIFT, suppression_id, tx.now, by)
