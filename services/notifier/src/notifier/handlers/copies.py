"""What other services tell: remember it. Requests become messages, refusals act at once."""

from collections.abc import Sequence

from chassis.db import Tx
from chassis.watermark import record_watermarks
from contracts.answers import StopChannel, WrongPerson
from contracts.dunning import CaseClosed, CaseHeld, CaseReleased, MessageRequested
from contracts.envelope import Envelope
from contracts.invoicing import CustomerErased, CustomerEvent, DebtorResponded, InvoiceEvent
from contracts.payments import PaymentAllocated, PaymentReversed
from contracts.watermark import WatermarkAdvanced
from notifier.due_work import send_at
from notifier.store import copies, messages, suppressions
from notifier.store.freshness import TOPICS
from notifier.store.suppressions import New


async def customers_changed(tx: Tx, events: Sequence[Envelope[CustomerEvent]]) -> None:
    """A payer is new or changed."""
    await copies.save_customers(tx, [event.data.customer for event in events])


async def customers_erased(tx: Tx, events: Sequence[Envelope[CustomerErased]]) -> None:
    """A payer's personal data is gone; the evidence stays valid without it."""
    await copies.erase_customers(tx, [(event.data.customer_id, event.data.customer_version) for event in events])


async def invoices_changed(tx: Tx, events: Sequence[Envelope[InvoiceEvent]]) -> None:
    """An invoice is new or changed, whatever the event is called."""
    await copies.save_invoices(tx, [event.data.invoice for event in events])


async def money_allocated(tx: Tx, events: Sequence[Envelope[PaymentAllocated]]) -> None:
    """Money belongs to invoices: from now on they are not asked for."""
    await copies.save_allocations(tx, [event.data for event in events])


async def money_reversed(tx: Tx, events: Sequence[Envelope[PaymentReversed]]) -> None:
    """Money went back, or an allocation was undone."""
    await copies.undo_allocations(tx, [event.data for event in events])


async def cases_held(tx: Tx, events: Sequence[Envelope[CaseHeld]]) -> None:
    """Nothing is sent about these invoices."""
    await copies.save_holds(tx, [event.data for event in events])


async def cases_released(tx: Tx, events: Sequence[Envelope[CaseReleased]]) -> None:
    """These holds ended."""
    await copies.release_holds(tx, [event.data for event in events])


async def cases_closed(tx: Tx, events: Sequence[Envelope[CaseClosed]]) -> None:
    """Collection of these invoices ended, and with it every hold of it."""
    await copies.close_cases(tx, [event.data for event in events])


async def messages_requested(tx: Tx, events: Sequence[Envelope[MessageRequested]]) -> None:
    """Keep what is asked for, and look at each message when it may leave."""
    added = await messages.add(tx, events)
    await send_at(
        tx, [(event.data.message_id, event.data.not_before) for event in events if event.data.message_id in added]
    )


async def debtors_responded(tx: Tx, events: Sequence[Envelope[DebtorResponded]]) -> None:
    """A refusal and a wrong recipient act at once; every other answer is dunning's to weigh."""
    found: list[New] = []
    for event in events:
        data = event.data
        if isinstance(data.answer, StopChannel):
            found.append(New(data.customer_id, data.answer.channel, None, "opted_out", "debtor_responded"))
        elif isinstance(data.answer, WrongPerson) and data.contact_id is not None:
            channel = data.channel if data.channel in {"email", "sms", "whatsapp", "voice", "letter"} else "email"
            found.append(New(data.customer_id, channel, data.contact_id, "wrong_person", "debtor_responded"))
    await suppressions.add(tx, found)


async def watermarks_advanced(tx: Tx, events: Sequence[Envelope[WatermarkAdvanced]]) -> None:
    """Keep how far each producer is: the last gate asks."""
    await record_watermarks(tx, events, topics=TOPICS)
