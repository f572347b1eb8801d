"""Events of the notifier: what happened to each message, attempt by attempt, and what contacts turned out to be.

A recipient is named by `contact_id`. Content, addresses and receipts stay with the notifier; here stand their hashes.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.answers import Answer
from contracts.base import Event, Instant, NonNegativeCents, Record
from contracts.decisions import PolicyRef
from contracts.fields import ON_ONE_LINE, Channel, Code, Language, Reference, Sha256, Tone, Version


class TemplateRef(Record):
    """The template that was rendered."""

    template_key: Code
    template_version: Version
    language: Language


class EvidenceLink(Record):
    """A link of the tenant's evidence chain: `entry_hash` covers the entry and `previous_hash`."""

    sequence: Annotated[int, Field(ge=1)]
    entry_hash: Sha256
    previous_hash: Sha256


class MessageEvent(Event):
    """A fact about a message. What it was about is repeated in each, so that every event can be counted alone."""

    message_id: UUID
    customer_id: UUID
    invoice_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    decision_id: UUID
    policy: PolicyRef
    step_key: Code
    tone: Tone

    def subject_id(self) -> UUID:
        return self.message_id

    def partition_key(self) -> UUID:
        return self.customer_id


class AttemptEvent(MessageEvent):
    """A fact about one attempt: one hand-off to one recipient on one channel. Attempts of a message count from 1."""

    attempt_id: UUID
    attempt: Annotated[int, Field(ge=1)]
    channel: Channel
    contact_id: UUID
    provider: Code


class QuotedAmount(Record):
    """What the text said was owed for an invoice, and for which day of payment."""

    invoice_id: UUID
    invoice_version: Version
    amount_cents: NonNegativeCents
    valid_on: date


class MessageSent(AttemptEvent):
    """The provider accepted the message. `cost_millicents`: thousandths of a cent."""

    topic: ClassVar[str] = "message.sent"

    template: TemplateRef
    quoted: Annotated[tuple[QuotedAmount, ...], Field(min_length=1)]
    provider_message_id: Reference
    sent_at: Instant
    content_hash: Sha256
    evidence: EvidenceLink
    cost_millicents: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _quotes_its_invoices(self) -> "MessageSent":
        if {quote.invoice_id for quote in self.quoted} != set(self.invoice_ids):
            raise ValueError("message.sent: quoted must name each of invoice_ids, and no other")
        return self


class MessageDelivered(AttemptEvent):
    """The provider says it reached the recipient's server or device."""

    topic: ClassVar[str] = "message.delivered"

    provider_message_id: Reference
    delivered_at: Instant
    proof: Literal["provider_callback", "smtp_dsn", "smtp_accepted", "postal_receipt"]
    evidence: EvidenceLink


class Engagement(Record):
    """The raw fact behind an open or click, and the verdict on it. The network address is kept as a keyed hash."""

    occurred_at: Instant
    signal: Literal["pixel", "link", "read_receipt"]
    user_agent: Annotated[str, Field(max_length=400, pattern=ON_ONE_LINE)] | None = None
    network: Code | None = None
    address_hash: Sha256 | None = None
    seconds_after_delivery: Annotated[int, Field(ge=0)] | None = None
    verdict: Literal["human", "machine", "unsure"]
    verdict_reason: Code


class MessageOpened(AttemptEvent):
    """The message was shown, or something fetched its pixel; the verdict says which."""

    topic: ClassVar[str] = "message.opened"

    engagement: Engagement
    evidence: EvidenceLink


class MessageClicked(AttemptEvent):
    """A link of the message was followed."""

    topic: ClassVar[str] = "message.clicked"

    link_id: UUID
    target: Literal["pix", "boleto", "portal", "unsubscribe", "creditor_site", "other"]
    engagement: Engagement
    evidence: EvidenceLink


class MessageFailed(AttemptEvent):
    """The attempt failed. `unknown`: nobody knows whether it left, so it is never repeated by itself.

    `final`: no attempt or channel is left. `status_code` is the enhanced SMTP code (RFC 3463) or the provider's.
    """

    topic: ClassVar[str] = "message.failed"

    failure: Literal["hard", "soft", "complaint", "provider", "unknown"]
    reason: Code
    status_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$")] | None = None
    provider_message_id: Reference | None = None
    failed_at: Instant
    retry_at: Instant | None = None
    final: bool
    evidence: EvidenceLink

    @model_validator(mode="after")
    def _retry_fits(self) -> "MessageFailed":
        if self.retry_at is not None and (self.final or self.failure in {"hard", "complaint", "unknown"}):
            raise ValueError(f"message.failed: {'a final' if self.final else self.failure} failure is not retried")
        if self.retry_at is not None and self.retry_at <= self.failed_at:
            raise ValueError("message.failed: retry_at must be after failed_at")
        return self


class MessageSuppressed(MessageEvent):
    """The last gate kept the message back for good. `checks` names everything it looked at that spoke against it."""

    topic: ClassVar[str] = "message.suppressed"

    reason: Literal[
        "paid", "cancelled", "written_off", "renegotiated", "amount_changed", "held", "opted_out", "do_not_contact",
        "no_usable_contact", "outside_window", "expired", "stale_facts", "superseded", "already_sent", "over_cap",
        "prescribed", "customer_erased", "template_invalid", "cancelled_by_operator",
    ]  # fmt: skip
    checks: Annotated[tuple[Code, ...], Field(min_length=1)]
    channel: Channel | None = None
    contact_id: UUID | None = None
    suppressed_at: Instant
    evidence: EvidenceLink


class MessageReplied(AttemptEvent):
    """The debtor wrote back. The text stays with the notifier; invoicing turns the answer into `debtor.responded`."""

    topic: ClassVar[str] = "message.replied"

    reply_id: UUID
    replied_at: Instant
    answer: Answer
    recognised_by: Literal["keyword", "classifier", "button", "operator"]
    confidence_percent: Annotated[int, Field(ge=0, le=100)]
    text_hash: Sha256
    language: Language | None = None
    evidence: EvidenceLink


class ContactOptedOut(Event):
    """The debtor refused a channel. Without `contact_id`, for all contacts of the channel; without both, for all."""

    topic: ClassVar[str] = "contact.opted_out"

    customer_id: UUID
    channel: Channel | None = None
    contact_id: UUID | None = None
    source: Literal["reply", "unsubscribe_link", "one_click_header", "provider_list", "complaint", "portal", "operator"]
    message_id: UUID | None = None
    opted_out_at: Instant

    def subject_id(self) -> UUID:
        return self.contact_id or self.customer_id

    def partition_key(self) -> UUID:
        return self.customer_id

    @model_validator(mode="after")
    def _a_contact_has_a_channel(self) -> "ContactOptedOut":
        if self.contact_id is not None and self.channel is None:
            raise ValueError("contact.opted_out: a contact has a channel, so channel is needed")
        return self


class ContactInvalidated(Event):
    """A contact does not reach the customer."""

    topic: ClassVar[str] = "contact.invalidated"

    customer_id: UUID
    contact_id: UUID
    channel: Channel
    reason: Literal["hard_bounce", "soft_bounces", "number_unassigned", "not_on_channel", "wrong_person", "complaint"]
    status_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$")] | None = None
    message_id: UUID | None = None
    invalidated_at: Instant

    def subject_id(self) -> UUID:
        return self.contact_id

    def partition_key(self) -> UUID:
        return self.customer_id
