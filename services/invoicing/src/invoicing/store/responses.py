"""What debtors answered, and the links through which they may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.invoicing import DebtorResponded

_ADD = """
insert into response (tenant_id, response_id, customer_id, invoice_ids, kind, answer, channel, recognised_by, source,
                      answered_at, recorded_at)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10, $11) on conflict do nothing returning true
"""
_COLUMNS = """
response_id, customer_id, invoice_ids, answer::text as answer, channel, recognised_by, source, answered_at, recorded_at,
resolved_at
"""
_PAGE = f"""
select {_COLUMNS} from response
where tenant_id = $1 and ($2::uuid is null or customer_id = $2) and ($3::uuid is null or $3 = any(invoice_ids))
  and ($4::text is null or kind = $4) and ($5::boolean is null or (resolved_at is not null) = $5)
  and ($6::timestamptz is null or (recorded_at, response_id) < ($6, $7::uuid))
order by recorded_at desc, response_id desc limit $8
"""  # noqa: S608 - constant columns
_LOAD = f"select {_COLUMNS} from response where tenant_id = $1 and response_id = $2"  # noqa: S608 - constant columns
_RESOLVE = """
update response set resolved_at = $3 where tenant_id = $1 and response_id = $2 and resolved_at is null returning true
"""
_ADD_LINK = """
insert into response_link (tenant_id, link_id, token_hash, customer_id, invoice_ids, contact_id, created_by, created_at,
                           expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_NAME_LINK = "select set_config('regua.link', $1, true)"
_FIND_LINK = """
select tenant_id, link_id, customer_id, invoice_ids, contact_id, expires_at from response_link
where token_hash = $1 and revoked_at is null and expires_at > $2
"""
_REVOKE = """
update response_link set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and link_id = $2 returning true
"""


@dataclass(frozen=True)
class Link:
    """One response link that may be used."""

    tenant_id: UUID
    link_id: UUID
    customer_id: UUID
    invoice_ids: list[UUID]
    contact_id: UUID | None
    expires_at: datetime


async def add(tx: Tx, fact: DebtorResponded, *, source: str) -> bool:
    """Keep an answer; false if it is known."""
    row = await (await tx.connection()).fetchval(
        _ADD,
        tx.tenant_id,
        fact.response_id,
        fact.customer_id,
        list(fact.invoice_ids),
        fact.answer.kind,
        fact.answer.model_dump_json(),
        fact.channel,
        fact.recognised_by,
        source,
        fact.answered_at,
        tx.now,
    )
    return row is not None


async def page(
    tx: Tx,
    *,
    customer_id: UUID | None,
    invoice_id: UUID | None,
    kind: str | None,
    resolved: bool | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Answers, the newest first."""
    recorded_at, response_id = after or (None, None)
    filters = (tx.tenant_id, customer_id, invoice_id, kind, resolved)
    return list(await (await tx.connection()).fetch(_PAGE, *filters, recorded_at, response_id, limit))


async def load(tx: Tx, response_id: UUID) -> Any:
    """One answer, or None."""
    return await (await tx.connection()).fetchrow(_LOAD, tx.tenant_id, response_id)


async def resolve(tx: Tx, response_id: UUID) -> bool:
    """A person has dealt with it; false if that was so before."""
    found = await (await tx.connection()).fetchval(_RESOLVE, tx.tenant_id, response_id, tx.now)
    return found is not None


async def add_link(tx: Tx, link: Link, *, token_hash: str, created_by: str) -> None:
    """Keep a link; its token stays out."""
    await (await tx.connection()).execute(
        _ADD_LINK,
        tx.tenant_id,
        link.link_id,
        token_hash,
        link.customer_id,
        link.invoice_ids,
        link.contact_id,
        created_by,
        tx.now,
        link.expires_at,
    )


async def find_link(tx: Tx, token_hash: str) -> Link | None:
    """The link with this token, of whatever tenant, if it may be used now."""
    connection = await tx.connection()
    await connection.execute(_NAME_LINK, token_hash)
    row = await connection.fetchrow(_FIND_LINK, token_hash, tx.now)
    return None if row is None else Link(**dict(row))


async def revoke(tx: Tx, link_id: UUID) -> bool:
    """The link is of no use any more; false if there is no such link."""
    return await (await tx.connection()).fetchval(_REVOKE, tx.tenant_id, link_id, tx.now) is not None
