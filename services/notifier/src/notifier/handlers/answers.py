"""What debtors write back: kept, understood, told; a refusal acts at once."""

import hashlib
from typing import Any

from chassis.db import Tx
from contracts.answers import StopChannel, WrongPerson
from contracts.notifier import MessageReplied
from notifier.domain.replies import Understood, understand
from notifier.handlers import results as writing
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.store import facts, replies
from notifier.store.attempts import Attempt
from notifier.store.messages import Message


async def replied(
    tx: Tx, results: Results, message: Message, attempt: Attempt, *, text: str, reference: str = ""
) -> Understood:
    """Keep the answer and tell what it means; the text itself stays here."""
    customer_id = message.request.customer_id
    debtor = (await facts.debtors(tx, [customer_id]))[customer_id]
    understood = understand(text, channel=attempt.channel, today=tx.now.astimezone(debtor.zone).date())
    reply_id = tx.ids.new_id()
    text_hash = hashlib.sha256(text.encode()).hexdigest()
    await replies.add(tx, reply_id, message, attempt, text=text, understood=understood)

    def make(link: Any) -> MessageReplied:
        return MessageReplied(
            **about_attempt(message, attempt),
            reply_id=reply_id,
            replied_at=tx.now,
            answer=understood.answer,
            recognised_by=understood.recognised_by,
            confidence_percent=understood.confidence_percent,
            text_hash=text_hash,
            evidence=link,
        )

    results.told.add(
        message,
        "replied",
        make,
        attempt_id=attempt.attempt_id,
        reply_id=str(reply_id),
        text_hash=text_hash,
        answer=understood.answer.model_dump(mode="json"),
        reference=reference,
    )
    if isinstance(understood.answer, StopChannel):
        writing.opt_out(results, message, attempt, source="reply", now=tx.now)
    elif isinstance(understood.answer, WrongPerson):
        writing.invalidate(results, message, attempt, "wrong_person", now=tx.now)
    return understood
