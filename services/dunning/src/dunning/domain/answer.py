"""What a debtor's answer means for the régua: a rest with an end, a promise, a closed contact, or a person's task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from contracts.answers import (
    Answer,
    AsksNewDate,
    Dispute,
    Insolvency,
    Promise,
    ReasonForNotPaying,
    SaysPaid,
    StopChannel,
)
from contracts.dunning import HoldReason
from contracts.fields import Channel
from dunning.domain.plan import AddBankDays, local_instant

SAYS_PAID_BANK_DAYS = 3
"""How long a bank may take to report a payment that the debtor says was made."""

DISPUTE_REVIEW_DAYS = 10
NEW_DATE_REVIEW_DAYS = 5
INSOLVENCY_REVIEW_DAYS = 30
LONGEST_PAUSE_DAYS = 15
"""The longest rest that a stated reason for not paying buys by itself."""


@dataclass(frozen=True)
class Rest:
    """A hold to place on each open case that the answer is about."""

    reason: HoldReason
    queue: str
    until: datetime | None = None
    review_on: date | None = None


@dataclass(frozen=True)
class MakePromise:
    """A promise to write down."""

    promised_on: date
    amount_cents: int | None


@dataclass(frozen=True)
class CloseContact:
    """A channel (None: all), or the very contact that answered, is not to be used again."""

    channel: Channel | None
    this_contact_only: bool = False


@dataclass(frozen=True)
class AskPerson:
    """Somebody has to read it."""

    reason: Literal["answer_unclear", "dispute"]


Meaning = Rest | MakePromise | CloseContact | AskPerson


@dataclass(frozen=True)
class _Moment:
    """When and where it was said."""

    today: date
    zone: ZoneInfo
    add_bank_days: AddBankDays

    def morning(self, day: date) -> datetime:
        return local_instant(day, time(9, 0), self.zone)


def meaning_of(answer: Answer, *, now: datetime, zone: ZoneInfo, add_bank_days: AddBankDays) -> tuple[Meaning, ...]:
    """What follows from an answer; nothing for one that only acknowledges, a person for one without a rule."""
    moment = _Moment(now.astimezone(zone).date(), zone, add_bank_days)
    rule = _RULES.get(answer.kind)
    return rule(answer, moment) if rule is not None else (AskPerson("answer_unclear"),)


def _promise(answer: Promise, moment: _Moment) -> tuple[Meaning, ...]:
    return (MakePromise(max(answer.promised_on, moment.today), answer.amount_cents),)


def _says_paid(_: SaysPaid, moment: _Moment) -> tuple[Meaning, ...]:
    reported_on = moment.add_bank_days(moment.today, SAYS_PAID_BANK_DAYS)
    return (Rest("says_paid", "payments", until=moment.morning(reported_on)),)


def _dispute(_: Dispute, moment: _Moment) -> tuple[Meaning, ...]:
    review_on = moment.today + timedelta(days=DISPUTE_REVIEW_DAYS)
    return (Rest("dispute", "disputes", review_on=review_on), AskPerson("dispute"))


def _new_date(_: AsksNewDate, moment: _Moment) -> tuple[Meaning, ...]:
    review_on = moment.today + timedelta(days=NEW_DATE_REVIEW_DAYS)
    return (Rest("asks_new_date", "requests", review_on=review_on), AskPerson("answer_unclear"))


def _pause(answer: ReasonForNotPaying, moment: _Moment) -> tuple[Meaning, ...]:
    if answer.expected_on is None or answer.expected_on <= moment.today:
        return ()
    last = min(answer.expected_on, moment.today + timedelta(days=LONGEST_PAUSE_DAYS))
    return (Rest("customer_request", "requests", until=moment.morning(last + timedelta(days=1))),)


def _stop(answer: StopChannel, _: _Moment) -> tuple[Meaning, ...]:
    return (CloseContact(answer.channel),)


def _insolvency(answer: Insolvency, moment: _Moment) -> tuple[Meaning, ...]:
    reason: HoldReason = "bereavement" if answer.reason == "deceased" else "insolvency"
    return (Rest(reason, "legal", review_on=moment.today + timedelta(days=INSOLVENCY_REVIEW_DAYS)),)


_RULES: Mapping[str, Callable[[Any, _Moment], tuple[Meaning, ...]]] = {
    "promise": _promise,
    "says_paid": _says_paid,
    "dispute": _dispute,
    "asks_new_date": _new_date,
    "reason_for_not_paying": _pause,
    "stop_channel": _stop,
    "wrong_person": lambda _answer, _moment: (CloseContact(None, this_contact_only=True),),
    "insolvency": _insolvency,
    "acknowledged": lambda _answer, _moment: (),
}
