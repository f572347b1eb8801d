"""Sending what is due: plan (committed), hand over (outside), write down (with the due work's own transaction)."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.clock import monotonic_seconds
from chassis.db import Tx
from chassis.schedules import Work
from notifier import parts as hands
from notifier.channels.base import NotStarted, Outcome, Unknown
from notifier.domain.steps import stale_again_at
from notifier.due_work import send_at
from notifier.handlers import endings
from notifier.handlers.handover import hand_over
from notifier.handlers.planning import Plan, Planned, plan
from notifier.handlers.results import Results
from notifier.parts import Parts
from notifier.store import attempts, messages
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

CHUNK: Final = 64
"""Messages planned together: few enough that the first verdict is still young when the last one is handed over."""

BUSY_SECONDS: Final = 5.0
"""How long one turn begins new hand-offs; what is left is due again at once. With the longest hand-off after it, the
due work's transaction stays below the limit for idle ones."""

STALE_PAUSE_SECONDS: Final = 0.1


async def send_messages(tx: Tx, works: Sequence[Work]) -> None:
    """Send every message that is due, many at a time."""
    parts = hands.current()
    assert tx.tenant_id is not None  # noqa: S101 - due work belongs to a tenant
    left = [UUID(work.subject) for work in works]
    began, size = monotonic_seconds(), CHUNK
    done: list[Plan] = []
    while left and monotonic_seconds() - began < BUSY_SECONDS:
        chunk, left = left[:size], left[size:]
        planned = await plan(parts, tx.tenant_id, chunk)
        claims = [claim for item in planned.planned for claim in item.claimed]
        outcomes = await hand_over(parts, claims, begin_until=planned.begin_until)
        if any(isinstance(outcome, NotStarted) for outcome in outcomes.values()):
            size = max(1, size // 2)
        done.append(planned)
    planned_items = [item for planned in done for item in planned.planned]
    if not parts.clock_moves and all(_is_stale(item) for item in planned_items):
        # A clock that stands still makes what is held due again at once: leave the producers time to speak.
        await asyncio.sleep(STALE_PAUSE_SECONDS)
    await record(tx, parts, planned_items)
    await send_at(tx, [(message_id, tx.now) for message_id in left])


def _is_stale(item: Planned) -> bool:
    return item.hold is not None and item.hold.reason == "stale_facts"


async def record(tx: Tx, parts: Parts, planned: Sequence[Planned]) -> None:
    """Write down what became of these messages."""
    ids = [item.message.message_id for item in planned]
    locked = await messages.lock(tx, ids)
    rows = await attempts.of_messages(tx, ids)
    results = Results(parts)
    for item in planned:
        message = locked[item.message.message_id]
        _record_one(tx, results, item, message, rows[message.message_id])
    await results.save(tx)


def _record_one(tx: Tx, results: Results, item: Planned, message: Message, rows: Sequence[Attempt]) -> None:
    """State decides: what a callback or an operator did to the message meanwhile stands."""
    mine = {claim.attempt.attempt_id for claim in item.claimed} | {row.attempt_id for row in item.found_sending}
    own = [row for row in rows if row.attempt_id in mine and row.state == "sending"]
    before = [row for row in rows if row.attempt_id not in mine]
    if own:
        outcomes: dict[UUID, Outcome] = {
            # What this process did not see end, it cannot know: the claim stands and nothing is repeated.
            row.attempt_id: results.parts.outcomes.get(row.attempt_id, Unknown("interrupted"))
            for row in own
        }
        results.parts.count("regua_notifier_gate", "send", "allowed")
        endings.handed(results, message, own, outcomes, before, channel_index=_index(message, own[0]), now=tx.now)
    elif message.state in {"delivered", "failed", "suppressed", "unknown"}:
        return
    elif item.hold is not None:
        results.parts.count("regua_notifier_gate", "hold", item.hold.reason)
        soon = stale_again_at(message.stale_since, now=tx.now) if results.parts.clock_moves else tx.now
        endings.held(results, message, item.hold, channel_index=item.channel_index, now=tx.now, soon=soon)
    elif item.over is not None:
        results.parts.count("regua_notifier_gate", "suppress", item.over.reason)
        endings.over(results, message, item.over, before, now=tx.now)


def _index(message: Message, attempt: Attempt) -> int:
    channels = [plan.channel for plan in message.request.channels]
    return channels.index(attempt.channel)
