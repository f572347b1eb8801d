"""Money in any order: receipts, spending, undoing, returns, corrected and cancelled invoices; not a cent is lost."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from payments_builders import invoice

from brasil.calendar import BankCalendar
from contracts.invoices import Invoice
from payments.domain import ledger
from payments.domain.allocation import AllocatedLine, allocate
from payments.domain.books import Books, applied, merged, undone

CALENDAR = BankCalendar()
DUE_ON = date(2026, 3, 10)


@dataclass
class Purse:
    """One receipt: what came, what of it is spent by lines that stand, what went back."""

    gross_cents: int
    paid_on: date
    unapplied_cents: int
    returned_cents: int = 0
    lines: list[AllocatedLine] = field(default_factory=list)


class Money(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.books: dict[int, Books] = {}
        self.purses: list[Purse] = []
        self.postings: list[ledger.Posting] = []

    @rule(cents=st.integers(1, 50_000))
    def bill(self, cents: int) -> None:
        number = len(self.books) + 1
        self.books[number] = merged(Invoice.model_validate(invoice(number, cents=cents)))

    @rule(gross=st.integers(1, 60_000), fee=st.integers(0, 300), shift=st.integers(-5, 60))
    def receive(self, gross: int, fee: int, shift: int) -> None:
        self.postings.append(ledger.received(gross_cents=gross, fee_cents=min(fee, gross)))
        self.purses.append(Purse(gross, DUE_ON + timedelta(days=shift), gross))

    @precondition(lambda self: self.books and self.purses)
    @rule(data=st.data(), tolerance=st.integers(0, 5))
    def spend(self, data: st.DataObject, tolerance: int) -> None:
        purse = data.draw(st.sampled_from(self.purses))
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.books)), min_size=1, max_size=3, unique=True))
        if not purse.unapplied_cents:
            return
        made = allocate(
            amount_cents=purse.unapplied_cents,
            paid_on=purse.paid_on,
            targets=[self.books[number].target for number in chosen],
            calendar=CALENDAR,
            tolerance_cents=tolerance,
        )
        numbers = {self.books[number].invoice.invoice_id: number for number in chosen}
        for line in made.lines:
            number = numbers[line.invoice_id]
            self.books[number] = applied(
                self.books[number], line.balance, money_cents=line.money_cents, counted_on=line.counted_on
            )
            assert self.books[number].state == line.state
            purse.lines.append(line)
            self.postings.append(
                ledger.allocated(
                    principal_cents=line.principal_cents,
                    interest_cents=line.interest_cents,
                    fine_cents=line.fine_cents,
                )
            )
        assert sum(line.money_cents for line in made.lines) + made.unapplied_cents == purse.unapplied_cents
        purse.unapplied_cents = made.unapplied_cents

    @precondition(lambda self: any(purse.lines for purse in self.purses))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        purse = data.draw(st.sampled_from([one for one in self.purses if one.lines]))
        line = purse.lines.pop(data.draw(st.integers(0, len(purse.lines) - 1)))
        (number,) = [key for key, own in self.books.items() if own.invoice.invoice_id == line.invoice_id]
        self.books[number] = undone(self.books[number], line, counted_on=line.counted_on)
        purse.unapplied_cents += line.money_cents
        self.postings.append(
            ledger.deallocated(
                principal_cents=line.principal_cents, interest_cents=line.interest_cents, fine_cents=line.fine_cents
            )
        )

    @precondition(lambda self: any(purse.unapplied_cents for purse in self.purses))
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        purse = data.draw(st.sampled_from([one for one in self.purses if one.unapplied_cents]))
        cents = data.draw(st.integers(1, purse.unapplied_cents))
        self.postings += [ledger.refund_started(amount_cents=cents), ledger.refund_settled(amount_cents=cents)]
        purse.unapplied_cents -= cents
        purse.returned_cents += cents

    @precondition(lambda self: self.books)
    @rule(data=st.data(), cents=st.integers(1, 50_000))
    def correct(self, data: st.DataObject, cents: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.books)))
        own = self.books[number]
        told: dict[str, Any] = invoice(number, cents=cents, version=own.invoice.version + 1)
        self.books[number] = merged(Invoice.model_validate(told), own.balance, own.paid)

    @precondition(lambda self: self.books)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.books)))
        own = self.books[number]
        cents = own.invoice.amount_cents
        told = invoice(number, cents=cents, version=own.invoice.version + 1, state="cancelled", relieved_cents=cents)
        self.books[number] = merged(Invoice.model_validate(told), own.balance, own.paid)
        assert not self.books[number].is_open

    @invariant()
    def every_cent_is_somewhere(self) -> None:
        held = ledger.balances(self.postings)
        assert sum(held.values()) == 0
        assert held[ledger.Account.UNAPPLIED] == -sum(purse.unapplied_cents for purse in self.purses)
        assert held[ledger.Account.REFUNDS] == 0
        came = sum(purse.gross_cents - purse.returned_cents for purse in self.purses)
        assert held[ledger.Account.BANK_CLEARING] + held[ledger.Account.FEES] == came
        for purse in self.purses:
            spent = sum(line.money_cents for line in purse.lines)
            assert purse.gross_cents == spent + purse.unapplied_cents + purse.returned_cents

    @invariant()
    def books_are_a_function_of_the_lines_that_stand(self) -> None:
        lines = [line for purse in self.purses for line in purse.lines]
        for own in self.books.values():
            told = [line for line in lines if line.invoice_id == own.invoice.invoice_id]
            assert own.balance.principal_paid_cents == sum(line.principal_cents for line in told)
            assert own.balance.interest_paid_cents == sum(line.interest_cents for line in told)
            assert own.balance.fine_paid_cents == sum(line.fine_cents for line in told)
            assert own.balance.discount_granted_cents == sum(line.discount_cents for line in told)
            assert own.balance.abatement_granted_cents == sum(line.abatement_cents for line in told)
            assert sorted(payment.amount_cents for payment in own.paid) == sorted(
                line.money_cents for line in told if line.money_cents
            )


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
