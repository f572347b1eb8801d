"""What debtors answer, by whatever way: told once to everybody, and kept on the debtor's own record."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from contracts.answers import Answer, Dispute, Insolvency, StopChannel, WrongPerson
from contracts.customers import Customer
from contracts.envelope import Envelope
from contracts.fields import AnswerChannel
from contracts.invoicing import DebtorResponded
from contracts.notifier import MessageReplied
from invoicing.domain import customers as rules
from invoicing.domain import responses as answers
from invoicing.domain.places import today
from invoicing.handlers.customers import change
from invoicing.store import board, customers, invoices, responses


async def respond(
    tx: Tx,
    invoice_id: UUID,
    *,
    answer: Answer,
    channel: AnswerChannel,
    recognised_by: Literal["debtor_choice", "operator"],
    answered_at: datetime | None,
    contact_id: UUID | None,
) -> DebtorResponded:
    """An answer about one invoice. Raises `NotFoundError`, `InvalidError`, `ConflictError`."""
    held = await invoices.load(tx, invoice_id)
    customer = await customers.load(tx, held.invoice.customer_id, lock=True)
    answers.check_contact(customer, contact_id)
    answers.check(answer, [held.invoice], today=today(tx.now, held.time_zone))
    fact = DebtorResponded(
        response_id=tx.ids.new_id(),
        customer_id=customer.customer_id,
        invoice_ids=(invoice_id,),
        answer=answer,
        channel=channel,
        answered_at=answered_at or tx.now,
        contact_id=contact_id,
        recognised_by=recognised_by,
    )
    await record(tx, fact, customer, source="rest")
    return fact


async def record(tx: Tx, fact: DebtorResponded, customer: Customer, *, source: str) -> bool:
    """Keep and publish an answer with what follows from it; false, and nothing done, if it is known."""
    if not await responses.add(tx, fact, source=source):
        return False
    tx.publish(fact)
    answer, changed_by = fact.answer, "operator" if fact.recognised_by == "operator" else "debtor"
    if isinstance(answer, Dispute):
        await board.dispute(tx, fact.invoice_ids, response_id=fact.response_id, at=fact.answered_at)
    elif isinstance(answer, StopChannel):
        after = rules.opted_out(customer, channel=answer.channel, contact_id=None)
        await change(tx, customer, after, "opted_out", changed_by)  # type: ignore[arg-type]
    elif isinstance(answer, WrongPerson) and fact.contact_id is not None:
        after = rules.invalidated(customer, contact_id=fact.contact_id, wrong_person=True)
        await change(tx, customer, after, "contact_invalidated", changed_by)  # type: ignore[arg-type]
    elif isinstance(answer, Insolvency):
        after = rules.flagged(customer, answers.flag_of(answer))
        await change(tx, customer, after, "flags_changed", changed_by)  # type: ignore[arg-type]
    return True


async def message_replied(tx: Tx, event: Envelope[MessageReplied]) -> None:
    """`message.replied`: what the debtor wrote back, as an answer like any other."""
    reply = event.data
    customer = await customers.load(tx, reply.customer_id, lock=True)
    chosen = {"button": "debtor_choice", "operator": "operator"}.get(reply.recognised_by, "classifier")
    fact = DebtorResponded(
        response_id=reply.reply_id,
        customer_id=reply.customer_id,
        invoice_ids=reply.invoice_ids,
        answer=reply.answer,
        channel=reply.channel,
        answered_at=reply.replied_at,
        contact_id=reply.contact_id,
        message_id=reply.message_id,
        recognised_by=chosen,
        confidence_percent=reply.confidence_percent if chosen == "classifier" else None,
        text_hash=reply.text_hash,
    )
    await record(tx, fact, customer, source="message")


async def resolve(tx: Tx, response_id: UUID) -> None:
    """A person has dealt with an answer; what it disputed is disputed no more.

    Raises `NotFoundError`; `ConflictError` where that was done before.
    """
    if await responses.load(tx, response_id) is None:
        raise NotFoundError("not-found", "There is no such answer.")
    if not await responses.resolve(tx, response_id):
        raise ConflictError("response-resolved", "Somebody has dealt with this answer already.")
    await board.resolve(tx, response_id)
