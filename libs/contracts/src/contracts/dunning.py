"""Events of the dunning service: cases, promises, decisions, and the messages it asks for."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.base import Event, Instant, NonNegativeCents, PositiveCents, Record
from contracts.decisions import Outcome, PolicyRef, Reason, RuleVerdict, VersionedInput
from contracts.fields import AnswerChannel, Channel, Code, Language, Reference, Sha256, TimeZone, Tone, Uf, Version


class InvoiceRef(Record):
    """An invoice at the version that was looked at, and what was open then."""

    invoice_id: UUID
    invoice_version: Version
    open_cents: NonNegativeCents


class ChannelPlan(Record):
    """One channel to try, with its recipients; the address is the notifier's to know."""

    channel: Channel
    contact_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]


class ContactWindow(Record):
    """The window within which the law and the debtor allow the contact, and the rule that says so."""

    rule: Code
    uf: Uf
    time_zone: TimeZone
    opens_at: Instant
    closes_at: Instant

    @model_validator(mode="after")
    def _opens_first(self) -> "ContactWindow":
        if self.opens_at >= self.closes_at:
            raise ValueError("window: opens_at must be before closes_at")
        return self


class MessageRequested(Event):
    """A step of the régua asks for a message. The notifier re-checks everything at the moment of sending.

    `channels` in order of preference: the next one is tried when the one before has no usable contact, or failed, and
    after `fallback_after_minutes` without delivery. Nothing leaves outside `not_before … not_after`, and after
    `expires_at` the message is worthless.
    """

    topic: ClassVar[str] = "message.requested"

    message_id: UUID
    customer_id: UUID
    case_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    invoices: Annotated[tuple[InvoiceRef, ...], Field(min_length=1)]
    decision_id: UUID
    policy: PolicyRef
    step_key: Code
    occurrence: Annotated[int, Field(ge=1)] = 1
    purpose: Literal["reminder", "due_today", "overdue", "final_notice", "thanks", "promise_reminder", "offer", "reply"]
    tone: Tone
    template_key: Code
    language: Language
    channels: Annotated[tuple[ChannelPlan, ...], Field(min_length=1)]
    fallback_after_minutes: Annotated[int, Field(ge=1)] | None = None
    window: ContactWindow
    not_before: Instant
    not_after: Instant
    expires_at: Instant

    def subject_id(self) -> UUID:
        return self.message_id

    def partition_key(self) -> UUID:
        return self.customer_id

    @model_validator(mode="after")
    def _parts_agree(self) -> "MessageRequested":
        if not self.not_before < self.not_after <= self.expires_at:
            raise ValueError("message.requested: not_before < not_after <= expires_at must hold")
        if self.not_before < self.window.opens_at or self.not_after > self.window.closes_at:
            raise ValueError("message.requested: not_before and not_after must lie within the window")
        if len({plan.channel for plan in self.channels}) != len(self.channels):
            raise ValueError("message.requested: a channel stands twice")
        if len({invoice.invoice_id for invoice in self.invoices}) != len(self.invoices):
            raise ValueError("message.requested: an invoice stands twice")
        return self


class CaseEvent(Event):
    """A fact about the collection of one invoice. `case_version` rises by one with each fact of the case."""

    case_id: UUID
    case_version: Version
    customer_id: UUID
    invoice_id: UUID

    def subject_id(self) -> UUID:
        return self.case_id

    def partition_key(self) -> UUID:
        return self.customer_id


class CaseOpened(CaseEvent):
    """An invoice came under a policy."""

    topic: ClassVar[str] = "case.opened"

    policy: PolicyRef
    invoice_version: Version
    reason: Literal["invoice_issued", "invoice_reopened", "agreement_broken", "imported", "operator"]
    segment: Code | None = None


class Owner(Record):
    """Who has to end it: a rule of the system (by its code), a queue of people (by its code), an operator (by id)."""

    kind: Literal["system", "queue", "operator"]
    id: Reference


HoldReason = Literal[
    "dispute", "promise", "payment_in_flight", "says_paid", "agreement_offered", "agreement_active", "court_order",
    "customer_request", "asks_new_date", "bereavement", "insolvency", "stale_source", "no_contact", "operator",
]  # fmt: skip


class CaseHeld(CaseEvent):
    """Nothing is sent until the hold ends. A hold without a sure end has a day on which a person looks at it again."""

    topic: ClassVar[str] = "case.held"

    hold_id: UUID
    reason: HoldReason
    owner: Owner
    held_from: Instant
    until: Instant | None = None
    review_on: date | None = None
    response_id: UUID | None = None
    promise_id: UUID | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> "CaseHeld":
        if self.until is None and self.review_on is None:
            raise ValueError("case.held: a hold needs an end (until) or a day to look again (review_on)")
        if self.until is not None and self.until <= self.held_from:
            raise ValueError("case.held: until must be after held_from")
        if (self.reason == "promise") != (self.promise_id is not None):
            raise ValueError("case.held: promise_id belongs to the reason promise, which needs it")
        return self


