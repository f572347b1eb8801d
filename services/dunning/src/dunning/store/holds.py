"""Holds, promises and tasks as they are placed, and the case version that each of them raises."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.dunning import CaseEscalated, CaseHeld, PromiseMade

_ADD = """
insert into hold (tenant_id, hold_id, case_id, customer_id, reason, owner_kind, owner_id, starts_at, ends_at, review_on,
                  promise_id, response_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_VERSION = """
update collection_case set case_version = $2, last_reason = null, last_until = null
where case_id = $1
"""
_PROMISE = """
insert into promise (tenant_id, promise_id, customer_id, invoice_ids, case_ids, promised_on, promised_cents, grace_days,
                     silent_until, made_at, state)
values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9, $10, 'open')
"""
_TASK = """
insert into task (tenant_id, task_id, case_id, customer_id, invoice_id, reason, priority, due_on, open_cents, opened_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_RELEASE = "update hold set released_at = $2, cause = $3 where hold_id = $1 and released_at is null"


def _ids(values: Sequence[UUID]) -> str:
    return json.dumps([str(value) for value in values])


async def add(tx: Tx, fact: CaseHeld) -> None:
    """Place a hold; the case's next review starts from nothing said before."""
    connection = await tx.connection()
    await connection.execute(
        _ADD,
        tx.tenant_id,
        fact.hold_id,
        fact.case_id,
        fact.customer_id,
        fact.reason,
        fact.owner.kind,
        fact.owner.id,
        fact.held_from,
        fact.until,
        fact.review_on,
        fact.promise_id,
        fact.response_id,
    )
    await connection.execute(_VERSION, fact.case_id, fact.case_version)


async def release(tx: Tx, hold_id: UUID, *, case_id: UUID, case_version: int, at: datetime, cause: str) -> None:
    """End a hold by hand."""
    connection = await tx.connection()
    await connection.execute(_RELEASE, hold_id, at, cause)
    await connection.execute(_VERSION, case_id, case_version)


async def add_promise(tx: Tx, fact: PromiseMade) -> None:
    """Write a promise down."""
    connection: Any = await tx.connection()
    await connection.execute(
        _PROMISE,
        tx.tenant_id,
        fact.promise_id,
        fact.customer_id,
        _ids(fact.invoice_ids),
        _ids(fact.case_ids),
        fact.promised_on,
        fact.promised_cents,
        fact.grace_days,
        fact.silent_until,
        tx.now,
    )


async def add_task(tx: Tx, fact: CaseEscalated) -> None:
    """Open a person's task."""
    connection = await tx.connection()
    await connection.execute(
        _TASK,
        tx.tenant_id,
        fact.task_id,
        fact.case_id,
        fact.customer_id,
        fact.invoice_id,
        fact.reason,
        fact.priority,
        fact.due_on,
        fact.open_cents,
        tx.now,
    )
    await connection.execute(_VERSION, fact.case_id, fact.case_version)
