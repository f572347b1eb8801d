"""Messages: what was asked for, and where each one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from chassis.db import Tx
from contracts.dunning import MessageRequested
from contracts.envelope import Envelope

State = Literal["requested", "waiting", "sending", "sent", "delivered", "failed", "suppressed", "unknown"]
FINAL: frozenset[str] = frozenset({"delivered", "failed", "suppressed"})

_ADD = """
insert into message (tenant_id, message_id, customer_id, invoice_ids, request, step_key, purpose, state, event_id,
                     correlation_id, requested_at, not_before, changed_at)
select $1, message_id, customer_id, array(select jsonb_array_elements_text(invoice_ids::jsonb)::uuid), request::jsonb,
       step_key, purpose, 'requested', event_id, correlation_id, requested_at, not_before, $11
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[],
            $10::timestamptz[], $12::timestamptz[])
     as row(message_id, customer_id, invoice_ids, request, step_key, purpose, event_id, correlation_id, requested_at,
            not_before)
on conflict (tenant_id, message_id) do nothing returning message_id
"""
_COLUMNS = """
message_id, request::text as request, state, channel_index, channel, reason, soft_tries, event_id, correlation_id,
changed_at, case when state = 'waiting' and reason = 'stale_facts' then stale_since end as stale_since, sent_at
"""
_LOCK = f"""
select {_COLUMNS} from message where message_id = any($1::uuid[]) order by message_id for update
"""  # noqa: S608 - constant columns
_READ = _LOCK.replace("for update", "")
_SENDING = """
update message set state = 'sending', changed_at = $2 where message_id in (
  select message_id from message where message_id = any($1::uuid[]) for update skip locked)
"""
_MOVE = """
update message set state = row.state, channel_index = row.channel_index, channel = row.channel, reason = row.reason,
       soft_tries = row.soft_tries, sent_at = coalesce(message.sent_at, row.sent_at),
       delivered_at = coalesce(message.delivered_at, row.delivered_at), changed_at = $9,
       stale_since = case when row.reason = 'stale_facts' then coalesce(message.stale_since, $9) end
from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::timestamptz[])
     as row(message_id, state, channel_index, channel, reason, soft_tries, sent_at, delivered_at)
where message.message_id = row.message_id
"""


@dataclass(frozen=True)
class Message:
    """A message as its row has it."""

    message_id: UUID
    request: MessageRequested
    state: State
    channel_index: int
    channel: str | None
    reason: str | None
    soft_tries: int
    event_id: UUID
    correlation_id: UUID
    stale_since: datetime | None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Move:
    """Where a message goes; the instants are kept from the first time."""

    message: Message
    state: State
    reason: str | None
    channel_index: int
    channel: str | None = None
    soft_tries: int = 0
    sent_at: datetime | None = None
    delivered_at: datetime | None = None


async def add(tx: Tx, events: Sequence[Envelope[MessageRequested]]) -> set[UUID]:
    """Keep the requests that are new; returns their messages."""
    rows = {event.data.message_id: event for event in events}
    data = [event.data for event in rows.values()]
    added = await (await tx.connection()).fetch(
        _ADD,
        tx.tenant_id,
        [row.message_id for row in data],
        [row.customer_id for row in data],
        ["[" + ",".join(f'"{item.invoice_id}"' for item in row.invoices) + "]" for row in data],
        [row.model_dump_json() for row in data],
        [row.step_key for row in data],
        [row.purpose for row in data],
        [event.id for event in rows.values()],
        [event.correlationid for event in rows.values()],
        [event.time for event in rows.values()],
        tx.now,
        [row.not_before for row in data],
    )
    return {row["message_id"] for row in added}


async def lock(tx: Tx, message_ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The messages, locked until the transaction ends, always in the same order."""
    rows = await (await tx.connection()).fetch(_LOCK, sorted(set(message_ids), key=str))
    return {row["message_id"]: message_of(row) for row in rows}


async def read(tx: Tx, message_ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The messages, without any lock."""
    rows = await (await tx.connection()).fetch(_READ, sorted(set(message_ids), key=str))
    return {row["message_id"]: message_of(row) for row in rows}


async def mark_sending(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """Show that hand-offs of these messages are under way; a message that somebody works on is left as it is."""
    await (await tx.connection()).execute(_SENDING, sorted(set(message_ids), key=str), tx.now)


def message_of(row: Any) -> Message:
    """A message from its row."""
    return Message(
        message_id=row["message_id"],
        request=MessageRequested.model_validate_json(row["request"]),
        state=row["state"],
        channel_index=row["channel_index"],
        channel=row["channel"],
        reason=row["reason"],
        soft_tries=row["soft_tries"],
        event_id=row["event_id"],
        correlation_id=row["correlation_id"],
        stale_since=row["stale_since"],
        sent_at=row["sent_at"],
    )


async def move(tx: Tx, moves: Sequence[Move]) -> None:
    """Move messages on; of several moves of one message the last counts."""
    rows = list({item.message.message_id: item for item in moves}.values())
    if not rows:
        return
    await (await tx.connection()).execute(
        _MOVE,
        [row.message.message_id for row in rows],
        [row.state for row in rows],
        [row.channel_index for row in rows],
        [row.channel or row.message.channel for row in rows],
        [row.reason for row in rows],
        [row.soft_tries for row in rows],
        [row.sent_at for row in rows],
        [row.delivered_at for row in rows],
        tx.now,
    )
