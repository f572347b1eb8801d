"""A promise to pay: what it holds, and whether it was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import InvalidError
from dunning.domain.plan import AddBankDays, local_instant

LONGEST_PROMISE_DAYS = 60

PromiseState = Literal["open", "kept", "broken"]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a debtor said they would pay, and until when."""

    promise_id: UUID
    invoice_ids: tuple[UUID, ...]
    promised_on: date
    amount_cents: int
    made_at: datetime


@dataclass(frozen=True)
class Credit:
    """Money allocated to one of the promised invoices, on the day it counts."""

    paid_on: date
    amount_cents: int


def check_promise(*, promised_on: date, amount_cents: int, balance_cents: int, today: date) -> None:
    """Refuse a promise that means nothing; raises `InvalidError`."""
    if promised_on < today:
        raise InvalidError("promise-in-the-past", "a promise names today or a later day")
    if promised_on > today + timedelta(days=LONGEST_PROMISE_DAYS):
        raise InvalidError(
            "promise-too-far", f"a promise lies at most {LONGEST_PROMISE_DAYS} days ahead; offer an agreement instead"
        )
    if not 0 < amount_cents <= balance_cents:
        raise InvalidError("promise-amount", "a promise is for more than zero and at most what is owed today")


def silent_until(*, promise: Promise, grace_days: int, zone: ZoneInfo, add_bank_days: AddBankDays) -> datetime:
    """The end of the silence: the morning after the promised day (moved to a bank day) and the days of grace.

    One bank day is always left for the bank to report a payment made on the promised day.
    """
    payable_on = add_bank_days(promise.promised_on, 0)
    reported_on = add_bank_days(payable_on, 1)
    return local_instant(max(reported_on, payable_on + timedelta(days=grace_days)), time(9, 0), zone)


def assess(*, promise: Promise, received: Sequence[Credit], ends_at: datetime, now: datetime) -> PromiseState:
    """Kept as soon as the promised amount came in since it was made; broken when the silence ends without it."""
    received_cents = sum(credit.amount_cents for credit in received)
    if received_cents >= promise.amount_cents:
        return "kept"
    return "broken" if now >= ends_at else "open"
