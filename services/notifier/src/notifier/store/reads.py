"""What people read: messages with their attempts and content, unknown hand-offs, templates; in keyset order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx

_COLUMNS = """
m.message_id, m.customer_id, m.invoice_ids, m.step_key, m.purpose, m.state, m.channel, m.reason, m.requested_at,
m.not_before, m.sent_at, m.delivered_at, m.changed_at
"""
_PAGE = f"""
select {_COLUMNS} from message m
where ($1::uuid is null or m.customer_id = $1) and ($2::uuid is null or m.invoice_ids @> array[$2::uuid])
  and ($3::text is null or m.state = $3) and ($4::text is null or m.channel = $4)
  and ($5::text is null or m.step_key = $5) and ($6::timestamptz is null or m.requested_at >= $6)
  and ($7::timestamptz is null or m.requested_at < $7)
  and ($8::timestamptz is null or (m.requested_at, m.message_id) > ($8, $9::uuid))
order by m.requested_at, m.message_id limit $10
"""  # noqa: S608 - constant columns
_ONE = f"select {_COLUMNS} from message m where m.message_id = $1"  # noqa: S608 - constant columns
_ATTEMPTS = """
select attempt_id, attempt, channel, contact_id, provider, state, template_key, template_version, language,
       content_hash, claimed_at, sent_at, delivered_at, failed_at, provider_message_id, failure, reason, status_code
from attempt where message_id = $1 order by attempt
"""
_CONTENT = """
select c.attempt_id, a.channel, c.recipient, c.subject, c.body_text, c.body_html, c.content_hash, c.erased_at
from content c join attempt a using (tenant_id, attempt_id) where a.message_id = $1 order by a.attempt
"""
_UNKNOWN = """
select attempt_id, message_id, channel, contact_id, provider, claimed_at, reason, resolve_tries
from attempt
where state in ('unknown', 'sending') and claimed_at < $1
  and ($2::timestamptz is null or (claimed_at, attempt_id) > ($2, $3::uuid))
order by claimed_at, attempt_id limit $4
"""


@dataclass(frozen=True)
class MessageFilter:
    """What a list of messages is narrowed to; None leaves a side open."""

    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    state: str | None = None
    channel: str | None = None
    step_key: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def messages(tx: Tx, wanted: MessageFilter, *, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """Messages by the instant they were requested."""
    requested_at, message_id = after or (None, None)
    rows = await (await tx.connection()).fetch(
        _PAGE,
        wanted.customer_id,
        wanted.invoice_id,
        wanted.state,
        wanted.channel,
        wanted.step_key,
        wanted.since,
        wanted.until,
        requested_at,
        message_id,
        limit,
    )
    return list(rows)


async def message(tx: Tx, message_id: UUID) -> Any:
    """One message, or None."""
    return await (await tx.connection()).fetchrow(_ONE, message_id)


async def attempts(tx: Tx, message_id: UUID) -> list[Any]:
    """The hand-offs of a message."""
    return list(await (await tx.connection()).fetch(_ATTEMPTS, message_id))


async def contents(tx: Tx, message_id: UUID) -> list[Any]:
    """What each hand-off of a message said."""
    return list(await (await tx.connection()).fetch(_CONTENT, message_id))


async def unknown(tx: Tx, *, before: datetime, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """Hand-offs begun before an instant of which nobody knows how they ended."""
    claimed_at, attempt_id = after or (None, None)
    return list(await (await tx.connection()).fetch(_UNKNOWN, before, claimed_at, attempt_id, limit))
