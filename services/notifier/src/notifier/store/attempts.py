"""Attempts: the claim that makes a second hand-off impossible, its content, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.fields import Channel
from contracts.notifier import QuotedAmount, TemplateRef

_CLAIM = """
insert into attempt (tenant_id, attempt_id, message_id, attempt, channel, contact_id, provider, claim_key, state,
                     proof, template_key, template_version, language, quoted, content_hash, claimed_at)
select $1, attempt_id, message_id,
       row.number + (select count(*) from attempt a where a.tenant_id = $1 and a.message_id = row.message_id)::int,
       channel, contact_id, provider, claim_key, 'sending', proof::jsonb, template_key, template_version, language,
       quoted::jsonb, content_hash, $15
from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::int[], $12::text[], $13::text[], $14::text[])
     as row(attempt_id, message_id, number, channel, contact_id, provider, claim_key, proof, template_key,
            template_version, language, quoted, content_hash)
on conflict (tenant_id, claim_key) do nothing returning attempt_id
"""
_CONTENT = """
insert into content (tenant_id, attempt_id, customer_id, recipient, subject, body_text, body_html, headers,
                     content_hash, links)
select $1, attempt_id, customer_id, recipient, subject, body_text, body_html, headers::jsonb, content_hash, links::jsonb
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
     as row(attempt_id, customer_id, recipient, subject, body_text, body_html, headers, content_hash, links)
"""
_CLAIMED = "select claim_key from attempt where claim_key = any($1::text[])"
_OF_MESSAGES = """
select attempt_id, message_id, attempt, channel, contact_id, provider, state, template_key, template_version, language,
       quoted::text as quoted, content_hash, claimed_at, sent_at, delivered_at, provider_message_id, failure, reason,
       resolve_tries, proof::text as proof
from attempt where message_id = any($1::uuid[]) order by message_id, attempt
"""
_ONE = _OF_MESSAGES.replace("message_id = any($1::uuid[])", "attempt_id = $1")
_RECIPIENT = """
select a.channel, a.contact_id, a.message_id, m.customer_id
from attempt a join message m using (tenant_id, message_id) where a.attempt_id = $1
"""
_COUNT_ACROSS = "select set_config('regua.counting', 'on', true)"
_COUNT_UNKNOWN = "select count(*) from attempt where state = 'unknown'"
_FORGET_CONTENT = "delete from content where attempt_id = any($1::uuid[])"
_LINKS = "select links::text from content where attempt_id = $1"
_END = """
update attempt set state = row.state, sent_at = coalesce(attempt.sent_at, row.sent_at),
       delivered_at = coalesce(attempt.delivered_at, row.delivered_at),
       failed_at = coalesce(row.failed_at, attempt.failed_at),
       provider_message_id = coalesce(row.provider_message_id, attempt.provider_message_id),
       failure = row.failure, reason = row.reason, status_code = row.status_code, resolve_tries = row.resolve_tries,
       claim_key = case when row.released then null else attempt.claim_key end
from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::int[], $11::boolean[])
     as row(attempt_id, state, sent_at, delivered_at, failed_at, provider_message_id, failure, reason, status_code,
            resolve_tries, released)
