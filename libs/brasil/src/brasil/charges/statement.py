"""The charges of a receivable on a day, explained: every cent is a signed line with its rule and its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from brasil.calendar.bank import NATIONAL
from brasil.calendar.national import check_year
from brasil.charges.caps import lawful_terms
from brasil.charges.due_date import SOURCES as DUE_DATE_SOURCES
from brasil.charges.due_date import DueDate, counted_on, due_date
from brasil.charges.ledger import Ledger, Line, LineKind, Payment
from brasil.charges.terms import Charge, DiscountPerDay, FixedAmount, Terms, WeekendRule, check_cents
from brasil.errors import BrasilError, Problem

if TYPE_CHECKING:
    from brasil.calendar.bank import BankCalendar

MAX_FACE_CENTS: Final = 10**15
_DEFAULT_TERMS: Final = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeStatement:
    """What one receivable costs on one day.

    `total_cents`, what settles it on that day, is the sum of the lines; it is `principal_cents` + `interest_cents` +
    `fine_cents` still owed, after payments and a discount. `unapplied_cents` is money paid beyond the debt.
    `counted_on` is the day a payment made `on` that day counts for.
    """

    face_cents: int
    due: DueDate
    weekend_rule: WeekendRule
    on: date
    counted_on: date
    days_late: int
    lines: tuple[Line, ...]
    principal_cents: int
    interest_cents: int
    fine_cents: int
    unapplied_cents: int
    problems: tuple[Problem, ...]

    @property
    def total_cents(self) -> int:
        """What is to be paid on the day, in cents."""
        return sum(line.amount_cents for line in self.lines)

    def charged(self, kind: LineKind) -> int:
        """Return the sum of the lines of one kind, e.g. all interest charged, paid or not."""
        return sum(line.amount_cents for line in self.lines if line.kind == kind)

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as a JSON object; discounts, abatement and payments as positive amounts."""
        paid = -sum(line.amount_cents for line in self.lines if line.kind.startswith("paid_"))
        return {
            "face_cents": self.face_cents,
            "due_on": self.due.written_on.isoformat(),
            "payable_until": self.due.payable_until.isoformat(),
            "late_from": self.due.late_from.isoformat(),
            "weekend_rule": {"rule": self.weekend_rule.value, "source": DUE_DATE_SOURCES[self.weekend_rule]},
            "on": self.on.isoformat(),
            "counted_on": self.counted_on.isoformat(),
            "days_late": self.days_late,
            "total_cents": self.total_cents,
            "fine_cents": self.charged("fine"),
            "interest_cents": self.charged("interest"),
            "discount_cents": -self.charged("discount"),
            "abatement_cents": -self.charged("abatement"),
            "paid_cents": paid,
            "unapplied_cents": self.unapplied_cents,
            "open": {
                "principal_cents": self.principal_cents,
                "interest_cents": self.interest_cents,
                "fine_cents": self.fine_cents,
            },
            "lines": [_line_dict(line) for line in self.lines],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def _line_dict(line: Line) -> dict[str, Any]:
    values = line._asdict()
    for key in ("start", "end"):
        values[key] = values[key].isoformat() if values[key] else None
    return values


def _check_discount(discount: Charge, face_cents: int) -> None:
    whole = discount.amount_cents >= face_cents if isinstance(discount, FixedAmount) else discount.percent >= 100
    if whole:
        raise BrasilError(
            "charges.discount_too_large",
            "A discount must be less than the face value.",
            field="discounts",
            expected=f"less than {face_cents} cents",
        )


def check_terms(terms: Terms, *, face_cents: int, due_on: date) -> None:
    """Raise if the terms do not fit the receivable: a discount of all of it, or one that ends after the due date."""
    if not 0 <= face_cents <= MAX_FACE_CENTS:
        raise BrasilError(
            "charges.amount",
            "The face value is a whole number of cents, not negative, below 10^15.",
            field="face_cents",
            found=face_cents,
        )
    if isinstance(terms.discounts, DiscountPerDay):
        return
    for tier in terms.discounts:
        if face_cents:
            _check_discount(tier.discount, face_cents)
        if tier.until > due_on:
            raise BrasilError(
                "charges.discount_after_due",
                "A discount must end on the due date or before.",
                field="discounts",
                found=tier.until,
                expected=f"until {due_on}",
            )


def charges(
    *,
    face_cents: int,
    due_on: date,
    on: date,
    terms: Terms = _DEFAULT_TERMS,
    calendar: BankCalendar = NATIONAL,
    paid: Iterable[Payment] = (),
) -> ChargeStatement:
    """Return what a receivable costs on the day `on`, line by line.

    `calendar` is the payer's: its holidays decide where a due date moves. Of `paid`, payments that count for days
    after `on` are left out; the order in which they are given does not matter, and those of one day are one.
    Interest is simple and never a base for interest; the fine is charged once, on the principal that was overdue.

    Raises `BrasilError`: `charges.…` for terms that do not fit or (by the cap policy) are above the law,
    `calendar.year` for dates the calendar does not cover.
    """
    check_year(due_on.year)
    check_year(on.year)
    check_terms(terms, face_cents=face_cents, due_on=due_on)
    terms, problems = lawful_terms(terms, face_cents)
    due = due_date(due_on, terms.weekend_rule, calendar)
    day = counted_on(on, terms.payment_dating, calendar)
    ledger = Ledger(face_cents, terms, due, calendar)
    by_day: dict[date, int] = {}
    for payment in paid:
        check_cents(payment.amount_cents, "paid")
        counted = counted_on(payment.on, terms.payment_dating, calendar)
        by_day[counted] = by_day.get(counted, 0) + payment.amount_cents
    for counted in sorted(by_day):
        if counted <= day:
            ledger.pay(counted, by_day[counted])
    ledger.advance(day)
    discount = ledger.discount(day)
    if discount is not None:
        ledger.grant(discount, day)
    late = day > ledger.last_free_day
    return ChargeStatement(
        face_cents=face_cents,
        due=due,
        weekend_rule=terms.weekend_rule,
        on=on,
        counted_on=day,
        days_late=(day - due.late_from).days if late else 0,
        lines=tuple(ledger.lines),
        principal_cents=ledger.owed.principal,
        interest_cents=ledger.owed.interest,
        fine_cents=ledger.owed.fine,
        unapplied_cents=ledger.unapplied_cents,
        problems=problems,
    )
