"""The last gate: whether a message may still go out now.

It is asked in the transaction that moves a message to *sending*, with the notifier's own copies and the proof that
these copies are fresh (`chassis.watermark.fresh_until`: a recent watermark of each producer, and our own positions past
the offsets it names; order across topics proves nothing, offsets do). What is stale is held, never sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FRESHNESS_LIMIT = timedelta(seconds=10)
"""The longest time between a payment's commit and the last instant at which a reminder may still leave."""

SEND_ALLOWANCE = timedelta(seconds=2)
"""How much of the limit the hand-off itself may use."""

MAX_HOLD = timedelta(hours=6)
"""A message held for stale facts longer than this is worthless: the régua decides anew."""

Act = Literal["send", "hold", "suppress"]


@dataclass(frozen=True, kw_only=True)
class InvoiceNow:
    """The notifier's copy of an invoice of the message; `asked_open_cents` is what dunning saw."""

    state: Literal["open", "partially_paid", "paid", "cancelled", "written_off", "renegotiated"]
    open_cents: int
    asked_open_cents: int
    held: bool = False
    prescribed: bool = False


@dataclass(frozen=True, kw_only=True)
class RecipientNow:
    """The notifier's copy of the debtor and of the contact on the channel to be used."""

    usable: bool
    opted_out: bool = False
    do_not_contact: bool = False
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """All that the gate looks at, at the instant `now` (UTC)."""

    now: datetime
    requested_at: datetime
    not_before: datetime
    not_after: datetime
    expires_at: datetime
    invoices: tuple[InvoiceNow, ...]
    recipient: RecipientNow
    facts_fresh_until: datetime | None
    """All that payments, invoicing and dunning committed about this debtor before it is in our copies (least of them);
    None while that cannot be proven."""
    stale_since: datetime | None = None
    """Since when this message is held for stale facts; None if it is not."""
    lawful_now: bool
    lawful_next_at: datetime | None = None
    claimed_before: bool = False
    thanks: bool = False
    """The message thanks for a payment: it wants every invoice paid, where any other wants one that is not."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to do, the reason's code, everything that was checked, and when to ask again if held."""

    act: Act
    reason: str
    checks: tuple[str, ...]
    ask_again_at: datetime | None = None
    deadline: datetime | None = None
    """Until when the hand-off may begin; later the gate has to be asked again."""


_STATE_REASON = {
    "paid": "paid",
    "cancelled": "cancelled",
    "written_off": "written_off",
    "renegotiated": "renegotiated",
}


def ask(question: Question) -> Verdict:
    """The gate's answer. What forbids for good comes before what only delays."""
    checks: list[str] = []
    for code, refused in _forbidding(question):
        checks.append(code)
        if refused:
            return Verdict(act="suppress", reason=code, checks=tuple(checks))
    fresh = question.facts_fresh_until
    stale = fresh is None or question.now - fresh > FRESHNESS_LIMIT - SEND_ALLOWANCE
    checks.append("stale_facts")
    if stale:
        if question.stale_since is not None and question.now - question.stale_since > MAX_HOLD:
            return Verdict(act="suppress", reason="stale_facts", checks=tuple(checks))
        again = question.now + timedelta(seconds=1)
        return Verdict(act="hold", reason="stale_facts", checks=tuple(checks), ask_again_at=again)
    return _timing(question, checks)


def _forbidding(question: Question) -> list[tuple[str, bool]]:
    recipient = question.recipient
    return [
        ("already_sent", question.claimed_before),
        ("expired", question.now >= question.expires_at),
        ("customer_erased", recipient.erased),
        ("do_not_contact", recipient.do_not_contact),
        *(_thanks(question.invoices) if question.thanks else _debt(question.invoices)),
        ("opted_out", recipient.opted_out),
        ("no_usable_contact", not recipient.usable),
    ]


def _thanks(invoices: tuple[InvoiceNow, ...]) -> list[tuple[str, bool]]:
    """Whoever is thanked has paid everything named; a payment that went back meanwhile makes the thanks wrong."""
    return [("superseded", any(item.state != "paid" or item.open_cents > 0 for item in invoices))]


def _debt(invoices: tuple[InvoiceNow, ...]) -> list[tuple[str, bool]]:
    # A message about several invoices is worth sending while any of them is still open and free.
    closed = [
        _STATE_REASON.get(item.state, "paid") for item in invoices if item.state in _STATE_REASON or not item.open_cents
    ]
    return [
        *((reason, True) for reason in closed[:1] if len(closed) == len(invoices)),
        ("amount_changed", any(item.open_cents != item.asked_open_cents for item in invoices)),
        ("prescribed", any(item.prescribed for item in invoices)),
        ("held", any(item.held for item in invoices)),
    ]


def _timing(question: Question, checks: list[str]) -> Verdict:
    checks.append("outside_window")
    if question.now < question.not_before:
        return Verdict(act="hold", reason="too_early", checks=tuple(checks), ask_again_at=question.not_before)
    if question.now >= question.not_after:
        return Verdict(act="suppress", reason="outside_window", checks=tuple(checks))
    if not question.lawful_now:
        again = question.lawful_next_at
        if again is None or again >= question.not_after:
            return Verdict(act="suppress", reason="outside_window", checks=tuple(checks))
        return Verdict(act="hold", reason="outside_window", checks=tuple(checks), ask_again_at=again)
    return Verdict(act="send", reason="allowed", checks=tuple(checks), deadline=question.now + SEND_ALLOWANCE)
