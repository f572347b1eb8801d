"""The parts of a decision record: inputs by version, each rule's verdict, the outcome, and why."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Instant, Record
from contracts.fields import ON_ONE_LINE, Channel, Code, Reference, Version


class PolicyRef(Record):
    """A published version of a régua."""

    policy_id: UUID
    policy_version: Version


class VersionedInput(Record):
    """One fact that the decision looked at. Calendars and contact-hour tables are named by their edition."""

    kind: Literal[
        "invoice", "customer", "case", "policy", "hold", "promise", "agreement", "payments", "messages", "calendar",
        "contact_hours",
    ]  # fmt: skip
    id: Reference
    version: Annotated[str, Field(max_length=64, pattern=ON_ONE_LINE)]


class Reason(Record):
    """One reason in code, with what is needed to say it in a sentence; never personal data."""

    code: Code
    values: dict[Code, Annotated[str, Field(max_length=80, pattern=ON_ONE_LINE)]] = Field(default_factory=dict)


class RuleVerdict(Record):
    """One rule and what it said, in the order they were asked."""

    rule: Code
    verdict: Literal["passed", "refused", "not_applicable"]
    reason: Reason | None = None


class ActionOutcome(Record):
    """A step is taken: a message is requested, or a task given to a person."""

    kind: Literal["action"] = "action"
    step_key: Code
    channel: Channel | None = None
    message_id: UUID | None = None
    task_id: UUID | None = None


class WaitOutcome(Record):
    """Nothing to do before this instant. `step_key`: the step that is waited for."""

    kind: Literal["wait"] = "wait"
    until: Instant
    step_key: Code | None = None


class HoldOutcome(Record):
    """A hold stands; without an end, until somebody releases it."""

    kind: Literal["hold"] = "hold"
    hold_id: UUID | None = None
    until: Instant | None = None


class StopOutcome(Record):
    """Nothing will be done any more."""

    kind: Literal["stop"] = "stop"
    reason: Literal["paid", "cancelled", "written_off", "renegotiated", "prescribed", "excluded", "erased", "finished"]


Outcome = Annotated[ActionOutcome | WaitOutcome | HoldOutcome | StopOutcome, Field(discriminator="kind")]
