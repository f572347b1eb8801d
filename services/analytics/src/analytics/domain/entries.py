"""One line of a timeline for every fact: when it was, whom and which invoices it concerns, and what it says in short.

The body holds codes, ids, amounts and dates; never a name, an address, a text somebody wrote, or what identifies a
device. The instant is the one that the fact itself states (sent, opened, answered), else the envelope's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.base import Event
from contracts.envelope import Envelope

Body = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One fact on a timeline; a fact whose payer is not known has no customer."""

    event_id: UUID
    topic: str
    at: datetime
    customer_id: UUID | None
    invoice_ids: tuple[UUID, ...]
    body: Body


def entry_of(event: Envelope[Event]) -> Entry:
    """The timeline's line of an event of any topic."""
    fact: Any = event.data
    at, customer_id, invoice_ids, body = _SHAPES[fact.topic.partition(".")[0]](fact)
    shown = {key: _plain(value) for key, value in body.items() if value is not None and value != ()}
    return Entry(event.id, fact.topic, at or event.time, customer_id, _once(invoice_ids), shown)


def _once(ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(sorted(set(ids)))


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | bool | dict):
        return value
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else str(value)


_Shape = tuple[datetime | None, UUID | None, tuple[UUID, ...], Body]


def _pick(fact: Any, *names: str) -> Body:
    return {name: getattr(fact, name, None) for name in names}


def _customer(fact: Any) -> _Shape:
    snapshot = getattr(fact, "customer", None)
    version = snapshot.version if snapshot else fact.customer_version
    body = {"version": version, **_pick(fact, "reason", "changed", "changed_by")}
    return None, fact.partition_key(), (), body


def _invoice(fact: Any) -> _Shape:
    invoice = fact.invoice
    body = {
        "version": invoice.version,
        "state": invoice.state,
        "amount_cents": invoice.amount_cents,
        "open_cents": invoice.balance.open_cents,
        "due_on": invoice.due_on,
        "payable_on": invoice.payable_on,
        "settled_on": invoice.settled_on,
        **_pick(fact, "reason", "changed", "changed_by", "local_date", "replaced_by"),
    }
    return None, invoice.customer_id, (invoice.invoice_id,), body


def _agreement(fact: Any) -> _Shape:
    agreement = fact.agreement
    originals = tuple(debt.invoice_id for debt in agreement.originals)
    made = tuple(instalment.invoice_id for instalment in agreement.instalments)
    body = {
        **_pick(agreement, "agreement_id", "version", "total_cents", "discount_cents"),
        "instalments": len(agreement.instalments),
        **_pick(fact, "fulfilled_on", "broken_on", "reason", "missed_instalment", "paid_cents"),
    }
    at = agreement.accepted_at if fact.topic == "agreement.accepted" else None
    return at, agreement.customer_id, originals + made, body


def _debtor(fact: Any) -> _Shape:
    answer = fact.answer.model_dump(mode="json", exclude_none=True)
    body = {"answer": answer, **_pick(fact, "response_id", "channel", "message_id", "recognised_by")}
    return fact.answered_at, fact.customer_id, fact.invoice_ids, body


def _payment(fact: Any) -> _Shape:
    lines: Any = getattr(fact, "lines", ()) or getattr(fact, "undone", ())
    parts = [
        {
            "invoice_id": str(line.invoice_id),
            **_pick(line, "money_cents", "principal_cents", "interest_cents", "fine_cents", "discount_cents"),
        }
        for line in lines
    ]
    ids = tuple(line.invoice_id for line in lines) + tuple(getattr(fact, "matched_invoice_ids", ()))
    body = {
        **_pick(fact, "receipt_id", "allocation_id", "reversal_id", "route", "outcome", "circumstances", "kind"),
        **_pick(fact, "gross_cents", "fee_cents", "amount_cents", "unapplied_cents", "returned_cents", "reason"),
        **_pick(fact, "paid_on", "credited_on", "reversed_on"),
        "lines": parts or None,
    }
    return getattr(fact, "paid_at", None), fact.customer_id, ids, body


_STATED_AT: Mapping[str, Callable[[Any], datetime]] = {
    "message.sent": lambda fact: fact.sent_at,
    "message.delivered": lambda fact: fact.delivered_at,
    "message.opened": lambda fact: fact.engagement.occurred_at,
    "message.clicked": lambda fact: fact.engagement.occurred_at,
    "message.failed": lambda fact: fact.failed_at,
    "message.suppressed": lambda fact: fact.suppressed_at,
    "message.replied": lambda fact: fact.replied_at,
}


def _message(fact: Any) -> _Shape:
    if fact.topic == "message.requested":
        body = _pick(fact, "message_id", "decision_id", "step_key", "purpose", "tone", "template_key")
        body |= {"channels": [plan.channel for plan in fact.channels], "not_before": fact.not_before.isoformat()}
        return None, fact.customer_id, tuple(ref.invoice_id for ref in fact.invoices), body
    engagement = getattr(fact, "engagement", None)
    answer = getattr(fact, "answer", None)
    body = {
        **_pick(fact, "message_id", "decision_id", "step_key", "tone", "attempt", "channel", "contact_id"),
        **_pick(fact, "failure", "reason", "status_code", "final", "proof", "target", "checks"),
        **(_pick(engagement, "signal", "verdict", "verdict_reason") if engagement else {}),
        "answer": answer.kind if answer else None,
    }
    return _STATED_AT[fact.topic](fact), fact.customer_id, fact.invoice_ids, body


def _case(fact: Any) -> _Shape:
    owner = getattr(fact, "owner", None)
    body = {
        **_pick(fact, "case_id", "case_version", "reason", "hold_id", "cause", "still_held", "until", "review_on"),
        **_pick(fact, "promise_id", "task_id", "to", "priority", "due_on", "step_key", "messages_requested"),
        "owner": owner.kind if owner else None,
    }
    return getattr(fact, "held_from", None), fact.customer_id, (fact.invoice_id,), body


def _promise(fact: Any) -> _Shape:
    names = ("promise_id", "promised_on", "promised_cents", "paid_cents", "kept_on", "broken_on", "channel")
    return None, fact.customer_id, fact.invoice_ids, _pick(fact, *names)


def _decision(fact: Any) -> _Shape:
    outcome = fact.outcome
    body = {
        **_pick(fact, "decision_id", "case_id", "trigger"),
        "outcome": outcome.kind,
        **_pick(outcome, "step_key", "channel", "message_id", "until"),
        "reasons": [reason.code for reason in fact.reasons],
        "refused_by": [rule.rule for rule in fact.rules if rule.verdict == "refused"] or None,
    }
    return fact.evaluated_at, fact.customer_id, fact.invoice_ids, body


def _contact(fact: Any) -> _Shape:
    at = getattr(fact, "opted_out_at", None) or getattr(fact, "invalidated_at", None)
    return at, fact.customer_id, (), _pick(fact, "contact_id", "channel", "source", "reason", "message_id")


_SHAPES: Mapping[str, Callable[[Any], _Shape]] = {
    "customer": _customer,
    "invoice": _invoice,
    "agreement": _agreement,
    "debtor": _debtor,
    "payment": _payment,
    "message": _message,
    "case": _case,
    "promise": _promise,
    "decision": _decision,
    "contact": _contact,
}
