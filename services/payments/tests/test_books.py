"""Books after snapshots that change the debt, and what files' movements say of money and fees."""

from datetime import date
from typing import Any
from uuid import UUID

from bank_file_lines import itau_return, title
from payments_builders import invoice

from brasil.bank_files.detect import inspect
from brasil.calendar import BankCalendar
from contracts.invoices import Invoice, check_state
from payments.domain.allocation import allocate
from payments.domain.books import Books, applied, merged
from payments.domain.incoming import FileContent
from payments.domain.movements import FileOf, content_of, owns
from payments.domain.settling import identifiers_of

CALENDAR = BankCalendar()
ON_TIME = date(2026, 3, 10)
LATE = date(2026, 3, 20)


def snapshot(*, state: str = "open", relieved_cents: int = 0, **changes: Any) -> Invoice:
    return Invoice.model_validate(invoice(1, state=state, relieved_cents=relieved_cents, **changes))


def pay(books: Books, cents: int, on: date) -> tuple[Books, Any]:
    """The books after a payment, and its allocation."""
    made = allocate(amount_cents=cents, paid_on=on, targets=[books.target], calendar=CALENDAR)
    for line in made.lines:
        books = applied(books, line.balance, money_cents=line.money_cents, counted_on=line.counted_on)
    return books, made


class TestBooks:
    def test_a_snapshot_that_knows_less_money_than_we_do_takes_none_away(self) -> None:
        paid, _ = pay(merged(snapshot()), 4_000, ON_TIME)
        again = merged(snapshot(version=2), paid.balance, paid.paid)
        assert (again.balance.open_cents, again.state) == (6_000, "partially_paid")

    def test_money_wins_over_a_cancellation(self) -> None:
        paid, _ = pay(merged(snapshot()), 4_000, ON_TIME)
        closed = merged(snapshot(version=2, state="cancelled", relieved_cents=10_000), paid.balance, paid.paid)
        assert (closed.balance.relieved_cents, closed.balance.open_cents, closed.state) == (6_000, 0, "cancelled")
        settled, _ = pay(merged(snapshot()), 10_000, ON_TIME)
        late = merged(snapshot(version=2, state="cancelled", relieved_cents=10_000), settled.balance, settled.paid)
        assert (late.balance.relieved_cents, late.state) == (0, "paid")

    def test_an_amount_corrected_below_what_was_paid_leaves_nothing_open(self) -> None:
        paid, _ = pay(merged(snapshot()), 4_000, ON_TIME)
        less = merged(snapshot(version=2, cents=3_000), paid.balance, paid.paid)
        assert (less.balance.open_cents, less.balance.principal_paid_cents, less.state) == (0, 4_000, "paid")

    def test_what_a_broken_agreement_leaves_open_owes_no_interest_on_what_it_paid(self) -> None:
        restored = merged(snapshot(version=3, cents=100_000, relieved_cents=90_000))
        assert (restored.balance.open_cents, restored.state) == (10_000, "open")
        after, made = pay(restored, 10_230, LATE)
        (line,) = made.lines
        assert (line.principal_cents, line.fine_cents, line.interest_cents) == (10_000, 200, 30)
        assert (made.unapplied_cents, made.outcome) == (0, "full")
        check_state(line.state, line.balance)
        assert after.state == line.state

    def test_after_a_correction_new_money_follows_what_is_booked(self) -> None:
        paid, _ = pay(merged(snapshot()), 5_000, LATE)
        assert paid.balance.principal_paid_cents == 4_770
        more = merged(snapshot(version=2, cents=12_000), paid.balance, paid.paid)
        settled, made = pay(more, 7_500, LATE)
        (line,) = made.lines
        assert settled.balance.open_cents == 0
        assert line.principal_cents == 12_000 - 4_770
        assert line.money_cents + made.unapplied_cents == 7_500

    def test_an_instalments_document_number_names_it_with_its_number_only(self) -> None:
        parts = {**invoice(1), "document_number": "NF1", "instalment": {"number": 2, "count": 3}}
        named = {value for kind, value in identifiers_of(Invoice.model_validate(parts)) if kind == "reference"}
        assert named == {"F-1", "NF1/2"}
        alone = {value for kind, value in identifiers_of(snapshot()) if kind == "reference"}
        assert alone == {"F-1", "NF1"}


def content(*details: str) -> FileContent:
    result = inspect(itau_return(*details))
    assert result.accepted, result.problems
    return content_of(result, FileOf(file_id=UUID(int=5), account_id=UUID(int=6)))


class TestMovements:
    def test_a_withheld_fee_is_the_receipts_and_is_charged_once(self) -> None:
        found = content(title(1, fee=250))
        assert [(one.gross_cents, one.fee_cents) for one in found.receipts] == [(10_000, 250)]
        assert found.fees == []

    def test_a_fee_of_a_title_that_brings_no_money_stands_alone(self) -> None:
        found = content(title(1, code="09", fee=210))
        assert (found.receipts, [fee.amount_cents for fee in found.fees]) == ([], [210])

    def test_equal_titles_of_one_file_are_two_receipts_with_the_same_keys_in_every_file(self) -> None:
        keys = [one.business_key for one in content(title(1), title(1)).receipts]
        assert len(set(keys)) == 2
        mixed = [one.business_key for one in content(title(1), title(2), title(1)).receipts]
        assert (mixed[0], mixed[2]) == (keys[0], keys[1])
        assert mixed[1] == content(title(2)).receipts[0].business_key

    def test_a_statement_is_the_accounts_own_by_its_digits(self) -> None:
        assert owns("12345-6", "0607 12345-6")
        assert owns("12345-6", "123456")
        assert not owns("12345-6", "98765-4")
        assert owns(None, "98765-4")
