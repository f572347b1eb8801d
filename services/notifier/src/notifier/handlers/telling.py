"""The facts this service tells, made from a message and an attempt, with the evidence each of them carries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.base import Event
from contracts.notifier import EvidenceLink
from notifier.domain.evidence import JsonValue
from notifier.store import evidence
from notifier.store.attempts import Attempt
from notifier.store.evidence import Fact
from notifier.store.messages import Message

Make = Callable[[EvidenceLink], Event]


@dataclass
class Told:
    """Facts gathered during one transaction: evidence is appended for all of them at once, at its end."""

    facts: list[tuple[Message, Fact, Make | None]] = field(default_factory=list)
    loose: list[tuple[Message | None, Event]] = field(default_factory=list)

    def add(
        self,
        message: Message,
        kind: str,
        make: Make | None,
        *,
        attempt_id: UUID | None = None,
        **body: JsonValue,
    ) -> None:
        """Keep a fact in the chain and, if `make` says so, tell it."""
        ids = tuple(item.invoice_id for item in message.request.invoices)
        self.facts.append((message, Fact(kind, message.message_id, attempt_id, ids, dict(body)), make))

    def tell(self, message: Message | None, event: Event) -> None:
        """Tell a fact that has no entry of its own."""
        self.loose.append((message, event))

    async def publish(self, tx: Tx) -> None:
        """Append the evidence and publish every fact, each under its message's own correlation."""
        links = await evidence.append(tx, [fact for _, fact, _ in self.facts])
        for (message, _, make), link in zip(self.facts, links, strict=True):
            if make is not None:
                _publish(tx, message, make(link))
        for source, event in self.loose:
            _publish(tx, source, event)
        self.facts.clear()
        self.loose.clear()


def _publish(tx: Tx, message: Message | None, event: Event) -> None:
    if message is None:
        tx.publish(event)
        return
    own = tx.correlation_id
    tx.correlation_id = message.correlation_id
    try:
        tx.publish(event, causation_id=message.event_id)
    finally:
        tx.correlation_id = own


def about(message: Message) -> dict[str, Any]:
    """What every fact about a message repeats."""
    request = message.request
    return {
        "message_id": request.message_id,
        "customer_id": request.customer_id,
        "invoice_ids": tuple(item.invoice_id for item in request.invoices),
        "decision_id": request.decision_id,
        "policy": request.policy,
        "step_key": request.step_key,
        "tone": request.tone,
    }


def about_attempt(message: Message, attempt: Attempt) -> dict[str, Any]:
    """What every fact about an attempt repeats."""
    return {
        **about(message),
        "attempt_id": attempt.attempt_id,
        "attempt": attempt.attempt,
        "channel": attempt.channel,
        "contact_id": attempt.contact_id,
        "provider": attempt.provider,
    }


def proof_of(message: Message, attempt: Attempt) -> dict[str, JsonValue]:
    """What the evidence of a hand-off says: who decided, what was checked, what left, to whom (as a keyed hash)."""
    request = message.request
    return {
        "channel": attempt.channel,
        "provider": attempt.provider,
        "contact_id": str(attempt.contact_id),
        "customer_id": str(request.customer_id),
        "decision_id": str(request.decision_id),
        "policy": request.policy.model_dump(mode="json"),
        "step_key": request.step_key,
        "tone": request.tone,
        "template": attempt.template.model_dump(mode="json"),
        "content_hash": attempt.content_hash,
        "quoted": [quote.model_dump(mode="json") for quote in attempt.quoted],
        "claimed_at": attempt.claimed_at.isoformat(),
        **attempt.proof,
    }
