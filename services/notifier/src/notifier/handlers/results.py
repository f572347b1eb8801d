"""Everything that one transaction writes about messages, gathered and then saved set by set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from chassis.db import Tx
from contracts.notifier import ContactInvalidated, ContactOptedOut, MessageSuppressed
from notifier.due_work import check_at, resolve_at, send_at
from notifier.handlers.telling import Told, about
from notifier.parts import Parts
from notifier.store import attempts, messages, suppressions
from notifier.store.attempts import Attempt, AttemptEnd
from notifier.store.messages import Message, Move


@dataclass
class Results:
    """Everything one transaction writes about several messages; `save` does it set by set."""

    parts: Parts
    told: Told = field(default_factory=Told)
    ends: list[AttemptEnd] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    sends: list[tuple[UUID, datetime]] = field(default_factory=list)
    checks: list[tuple[UUID, datetime]] = field(default_factory=list)
    resolves: list[tuple[UUID, datetime]] = field(default_factory=list)
    suppressed: list[suppressions.New] = field(default_factory=list)

    async def save(self, tx: Tx) -> None:
        """Write everything; the evidence comes last, because its lock is the tenant's one."""
        await attempts.end(tx, self.ends)
        await messages.move(tx, self.moves)
        await suppressions.add(tx, self.suppressed)
        await send_at(tx, self.sends)
        await check_at(tx, self.checks)
        await resolve_at(tx, self.resolves)
        await self.told.publish(tx)

    def move(self, message: Message, state: messages.State, reason: str | None, **changes: Any) -> None:
        """Move a message on, on its present channel unless told otherwise."""
        changes.setdefault("channel_index", message.channel_index)
        self.moves.append(Move(message, state, reason, **changes))


def suppress(results: Results, message: Message, reason: str, checks: Sequence[str], *, now: datetime) -> None:
    """The message is kept back for good."""

    def make(link: Any) -> MessageSuppressed:
        return MessageSuppressed(
            **about(message), reason=cast("Any", reason), checks=tuple(checks), suppressed_at=now, evidence=link
        )

    results.told.add(message, "suppressed", make, reason=reason, checks=list(checks))
    results.move(message, "suppressed", reason)


def invalidate(
    results: Results,
    message: Message,
    attempt: Attempt,
    reason: Literal["hard_bounce", "number_unassigned", "not_on_channel", "wrong_person"],
    *,
    now: datetime,
    status_code: str | None = None,
) -> None:
    """The contact does not reach the debtor: it is not used again, and everybody hears of it."""
    customer_id = message.request.customer_id
    results.suppressed.append(
        suppressions.New(
            customer_id=customer_id,
            channel=attempt.channel,
            contact_id=attempt.contact_id,
            reason="wrong_person" if reason == "wrong_person" else "invalid",
            source=reason,
            message_id=message.message_id,
        )
    )
    event = ContactInvalidated(
        customer_id=customer_id,
        contact_id=attempt.contact_id,
        channel=attempt.channel,
        reason=reason,
        status_code=status_code,
        message_id=message.message_id,
        invalidated_at=now,
    )
    results.told.tell(message, event)


def opt_out(
    results: Results,
    message: Message,
    attempt: Attempt,
    *,
    source: Literal["reply", "unsubscribe_link", "one_click_header", "provider_list", "complaint"],
    now: datetime,
) -> None:
    """The debtor refused this contact on this channel."""
    customer_id = message.request.customer_id
    results.suppressed.append(
        suppressions.New(
            customer_id=customer_id,
            channel=attempt.channel,
            contact_id=attempt.contact_id,
            reason="opted_out",
            source=source,
            message_id=message.message_id,
        )
    )
    event = ContactOptedOut(
        customer_id=customer_id,
        channel=attempt.channel,
        contact_id=attempt.contact_id,
        source=source,
        message_id=message.message_id,
        opted_out_at=now,
    )
    results.told.tell(message, event)
    results.told.add(message, "opted_out", None, attempt_id=attempt.attempt_id, source=source)
