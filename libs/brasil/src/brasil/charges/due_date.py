"""When a receivable is really due if its date is no working day: three rules that contradict each other, by name.

| rule | payable without charges until | days late count from | source |
| --- | --- | --- | --- |
| `as-written` | the date itself | the date itself | contract |
| `law-7089` | next working day | next working day | Lei 7.089/1983, art. 1º; CC art. 132 §1º |
| `stj-2022` | next working day | the date itself, if not paid by then | STJ, 3ª Turma, Feb 2022 |
| `pix-cobv` | next working day | next working day; discounts move with it; the fine waits for a working day | API Pix |
| `previous-working-day` | previous working day | previous working day | taxes (CTN art. 160, each tax's own law) |
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from brasil.charges.terms import PaymentDating, WeekendRule

if TYPE_CHECKING:
    from brasil.calendar.bank import BankCalendar

_DAY: Final = timedelta(days=1)

SOURCES: Final = {
    WeekendRule.AS_WRITTEN: "contract",
    WeekendRule.LAW_7089: "Lei 7.089/1983, art. 1º; CC art. 132 §1º",
    WeekendRule.STJ_2022: "STJ, 3ª Turma, February 2022",
    WeekendRule.PIX_COBV: "API Pix 2.9, schema CobDataDeVencimento",
    WeekendRule.PREVIOUS_WORKING_DAY: "tax payments are brought forward",
}


class DueDate(NamedTuple):
    """A due date after its weekend rule: free of charges until `payable_until`; days late count from `late_from`.

    `fine_from` is the first day on which the fine is owed: the day after, for a Pix the next working day (bacen/pix-api
    issue 297). `anticipation_to` is the day that days of anticipation are counted to, for discounts by day.
    """

    written_on: date
    payable_until: date
    late_from: date
    fine_from: date
    anticipation_to: date


def due_date(due_on: date, rule: WeekendRule, calendar: BankCalendar) -> DueDate:
    """Return what `due_on` means under `rule` and the payer's calendar."""
    if rule is WeekendRule.AS_WRITTEN:
        return DueDate(due_on, due_on, due_on, due_on + _DAY, due_on)
    if rule is WeekendRule.PREVIOUS_WORKING_DAY:
        previous = calendar.same_or_previous(due_on)
        return DueDate(due_on, previous, previous, previous + _DAY, previous)
    moved = calendar.same_or_next(due_on)
    if rule is WeekendRule.STJ_2022:
        return DueDate(due_on, moved, due_on, moved + _DAY, due_on)
    if rule is WeekendRule.LAW_7089:
        return DueDate(due_on, moved, moved, moved + _DAY, due_on)
    return DueDate(due_on, moved, moved, calendar.next(moved), moved)


def payable_through(due_on: date, validity_days: int, calendar: BankCalendar) -> date:
    """Return the last day a Pix cobv may be paid: calendar days after the moved due date, then moved again.

    Source: the seven examples of schema `CobDataDeVencimento` (API Pix 2.9).
    """
    return calendar.same_or_next(calendar.same_or_next(due_on) + timedelta(days=validity_days))


def counted_on(paid_on: date, dating: PaymentDating, calendar: BankCalendar) -> date:
    """Return the day a payment counts for.

    A boleto paid through internet banking on a Saturday is dated the next working day and charged up to then; a Pix
    counts on the day itself (bacen/pix-api issue 205).
    """
    return calendar.same_or_next(paid_on) if dating is PaymentDating.NEXT_WORKING_DAY else paid_on
