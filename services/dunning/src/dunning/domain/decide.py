"""The decision: recorded facts in, one outcome and every rule that passed or refused out.

`decide` looks at one invoice's case and is a function of its arguments alone, so replaying the record gives the same
decision. The rules are asked in a fixed order; the first that refuses settles the outcome, and the record keeps the
ones that passed before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dunning.domain.caps import earliest_after_caps
from dunning.domain.channels import ChosenChannel, channels_for
from dunning.domain.facts import CaseFacts, DebtorFacts, HoldReason, InvoiceFacts, InvoiceState
from dunning.domain.plan import AddBankDays, PlannedStep, local_instant, plan
from dunning.domain.policy import Channel, Policy, Step

PRESCRIPTION_YEARS = 5
"""A debt written in an instrument is collected for five years from its due date (Civil Code art. 206 §5 I)."""

MISSED_AFTER = timedelta(days=1)
"""A step later than this counts as missed where the régua says that missed steps are passed over."""

STALE_SOURCE_RETRY = timedelta(hours=1)
"""How soon to ask again while the bank's payments of the last payable day are not all in."""

PERSON_CALLED = "person_called"
"""Stands among a case's done steps once a person was called because no channel was left: once is enough."""

Outcome = Literal["action", "wait", "hold", "stop"]


@dataclass(frozen=True)
class Lawful:
    """Whether a channel may be used at an instant, else when it first may, and the rule that says so."""

    allowed: bool
    rule: str
    next_at: datetime | None = None


LawfulContact = Callable[[Channel, datetime], Lawful]


@dataclass(frozen=True)
class Rule:
    """One rule's answer: a stable code, whether it passed, and what it was about (never personal data)."""

    code: str
    passed: bool
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about one case now. `until` is when to ask again; None means only a new fact can change it."""

    outcome: Outcome
    rules: tuple[Rule, ...]
    step: Step | None = None
    planned_at: datetime | None = None
    channels: tuple[ChosenChannel, ...] = ()
    skipped: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def reason(self) -> str:
        """The code of the rule that settled it."""
        return self.rules[-1].code


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that a decision is taken from: recorded facts, the régua, the calendar, the law and the instant (UTC)."""

    invoice: InvoiceFacts
    debtor: DebtorFacts
    case: CaseFacts
    policy: Policy
    add_bank_days: AddBankDays
    lawful: LawfulContact
    now: datetime
    bank_fresh_until: datetime | None = None
    """Up to when the bank's payments are known; None where no bank source reports its freshness."""


