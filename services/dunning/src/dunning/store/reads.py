"""What people read: cases, promises, tasks and decisions, in keyset order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.db import Tx

_CASE_COLUMNS = """
c.case_id, c.customer_id, c.invoice_id, c.case_version, c.policy_id, c.policy_version, c.state, c.closed_reason,
c.paused, array(select jsonb_object_keys(c.steps_done) order by 1) as steps_done, c.messages_requested,
c.last_reason, c.last_until as next_look_at, c.opened_at, c.closed_at,
exists (select from hold h where h.case_id = c.case_id and h.released_at is null) as held
"""
_CASES = f"""
select {_CASE_COLUMNS} from collection_case c
where ($1::text is null or c.state = $1) and ($2::uuid is null or c.customer_id = $2)
  and ($3::uuid is null or c.invoice_id = $3)
  and ($4::boolean is null or $4 = exists (select from hold h where h.case_id = c.case_id and h.released_at is null))
  and ($5::timestamptz is null or (c.opened_at, c.case_id) > ($5, $6::uuid))
order by c.opened_at, c.case_id limit $7
"""  # noqa: S608 - constant columns
_CASE = f"select {_CASE_COLUMNS} from collection_case c where c.case_id = $1"  # noqa: S608 - constant columns
_HOLDS = """
select hold_id, case_id, reason, owner_kind, owner_id, starts_at, ends_at, review_on, promise_id, response_id,
       released_at, cause
from hold where case_id = $1 order by starts_at, hold_id
"""
_PROMISES = """
select promise_id, customer_id, invoice_ids::text as invoice_ids, promised_on, promised_cents, silent_until, made_at,
       state, paid_cents, settled_at
from promise
where ($1::text is null or state = $1) and ($2::uuid is null or customer_id = $2)
  and ($3::timestamptz is null or (made_at, promise_id) > ($3, $4::uuid))
order by made_at, promise_id limit $5
"""
_TASKS = """
select task_id, case_id, customer_id, invoice_id, reason, priority, due_on, open_cents, opened_at, closed_at,
       row_version
from task
where ($1::boolean is null or (closed_at is null) = $1) and ($2::uuid is null or customer_id = $2)
  and ($3::date is null or (due_on, task_id) > ($3, $4::uuid))
order by due_on, task_id limit $5
"""
_DECISION_COLUMNS = """
decision_id, case_id, customer_id, invoice_id, evaluated_at, policy_id, policy_version, outcome, reason,
rules::text as rules, facts::text as facts, facts_hash, step_key, skipped::text as skipped, until, message_id, task_id,
code_version
"""
_DECISIONS = f"""
select {_DECISION_COLUMNS} from decision
where ($1::uuid is null or invoice_id = $1) and ($2::uuid is null or customer_id = $2)
  and ($3::text is null or outcome = $3)
  and ($4::timestamptz is null or (evaluated_at, decision_id) > ($4, $5::uuid))
order by evaluated_at, decision_id limit $6
"""  # noqa: S608 - constant columns
_DECISION = f"select {_DECISION_COLUMNS} from decision where decision_id = $1"  # noqa: S608 - constant columns


async def cases(
    tx: Tx,
    *,
    state: str | None,
    customer_id: UUID | None,
    invoice_id: UUID | None,
    held: bool | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Cases by the instant they were opened."""
    opened_at, case_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_CASES, state, customer_id, invoice_id, held, opened_at, case_id, limit))


async def case(tx: Tx, case_id: UUID) -> Any:
    """One case, or None."""
    return await (await tx.connection()).fetchrow(_CASE, case_id)


async def holds(tx: Tx, case_id: UUID) -> list[Any]:
    """All holds of a case, ended ones too."""
    return list(await (await tx.connection()).fetch(_HOLDS, case_id))


async def promises(
    tx: Tx, *, state: str | None, customer_id: UUID | None, after: Sequence[Any] | None, limit: int
) -> list[Any]:
    """Promises by the instant they were made."""
    made_at, promise_id = after or (None, None)
    return list(await (await tx.connection()).fetch(_PROMISES, state, customer_id, made_at, promise_id, limit))


async def tasks(
    tx: Tx, *, is_open: bool | None, customer_id: UUID | None, after: Sequence[Any] | None, limit: int
) -> list[Any]:
    """Tasks by the day they are due."""
    due_on, task_id = after or (None, None)
    return list(await (await tx.connection()).fetch(_TASKS, is_open, customer_id, due_on, task_id, limit))


async def decisions(
    tx: Tx,
    *,
    invoice_id: UUID | None,
    customer_id: UUID | None,
    outcome: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Decisions in the order in which they were taken."""
    evaluated_at, decision_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_DECISIONS, invoice_id, customer_id, outcome, evaluated_at, decision_id, limit))


async def decision(tx: Tx, decision_id: UUID) -> Any:
    """One decision, or None."""
    return await (await tx.connection()).fetchrow(_DECISION, decision_id)
