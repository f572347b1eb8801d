"""What invoicing tells: kept as copies and books, and whatever waited for it is matched again."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx
from contracts.envelope import Envelope
from contracts.invoices import Invoice
from contracts.invoicing import AgreementEvent, CustomerErased, CustomerEvent, InvoiceEvent
from payments import config
from payments.domain.books import Books, merged
from payments.domain.settling import identifiers_of
from payments.due_work import match_now
from payments.store import receivables


async def invoices_changed(tx: Tx, events: Sequence[Envelope[InvoiceEvent]]) -> None:
    """Keep the newest snapshot of each invoice with its books; match again what its identifiers may explain."""
    newest: dict[UUID, Invoice] = {}
    for event in events:
        told = event.data.invoice
        if told.invoice_id not in newest or newest[told.invoice_id].version < told.version:
            newest[told.invoice_id] = told
    held = await receivables.load_books(tx, newest, lock=True)
    changed: list[Books] = []
    for invoice in newest.values():
        before = held.get(invoice.invoice_id)
        if before is None:
            changed.append(merged(invoice))
        elif before.invoice.version < invoice.version:
            changed.append(merged(invoice, before.balance, before.paid))
    await receivables.save_snapshots(tx, changed)
    fresh: list[tuple[str, str, UUID]] = []
    for books in changed:
        now = identifiers_of(books.invoice)
        known = held.get(books.invoice.invoice_id)
        before_ids = identifiers_of(known.invoice) if known else set()
        fresh += [(kind, value, books.invoice.invoice_id) for kind, value in now - before_ids]
    await receivables.save_identifiers(tx, fresh)
    new_customers = {one.invoice.customer_id for one in changed if one.invoice.invoice_id not in held}
    if fresh or new_customers:
        waiting = await receivables.waiting_receipts(
            tx, identifiers=[(kind, value) for kind, value, _ in fresh], customer_ids=new_customers
        )
        await match_now(tx, waiting)


async def customers_changed(tx: Tx, events: Sequence[Envelope[CustomerEvent]]) -> None:
    """Keep by which tax id, hashed, a payer is told; match again what waited for that payer."""
    payers: list[tuple[UUID, int, str | None]] = []
    for event in events:
        customer = event.data.customer
        readable = customer.readable
        hashed = config.tax_id_hash(readable.tax_id) if readable is not None else None
        payers.append((customer.customer_id, customer.version, hashed))
    await receivables.save_payers(tx, payers)
    await match_now(
        tx, await receivables.waiting_receipts(tx, identifiers=[], customer_ids=[payer[0] for payer in payers])
    )


async def customers_erased(tx: Tx, events: Sequence[Envelope[CustomerErased]]) -> None:
    """The payer cannot be recognised by tax id any more; the books stay."""
    await receivables.erase_payers(tx, [(event.data.customer_id, event.data.customer_version) for event in events])


async def agreements_changed(tx: Tx, events: Sequence[Envelope[AgreementEvent]]) -> None:
    """An agreement changes what is owed by the snapshots of its invoices, which say so themselves.

    The fact is taken so that its place among the consumed offsets proves that the snapshots were seen; whoever waits
    for one of its customers is matched again.
    """
    customers = {event.data.agreement.customer_id for event in events}
    await match_now(tx, await receivables.waiting_receipts(tx, identifiers=[], customer_ids=customers))
