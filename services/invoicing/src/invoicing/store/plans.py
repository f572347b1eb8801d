"""Recurring plans."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from invoicing.domain.plans import Plan, PlanDefinition

_COLUMNS = "plan_id, version, customer_id, state, next_occurrence, definition::text as definition"
_INSERT = """
insert into recurring_plan (tenant_id, plan_id, version, customer_id, external_id, state, next_occurrence, definition,
                            created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $9) on conflict do nothing returning true
"""
_UPDATE = """
update recurring_plan set version = $3, state = $4, next_occurrence = $5, definition = $6::text::jsonb, updated_at = $7
where tenant_id = $1 and plan_id = $2
"""
_LOAD = f"select {_COLUMNS} from recurring_plan where tenant_id = $1 and plan_id = $2"  # noqa: S608 - constant columns
_PAGE = f"""
select {_COLUMNS}, created_at from recurring_plan
where tenant_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or customer_id = $3)
  and ($4::text is null or external_id = $4)
  and ($5::timestamptz is null or (created_at, plan_id) > ($5, $6::uuid))
order by created_at, plan_id limit $7
"""  # noqa: S608 - constant columns


def plan_of(row: Any) -> Plan:
    """A plan from its row."""
    return Plan(
        plan_id=row["plan_id"],
        version=row["version"],
        customer_id=row["customer_id"],
        state=row["state"],
        next_occurrence=row["next_occurrence"],
        definition=PlanDefinition.model_validate_json(row["definition"]),
    )


async def insert(tx: Tx, plan: Plan) -> None:
    """Keep a new plan. Raises `ConflictError` where its external id is taken."""
    row = await (await tx.connection()).fetchval(
        _INSERT,
        tx.tenant_id,
        plan.plan_id,
        plan.version,
        plan.customer_id,
        plan.definition.external_id,
        plan.state,
        plan.next_occurrence,
        plan.definition.model_dump_json(),
        tx.now,
    )
    if row is None:
        raise ConflictError("plan-external-id-taken", "A plan with this external id exists: change that one.")


async def update(tx: Tx, plan: Plan) -> None:
    """Keep the next version of a plan that was loaded with a lock."""
    definition = plan.definition.model_dump_json()
    values = (plan.version, plan.state, plan.next_occurrence, definition, tx.now)
    await (await tx.connection()).execute(_UPDATE, tx.tenant_id, plan.plan_id, *values)


async def load(tx: Tx, plan_id: UUID, *, lock: bool = False) -> Plan:
    """One plan; raises `NotFoundError`."""
    row = await (await tx.connection()).fetchrow(_LOAD + (" for update" if lock else ""), tx.tenant_id, plan_id)
    if row is None:
        raise NotFoundError("not-found", "There is no such plan.")
    return plan_of(row)


async def page(
    tx: Tx,
    *,
    state: str | None,
    customer_id: UUID | None,
    external_id: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Plans by the instant they were made."""
    created_at, plan_id = after or (None, None)
    filters = (tx.tenant_id, state, customer_id, external_id)
    return list(await (await tx.connection()).fetch(_PAGE, *filters, created_at, plan_id, limit))
