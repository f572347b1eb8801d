"""Writing the letter of one hand-off, with today's amounts, and the proof of why it may leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from brasil.calendar import BankCalendar
from chassis.db import Tx
from contracts.customers import ContactAddress
from contracts.fields import Channel
from notifier.channels.base import Handoff
from notifier.domain.facts import MessageFacts
from notifier.domain.gate import Verdict
from notifier.domain.quoting import Quote, quote
from notifier.domain.texts import language_of
from notifier.parts import Parts
from notifier.rendering.letters import compose
from notifier.store import templates
from notifier.store.attempts import Content, NewAttempt


@dataclass(frozen=True)
class Claimed:
    """A hand-off that is ours to make."""

    attempt: NewAttempt
    handoff: Handoff


@dataclass(frozen=True)
class Recipient:
    """To whom, and the claim that makes it the only time. `number` counts the hand-offs made together."""

    channel: Channel
    contact_id: UUID
    claim_key: str
    number: int = 1


@dataclass(frozen=True)
class Desk:
    """What letters are written with."""

    parts: Parts
    tx: Tx
    texts: templates.Published


def claim(desk: Desk, own: MessageFacts, to: Recipient, verdict: Verdict) -> Claimed:
    """Write the letter of one hand-off; raises `RenderError` or `BrasilError` where it cannot be written."""
    parts, tx, request = desk.parts, desk.tx, own.request
    recipient = own.debtor.address(to.contact_id)
    assert recipient is not None  # noqa: S101 - the gate lets nothing pass to a contact without an address
    assert tx.tenant_id is not None  # noqa: S101 - messages belong to a tenant
    contact = own.debtor.contact(to.contact_id)
    language = language_of(contact.language if contact else request.language)
    template = desk.texts.get(request.template_key, language)
    quotes = quotes_of(own, tx.now)
    attempt_id = tx.ids.new_id()
    letter = compose(
        template.document,
        quotes,
        recipient,
        language=language,
        channel=to.channel,
        addresses=parts.addresses(tx.tenant_id, attempt_id, tx.now),
    )
    headers = {"unsubscribe": letter.unsubscribe_link} if letter.unsubscribe_link else {}
    attempt = NewAttempt(
        attempt_id=attempt_id,
        message_id=request.message_id,
        customer_id=request.customer_id,
        number=to.number,
        channel=to.channel,
        contact_id=to.contact_id,
        provider=parts.providers[to.channel].name,
        claim_key=to.claim_key,
        proof=_proof(parts, own, recipient, verdict),
        template=template.reference,
        quoted=tuple(item.wire() for item in quotes),
        content=Content(
            recipient=recipient.address,
            subject=letter.subject,
            body_text=letter.text,
            body_html=letter.html,
            headers=headers,
            links=letter.links,
            content_hash=letter.content_hash,
        ),
    )
    handoff = Handoff(
        attempt_id=attempt_id,
        tenant_id=tx.tenant_id,
        channel=to.channel,
        recipient=recipient.address,
        recipient_name=recipient.name,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        claimed_at=tx.now,
        headers=headers,
    )
    return Claimed(attempt, handoff)


def quotes_of(own: MessageFacts, now: datetime) -> list[Quote]:
    """Today's amount of each invoice of a message, in the debtor's own calendar."""
    customer = own.debtor.customer
    assert customer is not None  # noqa: S101 - the gate lets nothing pass about a debtor who is not known
    calendar = _calendar(customer.uf, customer.city_code)
    today = now.astimezone(own.debtor.zone).date()
    return [quote(own.invoices[item.invoice_id], on=today, calendar=calendar) for item in own.request.invoices]


_calendars: dict[tuple[str, str], BankCalendar] = {}


def _calendar(uf: str, city: str) -> BankCalendar:
    known = _calendars.get((uf, city))
    if known is None:
        known = _calendars[uf, city] = BankCalendar(uf=uf, city=city or None)
    return known


def _proof(parts: Parts, own: MessageFacts, recipient: ContactAddress, verdict: Verdict) -> dict[str, Any]:
    """What the evidence will say of this instant: what was checked, and what the debt was."""
    return {
        "checks": list(verdict.checks),
        "fresh_until": own.fresh_until.isoformat() if own.fresh_until else None,
        "recipient_hash": parts.address_hash(recipient.address),
        "debt": [
            {
                "invoice_id": str(item.invoice_id),
                "version": own.invoices[item.invoice_id].invoice.version,
                "state": own.invoices[item.invoice_id].state,
                "open_cents": own.invoices[item.invoice_id].open_cents,
            }
            for item in own.request.invoices
        ],
    }
