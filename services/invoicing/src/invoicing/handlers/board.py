"""The status board: what the notifier tells of messages, as ranks of their invoices."""

from collections.abc import Sequence

from chassis.db import Tx
from contracts.envelope import Envelope
from contracts.notifier import MessageDelivered, MessageFailed, MessageOpened, MessageSent
from invoicing.store import board


async def messages_sent(tx: Tx, events: Sequence[Envelope[MessageSent]]) -> None:
    """`message.sent`: a provider took it."""
    told = [(invoice, board.SENT, one.data.sent_at) for one in events for invoice in one.data.invoice_ids]
    await board.messages(tx, told)


async def messages_delivered(tx: Tx, events: Sequence[Envelope[MessageDelivered]]) -> None:
    """`message.delivered`: it reached the recipient."""
    told = [(invoice, board.DELIVERED, one.data.delivered_at) for one in events for invoice in one.data.invoice_ids]
    await board.messages(tx, told)


async def messages_opened(tx: Tx, events: Sequence[Envelope[MessageOpened]]) -> None:
    """`message.opened`: shown to somebody; what a machine fetched does not count."""
    told = [
        (invoice, board.OPENED, one.data.engagement.occurred_at)
        for one in events
        if one.data.engagement.verdict != "machine"
        for invoice in one.data.invoice_ids
    ]
    await board.messages(tx, told)


async def messages_failed(tx: Tx, events: Sequence[Envelope[MessageFailed]]) -> None:
    """`message.failed`: noted with its instant; what was delivered before stays so."""
    told = [(invoice, board.FAILED, one.data.failed_at) for one in events for invoice in one.data.invoice_ids]
    await board.messages(tx, told)
