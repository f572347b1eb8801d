"""What other services tell: remember it, and have the debtor reviewed. Nothing is decided here."""

from collections.abc import Sequence

from chassis.db import Tx
from chassis.watermark import record_watermarks
from contracts.envelope import Envelope
from contracts.invoicing import CustomerErased, CustomerEvent, InvoiceEvent
from contracts.notifier import ContactInvalidated, ContactOptedOut, MessageFailed, MessageSuppressed
from contracts.payments import PaymentAllocated, PaymentReversed
from contracts.watermark import WatermarkAdvanced
from dunning.domain.suppression import may_be_decided_anew
from dunning.due_work import review_now
from dunning.store import copies, messages

BELIEVED_TOPICS = ("payment.allocated", "payment.reversed")
"""The topics of payments that this service reads: watermarks of others say nothing about its copies."""


async def customers_changed(tx: Tx, events: Sequence[Envelope[CustomerEvent]]) -> None:
    """A payer is new or changed."""
    await copies.save_customers(tx, [event.data.customer for event in events])
    await review_now(tx, [event.data.customer.customer_id for event in events])


async def customers_erased(tx: Tx, events: Sequence[Envelope[CustomerErased]]) -> None:
    """A payer's personal data is gone: nobody may be collected any more under that name."""
    await copies.erase_customers(tx, [(event.data.customer_id, event.data.customer_version) for event in events])
    await review_now(tx, [event.data.customer_id for event in events])


async def invoices_changed(tx: Tx, events: Sequence[Envelope[InvoiceEvent]]) -> None:
    """An invoice is new or changed, whatever the event is called."""
    await copies.save_invoices(tx, [event.data.invoice for event in events])
    await review_now(tx, [event.data.invoice.customer_id for event in events])


async def money_allocated(tx: Tx, events: Sequence[Envelope[PaymentAllocated]]) -> None:
    """Money belongs to invoices: what it closed is not collected from now on, whatever invoicing says later."""
    await copies.save_allocations(tx, [event.data for event in events], known_at=tx.now)
    await review_now(tx, [event.data.customer_id for event in events if event.data.customer_id is not None])


async def money_reversed(tx: Tx, events: Sequence[Envelope[PaymentReversed]]) -> None:
    """Money went back, or an allocation was undone."""
    await copies.undo_allocations(tx, [event.data for event in events])
    await review_now(tx, [event.data.customer_id for event in events if event.data.customer_id is not None])


async def contact_opted_out(tx: Tx, event: Envelope[ContactOptedOut]) -> None:
    """The debtor refused a contact, a channel, or all of them."""
    data = event.data
    await copies.close_contact(tx, data.customer_id, contact_id=data.contact_id, channel=data.channel)
    await review_now(tx, [data.customer_id])


async def contact_invalidated(tx: Tx, event: Envelope[ContactInvalidated]) -> None:
    """A contact does not reach the debtor."""
    data = event.data
    await copies.close_contact(tx, data.customer_id, contact_id=data.contact_id, channel=data.channel)
    await review_now(tx, [data.customer_id])


async def message_suppressed(tx: Tx, event: Envelope[MessageSuppressed]) -> None:
    """A message never left: it does not count against the caps; whether its step counts depends on why."""
    if may_be_decided_anew(event.data.reason):
        await messages.withdraw(tx, event.data.message_id, step_key=event.data.step_key)
    else:
        await messages.failed(tx, event.data.message_id)
    await review_now(tx, [event.data.customer_id])


async def message_failed(tx: Tx, event: Envelope[MessageFailed]) -> None:
    """No attempt is left: where it surely did not arrive, the contact does not count against the caps."""
    if event.data.final and event.data.failure != "unknown":
        await messages.failed(tx, event.data.message_id)
        await review_now(tx, [event.data.customer_id])


async def watermarks_advanced(tx: Tx, events: Sequence[Envelope[WatermarkAdvanced]]) -> None:
    """Keep how far each producer is, and how fresh the banks are."""
    await record_watermarks(tx, events, topics=BELIEVED_TOPICS)
