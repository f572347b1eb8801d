"""The régua as a document: steps, channels, stop rules and caps, versioned and never changed once published.

A draft is checked by `faults_in`, then published as the next version; running cases stay on the version they started
with unless somebody moves them on purpose.
"""

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from chassis.errors import Fault

_KEY = re.compile(r"^[a-z][a-z0-9_.-]{0,63}$")
_SHORTEST_GAP_HOURS = 1
_LONGEST_OFFSET_DAYS = 5 * 366


class Channel(StrEnum):
    """How a message reaches the debtor."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"


class Tone(StrEnum):
    """How a message speaks; it rises with the age of the debt and never threatens (CDC art. 42)."""

    COURTEOUS = "courteous"
    NEUTRAL = "neutral"
    FIRM = "firm"
    FORMAL = "formal"


LocalTime = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$", "examples": ["09:00"]})
]
"""A time of day on the debtor's clock. JSON Schema's own format `time` is an instant's, with an offset."""


def _step_key(value: str) -> str:
    if not _KEY.match(value):
        raise ValueError("a step key is a letter, then up to 63 of a-z, 0-9, dot, dash and underscore")
    return value


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Offset(_Document):
    """When a step falls: so many days, bank working days or hours before (negative) or after the payable date."""

    value: int = Field(ge=-_LONGEST_OFFSET_DAYS * 24, le=_LONGEST_OFFSET_DAYS * 24)
    unit: Literal["days", "working_days", "hours"] = "days"


class Step(_Document):
    """One rung: a message, or a task for a person, at an offset from the payable date."""

    key: Annotated[str, AfterValidator(_step_key)]
    offset: Offset
    local_time: LocalTime = time(9, 0)
    action: Literal["message", "task"] = "message"
    channels: tuple[Channel, ...] = ()
    tone: Tone = Tone.NEUTRAL
    template: str = ""
    minimum_balance_cents: int = Field(default=0, ge=0)


class Caps(_Document):
    """How often one debtor may be contacted, over all invoices together."""

    messages_per_day: int = Field(default=1, ge=1, le=10)
    messages_per_week: int = Field(default=3, ge=1, le=30)
    hours_between: int = Field(default=20, ge=_SHORTEST_GAP_HOURS, le=24 * 14)


class Policy(_Document):
    """A published régua is one (policy_id, version); its text never changes."""

    name: str = Field(min_length=1, max_length=120)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=60)
    caps: Caps = Caps()
    catch_up: Literal["latest", "skip"] = "latest"
    consolidate: bool = True
    promise_grace_days: int = Field(default=1, ge=0, le=30)
    materiality_cents: int = Field(default=0, ge=0)
    bank_confirmation: LocalTime = time(9, 0)
    """Local time on the bank day after the payable date before which a payment may still be on its way."""


def faults_in(policy: Policy) -> tuple[Fault, ...]:
    """What stops this draft from being published, each with its place and its remedy; empty means it may be."""
    found: list[Fault] = []
    seen: set[str] = set()
    for index, step in enumerate(policy.steps):
        place = f"/steps/{index}"
        if step.key in seen:
            found.append(Fault(f"{place}/key", "repeated_step", "two steps have this key; give each its own"))
        seen.add(step.key)
        found.extend(_faults_in_step(step, place))
    found.extend(_faults_in_order(policy))
    return tuple(found)


def _faults_in_step(step: Step, place: str) -> list[Fault]:
    if step.action == "task":
        return (
            [Fault(f"{place}/channels", "task_with_channel", "a task goes to a person; leave channels empty")]
            if step.channels
            else []
        )
    found = []
    if not step.channels:
        found.append(Fault(f"{place}/channels", "no_channel", "name at least one channel, the preferred one first"))
    if len(set(step.channels)) != len(step.channels):
        found.append(Fault(f"{place}/channels", "repeated_channel", "a channel stands twice; keep the first"))
    if not step.template:
        found.append(Fault(f"{place}/template", "no_template", "name the template that this message is written with"))
    if step.offset.value < 0 and step.tone in {Tone.FIRM, Tone.FORMAL}:
        found.append(Fault(f"{place}/tone", "harsh_reminder", "before the due date the tone is courteous or neutral"))
    return found


def _faults_in_order(policy: Policy) -> list[Fault]:
    remedy = "this step falls before the one above it; sort the steps by offset"
    ranks = [_rough_hours(step) for step in policy.steps]
    return [
        Fault(f"/steps/{index}/offset", "out_of_order", remedy)
        for index in range(1, len(ranks))
        if ranks[index] < ranks[index - 1]
    ]


def _rough_hours(step: Step) -> int:
    if step.offset.unit == "hours":
        return step.offset.value
    calendar_days = step.offset.value if step.offset.unit == "days" else step.offset.value * 7 // 5
    return calendar_days * 24


def step_rank(policy: Policy, key: str) -> int:
    """The place of a step in the régua, counted from 0; a key that is not there ranks before all."""
    return next((index for index, step in enumerate(policy.steps) if step.key == key), -1)


def _message(key: str, days: int, channels: tuple[Channel, ...], tone: Tone, template: str) -> Step:
    return Step(key=key, offset=Offset(value=days), channels=channels, tone=tone, template=template)


DEFAULT_POLICY = Policy(
    name="Régua padrão",
    steps=(
        _message("before_5", -5, (Channel.EMAIL, Channel.WHATSAPP), Tone.COURTEOUS, "reminder"),
        _message("before_1", -1, (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL), Tone.COURTEOUS, "reminder"),
        _message("due_day", 0, (Channel.EMAIL, Channel.WHATSAPP), Tone.NEUTRAL, "due_today"),
        _message("after_1", 1, (Channel.EMAIL, Channel.WHATSAPP), Tone.NEUTRAL, "overdue_first"),
        _message("after_3", 3, (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL), Tone.NEUTRAL, "overdue_second"),
        _message("after_7", 7, (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL), Tone.FIRM, "overdue_talk"),
        _message("after_15", 15, (Channel.EMAIL, Channel.WHATSAPP), Tone.FIRM, "overdue_notice"),
        _message("after_30", 30, (Channel.EMAIL, Channel.WHATSAPP), Tone.FORMAL, "overdue_formal"),
        Step(key="person", offset=Offset(value=35), action="task"),
    ),
)
"""What a new tenant starts with: reminders before the due date, a tone that rises after it, then a person."""
