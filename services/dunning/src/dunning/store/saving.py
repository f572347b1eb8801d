"""Saving what a review decided: one statement a table."""

import json
from collections.abc import Sequence
from typing import Any

from chassis.db import Tx
from dunning.domain.changes import Changes
from dunning.domain.debtor_file import DebtorFile

_CASES = """
insert into collection_case as own
  (tenant_id, case_id, customer_id, invoice_id, case_version, policy_id, policy_version, state, closed_reason,
   steps_done, messages_requested, last_reason, last_until, opened_at, closed_at)
select $1, case_id, customer_id, invoice_id, case_version, policy_id, policy_version, state, closed_reason,
       steps_done::jsonb, messages_requested, last_reason, last_until, opened_at,
       case when state = 'closed' then $14::timestamptz end
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::text[], $9::text[], $10::text[],
            $11::int[], $12::text[], $13::timestamptz[], $15::timestamptz[])
     as row(case_id, customer_id, invoice_id, case_version, policy_id, policy_version, state, closed_reason,
            steps_done, messages_requested, last_reason, last_until, opened_at)
on conflict (tenant_id, case_id) do update
   set case_version = excluded.case_version, state = excluded.state, closed_at = excluded.closed_at,
       closed_reason = case when excluded.state = 'closed' then coalesce(excluded.closed_reason, own.closed_reason) end,
       steps_done = excluded.steps_done, messages_requested = excluded.messages_requested,
       last_reason = excluded.last_reason, last_until = excluded.last_until
"""
_RELEASE = """
update hold set released_at = $3, cause = row.cause
from unnest($1::uuid[], $2::text[]) as row(hold_id, cause) where hold.hold_id = row.hold_id
"""
_PROMISES = """
update promise set state = row.state, paid_cents = row.paid_cents, settled_at = $4
from unnest($1::uuid[], $2::text[], $3::bigint[]) as row(promise_id, state, paid_cents)
where promise.promise_id = row.promise_id
"""
_CONTACTS = """
insert into contact_log (tenant_id, message_id, customer_id, contacted_at, step_key, case_ids)
select $1, message_id, customer_id, contacted_at, step_key, case_ids::jsonb
from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[])
     as row(message_id, customer_id, contacted_at, step_key, case_ids)
"""
_TASKS = """
insert into task (tenant_id, task_id, case_id, customer_id, invoice_id, reason, priority, due_on, open_cents, opened_at)
select $1, task_id, case_id, customer_id, invoice_id, reason, priority, due_on, open_cents, $10
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::date[], $9::bigint[])
     as row(task_id, case_id, customer_id, invoice_id, reason, priority, due_on, open_cents)
"""
_DECISIONS = """
insert into decision
  (tenant_id, decision_id, case_id, customer_id, invoice_id, evaluated_at, policy_id, policy_version, outcome, reason,
   rules, facts, facts_hash, step_key, skipped, until, message_id, task_id, code_version)
select $1, decision_id, case_id, customer_id, invoice_id, evaluated_at, policy_id, policy_version, outcome, reason,
       rules::jsonb, facts::jsonb, facts_hash, step_key, skipped::jsonb, until, message_id, task_id, code_version
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::uuid[], $8::int[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[],
            $17::uuid[], $18::uuid[], $19::text[])
     as row(decision_id, case_id, customer_id, invoice_id, evaluated_at, policy_id, policy_version, outcome, reason,
            rules, facts, facts_hash, step_key, skipped, until, message_id, task_id, code_version)
"""


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def save_reviews(tx: Tx, reviews: Sequence[tuple[DebtorFile, Changes]]) -> None:
    """Write what all these reviews changed; nothing is published here."""
    connection = await tx.connection()
    await _save_cases(tx, connection, reviews)
    released = [(item.hold_id, item.cause) for _, changes in reviews for item in changes.released]
    if released:
        await connection.execute(_RELEASE, *_columns(released), tx.now)
    ended = [(item.promise_id, item.state, item.paid_cents) for _, changes in reviews for item in changes.promises]
    if ended:
        await connection.execute(_PROMISES, *_columns(ended), tx.now)
    messages = [
        (
            item.message_id,
            file.customer_id,
            item.contacted_at,
            item.step_key,
            json.dumps([str(c) for c in item.case_ids]),
        )
        for file, changes in reviews
        for item in changes.messages
    ]
    if messages:
        await connection.execute(_CONTACTS, tx.tenant_id, *_columns(messages))
    await _save_tasks(tx, connection, reviews)
    await _save_decisions(tx, connection, reviews)


async def _save_cases(tx: Tx, connection: Any, reviews: Sequence[tuple[DebtorFile, Changes]]) -> None:
    rows = [
        (
            case.case_id,
            file.customer_id,
            case.invoice_id,
            case.case_version,
            case.policy.policy_id,
            case.policy.policy_version,
            case.state,
            changes.closed.get(case.case_id),
            json.dumps(dict.fromkeys(sorted(case.steps_done), True)),
            case.messages_requested,
            case.last_reason,
            case.last_until,
            case.opened_at,
        )
        for file, changes in reviews
        for case in changes.cases.values()
    ]
    if rows:
        *columns, opened_at = _columns(rows)
        await connection.execute(_CASES, tx.tenant_id, *columns, tx.now, opened_at)


async def _save_tasks(tx: Tx, connection: Any, reviews: Sequence[tuple[DebtorFile, Changes]]) -> None:
    rows = [
        (
            task.task_id,
            task.case_id,
            file.customer_id,
            task.invoice_id,
            task.reason,
            task.priority,
            task.due_on,
            task.open_cents,
        )
        for file, changes in reviews
        for task in changes.tasks
    ]
    if rows:
        await connection.execute(_TASKS, tx.tenant_id, *_columns(rows), tx.now)


async def _save_decisions(tx: Tx, connection: Any, reviews: Sequence[tuple[DebtorFile, Changes]]) -> None:
    rows = []
    for file, changes in reviews:
        for item in changes.decisions:
            event = item.event
            rows.append(
                (
                    event.decision_id,
                    event.case_id,
                    file.customer_id,
                    item.invoice_id,
                    event.evaluated_at,
                    event.policy.policy_id,
                    event.policy.policy_version,
                    event.outcome.kind,
                    item.reason,
                    json.dumps([rule.model_dump(mode="json") for rule in event.rules]),
                    json.dumps(item.facts),
                    event.facts_hash,
                    item.step_key,
                    json.dumps(list(item.skipped)),
                    event.next_evaluation_at,
                    item.message_id,
                    item.task_id,
                    event.code_version,
                )
            )
    if rows:
        await connection.execute(_DECISIONS, tx.tenant_id, *_columns(rows))
