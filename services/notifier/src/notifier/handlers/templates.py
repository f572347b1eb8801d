"""Templates of a tenant: draft, check, publish, and look at them with a real invoice."""

from typing import Any
from uuid import UUID

from brasil.calendar import BankCalendar
from chassis.db import Tx
from chassis.errors import ConflictError, Fault, InvalidError, NotFoundError
from contracts.customers import ContactAddress
from contracts.fields import Channel
from notifier.domain.quoting import quote
from notifier.domain.texts import Language
from notifier.rendering import samples
from notifier.rendering.builtins import KEYS
from notifier.rendering.checks import faults
from notifier.rendering.engine import Document, RenderError, faults_in
from notifier.rendering.letters import Addresses, Letter, compose
from notifier.store import facts, templates

_NOWHERE = Addresses(
    link=lambda index: f"https://example.com/c/{index}",
    pixel="https://example.com/o.gif",
    unsubscribe="https://example.com/u",
)


async def create(tx: Tx, key: str, language: Language, document: Document) -> int:
    """Begin the next version of a template; returns its number."""
    if await templates.draft(tx, key, language) is not None:
        raise ConflictError("template-draft", "This template has a draft already; change that one.")
    return await templates.add_draft(tx, key, language, document)


async def change(tx: Tx, key: str, language: Language, document: Document) -> int:
    """Write the draft anew; returns its number."""
    row = await _draft(tx, key, language)
    await templates.change_draft(tx, key, language, document)
    number: int = row["template_version"]
    return number


async def publish(tx: Tx, key: str, language: Language) -> int:
    """Check the draft and publish it; from then on new messages are written with it. Returns its number."""
    row = await _draft(tx, key, language)
    _refuse(faults(templates.document_of(row["document"]), language))
    await templates.publish(tx, key, language)
    number: int = row["template_version"]
    return number


def _refuse(found: tuple[Fault, ...]) -> None:
    if found:
        raise InvalidError("template-faulty", "The template cannot be used; each fault has its place.", faults=found)


async def _draft(tx: Tx, key: str, language: Language) -> Any:
    row = await templates.draft(tx, key, language)
    if row is None:
        raise NotFoundError("template-unknown", "There is no draft of this template.")
    return row


async def preview(
    tx: Tx, *, key: str, language: Language, document: Document | None, channel: Channel, invoice_id: UUID | None
) -> Letter:
    """The letter as it would leave now, about a real invoice (or a sample), to a recipient who is made up."""
    chosen = document
    if chosen is not None:
        _refuse(faults_in(chosen))
    else:
        try:
            chosen = (await templates.published(tx, [key])).get(key, language).document
        except RenderError:
            raise NotFoundError(
                "template-unknown", f"There is no such template; built in are {', '.join(KEYS)}."
            ) from None
    quotes = samples.quotes(1, late=False)
    recipient: ContactAddress = samples.RECIPIENT
    if invoice_id is not None:
        found = (await facts.invoices(tx, [invoice_id], now=tx.now)).get(invoice_id)
        if found is None:
            raise NotFoundError("invoice-unknown", "There is no such invoice.")
        debtor = (await facts.debtors(tx, [found.invoice.customer_id]))[found.invoice.customer_id]
        customer = debtor.customer
        calendar = BankCalendar(uf=customer.uf, city=customer.city_code) if customer else BankCalendar()
        quotes = [quote(found, on=tx.now.astimezone(debtor.zone).date(), calendar=calendar)]
    try:
        return compose(chosen, quotes, recipient, language=language, channel=channel, addresses=_NOWHERE)
    except RenderError as error:
        raise InvalidError("template-faulty", f"The template cannot be rendered ({error.code}).") from None
