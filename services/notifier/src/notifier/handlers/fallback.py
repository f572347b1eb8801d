"""What happens when time has passed: an undelivered message takes its next channel, an unknown one is asked about."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from contracts.notifier import MessageDelivered
from notifier import parts as hands
from notifier.channels.base import Accepted, Missing, Refused
from notifier.domain.steps import MISSING_TIMES, ask_again_at
from notifier.due_work import send_no_more
from notifier.handlers import endings
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.store import attempts, engagements, messages
from notifier.store.attempts import Attempt, AttemptEnd
from notifier.store.messages import Message

Proof = Literal["provider_callback", "smtp_dsn", "smtp_accepted"]


async def check_arrivals(tx: Tx, works: Sequence[Work]) -> None:
    """Mail that nobody returned has arrived; anything else that is not delivered takes its next channel."""
    results = Results(hands.current())
    ids = [UUID(work.subject) for work in works]
    rows = await messages.lock(tx, ids)
    own = await attempts.of_messages(tx, list(rows))
    seen = await engagements.seen_by_person(tx, [attempt.attempt_id for items in own.values() for attempt in items])
    for message_id, message in rows.items():
        accepted = [attempt for attempt in own[message_id] if attempt.state == "accepted"]
        if message.state != "sent" or not accepted:
            continue
        mails = [attempt for attempt in accepted if attempt.channel == "email"]
        if mails:
            for attempt in mails:
                delivered(results, message, attempt, "smtp_accepted", now=tx.now)
            results.move(message, "delivered", None, delivered_at=tx.now)
        elif _unseen(accepted, seen) and message.channel_index + 1 < len(message.request.channels):
            endings.next_channel(results, message, channel_index=message.channel_index, now=tx.now)
    await results.save(tx)


def _unseen(accepted: Sequence[Attempt], seen: set[UUID]) -> bool:
    return not any(attempt.attempt_id in seen for attempt in accepted)


def delivered(results: Results, message: Message, attempt: Attempt, proof: Proof, *, now: datetime) -> None:
    """It reached the recipient's server or device."""
    reference = attempt.provider_message_id or str(attempt.attempt_id)

    def make(link: Any) -> MessageDelivered:
        return MessageDelivered(
            **about_attempt(message, attempt),
            provider_message_id=reference,
            delivered_at=now,
            proof=proof,
            evidence=link,
        )

    results.ends.append(AttemptEnd(attempt.attempt_id, "delivered", delivered_at=now))
    results.told.add(message, "delivered", make, attempt_id=attempt.attempt_id, proof=proof)


async def arrived(tx: Tx, results: Results, message: Message, attempt: Attempt, proof: Proof) -> None:
    """The provider proves delivery: the message needs no other channel."""
    delivered(results, message, attempt, proof, now=tx.now)
    if message.state != "delivered":
        results.move(message, "delivered", None, channel=attempt.channel, delivered_at=tx.now)
        await send_no_more(tx, message.message_id)


async def resolve_unknowns(tx: Tx, works: Sequence[Work]) -> None:
    """Ask the providers what became of hand-offs that nobody knows about; nothing is ever repeated here."""
    parts = hands.current()
    found = [await attempts.one(tx, UUID(work.subject)) for work in works]
    asked = [attempt for attempt in found if attempt is not None and attempt.state == "unknown"]
    answers = await asyncio.gather(*(_ask(parts, attempt) for attempt in asked))
    results = Results(parts)
    rows = await messages.lock(tx, [attempt.message_id for attempt in asked])
    for attempt, answer in zip(asked, answers, strict=True):
        _resolve(results, rows[attempt.message_id], attempt, answer, now=tx.now)
    await results.save(tx)


async def _ask(parts: hands.Parts, attempt: Attempt) -> Accepted | Refused | Missing | None:
    provider = parts.providers.get(attempt.channel)
    return await provider.look_up(attempt.attempt_id) if provider is not None else None


def _resolve(
    results: Results, message: Message, attempt: Attempt, answer: Accepted | Refused | Missing | None, *, now: datetime
) -> None:
    tries = attempt.resolve_tries + 1
    if isinstance(answer, Accepted):
        was_sent(results, message, attempt, answer, now=now)
    elif isinstance(answer, Refused):
        was_not_sent(results, message, attempt, answer, now=now)
    elif isinstance(answer, Missing) and tries >= MISSING_TIMES:
        was_not_sent(results, message, attempt, Refused("provider", "never_got_there"), now=now)
    else:
        ask_again(results, attempt, tries=tries, now=now)


def was_sent(results: Results, message: Message, attempt: Attempt, answer: Accepted, *, now: datetime) -> None:
    """It had left after all."""
    endings.accepted(results, message, attempt, answer, now=now)
    if message.state == "unknown":
        index = message.channel_index
        endings.sent(results, message, channel=attempt.channel, channel_index=index, now=now)


def was_not_sent(results: Results, message: Message, attempt: Attempt, answer: Refused, *, now: datetime) -> None:
    """It surely had not left: the next channel may have its turn."""
    has_next = message.state == "unknown" and message.channel_index + 1 < len(message.request.channels)
    endings.refused(results, message, attempt, answer, now=now, final=not has_next, again=None)
    if has_next:
        endings.next_channel(results, message, channel_index=message.channel_index, now=now)
    elif message.state == "unknown":
        results.move(message, "failed", "no_channel_left")


def ask_again(results: Results, attempt: Attempt, *, tries: int, now: datetime) -> None:
    """Still nobody knows."""
    results.ends.append(
        AttemptEnd(attempt.attempt_id, "unknown", reason=attempt.reason, failure="unknown", resolve_tries=tries)
    )
    again = ask_again_at(tries, now=now)
    if again is not None:
        results.resolves.append((attempt.attempt_id, again))
