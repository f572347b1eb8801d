"""What debtors wrote, kept here and nowhere else."""

import json
from typing import Any
from uuid import UUID

from chassis.db import Tx
from notifier.domain.replies import Understood
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

_ADD = """
insert into reply (tenant_id, reply_id, message_id, attempt_id, customer_id, received_at, text, answer,
                   confidence_percent)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
"""
_OF_MESSAGE = """
select reply_id, attempt_id, received_at, text, answer::text as answer, confidence_percent
from reply where message_id = $1 order by received_at, reply_id
"""


async def add(tx: Tx, reply_id: UUID, message: Message, attempt: Attempt, *, text: str, understood: Understood) -> None:
    """Keep an answer. PostgreSQL takes no NUL in a text."""
    await (await tx.connection()).execute(
        _ADD,
        tx.tenant_id,
        reply_id,
        message.message_id,
        attempt.attempt_id,
        message.request.customer_id,
        tx.now,
        text.replace("\x00", ""),
        json.dumps(understood.answer.model_dump(mode="json")),
        understood.confidence_percent,
    )


async def of_message(tx: Tx, message_id: UUID) -> list[Any]:
    """Every answer to a message."""
    return list(await (await tx.connection()).fetch(_OF_MESSAGE, message_id))