where attempt.attempt_id = row.attempt_id
"""


@dataclass(frozen=True)
class Content:
    """What was handed over: to whom, in which words, with which links (their targets, by index)."""

    recipient: str
    subject: str | None
    body_text: str
    body_html: str | None
    headers: dict[str, str]
    links: list[dict[str, str]]
    content_hash: str


@dataclass(frozen=True)
class NewAttempt:
    """A hand-off about to be claimed. `number` counts within its message from 1, over those already there."""

    attempt_id: UUID
    message_id: UUID
    customer_id: UUID
    number: int
    channel: Channel
    contact_id: UUID
    provider: str
    claim_key: str
    proof: dict[str, Any]
    template: TemplateRef
    quoted: tuple[QuotedAmount, ...]
    content: Content


@dataclass(frozen=True)
class Attempt:
    """A hand-off as its row has it."""

    attempt_id: UUID
    message_id: UUID
    attempt: int
    channel: Channel
    contact_id: UUID
    provider: str
    state: str
    template: TemplateRef
    quoted: tuple[QuotedAmount, ...]
    content_hash: str
    claimed_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    provider_message_id: str | None
    failure: str | None
    reason: str | None
    resolve_tries: int
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AttemptEnd:
    """What became of a hand-off. `released`: it surely did not leave, so the same thing may be tried again."""

    attempt_id: UUID
    state: str
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    provider_message_id: str | None = None
    failure: str | None = None
    reason: str | None = None
    status_code: str | None = None
    resolve_tries: int = 0
    released: bool = field(default=False)


async def claimed(tx: Tx, claim_keys: Sequence[str]) -> set[str]:
    """Which of these hand-offs were claimed before, by whatever message."""
    rows = await (await tx.connection()).fetch(_CLAIMED, list(claim_keys))
    return {row["claim_key"] for row in rows}


async def claim(tx: Tx, attempts: Sequence[NewAttempt]) -> set[UUID]:
    """Claim these hand-offs and keep their content; returns those that nobody claimed before."""
    if not attempts:
        return set()
    connection = await tx.connection()
    rows = await connection.fetch(
        _CLAIM,
        tx.tenant_id,
        [row.attempt_id for row in attempts],
        [row.message_id for row in attempts],
        [row.number for row in attempts],
        [row.channel for row in attempts],
        [row.contact_id for row in attempts],
        [row.provider for row in attempts],
        [row.claim_key for row in attempts],
        [json.dumps(row.proof) for row in attempts],
        [row.template.template_key for row in attempts],
        [row.template.template_version for row in attempts],
        [row.template.language for row in attempts],
        [json.dumps([quote.model_dump(mode="json") for quote in row.quoted]) for row in attempts],
        [row.content.content_hash for row in attempts],
        tx.now,
    )
    won = {row["attempt_id"] for row in rows}
    kept = [row for row in attempts if row.attempt_id in won]
    await connection.execute(
        _CONTENT,
        tx.tenant_id,
        [row.attempt_id for row in kept],
        [row.customer_id for row in kept],
        [row.content.recipient for row in kept],
        [row.content.subject for row in kept],
        [row.content.body_text for row in kept],
        [row.content.body_html for row in kept],
        [json.dumps(row.content.headers) for row in kept],
        [row.content.content_hash for row in kept],
        [json.dumps(row.content.links) for row in kept],
    )
    return won


async def of_messages(tx: Tx, message_ids: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
    """Every hand-off of these messages, in order."""
    found: dict[UUID, list[Attempt]] = {message_id: [] for message_id in message_ids}
    for row in await (await tx.connection()).fetch(_OF_MESSAGES, list(message_ids)):
        found[row["message_id"]].append(attempt_of(row))
    return found


async def one(tx: Tx, attempt_id: UUID) -> Attempt | None:
    """One hand-off, or None."""
    row = await (await tx.connection()).fetchrow(_ONE, attempt_id)
    return None if row is None else attempt_of(row)


async def count_unknown(tx: Tx) -> int:
    """How many hand-offs of all tenants nobody knows about; rows of no other state are seen."""
    connection = await tx.connection()
    await connection.execute(_COUNT_ACROSS)
    found: int = await connection.fetchval(_COUNT_UNKNOWN)
    return found


async def recipient(tx: Tx, attempt_id: UUID) -> Any:
    """To whom a hand-off went (channel, contact, message, debtor), or None."""
    return await (await tx.connection()).fetchrow(_RECIPIENT, attempt_id)


async def links(tx: Tx, attempt_id: UUID) -> list[dict[str, str]]:
    """The targets of a hand-off's links, by index."""
    found = await (await tx.connection()).fetchval(_LINKS, attempt_id)
    return json.loads(found) if found else []


def attempt_of(row: Any) -> Attempt:
    """An attempt from its row."""
    return Attempt(
        attempt_id=row["attempt_id"],
        message_id=row["message_id"],
        attempt=row["attempt"],
        channel=row["channel"],
        contact_id=row["contact_id"],
        provider=row["provider"],
        state=row["state"],
        template=TemplateRef(
            template_key=row["template_key"], template_version=row["template_version"], language=row["language"]
        ),
        quoted=tuple(QuotedAmount.model_validate(item) for item in json.loads(row["quoted"])),
        content_hash=row["content_hash"],
        claimed_at=row["claimed_at"],
        sent_at=row["sent_at"],
        delivered_at=row["delivered_at"],
        provider_message_id=row["provider_message_id"],
        failure=row["failure"],
        reason=row["reason"],
        resolve_tries=row["resolve_tries"],
        proof=json.loads(row["proof"]),
    )


async def end(tx: Tx, ends: Sequence[AttemptEnd]) -> None:
    """Write what became of these hand-offs; instants and the provider's id are kept from the first time."""
    if not ends:
        return
    connection = await tx.connection()
    unsaid = [row.attempt_id for row in ends if row.state == "not_started"]
    if unsaid:
        # Words that were never handed to anybody are no evidence of anything.
        await connection.execute(_FORGET_CONTENT, unsaid)
    await connection.execute(
        _END,
        [row.attempt_id for row in ends],
        [row.state for row in ends],
        [row.sent_at for row in ends],
        [row.delivered_at for row in ends],
        [row.failed_at for row in ends],
        [row.provider_message_id for row in ends],
        [row.failure for row in ends],
        [row.reason for row in ends],
        [row.status_code for row in ends],
        [row.resolve_tries for row in ends],
        [row.released for row in ends],
    )
