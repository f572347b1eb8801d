"""What must be true of every run, checked from the topics alone; each check returns the breaches it found.

Pure: facts in, sentences out. A breach names ids, never people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from brasil.contact import Channel, allowed
from regua.demo.topics import Fact, Log

PAYMENT_TO_SILENCE = timedelta(minutes=1)
"""How long after the platform knows of a payment a message about it may still leave."""


@dataclass(frozen=True)
class Breach:
    """One violation: which rule, and of what."""

    rule: str
    about: str


@dataclass
class Findings:
    """The breaches by rule; a rule that found nothing stands with an empty list."""

    by_rule: dict[str, list[str]] = field(default_factory=dict)

    def add(self, rule: str, breaches: Iterable[str]) -> None:
        """Record a rule with what it found."""
        self.by_rule.setdefault(rule, []).extend(breaches)

    def counts(self) -> dict[str, int]:
        """How many breaches each rule found."""
        return {rule: len(found) for rule, found in self.by_rule.items()}

    @property
    def clean(self) -> bool:
        """No rule found anything."""
        return not any(self.by_rule.values())


def check_log(log: Log) -> Findings:
    """Every invariant that the topics can show."""
    findings = Findings()
    findings.add("no message twice", sent_twice(log))
    findings.add("no message after payment", sent_after_payment(log))
    findings.add("no message outside its lawful window", sent_outside_window(log))
    findings.add("one message a debtor a day", over_the_daily_cap(log))
    findings.add("every invoice accounted for to the cent", unaccounted(log))
    findings.add("every receipt accounted for to the cent", receipts_unaccounted(log))
    findings.add("due and overdue once each", days_repeated(log))
    return findings


def sent_twice(log: Log) -> list[str]:
    """A step's message about an invoice reached the same contact on the same channel more than once."""
    occurrences = {fact.message_id: fact.occurrence for fact in log.of("message.requested")}
    seen: Counter[tuple[Any, ...]] = Counter()
    for sent in log.of("message.sent"):
        for invoice_id in sent.invoice_ids:
            key = (invoice_id, sent.step_key, occurrences.get(sent.message_id, 1), sent.channel, sent.contact_id)
            seen[key] += 1
    return [f"invoice {key[0]} step {key[1]} {key[3]}: {count} times" for key, count in seen.items() if count > 1]


