"""What comes back about a hand-off: delivered, read, failed, answered. Each is applied once, in whatever order."""

from datetime import datetime, timedelta
from typing import Any, Final

from chassis.db import Tx
from contracts.notifier import Engagement, MessageOpened
from notifier.channels.base import Accepted, Refused
from notifier.domain import callbacks
from notifier.domain.callbacks import Callback
from notifier.domain.provider_words import contact_invalid
from notifier.handlers import endings, fallback
from notifier.handlers.answers import replied
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.store import engagements
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

_WAITS: Final = 60
"""How often a callback that overtook our own bookkeeping is looked at again."""


async def apply_callback(tx: Tx, results: Results, message: Message, attempt: Attempt, body: bytes) -> str:
    """Apply one callback of a provider; returns the outcome's code. Raises `CallbackError`."""
    return await _applied(tx, results, message, attempt, callbacks.read(body))


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
    endings.refused(results, message, attempt, refused, now=now, final=current and not has_next, again=None)
    if has_next:
        endings.next_channel(results, message, channel_index=message.channel_index, now=now)
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
