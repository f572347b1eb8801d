"""What the notifier knows about a debtor and the invoices of a message, and the gate's question made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from brasil.charges import Payment
from brasil.contact import Channel as LawChannel
from brasil.contact import allowed
from contracts.customers import Contact, ContactAddress, Customer
from contracts.dunning import MessageRequested
from contracts.fields import Channel
from contracts.invoices import Invoice, InvoiceState
from notifier.domain.gate import InvoiceNow, Question, RecipientNow

PRESCRIPTION_YEARS = 5
"""Código Civil, art. 206, § 5º, I: after so many years a liquid debt is not asked for any more."""

_NEVER = frozenset({"do_not_contact", "deceased", "bankrupt", "judicial_recovery", "in_litigation"})
_REFUSED = frozenset({"opted_out"})
_USABLE = frozenset({"active", "unconfirmed"})


@dataclass(frozen=True)
class Suppressions:
    """What was refused or found not to reach: whole channels (or all), and single contacts."""

    everything: bool = False
    channels: frozenset[str] = frozenset()
    opted_out: frozenset[UUID] = frozenset()
    dead: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class InvoiceFacts:
    """An invoice as our copies have it: the snapshot, what payments closed beyond it, and whether it is held."""

    invoice: Invoice
    closed_cents: int = 0
    payments: tuple[Payment, ...] = ()
    held: bool = False

    @property
    def ahead_cents(self) -> int:
        """Principal that payments closed and the snapshot does not know yet."""
        balance = self.invoice.balance
        told = balance.principal_paid_cents + balance.discount_granted_cents + balance.abatement_granted_cents
        return max(0, self.closed_cents - told)

    @property
    def open_cents(self) -> int:
        """Principal still open, by the newest of the two witnesses."""
        return max(0, self.invoice.balance.open_cents - self.ahead_cents)

    @property
    def state(self) -> InvoiceState:
        """The state, by the newest of the two witnesses."""
        settled = self.ahead_cents and self.invoice.balance.open_cents and not self.open_cents
        return "paid" if settled else self.invoice.state


@dataclass(frozen=True)
class DebtorFacts:
    """The debtor's copy; `customer` is None while it is unknown, or erased."""

    customer: Customer | None
    erased: bool = False
    suppressions: Suppressions = Suppressions()

    @property
    def zone(self) -> ZoneInfo:
        """The debtor's own time zone."""
        return ZoneInfo(self.customer.time_zone if self.customer else "America/Sao_Paulo")

    def contact(self, contact_id: UUID) -> Contact | None:
        """The contact as the newest snapshot has it."""
        contacts = self.customer.contacts if self.customer else ()
        return next((contact for contact in contacts if contact.contact_id == contact_id), None)

    def address(self, contact_id: UUID) -> ContactAddress | None:
        """The contact's address, or None if it is not readable."""
        personal = self.customer.readable if self.customer else None
        addresses = personal.addresses if personal else ()
        return next((address for address in addresses if address.contact_id == contact_id), None)


@dataclass(frozen=True)
class MessageFacts:
    """Everything about one message at one instant. An invoice that is not known is missing in `invoices`."""

    request: MessageRequested
    debtor: DebtorFacts
    invoices: Mapping[UUID, InvoiceFacts]
    fresh_until: datetime | None
    stale_since: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether the debtor and every invoice are known here."""
        known = all(reference.invoice_id in self.invoices for reference in self.request.invoices)
        return known and (self.debtor.customer is not None or self.debtor.erased)


def recipient_now(debtor: DebtorFacts, channel: Channel, contact_id: UUID) -> RecipientNow:
    """What may be done with a contact on a channel."""
    customer, refused = debtor.customer, debtor.suppressions
    contact = debtor.contact(contact_id)
    if customer is None and not debtor.erased:
        # Nothing is known yet: that is for the freshness of our copy to settle, not a contact that cannot be used.
        return RecipientNow(usable=True)
    if customer is None or contact is None or contact.channel != channel:
        return RecipientNow(usable=False, erased=debtor.erased)
    preference = next((item for item in customer.channels if item.channel == channel), None)
    opted_out = (
        contact.status in _REFUSED
        or (preference is not None and not preference.allowed)
        or refused.everything
        or channel in refused.channels
        or contact_id in refused.opted_out
    )
    usable = (
        contact.authorised
        and contact.status in _USABLE
        and contact_id not in refused.dead
        and debtor.address(contact_id) is not None
    )
    return RecipientNow(
        usable=usable,
        opted_out=opted_out,
        do_not_contact=bool(_NEVER & set(customer.flags)),
        erased=debtor.erased,
    )


def question(
    facts: MessageFacts, *, channel: Channel, contact_id: UUID, now: datetime, claimed_before: bool = False
) -> Question:
    """What the gate is asked about this message on this channel to this contact."""
    request, debtor = facts.request, facts.debtor
    today = now.astimezone(debtor.zone).date()
    lawful_now, lawful_next_at = _lawful(debtor, channel, now)
    return Question(
        now=now,
        requested_at=request.not_before,
        not_before=request.not_before,
        not_after=request.not_after,
        expires_at=request.expires_at,
        invoices=tuple(
            _invoice_now(facts.invoices[reference.invoice_id], reference.open_cents, today)
            for reference in request.invoices
            if reference.invoice_id in facts.invoices
        ),
        recipient=recipient_now(debtor, channel, contact_id),
        # What is not here yet cannot be fresh: the producer's watermark will tell when it must have come.
        facts_fresh_until=facts.fresh_until if facts.complete else None,
        stale_since=facts.stale_since,
        lawful_now=lawful_now,
        lawful_next_at=lawful_next_at,
        claimed_before=claimed_before,
        thanks=request.purpose == "thanks",
    )


def _invoice_now(facts: InvoiceFacts, asked_open_cents: int, today: date) -> InvoiceNow:
    return InvoiceNow(
        state=facts.state,
        open_cents=facts.open_cents,
        asked_open_cents=asked_open_cents,
        held=facts.held,
        prescribed=today > years_after(facts.invoice.due_on, PRESCRIPTION_YEARS),
    )


def _lawful(debtor: DebtorFacts, channel: Channel, now: datetime) -> tuple[bool, datetime | None]:
    if debtor.customer is None or channel == "letter":
        return True, None
    customer = debtor.customer
    verdict = allowed(at=now, uf=customer.uf, city=customer.city_code, channel=LawChannel(channel), zone=debtor.zone)
    return verdict.allowed, verdict.next_lawful_instant


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
