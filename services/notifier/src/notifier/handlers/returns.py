"""What was stored as it came is applied here, one item after the other, each once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from notifier import parts as hands
from notifier.domain import callbacks
from notifier.domain.callbacks import CallbackError
from notifier.due_work import apply_at
from notifier.handlers import arrivals, inbound
from notifier.handlers.results import Results
from notifier.store import attempts, messages
from notifier.store import callbacks as store

WAITS: Final = 60
"""How often a callback that overtook our own bookkeeping is looked at again."""


async def apply_callbacks(tx: Tx, works: Sequence[Work]) -> None:
    """Apply stored callbacks and mails."""
    for work in works:
        await _apply(tx, UUID(work.subject), work.payload)


async def _apply(tx: Tx, callback_id: UUID, payload: Mapping[str, Any]) -> None:
    row = await store.one(tx, callback_id)
    if row is None or row["applied_at"] is not None:
        return
    about: Mapping[str, str] | None = payload.get("about")
    body, tries = bytes(row["body"] or b""), int(payload.get("tries", 0))
    try:
        attempt_id = UUID(about["attempt_id"]) if about else callbacks.read(body).attempt_id
    except CallbackError as error:
        await store.done(tx, callback_id, error.code)
        return
    attempt = await attempts.one(tx, attempt_id)
    if attempt is None:
        await store.done(tx, callback_id, "reference_unknown")
        return
    if attempt.state == "sending" and tries < WAITS:
        # The provider was quicker than our own bookkeeping.
        await apply_at(tx, callback_id, hands.current().soon(tx), tries=tries + 1, about=about)
        return
    results = Results(hands.current())
    message = (await messages.lock(tx, [attempt.message_id]))[attempt.message_id]
    if about:
        outcome = await inbound.apply(tx, results, message, attempt, raw=body, kind=about["kind"])
    else:
        outcome = await arrivals.apply_callback(tx, results, message, attempt, body)
    await results.save(tx)
    await store.done(tx, callback_id, outcome)
