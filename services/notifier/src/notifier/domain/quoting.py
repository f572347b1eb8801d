"""What the text says is owed: today's amount of each invoice, by the one charge function every service uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from brasil.calendar import BankCalendar
from brasil.charges import ChargeStatement
from brasil.errors import BrasilError
from chassis.debt import debt_on
from contracts.notifier import QuotedAmount
from notifier.domain.facts import InvoiceFacts


@dataclass(frozen=True)
class Quote:
    """One invoice with its amount on a day; `fine_cents` and `interest_cents` are what is still owed of them."""

    facts: InvoiceFacts
    on: date
    amount_cents: int
    fine_cents: int = 0
    interest_cents: int = 0
    discount_cents: int = 0
    days_late: int = 0

    def wire(self) -> QuotedAmount:
        """The quote as an event carries it."""
        invoice = self.facts.invoice
        return QuotedAmount(
            invoice_id=invoice.invoice_id,
            invoice_version=invoice.version,
            amount_cents=self.amount_cents,
            valid_on=self.on,
        )


def quote(facts: InvoiceFacts, *, on: date, calendar: BankCalendar) -> Quote:
    """Today's amount. Nothing is asked for what is closed; terms that no rule can count ask for the principal alone."""
    if not facts.open_cents:
        return Quote(facts, on, 0)
    try:
        statement = debt_on(facts.invoice, on=on, calendar=calendar, paid=facts.payments)
    except BrasilError:
        return Quote(facts, on, facts.open_cents)
    return _of(facts, on, statement)


def _of(facts: InvoiceFacts, on: date, statement: ChargeStatement) -> Quote:
    return Quote(
        facts=facts,
        on=on,
        amount_cents=max(0, statement.total_cents),
        fine_cents=statement.fine_cents,
        interest_cents=statement.interest_cents,
        discount_cents=-statement.charged("discount"),
        days_late=statement.days_late,
    )


def total_cents(quotes: Iterable[Quote]) -> int:
    """The sum of the quotes."""
    return sum(quote.amount_cents for quote in quotes)
