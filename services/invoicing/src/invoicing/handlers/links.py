"""Response links: a scoped, expiring way for one debtor to see and answer one debt, without personal data."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from chassis.db import Database, Tx
from chassis.errors import ConflictError, NotFoundError
from contracts.answers import Answer
from contracts.invoices import OPEN_STATES, Invoice
from contracts.invoicing import DebtorResponded
from invoicing import config
from invoicing.domain import responses as answers
from invoicing.domain.places import today
from invoicing.handlers.invoices import statement
from invoicing.handlers.responses import record
from invoicing.store import customers, invoices, responses
from invoicing.store.responses import Link


@dataclass(frozen=True)
class Shown:
    """An invoice as its debtor sees it, with what it costs today."""

    invoice: Invoice
    total_cents: int
    on: date


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def create(tx: Tx, invoice_id: UUID, *, days: int, contact_id: UUID | None, principal: str) -> Link:
    """A link to one open invoice. Raises `NotFoundError`, `ConflictError`, `InvalidError`."""
    invoice = (await invoices.load(tx, invoice_id)).invoice
    if invoice.state not in OPEN_STATES:
        raise ConflictError("invoice-not-open", f"The invoice is {invoice.state}; there is nothing to answer.")
    answers.check_contact(await customers.load(tx, invoice.customer_id), contact_id)
    assert tx.tenant_id is not None  # noqa: S101 - a principal has a tenant
    link = Link(
        tenant_id=tx.tenant_id,
        link_id=tx.ids.new_id(),
        customer_id=invoice.customer_id,
        invoice_ids=[invoice_id],
        contact_id=contact_id,
        expires_at=tx.now + timedelta(days=days),
    )
    await responses.add_link(tx, link, token_hash=hashed(config.link_token(link.link_id)), created_by=principal)
    return link


async def opened(database: Database, token: str) -> Link:
    """The link with this token. Raises `NotFoundError` for one that is unknown, revoked or expired."""
    async with database.unit_of_work(tenant_id=None, commit=False, name="link") as tx:
        link = await responses.find_link(tx, hashed(token))
    if link is None:
        raise NotFoundError("link-unknown", "This link is not valid, or not any more: ask for a new one.")
    return link


async def show(tx: Tx, link: Link) -> list[Shown]:
    """What the link is about."""
    shown = []
    for held in (await invoices.load_many(tx, link.invoice_ids)).values():
        day = today(tx.now, held.time_zone)
        owed = held.invoice.state in OPEN_STATES
        total = (await statement(tx, held.invoice, on=day)).total_cents if owed else 0
        shown.append(Shown(held.invoice, total, day))
    return shown


async def answer(tx: Tx, link: Link, given: Answer) -> UUID:
    """The debtor's answer through the link; the same one again on the same day is the same answer.

    Raises as `responses.respond`.
    """
    customer = await customers.load(tx, link.customer_id, lock=True)
    held = await invoices.load_many(tx, link.invoice_ids)
    day = today(tx.now, customer.time_zone)
    answers.check(given, [one.invoice for one in held.values()], today=day)
    fact = DebtorResponded(
        response_id=uuid5(link.link_id, f"{day} {given.model_dump_json()}"),
        customer_id=link.customer_id,
        invoice_ids=tuple(link.invoice_ids),
        answer=given,
        channel="portal",
        answered_at=tx.now,
        contact_id=link.contact_id,
        recognised_by="debtor_choice",
    )
    await record(tx, fact, customer, source="link")
    return fact.response_id


async def revoke(tx: Tx, link_id: UUID) -> None:
    """The link is of no use any more. Raises `NotFoundError`."""
    if not await responses.revoke(tx, link_id):
        raise NotFoundError("not-found", "There is no such link.")
