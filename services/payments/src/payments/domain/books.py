"""The books of one invoice: what its newest snapshot says of the debt, and what this service says of the money.

Money and what money granted (discount, abatement) are ours alone; amount, terms, dates and what was relieved without
money (cancellation, write-off, agreement) come from the newest snapshot. Money wins over relief: what was relieved
shrinks by what was paid, so that every cent stays accounted for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from brasil.charges import Payment
from contracts.invoices import Invoice, InvoiceBalance, InvoiceState
from payments.domain.allocation import Target


class Moved(Protocol):
    """What one allocation line moved."""

    @property
    def principal_cents(self) -> int: ...
    @property
    def interest_cents(self) -> int: ...
    @property
    def fine_cents(self) -> int: ...
    @property
    def discount_cents(self) -> int: ...
    @property
    def abatement_cents(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Books:
    """An invoice and the money that stands on it; `paid` is that money by the day it counts for."""

    invoice: Invoice
    balance: InvoiceBalance
    paid: tuple[Payment, ...] = ()

    @property
    def state(self) -> InvoiceState:
        """A function of the balance; where nothing is open and something was relieved, of the snapshot too."""
        if self.balance.open_cents:
            return "partially_paid" if self.balance.received_cents else "open"
        if self.balance.relieved_cents:
            closed = self.invoice.state
            return closed if closed in {"cancelled", "written_off", "renegotiated"} else "cancelled"
        return "paid"

    @property
    def is_open(self) -> bool:
        return self.balance.open_cents > 0

    @property
    def target(self) -> Target:
        """What allocation needs to know of it."""
        return Target(invoice=self.invoice, balance=self.balance, state=self.state, paid=self.paid)


NOTHING = InvoiceBalance(amount_cents=1, open_cents=1)
"""The money side of an invoice on which nothing was paid; its amount says nothing."""


def merged(invoice: Invoice, own: InvoiceBalance = NOTHING, paid: Iterable[Payment] = ()) -> Books:
    """The books after a snapshot: its debt, with the money of `own` (the books before it)."""
    reduced = own.principal_paid_cents + own.discount_granted_cents + own.abatement_granted_cents
    # An amount corrected below what is already paid leaves nothing open; what was paid still stands on the invoice.
    amount_cents = max(invoice.amount_cents, reduced)
    left = amount_cents - reduced
    relieved = min(invoice.balance.relieved_cents, left)
    if invoice.state in {"cancelled", "written_off", "renegotiated"}:
        relieved = left
    balance = InvoiceBalance(
        amount_cents=amount_cents,
        principal_paid_cents=own.principal_paid_cents,
        interest_paid_cents=own.interest_paid_cents,
        fine_paid_cents=own.fine_paid_cents,
        discount_granted_cents=own.discount_granted_cents,
        abatement_granted_cents=own.abatement_granted_cents,
        relieved_cents=relieved,
        open_cents=left - relieved,
    )
    return Books(invoice=invoice, balance=balance, paid=tuple(paid))


def applied(books: Books, balance: InvoiceBalance, *, money_cents: int, counted_on: date) -> Books:
    """The books after an allocation line, whose balance is already known."""
    paid = (*books.paid, Payment(counted_on, money_cents)) if money_cents else books.paid
    return Books(invoice=books.invoice, balance=balance, paid=paid)


def undone(books: Books, line: Moved, *, counted_on: date) -> Books:
    """The books after an allocation line was taken back."""
    own = books.balance
    less = InvoiceBalance.model_construct(
        amount_cents=own.amount_cents,
        open_cents=own.open_cents,
        principal_paid_cents=own.principal_paid_cents - line.principal_cents,
        interest_paid_cents=own.interest_paid_cents - line.interest_cents,
        fine_paid_cents=own.fine_paid_cents - line.fine_cents,
        discount_granted_cents=own.discount_granted_cents - line.discount_cents,
        abatement_granted_cents=own.abatement_granted_cents - line.abatement_cents,
    )
    paid = list(books.paid)
    money = Payment(counted_on, line.principal_cents + line.interest_cents + line.fine_cents)
    if money in paid:
        paid.remove(money)
    return merged(books.invoice, less, paid)
