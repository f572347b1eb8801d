"""Recurring plans: made, changed, and issued one occurrence at a time by due work."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chassis.db import Tx
from chassis.errors import Fault, InvalidError
from chassis.etag import check_if_match
from chassis.schedules import Work
from invoicing.domain import plans as rules
from invoicing.domain.issuing import checked
from invoicing.domain.places import Payer, morning, today
from invoicing.domain.plans import Plan, PlanDefinition
from invoicing.due_work import OCCURRENCE, schedules
from invoicing.handlers.issue import issue_one
from invoicing.store import creditors, customers, invoices, plans

_UNKNOWN_PAYER = Fault("/customer_id", "customer.unknown", "no such customer: register the payer first")


async def create(
    tx: Tx, definition: PlanDefinition, *, customer_id: UUID | None, customer_external_id: str | None
) -> Plan:
    """Begin a plan. Raises `InvalidError`, `ConflictError`."""
    held = await creditors.load(tx)
    known = await customers.directory(
        tx,
        ids=[customer_id] if customer_id else [],
        external_ids=[customer_external_id] if customer_external_id else [],
    )
    payer = known.by_id.get(customer_id) if customer_id else known.by_external_id.get(customer_external_id or "")
    if payer is None:
        raise InvalidError("invalid-input", "Register the payer first.", faults=(_UNKNOWN_PAYER,))
    day = today(tx.now, payer.time_zone)
    rules.check_start(definition, today=day)
    plan = Plan(
        plan_id=tx.ids.new_id(),
        version=1,
        customer_id=payer.customer_id,
        state="active",
        next_occurrence=0,
        definition=definition,
    )
    checked(rules.draft_of(plan, payer, today=day), held.profile)
    await plans.insert(tx, plan)
    await _plan_next(tx, plan, payer)
    return plan


async def amend(tx: Tx, plan_id: UUID, changes: Mapping[str, Any], *, if_match: str | None) -> Plan:
    """Change what is billed from the next occurrence on. Raises `NotFoundError`, `PreconditionError`, `InvalidError`,
    `ConflictError`."""
    before = await plans.load(tx, plan_id, lock=True)
    check_if_match(if_match, before.version)
    try:
        after = rules.amend(before, changes)
    except ValidationError:
        raise InvalidError("plan-contradicts-itself", "The plan would contradict itself: check its dates.") from None
    if after is None:
        return before
    payer = await _payer(tx, after)
    if after.state == "active":
        checked(rules.draft_of(after, payer, today=today(tx.now, payer.time_zone)), (await creditors.load(tx)).profile)
    await plans.update(tx, after)
    await _plan_next(tx, after, payer)
    return after


async def pause(tx: Tx, plan_id: UUID) -> Plan:
    """Nothing more is issued until it is resumed."""
    return await _change(tx, plan_id, lambda plan, _: rules.pause(plan))


async def resume(tx: Tx, plan_id: UUID) -> Plan:
    """It goes on with the first occurrence that is not past."""
    return await _change(tx, plan_id, lambda plan, payer: rules.resume(plan, today=today(tx.now, payer.time_zone)))


async def end(tx: Tx, plan_id: UUID) -> Plan:
    """Nothing more is issued."""
    return await _change(tx, plan_id, lambda plan, _: rules.end(plan))


async def _change(tx: Tx, plan_id: UUID, decide: Callable[[Plan, Payer], Plan]) -> Plan:
    before = await plans.load(tx, plan_id, lock=True)
    payer = await _payer(tx, before)
    after = decide(before, payer)
    await plans.update(tx, after)
    await _plan_next(tx, after, payer)
    return after


async def _payer(tx: Tx, plan: Plan) -> Payer:
    return (await customers.directory(tx, ids=[plan.customer_id])).by_id[plan.customer_id]


async def _plan_next(tx: Tx, plan: Plan, payer: Payer) -> None:
    """Put the next occurrence into the queue; the work looks at the plan again when its day comes."""
    day = plan.definition.issue_on(plan.next_occurrence)
    if plan.state != "active" or day is None:
        return
    due_at = max(morning(day, payer.time_zone), tx.now)
    subject, index = str(plan.plan_id), str(plan.next_occurrence)
    await schedules.at(tx, kind=OCCURRENCE, subject=subject, occurrence=index, due_at=due_at)


async def issue_occurrence(tx: Tx, work: Work) -> None:
    """The day of an occurrence came: issue it, unless the plan moved on, rests or has ended meanwhile."""
    plan = await plans.load(tx, UUID(work.subject), lock=True)
    if plan.state != "active" or str(plan.next_occurrence) != work.occurrence:
        return
    payer = await _payer(tx, plan)
    issue_on = plan.definition.issue_on(plan.next_occurrence)
    day = today(tx.now, payer.time_zone)
    if issue_on is not None and day < issue_on:
        await _plan_next(tx, plan, payer)
        return
    draft = rules.draft_of(plan, payer, today=day)
    if not await invoices.existing(tx, [draft.external_id]):
        held = await creditors.load(tx)
        await issue_one(
            tx, draft, held=held, reason="plan_occurrence", principal=f"plan {plan.plan_id}", changed_by="system"
        )
    after = rules.advance(plan)
    await plans.update(tx, after)
    await _plan_next(tx, after, payer)
