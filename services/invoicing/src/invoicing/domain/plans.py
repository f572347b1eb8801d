"""Recurring plans: the same receivable again and again, each occurrence once."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.errors import ConflictError, Fault
from contracts.base import PositiveCents, Record
from contracts.charges import ChargeTerms, DiscountUntil
from contracts.fields import Code, Reference, ShortText
from invoicing.domain.billing import LAST_YEAR, Day
from invoicing.domain.instalments import Every, occurrence
from invoicing.domain.issuing import Draft
from invoicing.domain.places import Payer
from invoicing.domain.refusals import refuse

PlanState = Literal["active", "paused", "ended"]
LAST_DAY = date(LAST_YEAR, 12, 31)


class PlanDefinition(Record):
    """What is billed, and how often. Occurrence n (from 1) falls due on the n-th date of the series from
    `first_due_on`; months keep that day, or end on their last one (31 January, 28 February, 31 March). Each is issued
    at 06:00 of the payer's day `lead_days` before it falls due. `count` or `ends_on` (the last due date) ends it.
    """

    external_id: Annotated[Reference, Field(min_length=1, max_length=66)]
    description: Annotated[ShortText, Field(min_length=1)]
    amount_cents: PositiveCents
    every: Every
    first_due_on: Day
    lead_days: Annotated[int, Field(ge=0, le=60, strict=True)] = 10
    count: Annotated[int, Field(ge=1, le=1_200, strict=True)] | None = None
    ends_on: Day | None = None
    terms: ChargeTerms | None = None
    segment: Code | None = None
    product: Code | None = None
    tags: tuple[Code, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _parts_agree(self) -> "PlanDefinition":
        if self.ends_on is not None and self.ends_on < self.first_due_on:
            raise PydanticCustomError("plan_end", "ends_on may not be before first_due_on")
        if self.terms is not None and isinstance(self.terms.discount, DiscountUntil):
            raise PydanticCustomError("plan_discount", "fixed days belong to one invoice; use per_day_early")
        return self

    def due_on(self, index: int) -> date | None:
        """The due date of an occurrence (from 0), None behind the last one."""
        if self.count is not None and index >= self.count:
            return None
        try:
            day = occurrence(self.first_due_on, self.every, index)
        except OverflowError:
            return None
        return None if day > min(self.ends_on or LAST_DAY, LAST_DAY) else day

    def issue_on(self, index: int) -> date | None:
        """The day on which an occurrence is issued, None behind the last one."""
        day = self.due_on(index)
        return None if day is None else day - timedelta(days=self.lead_days)

    def first_from(self, day: date, index: int) -> int:
        """The first occurrence from `index` on that falls due on this day or later."""
        while (due_on := self.due_on(index)) is not None and due_on < day:
            index += 1
        return index


class Plan(Record):
    """A plan as it is kept; `next_occurrence` (from 0) is the one that will be issued next."""

    plan_id: UUID
    version: int
    customer_id: UUID
    state: PlanState
    next_occurrence: int
    definition: PlanDefinition

    def changed(self, **changes: Any) -> "Plan":
        """The next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    def settled(self) -> "Plan":
        """The plan, ended where no occurrence is left."""
        if self.state != "ended" and self.definition.due_on(self.next_occurrence) is None:
            return self.model_copy(update={"state": "ended"})
        return self


def check_start(definition: PlanDefinition, *, today: date) -> None:
    """A plan begins today or later: raises `InvalidError`."""
    if definition.first_due_on < today:
        refuse([Fault("/first_due_on", "date.past", "the first due date may not have passed")])


def amend(plan: Plan, changes: Mapping[str, Any]) -> Plan | None:
    """The plan with another definition from its next occurrence on; None where nothing differs.

    Raises `ConflictError` for an ended plan, `ValueError` where the definition would contradict itself.
    """
    _require(plan, "active", "paused")
    wanted = PlanDefinition.model_validate(
        {**{name: getattr(plan.definition, name) for name in PlanDefinition.model_fields}, **changes}
    )
    return None if wanted == plan.definition else plan.changed(definition=wanted).settled()


def pause(plan: Plan) -> Plan:
    """Nothing more is issued until it is resumed. Raises `ConflictError`."""
    _require(plan, "active")
    return plan.changed(state="paused")


def resume(plan: Plan, *, today: date) -> Plan:
    """It goes on with the first occurrence that does not fall due in the past; those in between are left out.

    Raises `ConflictError`.
    """
    _require(plan, "paused")
    index = plan.definition.first_from(today, plan.next_occurrence)
    return plan.changed(state="active", next_occurrence=index).settled()


def end(plan: Plan) -> Plan:
    """Nothing more is issued. Raises `ConflictError`."""
    _require(plan, "active", "paused")
    return plan.changed(state="ended")


def advance(plan: Plan) -> Plan:
    """The plan behind its next occurrence."""
    return plan.changed(next_occurrence=plan.next_occurrence + 1).settled()


def draft_of(plan: Plan, payer: Payer, *, today: date) -> Draft:
    """The next occurrence as an invoice to be."""
    definition = plan.definition
    due_on = definition.due_on(plan.next_occurrence)
    assert due_on is not None  # noqa: S101 - an active plan has a next occurrence
    name = f"{definition.external_id}-{plan.next_occurrence + 1}"
    return Draft(
        payer=payer,
        external_id=name,
        document_number=name,
        description=definition.description,
        amount_cents=definition.amount_cents,
        issued_on=min(today, due_on),
        due_on=due_on,
        terms=definition.terms,
        origin="recurring_plan",
        plan_id=plan.plan_id,
        segment=definition.segment,
        product=definition.product,
        tags=definition.tags,
    )


def _require(plan: Plan, *states: PlanState) -> None:
    if plan.state not in states:
        raise ConflictError("plan-state", f"The plan is {plan.state}.")
