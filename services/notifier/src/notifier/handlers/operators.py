"""What people do by hand: refuse and allow contacts, say what became of an unknown hand-off."""

from typing import Any, Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from contracts.fields import Channel
from contracts.notifier import ContactOptedOut
from notifier.channels.base import Accepted, Refused
from notifier.handlers import fallback
from notifier.handlers.results import Results
from notifier.parts import Parts
from notifier.store import attempts, messages, suppressions
from notifier.store.suppressions import New


async def suppress(tx: Tx, *, customer_id: UUID, channel: Channel | None, contact_id: UUID | None) -> Any:
    """Reach a contact, a channel or a debtor no more; returns the suppression, which may have stood before."""
    wanted = New(customer_id, channel, contact_id, "operator", "operator")
    added = await suppressions.add(tx, [wanted])
    if added:
        tx.publish(
            ContactOptedOut(
                customer_id=customer_id,
                channel=channel,
                contact_id=contact_id,
                source="operator",
                opted_out_at=tx.now,
            )
        )
        return await suppressions.one(tx, added[0]["suppression_id"])
    return await suppressions.standing(tx, wanted)


async def lift(tx: Tx, suppression_id: UUID, *, by: str) -> Any:
    """End a suppression of ours. What invoicing knows of the contact is changed there."""
    row = await suppressions.lift(tx, suppression_id, by=by)
    if row is None:
        raise NotFoundError("suppression-unknown", "There is no such suppression that stands.")
    return row


async def resolve(tx: Tx, parts: Parts, attempt_id: UUID, *, outcome: Literal["sent", "not_sent"]) -> None:
    """A person found out what became of a hand-off."""
    attempt = await attempts.one(tx, attempt_id)
    if attempt is None:
        raise NotFoundError("attempt-unknown", "There is no such hand-off.")
    message = (await messages.lock(tx, [attempt.message_id]))[attempt.message_id]
    if attempt.state != "unknown":
        raise ConflictError("attempt-known", "What became of this hand-off is known.")
    results = Results(parts)
    if outcome == "sent":
        reference = attempt.provider_message_id or str(attempt.attempt_id)
        fallback.was_sent(results, message, attempt, Accepted(reference), now=tx.now)
    else:
        fallback.was_not_sent(results, message, attempt, Refused("provider", "operator_says_not_sent"), now=tx.now)
    await results.save(tx)
