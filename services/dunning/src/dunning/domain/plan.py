"""When each step of a régua falls for one invoice, in the debtor's own time zone.

Steps count from the payable date: the due date moved to the next bank working day (Law 7.089/1983), because nobody is
late before it. A local time that a clock change skips moves on by the length of the gap, and one that happens twice is
taken the first time, so that no step is lost and none falls twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dunning.domain.policy import Policy, Step

AddBankDays = Callable[[date, int], date]
"""The bank working day so many working days after (before, if negative) a date; 0 gives the date itself."""


@dataclass(frozen=True)
class PlannedStep:
    """A step and the instant (UTC) from which it is due."""

    step: Step
    at: datetime


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of this wall time on this day (PEP 495, fold 0)."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def planned_at(*, step: Step, payable_on: date, zone: ZoneInfo, add_bank_days: AddBankDays) -> datetime:
    """The instant from which `step` is due for an invoice payable on `payable_on`."""
    if step.offset.unit == "hours":
        return local_instant(payable_on, step.local_time, zone) + timedelta(hours=step.offset.value)
    if step.offset.unit == "working_days":
        return local_instant(add_bank_days(payable_on, step.offset.value), step.local_time, zone)
    return local_instant(payable_on + timedelta(days=step.offset.value), step.local_time, zone)


def plan(*, policy: Policy, payable_on: date, zone: ZoneInfo, add_bank_days: AddBankDays) -> tuple[PlannedStep, ...]:
    """Every step of the régua with its instant, earliest first; steps that fall together keep the régua's order."""
    planned = [
        PlannedStep(step, planned_at(step=step, payable_on=payable_on, zone=zone, add_bank_days=add_bank_days))
        for step in policy.steps
    ]
    return tuple(sorted(planned, key=lambda item: item.at))


def next_after(planned: Sequence[PlannedStep], now: datetime, done: frozenset[str]) -> PlannedStep | None:
    """The first step still to come after `now` that has not been dealt with."""
    return next((item for item in planned if item.at > now and item.step.key not in done), None)
