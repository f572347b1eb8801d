"""What comes back about a hand-off: delivered, read, failed, answered. Each is applied once, in whatever order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from contracts.notifier import Engagement, MessageOpened
from notifier import parts as hands
from notifier.channels.base import Accepted, Refused
from notifier.domain import callbacks
from notifier.domain.callbacks import Callback, CallbackError
from notifier.domain.provider_words import contact_invalid
from notifier.due_work import apply_at
from notifier.handlers import fallback
from notifier.handlers import results as writing
from notifier.handlers.answers import replied
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.store import attempts, engagements, messages
from notifier.store import callbacks as store
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

_WAITS: Final = 60
"""How often a callback that overtook our own bookkeeping is looked at again."""


async def apply_callbacks(tx: Tx, works: Sequence[Work]) -> None:
    """Apply stored callbacks, one after the other."""
    for work in works:
        await _apply(tx, UUID(work.subject), tries=int(work.payload.get("tries", 0)))


async def _apply(tx: Tx, callback_id: UUID, *, tries: int) -> None:
    row = await store.one(tx, callback_id)
    if row is None or row["applied_at"] is not None:
        return
    try:
        said = callbacks.read(bytes(row["body"]))
    except CallbackError as error:
        await store.done(tx, callback_id, error.code)
        return
    attempt = await attempts.one(tx, said.attempt_id)
    if attempt is None:
        await store.done(tx, callback_id, "reference_unknown")
        return
    if attempt.state == "sending" and tries < _WAITS:
        # The provider was quicker than our own bookkeeping.
        await apply_at(tx, callback_id, hands.current().soon(tx), tries=tries + 1)
        return
    results = Results(hands.current())
    locked = await messages.lock(tx, [attempt.message_id])
    outcome = await _applied(tx, results, locked[attempt.message_id], attempt, said)
    await results.save(tx)
    await store.done(tx, callback_id, outcome)


async def _applied(tx: Tx, results: Results, message: Message, attempt: Attempt, said: Callback) -> str:
    if attempt.state == "unknown" and said.status != "failed":
        answer = Accepted(said.provider_message_id or str(attempt.attempt_id))
        fallback.was_sent(results, message, attempt, answer, now=tx.now)
    if said.status == "failed":
        return _came_back(results, message, attempt, said, now=tx.now)
    if said.status == "reply":
        await replied(tx, results, message, attempt, text=said.text, reference=said.reply_reference)
        return "replied"
    if said.status in {"delivered", "read"} and attempt.state in {"accepted", "unknown"}:
        await fallback.arrived(tx, results, message, attempt, "provider_callback")
    if said.status == "read":
        await _read(tx, results, message, attempt)
    return said.status


def _came_back(results: Results, message: Message, attempt: Attempt, said: Callback, *, now: datetime) -> str:
    """The provider took it and could not deliver it."""
    if attempt.state in {"delivered", "failed", "not_started"}:
        return "too_late"
    invalid = contact_invalid(said.code)
    refused = Refused("hard" if invalid else "provider", said.code, None, invalid, opted_out=said.code == "opted_out")
    gave_back(results, message, attempt, refused, now=now)
    return "failed"


def gave_back(results: Results, message: Message, attempt: Attempt, refused: Refused, *, now: datetime) -> None:
    """A hand-off that had been accepted failed after all: the next channel has its turn."""
    current = message.state in {"sent", "unknown"} and message.channel == attempt.channel
    has_next = current and message.channel_index + 1 < len(message.request.channels)
    writing.refused(results, message, attempt, refused, now=now, final=current and not has_next, again=None)
    if has_next:
        writing.next_channel(results, message, channel_index=message.channel_index, now=now)
    elif current or message.state == "delivered":
        results.move(message, "failed", refused.reason)


async def _read(tx: Tx, results: Results, message: Message, attempt: Attempt) -> None:
    """A read receipt is a person's doing."""
    delivered_at = attempt.delivered_at or tx.now
    seconds = max(0, (tx.now - delivered_at) // timedelta(seconds=1))
    engagement = Engagement(
        occurred_at=tx.now,
        signal="read_receipt",
        seconds_after_delivery=seconds,
        verdict="human",
        verdict_reason="read_receipt",
    )
    is_first = await engagements.note(tx, attempt.attempt_id, signal="read_receipt", verdict="human") == 1

    def make(link: Any) -> MessageOpened:
        return MessageOpened(**about_attempt(message, attempt), engagement=engagement, evidence=link)

    body = engagement.model_dump(mode="json")
    results.told.add(message, "opened", make if is_first else None, attempt_id=attempt.attempt_id, engagement=body)