class _Record:
    """Collects the rules as they are asked and closes into a decision."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self.skipped: tuple[str, ...] = ()

    def passed(self, code: str, about: str = "") -> None:
        self._rules.append(Rule(code, True, about))

    def refused(self, outcome: Outcome, code: str, *, about: str = "", until: datetime | None = None) -> Decision:
        self._rules.append(Rule(code, False, about))
        return Decision(outcome=outcome, rules=tuple(self._rules), skipped=self.skipped, until=until)

    def action(self, step: Step, planned_at: datetime, channels: tuple[ChosenChannel, ...] = ()) -> Decision:
        return Decision(
            outcome="action",
            rules=tuple(self._rules),
            step=step,
            planned_at=planned_at,
            channels=channels,
            skipped=self.skipped,
        )


def decide(situation: Situation) -> Decision:
    """What the régua does about this invoice now."""
    record = _Record()
    refusal = _owed(record, situation) or _rests(record, situation)
    if refusal is not None:
        return refusal
    planned = plan(
        policy=situation.policy,
        payable_on=situation.invoice.payable_on,
        zone=situation.debtor.zone,
        add_bank_days=situation.add_bank_days,
    )
    open_steps = [item for item in planned if item.step.key not in situation.case.steps_done]
    due = [item for item in open_steps if item.at <= situation.now]
    coming = next((item.at for item in open_steps if item.at > situation.now), None)
    if not due:
        if coming is None:
            return record.refused("stop", "regua_finished")
        return record.refused("wait", "no_step_due", until=coming)
    chosen = due[-1]
    record.skipped = tuple(item.step.key for item in due[:-1])
    if situation.policy.catch_up == "skip" and situation.now - chosen.at > MISSED_AFTER:
        record.skipped += (chosen.step.key,)
        return record.refused("wait" if coming else "stop", "step_missed", about=chosen.step.key, until=coming)
    record.passed("step_due", chosen.step.key)
    return _act(record, situation, chosen, coming)


def _owed(record: _Record, situation: Situation) -> Decision | None:
    invoice = situation.invoice
    if invoice.state is not InvoiceState.OPEN or invoice.balance_cents <= 0:
        return record.refused("stop", "nothing_owed", about=invoice.state)
    record.passed("owed")
    last_day = _years_after(invoice.due_on, PRESCRIPTION_YEARS)
    if situation.now.astimezone(situation.debtor.zone).date() > last_day:
        return record.refused("stop", "prescribed", about=last_day.isoformat())
    record.passed("not_prescribed")
    return None


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _rests(record: _Record, situation: Situation) -> Decision | None:
    if situation.debtor.excluded:
        return record.refused("hold", "debtor_excluded")
    if situation.debtor.paused or situation.case.paused:
        return record.refused("hold", "paused")
    active = [hold for hold in situation.case.holds if hold.active(situation.now)]
    if not active:
        record.passed("nothing_holds_it")
        return None
    ends = [hold.ends_at for hold in active]
    until = None if None in ends else max(end for end in ends if end is not None)
    gravest = min(active, key=lambda hold: list(HoldReason).index(hold.reason))
    return record.refused("hold", "held", about=gravest.reason, until=until)


def _act(record: _Record, situation: Situation, chosen: PlannedStep, coming: datetime | None) -> Decision:
    step = chosen.step
    if situation.invoice.balance_cents < max(step.minimum_balance_cents, situation.policy.materiality_cents):
        record.skipped += (step.key,)
        return record.refused("wait" if coming else "stop", "below_minimum", about=step.key, until=coming)
    record.passed("balance_worth_it")
    until = _payment_on_its_way(situation, step)
    if until is not None:
        return record.refused("wait", "payment_may_be_on_its_way", until=until)
    record.passed("payments_known")
    if step.action == "task":
        record.passed("person_takes_over", step.key)
        return record.action(step, chosen.at)
    channels = channels_for(step=step, debtor=situation.debtor)
    if not channels and PERSON_CALLED in situation.case.steps_done:
        record.skipped += (step.key,)
        return record.refused("wait" if coming else "stop", "person_was_called", about=step.key, until=coming)
    if not channels:
        record.passed("no_channel_left", step.key)
        return record.action(step.model_copy(update={"action": "task", "channels": ()}), chosen.at)
    record.passed("channel_open", channels[0].channel)
    return _contact(record, situation, chosen, channels)


def _contact(
    record: _Record, situation: Situation, chosen: PlannedStep, channels: tuple[ChosenChannel, ...]
) -> Decision:
    debtor, now = situation.debtor, situation.now
    free_at = earliest_after_caps(
        caps=situation.policy.caps, contacted_at=debtor.contacted_at, zone=debtor.zone, now=now
    )
    if free_at > now:
        return record.refused("wait", "contact_cap", until=free_at)
    record.passed("within_caps")
    if debtor.asked_weekdays and now.astimezone(debtor.zone).weekday() not in debtor.asked_weekdays:
        return record.refused("wait", "debtor_asked_other_days", until=_next_asked_day(situation, chosen.step))
    lawful = situation.lawful(channels[0].channel, now)
    if not lawful.allowed:
        outcome: Outcome = "hold" if lawful.next_at is None else "wait"
        return record.refused(outcome, "outside_lawful_window", about=lawful.rule, until=lawful.next_at)
    record.passed("lawful_window", lawful.rule)
    return record.action(chosen.step, chosen.at, channels)


def _payment_on_its_way(situation: Situation, step: Step) -> datetime | None:
    """A boleto paid on its last day is known only after the bank's next file: until then late steps wait."""
    invoice, zone = situation.invoice, situation.debtor.zone
    if step.offset.value <= 0 or not invoice.has_boleto:
        return None
    reported_on = situation.add_bank_days(invoice.payable_on, 1)
    reported_at = local_instant(reported_on, situation.policy.bank_confirmation, zone)
    if situation.now < reported_at:
        return reported_at
    last_day_over = local_instant(invoice.payable_on + timedelta(days=1), time(0, 0), zone)
    if situation.bank_fresh_until is not None and situation.bank_fresh_until < last_day_over:
        return situation.now + STALE_SOURCE_RETRY
    return None


def _next_asked_day(situation: Situation, step: Step) -> datetime:
    zone = situation.debtor.zone
    today = situation.now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, 8))
    day = next(day for day in days if day.weekday() in situation.debtor.asked_weekdays)
    return local_instant(day, step.local_time, zone)
