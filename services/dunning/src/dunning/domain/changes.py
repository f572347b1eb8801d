"""What a review decided: new values of rows and the facts to publish, for the handler to save in one transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.base import Event
from contracts.dunning import DecisionRecorded
from dunning.domain.debtor_file import CaseRow


@dataclass(frozen=True, kw_only=True)
class ReleasedHold:
    """A hold that ended now, and why."""

    hold_id: UUID
    cause: str


@dataclass(frozen=True, kw_only=True)
class EndedPromise:
    """A promise that was kept or broken."""

    promise_id: UUID
    state: str
    paid_cents: int


@dataclass(frozen=True, kw_only=True)
class RequestedMessage:
    """A message asked for, as it counts against the caps."""

    message_id: UUID
    contacted_at: datetime
    step_key: str
    case_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class OpenedTask:
    """A task for a person."""

    task_id: UUID
    case_id: UUID
    invoice_id: UUID
    reason: str
    priority: int
    open_cents: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class SavedDecision:
    """A decision's event and the canonical facts it was taken from, kept for replay."""

    event: DecisionRecorded
    facts: dict[str, object]
    invoice_id: UUID
    reason: str
    step_key: str | None
    skipped: tuple[str, ...]
    message_id: UUID | None
    task_id: UUID | None


@dataclass(kw_only=True)
class Changes:
    """Everything one review changes. `cases` are whole rows as they are to stand; `closed` says why a case closed."""

    cases: dict[UUID, CaseRow] = field(default_factory=dict)
    closed: dict[UUID, str] = field(default_factory=dict)
    released: list[ReleasedHold] = field(default_factory=list)
    promises: list[EndedPromise] = field(default_factory=list)
    messages: list[RequestedMessage] = field(default_factory=list)
    tasks: list[OpenedTask] = field(default_factory=list)
    decisions: list[SavedDecision] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)
    next_at: datetime | None = None
