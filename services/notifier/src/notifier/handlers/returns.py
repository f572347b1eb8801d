"""What was stored as it came is applied here, one item after the other, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from notifier import parts as hands
from notifier.domain import callbacks
from notifier.domain.callbacks import CallbackError
from notifier.due_work import apply_at
from notifier.handlers import arrivals, inbound, tracking
from notifier.handlers.results import Results
from notifier.store import attempts, messages
from notifier.store import callbacks as store

WAITS: Final = 60
"""How often a callback that overtook our own bookkeeping is looked at again."""


@dataclass(frozen=True)
class _Item:
    """Something kept that is about a hand-off of ours."""

    callback_id: UUID
    attempt_id: UUID
    body: bytes
    about: Mapping[str, str] | None
    tries: int


async def apply_callbacks(tx: Tx, works: Sequence[Work]) -> None:
    """Apply stored callbacks, mails and visits."""
    items = [item for work in works if (item := await _item(tx, work)) is not None]
    owners = [attempt.message_id for item in items if (attempt := await attempts.one(tx, item.attempt_id)) is not None]
    # Every lock on a message comes before the first entry of evidence, whose lock is the tenant's one.
    await messages.lock(tx, owners)
    for item in items:
        await _apply(tx, item)


async def _item(tx: Tx, work: Work) -> _Item | None:
    callback_id, about = UUID(work.subject), work.payload.get("about")
    row = await store.one(tx, callback_id)
    if row is None or row["applied_at"] is not None:
        return None
    body = bytes(row["body"] or b"")
    try:
        attempt_id = UUID(about["attempt_id"]) if about else callbacks.read(body).attempt_id
    except CallbackError as error:
        await store.done(tx, callback_id, error.code)
        return None
    return _Item(callback_id, attempt_id, body, about, int(work.payload.get("tries", 0)))


async def _apply(tx: Tx, item: _Item) -> None:
    attempt = await attempts.one(tx, item.attempt_id)
    if attempt is None:
        await store.done(tx, item.callback_id, "reference_unknown")
        return
    if attempt.state == "sending" and item.tries < WAITS:
        # Whoever it was, was quicker than our own bookkeeping.
        again = hands.current().soon(tx)
        await apply_at(tx, item.callback_id, again, tries=item.tries + 1, about=item.about)
        return
    results = Results(hands.current())
    message = (await messages.lock(tx, [attempt.message_id]))[attempt.message_id]
    if item.about is None:
        outcome = await arrivals.apply_callback(tx, results, message, attempt, item.body)
    elif item.about["kind"] == tracking.VISIT:
        outcome = await tracking.apply(tx, results, message, attempt, item.body)
    else:
        outcome = await inbound.apply(tx, results, message, attempt, raw=item.body, kind=item.about["kind"])
    await results.save(tx)
    await store.done(tx, item.callback_id, outcome, attempt.attempt_id)
