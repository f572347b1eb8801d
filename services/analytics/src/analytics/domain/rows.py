"""What an event says about each table of facts: rows to be folded into it, in any order, any number of times.

A row names its event; where several events speak of one key, the table's fold decides which word holds (see
`analytics.store.tables`). A column that an event does not speak of is None.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from analytics.domain.days import day_of
from contracts.base import Event
from contracts.envelope import Envelope

Row = tuple[str, dict[str, Any]]
"""A table's name, and the values of its columns."""


def rows_of(event: Envelope[Event]) -> Iterator[Row]:
    """Everything that one event says, table by table."""
    make = _BY_TOPIC.get(event.data.topic)
    if make is not None:
        yield from make(event)


def _pick(fact: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


def _customer(event: Envelope[Any]) -> Iterator[Row]:
    customer = event.data.customer
    yield (
        "customer_fact",
        {**_pick(customer, "customer_id", "version", "kind", "uf", "time_zone", "segment"), "event_id": event.id},
    )


def _erased(event: Envelope[Any]) -> Iterator[Row]:
    yield "customer_fact", {"customer_id": event.data.customer_id, "event_id": event.id, "erased_at": event.time}


def _invoice(event: Envelope[Any]) -> Iterator[Row]:
    invoice = event.data.invoice
    yield "invoice_head", {"invoice_id": invoice.invoice_id, "last_version": invoice.version}
    yield (
        "invoice_fact",
        {
            **_pick(invoice, "invoice_id", "version", "customer_id", "issued_on", "due_on", "payable_on"),
            **_pick(invoice, "amount_cents", "state", "settled_on", "origin", "segment"),
            **_pick(invoice.balance, "principal_paid_cents", "relieved_cents", "open_cents"),
            "known_on": day_of(event.time),
            "event_id": event.id,
        },
    )


def _received(event: Envelope[Any]) -> Iterator[Row]:
    names = ("receipt_id", "customer_id", "route", "gross_cents", "fee_cents", "credited_cents", "paid_on", "paid_at")
    yield "receipt_fact", {**_pick(event.data, *names, "credited_on"), "event_id": event.id}


def _allocated(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    for line in fact.lines:
        yield (
            "payment_fact",
            {
                **_pick(fact, "allocation_id", "receipt_id", "customer_id", "paid_on"),
                **_pick(line, "invoice_id", "money_cents", "principal_cents", "interest_cents", "fine_cents"),
                **_pick(line, "discount_cents", "abatement_cents"),
                "known_on": day_of(event.time),
                "event_id": event.id,
            },
        )


def _reversed(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    for line in fact.undone:
        yield (
            "undone_fact",
            {
                **_pick(fact, "reversal_id", "kind", "reversed_on"),
                **_pick(line, "allocation_id", "invoice_id", "money_cents", "principal_cents"),
                "known_on": day_of(event.time),
                "event_id": event.id,
            },
        )


def _message(event: Envelope[Any], **said: Any) -> Iterator[Row]:
    fact = event.data
    about = _pick(fact, "message_id", "customer_id", "step_key", "tone")
    policy = _pick(fact.policy, "policy_id", "policy_version")
    yield "message_fact", {**about, **policy, "event_id": event.id, **said}
    ids: tuple[UUID, ...] = getattr(fact, "invoice_ids", ()) or tuple(ref.invoice_id for ref in fact.invoices)
    for invoice_id in ids:
        yield "message_invoice", {"message_id": fact.message_id, "invoice_id": invoice_id}


def _requested(event: Envelope[Any]) -> Iterator[Row]:
    yield from _message(event, purpose=event.data.purpose, requested_at=event.time)


def _suppressed(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    yield from _message(event, suppressed_at=fact.suppressed_at, suppressed_because=fact.reason)


def _attempt(event: Envelope[Any], **said: Any) -> Iterator[Row]:
    names = ("message_id", "attempt_id", "customer_id", "attempt", "channel", "step_key", "tone")
    yield "attempt_fact", {**_pick(event.data, *names), "event_id": event.id, **said}
    yield from _message(event)


def _sent(event: Envelope[Any]) -> Iterator[Row]:
    yield from _attempt(event, sent_at=event.data.sent_at, cost_millicents=event.data.cost_millicents)


def _delivered(event: Envelope[Any]) -> Iterator[Row]:
    yield from _attempt(event, delivered_at=event.data.delivered_at)


def _engaged(what: str) -> Callable[[Envelope[Any]], Iterator[Row]]:
    def rows(event: Envelope[Any]) -> Iterator[Row]:
        engagement = event.data.engagement
        said = {f"{what}_at": engagement.occurred_at}
        if engagement.verdict == "human":
            said[f"{what}_human_at"] = engagement.occurred_at
        yield from _attempt(event, **said)

    return rows


def _failed(event: Envelope[Any]) -> Iterator[Row]:
    yield from _attempt(event, failed_at=event.data.failed_at, failure=event.data.failure)


def _replied(event: Envelope[Any]) -> Iterator[Row]:
    yield from _attempt(event, replied_at=event.data.replied_at)


def _promise(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    said = {f"{fact.topic.rpartition('.')[2]}_at": event.time}
    if hasattr(fact, "paid_cents"):
        said["paid_cents"] = fact.paid_cents
    names = ("promise_id", "customer_id", "promised_on", "promised_cents")
    yield "promise_fact", {**_pick(fact, *names), "event_id": event.id, **said}
    for invoice_id in fact.invoice_ids:
        yield "promise_invoice", {"promise_id": fact.promise_id, "invoice_id": invoice_id}


def _case(event: Envelope[Any], **said: Any) -> Iterator[Row]:
    yield "case_fact", {**_pick(event.data, "case_id", "customer_id", "invoice_id"), "event_id": event.id, **said}


def _case_opened(event: Envelope[Any]) -> Iterator[Row]:
    yield from _case(event, version=event.data.case_version, state="open", opened_at=event.time)


def _case_closed(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    yield from _case(event, version=fact.case_version, state="closed", closed_because=fact.reason, closed_at=event.time)


def _case_escalated(event: Envelope[Any]) -> Iterator[Row]:
    yield from _case(event, escalated_at=event.time)


def _held(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    yield from _case(event)
    yield "hold_fact", {**_pick(fact, "hold_id", "case_id", "invoice_id", "reason"), "held_at": fact.held_from}


def _released(event: Envelope[Any]) -> Iterator[Row]:
    fact = event.data
    yield from _case(event)
    names = ("hold_id", "case_id", "invoice_id", "reason", "cause")
    yield "hold_fact", {**_pick(fact, *names), "released_at": event.time}


_INVOICE_TOPICS = (
    "invoice.issued", "invoice.amended", "invoice.due", "invoice.overdue", "invoice.settled", "invoice.cancelled",
    "invoice.written_off",
)  # fmt: skip
_BY_TOPIC: Mapping[str, Callable[[Envelope[Any]], Iterator[Row]]] = {
    "customer.registered": _customer,
    "customer.updated": _customer,
    "customer.erased": _erased,
    **dict.fromkeys(_INVOICE_TOPICS, _invoice),
    "payment.received": _received,
    "payment.allocated": _allocated,
    "payment.reversed": _reversed,
    "message.requested": _requested,
    "message.suppressed": _suppressed,
    "message.sent": _sent,
    "message.delivered": _delivered,
    "message.opened": _engaged("opened"),
    "message.clicked": _engaged("clicked"),
    "message.failed": _failed,
    "message.replied": _replied,
    "promise.made": _promise,
    "promise.kept": _promise,
    "promise.broken": _promise,
    "case.opened": _case_opened,
    "case.closed": _case_closed,
    "case.escalated": _case_escalated,
    "case.held": _held,
    "case.released": _released,
}
