"""Payments as the payments service told them: balances move, invoices settle and are owed again."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFoundError
from contracts.envelope import Envelope
from contracts.invoices import OPEN_STATES, Invoice
from contracts.invoicing import InvoiceEvent
from contracts.payments import PaymentAllocated, PaymentReversed
from invoicing.domain.places import today
from invoicing.domain.settlement import apply_allocation, undo_allocation
from invoicing.handlers.issue import ask_registration, watch_days
from invoicing.handlers.reissue import fresh_options
from invoicing.store import invoices, payments
from invoicing.store.payments import Applied

_PRINCIPAL = "payments"


class _Books:
    """The invoices that a batch touches, as they are after each line."""

    def __init__(self, held: dict[UUID, invoices.Held]):
        self._held = held
        self.current: dict[UUID, Invoice] = {key: one.invoice for key, one in held.items()}
        self.facts: list[InvoiceEvent] = []
        self.causes: list[UUID | None] = []
        self.lines: list[Applied] = []

    def of(self, invoice_id: UUID) -> tuple[Invoice, str]:
        if invoice_id not in self.current:
            raise NotFoundError("invoice-unknown", "The payment names an invoice that is not ours.")
        return self.current[invoice_id], self._held[invoice_id].time_zone

    @property
    def touched(self) -> dict[UUID, None]:
        """The invoices that changed, in order."""
        return dict.fromkeys(fact.invoice.invoice_id for fact in self.facts)

    def add(self, fact: InvoiceEvent, cause: UUID) -> None:
        self.current[fact.invoice.invoice_id] = fact.invoice
        self.facts.append(fact)
        self.causes.append(cause)


async def apply_allocations(tx: Tx, events: Sequence[Envelope[PaymentAllocated]]) -> None:
    """`payment.allocated`: each line moves its invoice once."""
    lines = [(event, line) for event in events for line in event.data.lines]
    if not lines:
        return
    known = await payments.seen(tx, [event.data.allocation_id for event, _ in lines])
    books = _Books(await invoices.load_many(tx, [line.invoice_id for _, line in lines], lock=True))
    for event, line in lines:
        fact = event.data
        key = (fact.allocation_id, line.invoice_id)
        if key in known:
            continue
        known[key] = (True, False)
        invoice, zone = books.of(line.invoice_id)
        moved = apply_allocation(
            invoice,
            line=line,
            allocation_id=fact.allocation_id,
            paid_on=fact.paid_on,
            settled_on=today(tx.now, zone),
            from_credit=fact.funds == "credit",
        )
        books.add(moved, event.id)
        books.lines.append(Applied(fact.allocation_id, line.invoice_id, fact.paid_on, line.money_cents, True))
    await _renew_options(tx, books, {line.invoice_id: event.id for event, line in lines})
    await _keep(tx, books)


async def undo_allocations(tx: Tx, events: Sequence[Envelope[PaymentReversed]]) -> None:
    """`payment.reversed`: each undone line gives the debt back once, and never before it was applied."""
    lines = [(event, line) for event in events for line in event.data.undone]
    if not lines:
        return
    known = await payments.seen(tx, [line.allocation_id for _, line in lines])
    books = _Books(await invoices.load_many(tx, [line.invoice_id for _, line in lines], lock=True))
    reopened: dict[UUID, UUID] = {}
    for event, line in lines:
        fact = event.data
        key = (line.allocation_id, line.invoice_id)
        applied, reversed_before = known.get(key, (False, False))
        if reversed_before:
            continue
        known[key] = (applied, True)
        invoice, _ = books.of(line.invoice_id)
        books.lines.append(
            Applied(
                line.allocation_id,
                line.invoice_id,
                fact.reversed_on,
                line.money_cents,
                applied,
                fact.reversal_id,
                fact.reversed_on,
            )
        )
        if not applied:
            continue
        books.add(undo_allocation(invoice, line=line), event.id)
        if invoice.state == "paid" and books.current[line.invoice_id].state in OPEN_STATES:
            reopened[line.invoice_id] = event.id
    await _renew_options(tx, books, {line.invoice_id: event.id for event, line in lines}, reopened=reopened)
    await _keep(tx, books)
    await watch_days(tx, [books.of(invoice_id) for invoice_id in reopened])


async def _renew_options(
    tx: Tx, books: _Books, causes: Mapping[UUID, UUID], *, reopened: Collection[UUID] = ()
) -> None:
    """Slip and QR code ask for what is still open, never for what was paid."""
    for invoice_id, cause in causes.items():
        if invoice_id in books.touched:
            fresh = await fresh_options(tx, books.current[invoice_id], reopened=invoice_id in reopened)
            if fresh is not None:
                books.add(fresh, cause)


async def _keep(tx: Tx, books: _Books) -> None:
    await payments.keep(tx, books.lines)
    await invoices.record(tx, books.facts, principal=_PRINCIPAL, causes=books.causes)
    await ask_registration(tx, [books.current[invoice_id] for invoice_id in books.touched])
