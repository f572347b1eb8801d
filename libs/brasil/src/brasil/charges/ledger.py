"""The running account of one receivable: it moves forward day by day, takes payments, and writes down every line.

Three invariants hold by construction: interest is worked out on principal alone; the fine is charged once; the lines
always add up to what is owed.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from brasil.charges.discount import Discount, abatement_cents, describe, discount_on
from brasil.charges.due_date import DueDate
from brasil.charges.fine import fine_cents
from brasil.charges.imputation import SOURCES as IMPUTATION_SOURCES
from brasil.charges.imputation import Owed, impute
from brasil.charges.interest import Span, span_amount, spans
from brasil.charges.rounding import to_cents
from brasil.charges.terms import LegalRate, Terms, WeekendRule
from brasil.errors import BrasilError

if TYPE_CHECKING:
    from brasil.calendar.bank import BankCalendar

LineKind = Literal[
    "principal", "abatement", "discount", "fine", "interest", "paid_principal", "paid_interest", "paid_fine"
]
_CONTRACT: Final = "contract"
_FINE_SOURCE: Final = "contract; Código Civil, arts. 408 and 409"
_INTEREST_SOURCE: Final = "contract; Código Civil, arts. 394, 395 and 406"
_LEGAL_SOURCE: Final = "Código Civil, art. 406 (Lei 14.905/2024); Resolução CMN 5.171/2024"


class Payment(NamedTuple):
    """Money received for the receivable on a day."""

    on: date
    amount_cents: int


class Line(NamedTuple):
    """One line of an account: `amount_cents` is signed, what the debtor owes is positive.

    `rule` names the policy that made it, `source` the law or the contract. `base_cents` is what a rate was applied
    to, `days` how many days of it, those after `start` up to and including `end`.
    """

    kind: LineKind
    rule: str
    source: str
    base_cents: int | None
    rate: str | None
    days: int | None
    start: date | None
    end: date | None
    amount_cents: int


class Ledger:
    """The account of one receivable. Days only go forward: `advance` and `pay` are called in order of dates."""

    def __init__(self, face_cents: int, terms: Terms, due: DueDate, calendar: BankCalendar) -> None:
        self.terms = terms
        self.due = due
        self.calendar = calendar
        self.last_free_day = due.payable_until + timedelta(days=terms.grace_days)
        self.face_cents = face_cents
        self.abatement_cents = abatement_cents(terms.abatement, face_cents=face_cents, mode=terms.rounding.mode)
        if face_cents and self.abatement_cents >= face_cents:
            raise BrasilError(
                "charges.abatement_too_large",
                "The abatement must be less than the face value.",
                field="abatement",
                found=self.abatement_cents,
                expected=f"less than {face_cents}",
            )
        self.net_cents = face_cents - self.abatement_cents
        self.owed = Owed(self.net_cents, 0, 0)
        self.unapplied_cents = 0
        self.lines: list[Line] = []
        self._fine_charged = False
        self._accrued_until = due.late_from
        self._accrued_exact = Fraction(0)
        self._accrued_cents = 0
        self._write("principal", "face value", _CONTRACT, face_cents)
        if self.abatement_cents and terms.abatement is not None:
            self._write(
                "abatement",
                "abatement",
                _CONTRACT,
                -self.abatement_cents,
                base_cents=face_cents,
                rate=describe(terms.abatement),
            )

    def _write(
        self,
        kind: LineKind,
        rule: str,
        source: str,
        amount_cents: int,
        *,
        base_cents: int | None = None,
        rate: str | None = None,
        span: tuple[date, date, int | None] | None = None,
    ) -> None:
        start, end, days = span or (None, None, None)
        self.lines.append(Line(kind, rule, source, base_cents, rate, days, start, end, amount_cents))

    def advance(self, day: date) -> None:
        """Charge what has fallen due by the end of `day`: the fine once, and the interest of the days since."""
        if day <= self.last_free_day:
            return
        if not self._fine_charged and day >= self.due.fine_from:
            self._fine_charged = True
            self._charge_fine()
        self._accrue(day)

    def _charge_fine(self) -> None:
        terms, base = self.terms, self.owed.principal
        amount = fine_cents(terms.fine, base_cents=base, mode=terms.rounding.mode)
        if terms.fine is None or not amount:
            return
        self.owed = self.owed._replace(fine=amount)
        self._write("fine", "flat, once", _FINE_SOURCE, amount, base_cents=base, rate=describe(terms.fine))

    def _accrue(self, day: date) -> None:
        # What was paid in the days free of charges was paid in time: days that count from before them (STJ rule,
        # days of grace) count for the rest alone. After that, every payment comes here first.
        if self.terms.interest is not None and self.owed.principal:
            for span in spans(self.terms.interest, self._accrued_until, day, self.calendar):
                self._charge_interest(span, self.owed.principal)
        self._accrued_until = max(day, self._accrued_until)

    def _charge_interest(self, span: Span, principal: int) -> None:
        terms = self.terms
        if terms.interest is None:
            return
        self._accrued_exact += span_amount(
            span, terms.interest, base_cents=principal, full_base_cents=self.net_cents, rounding=terms.rounding
        )
        total = to_cents(self._accrued_exact, terms.rounding.mode)
        amount, self._accrued_cents = total - self._accrued_cents, total
        self.owed = self.owed._replace(interest=self.owed.interest + amount)
        legal = isinstance(terms.interest, LegalRate)
        days = "calendar" if isinstance(terms.interest, LegalRate) else terms.interest.days
        self._write(
            "interest",
            f"simple, {days} days, {terms.rounding}",
            _LEGAL_SOURCE if legal else _INTEREST_SOURCE,
            amount,
            base_cents=principal,
            rate=span.rate,
            span=(span.start, span.end, span.days),
        )

    def discount(self, day: date) -> Discount | None:
        """Return the discount for paying all that is left on `day`, or None."""
        terms = self.terms
        if day > self.last_free_day or not terms.discounts or not self.owed.principal:
            return None
        found = discount_on(
            terms.discounts,
            base_cents=self.face_cents if terms.discount_on_face else self.net_cents,
            anticipation_to=self.due.anticipation_to,
            on=day,
            calendar=self.calendar,
            move_dates=terms.weekend_rule is WeekendRule.PIX_COBV,
            mode=terms.rounding.mode,
        )
        if found is None or not found.amount_cents:
            return None
        return found._replace(amount_cents=min(found.amount_cents, self.owed.principal))

    def grant(self, found: Discount, day: date) -> None:
        """Write down a discount for paying in full on `day`."""
        base = self.face_cents if self.terms.discount_on_face else self.net_cents
        span = None if found.days is None else (day, self.due.anticipation_to, found.days)
        rule = "by day of anticipation" if found.until is None else f"if paid in full until {found.until}"
        self.owed = self.owed._replace(principal=self.owed.principal - found.amount_cents)
        self._write("discount", rule, _CONTRACT, -found.amount_cents, base_cents=base, rate=found.rate, span=span)

    def pay(self, day: date, amount_cents: int) -> None:
        """Take a payment that counts for `day`; what is more than owed stays unapplied."""
        self.advance(day)
        found = self.discount(day)
        if found is not None and amount_cents + found.amount_cents >= self.owed.principal:
            self.grant(found, day)
        paid, rest = impute(amount_cents, self.owed, self.terms.imputation)
        self.owed = self.owed.minus(paid)
        self.unapplied_cents += rest
        source = IMPUTATION_SOURCES[self.terms.imputation]
        rule = f"payment, {self.terms.imputation}"
        parts: tuple[tuple[LineKind, int], ...] = (
            ("paid_interest", paid.interest),
            ("paid_fine", paid.fine),
            ("paid_principal", paid.principal),
        )
        for kind, amount in parts:
            if amount:
                self._write(kind, rule, source, -amount, span=(day, day, None))