class CaseReleased(CaseEvent):
    """A hold ended; the case goes on when no other hold stands."""

    topic: ClassVar[str] = "case.released"

    hold_id: UUID
    reason: HoldReason
    cause: Literal["expired", "resolved", "rejected", "promise_kept", "promise_broken", "source_fresh", "operator"]
    still_held: bool


class CaseEscalated(CaseEvent):
    """The next rung is not a message: a person, an agency, a bureau, a notary or a court has to act."""

    topic: ClassVar[str] = "case.escalated"

    task_id: UUID
    to: Literal["person", "agency", "credit_bureau", "protest", "legal"]
    step_key: Code
    decision_id: UUID
    priority: Annotated[int, Field(ge=1, le=5)]
    reason: Literal["last_step", "no_contact", "channel_exhausted", "answer_unclear", "dispute", "amount", "operator"]
    due_on: date
    open_cents: NonNegativeCents


class CaseClosed(CaseEvent):
    """Collection of the invoice ended."""

    topic: ClassVar[str] = "case.closed"

    reason: Literal[
        "paid", "cancelled", "written_off", "renegotiated", "prescribed", "excluded", "customer_erased", "operator"
    ]
    steps_done: Annotated[int, Field(ge=0)]
    messages_requested: Annotated[int, Field(ge=0)]


class PromiseEvent(Event):
    """A fact about a promise to pay."""

    promise_id: UUID
    customer_id: UUID
    case_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    invoice_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    promised_on: date
    promised_cents: PositiveCents

    def subject_id(self) -> UUID:
        return self.promise_id

    def partition_key(self) -> UUID:
        return self.customer_id


class PromiseMade(PromiseEvent):
    """The debtor promised; there is silence until the grace after the day has passed."""

    topic: ClassVar[str] = "promise.made"

    response_id: UUID
    channel: AnswerChannel
    grace_days: Annotated[int, Field(ge=0, le=30)]
    silent_until: Instant


class PromiseKept(PromiseEvent):
    """The promised amount was paid in time, grace included."""

    topic: ClassVar[str] = "promise.kept"

    paid_cents: PositiveCents
    kept_on: date
    allocation_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_enough(self) -> "PromiseKept":
        if self.paid_cents < self.promised_cents:
            raise ValueError("promise.kept: paid_cents is less than promised_cents")
        return self


class PromiseBroken(PromiseEvent):
    """The day and its grace passed without the promised amount."""

    topic: ClassVar[str] = "promise.broken"

    paid_cents: NonNegativeCents
    broken_on: date

    @model_validator(mode="after")
    def _is_too_little(self) -> "PromiseBroken":
        if self.paid_cents >= self.promised_cents:
            raise ValueError("promise.broken: the promised amount was paid")
        if self.broken_on <= self.promised_on:
            raise ValueError("promise.broken: broken_on must be after promised_on")
        return self


class DecisionRecorded(Event):
    """What was decided about a case, from which facts, by which rules. The same facts give the same decision.

    `facts_hash` covers the canonical form of all inputs, which dunning keeps for replay.
    """

    topic: ClassVar[str] = "decision.recorded"

    decision_id: UUID
    case_id: UUID
    customer_id: UUID
    invoice_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    policy: PolicyRef
    code_version: Code
    evaluated_at: Instant
    trigger: Literal["schedule", "event", "operator", "replay"]
    inputs: Annotated[tuple[VersionedInput, ...], Field(min_length=1)]
    facts_hash: Sha256
    rules: Annotated[tuple[RuleVerdict, ...], Field(min_length=1)]
    outcome: Outcome
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    next_evaluation_at: Instant | None = None

    def subject_id(self) -> UUID:
        return self.decision_id

    def partition_key(self) -> UUID:
        return self.customer_id

    @model_validator(mode="after")
    def _parts_agree(self) -> "DecisionRecorded":
        if self.outcome.kind == "action" and any(rule.verdict == "refused" for rule in self.rules):
            raise ValueError("decision.recorded: an action with a refused rule")
        if self.outcome.kind in {"hold", "stop"} and all(rule.verdict != "refused" for rule in self.rules):
            raise ValueError(f"decision.recorded: a {self.outcome.kind} names the rule that refused")
        if self.outcome.kind == "stop" and self.next_evaluation_at is not None:
            raise ValueError("decision.recorded: a stopped case has no next evaluation")
        if self.outcome.kind == "wait" and self.next_evaluation_at != self.outcome.until:
            raise ValueError("decision.recorded: next_evaluation_at must be the instant waited for")
        return self