def _known_paid(log: Log) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    """For each invoice, from when to when the platform knew that nothing was open (None: to the end)."""
    spans: dict[UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    moves: dict[UUID, list[tuple[datetime, bool]]] = defaultdict(list)
    for fact in log.envelopes("payment.allocated"):
        for line in fact.data.lines:
            moves[line.invoice_id].append((fact.time, line.balance.open_cents == 0))
    for fact in log.envelopes("payment.reversed"):
        for line in fact.data.undone:
            moves[line.invoice_id].append((fact.time, line.balance.open_cents == 0))
    for invoice_id, changes in moves.items():
        since: datetime | None = None
        for instant, closed in sorted(changes):
            if closed and since is None:
                since = instant
            elif not closed and since is not None:
                spans[invoice_id].append((since, instant))
                since = None
        if since is not None:
            spans[invoice_id].append((since, None))
    return spans


def sent_after_payment(log: Log, limit: timedelta = PAYMENT_TO_SILENCE) -> list[str]:
    """A message that asks for money left later than `limit` after the platform knew it was paid."""
    purposes = {fact.message_id: fact.purpose for fact in log.of("message.requested")}
    spans = _known_paid(log)
    found = []
    for sent in log.of("message.sent"):
        if purposes.get(sent.message_id) == "thanks":
            continue
        for invoice_id in sent.invoice_ids:
            for since, until in spans.get(invoice_id, []):
                if since + limit < sent.sent_at and (until is None or sent.sent_at < until):
                    found.append(f"message {sent.message_id} about invoice {invoice_id}")
    return found


def sent_outside_window(log: Log) -> list[str]:
    """A message left outside the window it was asked for, or outside the law of the debtor's state."""
    requests = {fact.message_id: fact for fact in log.of("message.requested")}
    debtors = _newest_customers(log)
    found = []
    for sent in log.of("message.sent"):
        request = requests.get(sent.message_id)
        if request is None:
            found.append(f"message {sent.message_id} was never asked for")
            continue
        if not request.not_before <= sent.sent_at <= request.expires_at:
            found.append(f"message {sent.message_id} left at {sent.sent_at.isoformat()}, outside its time")
        debtor = debtors.get(sent.customer_id)
        if debtor is not None and not _lawful(debtor, sent.channel, sent.sent_at):
            found.append(f"message {sent.message_id} left at {sent.sent_at.isoformat()}, unlawful in {debtor.uf}")
    return found


def _lawful(debtor: Any, channel: str, at: datetime) -> bool:
    zone = ZoneInfo(debtor.time_zone)
    return allowed(at=at, uf=debtor.uf, city=debtor.city_code, channel=Channel(channel), zone=zone).allowed


def over_the_daily_cap(log: Log) -> list[str]:
    """Two different dunning messages left to one debtor on one local day (thanks and fallbacks do not count)."""
    purposes = {fact.message_id: fact.purpose for fact in log.of("message.requested")}
    debtors = _newest_customers(log)
    days: dict[tuple[UUID, Any], set[UUID]] = defaultdict(set)
    for sent in log.of("message.sent"):
        debtor = debtors.get(sent.customer_id)
        if debtor is not None and purposes.get(sent.message_id) != "thanks":
            day = sent.sent_at.astimezone(ZoneInfo(debtor.time_zone)).date()
            days[sent.customer_id, day].add(sent.message_id)
    return [f"customer {customer} on {day}: {len(ids)}" for (customer, day), ids in days.items() if len(ids) > 1]


def _newest_customers(log: Log) -> dict[UUID, Any]:
    newest: dict[UUID, Any] = {}
    for fact in log.of("customer.registered", "customer.updated"):
        known = newest.get(fact.customer.customer_id)
        if known is None or known.version < fact.customer.version:
            newest[fact.customer.customer_id] = fact.customer
    return newest


INVOICE_TOPICS = tuple(
    f"invoice.{verb}" for verb in ("issued", "amended", "due", "overdue", "settled", "cancelled", "written_off")
)


def newest_invoices(log: Log) -> dict[UUID, Any]:
    """The last version of every invoice."""
    newest: dict[UUID, Any] = {}
    for fact in log.of(*INVOICE_TOPICS):
        known = newest.get(fact.invoice.invoice_id)
        if known is None or known.version < fact.invoice.version:
            newest[fact.invoice.invoice_id] = fact.invoice
    return newest


_PARTS = (
    ("principal_cents", "principal_paid_cents"),
    ("interest_cents", "interest_paid_cents"),
    ("fine_cents", "fine_paid_cents"),
    ("discount_cents", "discount_granted_cents"),
)


def unaccounted(log: Log) -> list[str]:
    """An invoice whose books at invoicing are not the sum of what payments allocated and took back."""
    sums: dict[UUID, Counter[str]] = defaultdict(Counter)
    for fact in log.of("payment.allocated"):
        for line in fact.lines:
            _add(sums[line.invoice_id], line, 1)
    for fact in log.of("payment.reversed"):
        for line in fact.undone:
            _add(sums[line.invoice_id], line, -1)
    found = []
    for invoice_id, invoice in newest_invoices(log).items():
        for _, name in _PARTS:
            told, summed = getattr(invoice.balance, name), sums[invoice_id][name]
            if told != summed:
                found.append(f"invoice {invoice_id} {name}: {told} by invoicing, {summed} by payments")
    return found


def _add(sums: "Counter[str]", line: Any, sign: int) -> None:
    for part, name in _PARTS:
        sums[name] += sign * getattr(line, part)


def receipts_unaccounted(log: Log) -> list[str]:
    """A receipt whose allocations do not add up to its money, or that never got an outcome."""
    allocated: Counter[UUID] = Counter()
    for fact in log.of("payment.allocated"):
        if fact.funds == "receipt":
            # A receipt that waited unmatched is told again when its invoice is known: the last word counts.
            allocated[fact.receipt_id] = fact.amount_cents
    received = {fact.receipt_id: fact.gross_cents for fact in log.of("payment.received")}
    found = [f"receipt {one}: {cents} received, {allocated[one]} given an outcome" for one, cents in received.items()
             if allocated[one] != cents]  # fmt: skip
    return found + [f"receipt {one} was never received" for one in allocated if one not in received]


def days_repeated(log: Log) -> list[str]:
    """`invoice.due` or `invoice.overdue` told twice for one day."""
    found = []
    for topic in ("invoice.due", "invoice.overdue"):
        seen = Counter((fact.invoice.invoice_id, fact.local_date) for fact in log.of(topic))
        found += [f"{topic} of {key[0]}: {count} times" for key, count in seen.items() if count > 1]
    return found


def hand_offs_without_a_fact(log: Log, handed_off: Sequence[str]) -> list[str]:
    """Something reached a provider, by the provider's own record, and no `message.sent` names it."""
    named = {sent.provider_message_id for sent in log.of("message.sent")}
    return [f"hand-off {one}" for one in handed_off if one not in named]


def first_times(facts: Iterable[Fact]) -> dict[UUID, datetime]:
    """The first instant of each aggregate."""
    found: dict[UUID, datetime] = {}
    for fact in facts:
        key = fact.data.subject_id()
        found[key] = min(fact.time, found.get(key, fact.time))
    return found
