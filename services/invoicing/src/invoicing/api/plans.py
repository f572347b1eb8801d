"""Recurring plans."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.etag import IfMatch, etag
from chassis.idempotency import Reply
from contracts.base import PositiveCents
from contracts.charges import ChargeTerms
from contracts.fields import Code, Reference, ShortText
from invoicing.api.examples import PLAN
from invoicing.api.shared import Closed, PlansChanger, PlansReader, PlansWriter, Text, changing, reading, tagged
from invoicing.domain.billing import Day
from invoicing.domain.plans import Plan, PlanDefinition, PlanState
from invoicing.handlers import plans as handlers
from invoicing.store import plans as store

router = APIRouter(tags=["plans"])
_NULLABLE = frozenset({"count", "ends_on", "terms", "segment", "product"})


class NewPlan(PlanDefinition):
    """A plan to begin. The payer is named by exactly one of its two ids."""

    customer_id: UUID | None = None
    customer_external_id: Reference | None = None

    @model_validator(mode="after")
    def _one_payer(self) -> "NewPlan":
        if (self.customer_id is None) == (self.customer_external_id is None):
            raise PydanticCustomError("payer", "name the payer by customer_id or customer_external_id, one of them")
        return self

    def definition(self) -> PlanDefinition:
        """The plan without its payer."""
        return PlanDefinition(**{name: getattr(self, name) for name in PlanDefinition.model_fields})


class PlanChange(Closed):
    """What to change from the next occurrence on; what is left out stays."""

    description: Annotated[ShortText, Field(min_length=1)] | None = None
    amount_cents: PositiveCents | None = None
    lead_days: Annotated[int, Field(ge=0, le=60, strict=True)] | None = None
    count: Annotated[int, Field(ge=1, le=1_200, strict=True)] | None = None
    ends_on: Day | None = None
    terms: ChargeTerms | None = None
    segment: Code | None = None
    product: Code | None = None
    tags: tuple[Code, ...] | None = Field(None, max_length=50)

    @model_validator(mode="after")
    def _null_where_it_may_be(self) -> "PlanChange":
        for name in self.model_fields_set - _NULLABLE:
            if getattr(self, name) is None:
                raise PydanticCustomError("null", "leave `{field}` out instead of sending null", {"field": name})
        return self

    def changes(self) -> dict[str, Any]:
        """The fields to change, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class PlanView(Closed):
    """A plan, and what comes next."""

    plan_id: UUID
    version: int
    customer_id: UUID
    state: PlanState
    issued: int = Field(description="occurrences issued or left out so far")
    next_due_on: date | None
    next_issue_on: date | None
    definition: PlanDefinition


def _view(plan: Plan) -> PlanView:
    active = plan.state != "ended"
    return PlanView(
        plan_id=plan.plan_id,
        version=plan.version,
        customer_id=plan.customer_id,
        state=plan.state,
        issued=plan.next_occurrence,
        next_due_on=plan.definition.due_on(plan.next_occurrence) if active else None,
        next_issue_on=plan.definition.issue_on(plan.next_occurrence) if active else None,
        definition=plan.definition,
    )


def _reply(status: int, plan: Plan) -> Reply:
    return Reply(status, _view(plan), {"etag": etag(plan.version), "location": f"/v1/plans/{plan.plan_id}"})


@router.post("/plans", status_code=201)
async def create_plan(body: Annotated[NewPlan, Body(examples=[PLAN])], call: PlansWriter) -> PlanView:
    """Begin a plan."""

    async def effect(tx: Tx) -> Reply:
        plan = await handlers.create(
            tx, body.definition(), customer_id=body.customer_id, customer_external_id=body.customer_external_id
        )
        return _reply(201, plan)

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/plans")
async def list_plans(
    *,
    request: Request,
    response: Response,
    principal: PlansReader,
    state: PlanState | None = None,
    customer_id: UUID | None = None,
    external_id: Text = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[PlanView]:
    """Plans, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        rows = await store.page(
            tx, state=state, customer_id=customer_id, external_id=external_id, after=keyset.after, limit=limit + 1
        )
    page, headers = keyset.page(rows, lambda row: (row["created_at"], row["plan_id"]))
    response.headers.update(headers)
    return Page[PlanView](items=[_view(store.plan_of(row)) for row in page.items], next=page.next)


@router.get("/plans/{plan_id}")
async def get_plan(plan_id: UUID, request: Request, response: Response, principal: PlansReader) -> PlanView:
    """One plan."""
    async with reading(request, principal) as tx:
        plan = await store.load(tx, plan_id)
    return tagged(response, plan.version, _view(plan))


@router.patch("/plans/{plan_id}", openapi_extra={"responses": {"409": {"$ref": "#/components/responses/409"}}})
async def change_plan(
    *,
    plan_id: UUID,
    body: PlanChange,
    request: Request,
    response: Response,
    principal: PlansChanger,
    if_match: IfMatch = None,
) -> PlanView:
    """Change what is billed from the next occurrence on."""
    async with changing(request, principal) as tx:
        plan = await handlers.amend(tx, plan_id, body.changes(), if_match=if_match)
    return tagged(response, plan.version, _view(plan))


@router.post("/plans/{plan_id}/pause")
async def pause_plan(plan_id: UUID, call: PlansWriter) -> PlanView:
    """Issue nothing more until it is resumed."""

    async def effect(tx: Tx) -> Reply:
        return _reply(200, await handlers.pause(tx, plan_id))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/plans/{plan_id}/resume")
async def resume_plan(plan_id: UUID, call: PlansWriter) -> PlanView:
    """Go on with the first occurrence that does not fall due in the past."""

    async def effect(tx: Tx) -> Reply:
        return _reply(200, await handlers.resume(tx, plan_id))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/plans/{plan_id}/cancel")
async def cancel_plan(plan_id: UUID, call: PlansWriter) -> PlanView:
    """End it for good; what was issued stays owed."""

    async def effect(tx: Tx) -> Reply:
        return _reply(200, await handlers.end(tx, plan_id))

    return await call.once(effect)  # type: ignore[return-value]
