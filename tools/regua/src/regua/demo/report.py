"""The result of a run in numbers a manager understands, from the topics alone, and without ids or wall-clock times.

The same portfolio, seed and days give the same report, to the last byte.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from regua.demo.invariants import newest_invoices
from regua.demo.topics import Log

_AGES = ((0, "not yet due"), (7, "1-7 days"), (15, "8-15 days"), (30, "16-30 days"), (60, "31-60 days"))
_OLDEST = "over 60 days"
_OPEN = ("open", "partially_paid")


def tell(log: Log, *, on: date) -> dict[str, Any]:
    """The whole report as of the local day `on`."""
    return {
        "as_of": on.isoformat(),
        "portfolio": portfolio(log),
        "messages": messages(log),
        "engagement": engagement(log),
        "payments": payments(log),
        "days_to_receive": days_to_receive(log),
        "ageing": ageing(log, on=on),
        "holds": dict(sorted(Counter(fact.reason for fact in log.of("case.held")).items())),
        "promises": {verb: len(log.of(f"promise.{verb}")) for verb in ("made", "kept", "broken")},
        "answers": dict(sorted(Counter(fact.answer.kind for fact in log.of("debtor.responded")).items())),
        "escalated": dict(sorted(Counter(fact.reason for fact in log.of("case.escalated")).items())),
        "decisions": len(log.of("decision.recorded")),
    }


def portfolio(log: Log) -> dict[str, Any]:
    """What was issued, and what became of it."""
    invoices = newest_invoices(log).values()
    states: dict[str, dict[str, int]] = defaultdict(lambda: {"invoices": 0, "amount_cents": 0})
    for invoice in invoices:
        states[invoice.state]["invoices"] += 1
        states[invoice.state]["amount_cents"] += invoice.amount_cents
    return {
        "customers": len({fact.customer.customer_id for fact in log.of("customer.registered")}),
        "invoices": len(log.of("invoice.issued")),
        "issued_cents": sum(fact.invoice.amount_cents for fact in log.of("invoice.issued")),
        "by_state": {state: states[state] for state in sorted(states)},
        "open_cents": sum(invoice.balance.open_cents for invoice in invoices),
    }


def messages(log: Log) -> dict[str, Any]:
    """Messages asked for, by what became of them; attempts by channel; what the last gate kept back, and why."""
    sent: dict[str, Counter[str]] = defaultdict(Counter)
    for topic, word in (("message.sent", "sent"), ("message.delivered", "delivered"), ("message.failed", "failed")):
        for fact in log.of(topic):
            sent[fact.channel][word] += 1
    suppressed = Counter(fact.reason for fact in log.of("message.suppressed"))
    return {
        "requested": len(log.of("message.requested")),
        "by_step": _sorted(Counter(fact.step_key for fact in log.of("message.sent"))),
        "by_channel": {channel: _sorted(sent[channel]) for channel in sorted(sent)},
        "suppressed": _sorted(suppressed),
        "unknown": sum(fact.failure == "unknown" for fact in log.of("message.failed")),
    }


def engagement(log: Log) -> dict[str, int]:
    """How many messages were opened and clicked by people, and how many opens were a machine's."""

    def distinct(topic: str, verdicts: Iterable[str]) -> int:
        return len({fact.message_id for fact in log.of(topic) if fact.engagement.verdict in verdicts})

    return {
        "opened_by_people": distinct("message.opened", {"human"}),
        "opened_by_machines_only": len(
            {fact.message_id for fact in log.of("message.opened") if fact.engagement.verdict != "human"}
            - {fact.message_id for fact in log.of("message.opened") if fact.engagement.verdict == "human"}
        ),
        "clicked_by_people": distinct("message.clicked", {"human"}),
        "replied": len({fact.message_id for fact in log.of("message.replied")}),
    }


def payments(log: Log) -> dict[str, Any]:
    """Money by route and by what it did."""
    routes: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in log.of("payment.received"):
        routes[fact.route]["receipts"] += 1
        routes[fact.route]["gross_cents"] += fact.gross_cents
        routes[fact.route]["fee_cents"] += fact.fee_cents
    allocated = log.of("payment.allocated")
    return {
        "by_route": {route: _sorted(routes[route]) for route in sorted(routes)},
        "outcomes": _sorted(Counter(fact.outcome for fact in allocated)),
        "matched_by": _sorted(Counter(fact.match.rung for fact in allocated)),
        "principal_cents": sum(line.principal_cents for fact in allocated for line in fact.lines),
        "interest_and_fine_cents": sum(
            line.interest_cents + line.fine_cents for fact in allocated for line in fact.lines
        ),
        "discount_cents": sum(line.discount_cents for fact in allocated for line in fact.lines),
        "unapplied_cents": sum(fact.unapplied_cents for fact in allocated if fact.funds == "receipt"),
        "reversed_cents": sum(fact.returned_cents for fact in log.of("payment.reversed")),
    }


def days_to_receive(log: Log) -> dict[str, Any]:
    """From issue, and from the due date, to the last payment of settled invoices; weighted by money."""
    settled = [invoice for invoice in newest_invoices(log).values() if invoice.state == "paid" and invoice.last_paid_on]
    money = sum(invoice.amount_cents for invoice in settled)
    from_issue = sum((invoice.last_paid_on - invoice.issued_on).days * invoice.amount_cents for invoice in settled)
    from_due = sum((invoice.last_paid_on - invoice.payable_on).days * invoice.amount_cents for invoice in settled)
    return {
        "settled_invoices": len(settled),
        "from_issue": _mean(from_issue, money),
        "from_due_date": _mean(from_due, money),
        "paid_by_the_due_date_percent": _mean(
            100 * sum(invoice.last_paid_on <= invoice.payable_on for invoice in settled), len(settled)
        ),
    }


def ageing(log: Log, *, on: date) -> dict[str, dict[str, int]]:
    """What is open, by days past the payable date."""
    found = {name: {"invoices": 0, "open_cents": 0} for name in (*(name for _, name in _AGES), _OLDEST)}
    for invoice in newest_invoices(log).values():
        if invoice.state in _OPEN:
            late = (on - invoice.payable_on).days
            bucket = next((name for limit, name in _AGES if late <= limit), _OLDEST)
            found[bucket]["invoices"] += 1
            found[bucket]["open_cents"] += invoice.balance.open_cents
    return found


def received_by_day(log: Log) -> dict[date, int]:
    """Principal received by day of payment, in cents."""
    found: Counter[date] = Counter()
    for fact in log.of("payment.allocated"):
        found[fact.paid_on] += sum(line.principal_cents for line in fact.lines)
    return dict(sorted(found.items()))


def _mean(total: int, weight: int) -> str | None:
    """One decimal, half up; None of nothing."""
    if not weight:
        return None
    return str((Decimal(total) / Decimal(weight)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def opened_by(log: Log, verdict: str) -> set[UUID]:
    """The messages with an open of that verdict."""
    return {fact.message_id for fact in log.of("message.opened") if fact.engagement.verdict == verdict}
