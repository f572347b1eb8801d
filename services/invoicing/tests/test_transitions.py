from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import ConflictError, InvalidError
from contracts.charges import ChargeTerms, Percentage
from contracts.customers import PostalAddress
from contracts.invoices import Creditor, Instalment, Invoice, InvoiceBalance
from contracts.invoicing import InvoiceAmended, InvoiceCancelled, InvoiceSettled
from contracts.payments import AllocationLine, UndoneLine
from invoicing.domain.settlement import apply_allocation, undo_allocation
from invoicing.domain.transitions import amend, cancel, due, overdue, write_off

DUE_ON = date(2026, 3, 10)
COMMON: dict[str, Any] = {
    "payment_dating": "as-paid",
    "rounding": "daily-down",
    "imputation": "interest-fine-principal",
    "contract": "consumer",
    "cap_policy": "refuse",
}
TERMS = ChargeTerms(weekend_rule="as-written", **COMMON)
ALLOCATION = UUID(int=77)


def invoice(amount_cents: int = 10_000) -> Invoice:
    address = PostalAddress(street="Rua A", number="1", city="Recife", uf="PE", postal_code="50000000")
    return Invoice(
        invoice_id=UUID(int=1),
        version=1,
        customer_id=UUID(int=2),
        external_id="F-1",
        creditor=Creditor(creditor_id=UUID(int=3), name="Aurora", tax_id="11222333000181", address=address),
        document_number="D-1",
        instalment=Instalment(number=1, count=3),
        description="Mensalidade",
        amount_cents=amount_cents,
        currency="BRL",
        issued_on=DUE_ON - timedelta(days=20),
        due_on=DUE_ON,
        payable_on=DUE_ON,
        terms=TERMS,
        state="open",
        balance=InvoiceBalance(amount_cents=amount_cents, open_cents=amount_cents),
        origin="api",
    )


def line(principal_cents: int, interest_cents: int = 0, discount_cents: int = 0) -> AllocationLine:
    """What payments would say; its own view of the balance after is not what invoicing computes from."""
    return AllocationLine(
        invoice_id=UUID(int=1),
        invoice_version=1,
        money_cents=principal_cents + interest_cents,
        principal_cents=principal_cents,
        interest_cents=interest_cents,
        discount_cents=discount_cents,
        balance=InvoiceBalance(amount_cents=1, principal_paid_cents=1, open_cents=0),
        state="paid",
    )


def undone(told: AllocationLine) -> UndoneLine:
    values = told.model_dump(exclude={"invoice_version"})
    return UndoneLine.model_validate({**values, "allocation_id": ALLOCATION})


def applied(before: Invoice, told: AllocationLine) -> Invoice:
    fact = apply_allocation(before, line=told, allocation_id=ALLOCATION, paid_on=DUE_ON, settled_on=DUE_ON)
    return fact.invoice


class TestAmending:
    def test_a_new_amount_keeps_what_was_paid(self) -> None:
        partly = applied(invoice(), line(4_000))
        fact = amend(partly, changes={"amount_cents": 12_000}, reason="amount_corrected", changed_by="operator")
        assert fact is not None
        assert (fact.invoice.balance.open_cents, fact.invoice.version, fact.changed) == (
            8_000,
            3,
            ("amount_cents", "balance"),
        )
        with pytest.raises(ConflictError, match="amount-below-what-is-settled"):
            amend(partly, changes={"amount_cents": 4_000}, reason="amount_corrected", changed_by="operator")

    def test_nothing_to_change_is_no_fact(self) -> None:
        assert (
            amend(invoice(), changes={"description": "Mensalidade"}, reason="data_corrected", changed_by="operator")
            is None
        )

    def test_what_never_changes_is_named(self) -> None:
        with pytest.raises(InvalidError, match="field-not-amendable"):
            amend(invoice(), changes={"customer_id": UUID(int=9)}, reason="data_corrected", changed_by="operator")

    def test_a_contradiction_is_refused_without_repeating_the_input(self) -> None:
        with pytest.raises(InvalidError) as refused:
            amend(invoice(), changes={"payable_on": date(2020, 1, 1)}, reason="due_date_changed", changed_by="operator")
        assert "2020" not in refused.value.detail

    def test_terms_may_change_while_it_is_open(self) -> None:
        terms = TERMS.model_copy(update={"fine": Percentage(percent=Decimal("2.00"))})
        fact = amend(invoice(), changes={"terms": terms}, reason="terms_changed", changed_by="operator")
        assert fact is not None
        assert fact.changed == ("terms",)


class TestClosing:
    def test_a_cancelled_invoice_owes_nothing_and_says_so_once(self) -> None:
        fact = cancel(invoice(), reason="issued_in_error", changed_by="operator")
        assert (fact.invoice.balance.relieved_cents, fact.invoice.balance.open_cents) == (10_000, 0)
        with pytest.raises(ConflictError, match="already-cancelled"):
            cancel(fact.invoice, reason="other", changed_by="operator")
        with pytest.raises(ConflictError, match="invoice-not-open"):
            write_off(fact.invoice, reason="other", changed_by="operator", approved_by_two=True)

    def test_a_write_off_relieves_the_rest_alone(self) -> None:
        partly = applied(invoice(), line(4_000))
        balance = write_off(partly, reason="uncollectible", changed_by="operator", approved_by_two=True).invoice.balance
        assert (balance.principal_paid_cents, balance.relieved_cents) == (4_000, 6_000)


class TestDays:
    def test_is_due_on_its_day_and_overdue_after_it(self) -> None:
        assert due(invoice(), local_date=DUE_ON) is not None
        assert due(invoice(), local_date=DUE_ON + timedelta(days=1)) is None
        assert overdue(invoice(), local_date=DUE_ON) is None
        assert overdue(invoice(), local_date=DUE_ON + timedelta(days=1)) is not None

    def test_a_closed_invoice_is_neither(self) -> None:
        closed = cancel(invoice(), reason="other", changed_by="operator").invoice
        assert due(closed, local_date=DUE_ON) is None
        assert overdue(closed, local_date=DUE_ON + timedelta(days=1)) is None


class TestPayments:
    def test_settles_with_the_last_cent(self) -> None:
        fact = apply_allocation(
            invoice(), line=line(10_000, 30), allocation_id=ALLOCATION, paid_on=DUE_ON, settled_on=DUE_ON
        )
        assert isinstance(fact, InvoiceSettled)
        assert (fact.reason, fact.invoice.settled_on, fact.invoice.balance.received_cents) == ("paid", DUE_ON, 10_030)

    def test_a_discount_closes_principal_without_money(self) -> None:
        fact = apply_allocation(
            invoice(), line=line(9_500, 0, 500), allocation_id=ALLOCATION, paid_on=DUE_ON, settled_on=DUE_ON
        )
        assert isinstance(fact, InvoiceSettled)
        assert fact.reason == "paid_with_discount"

    def test_money_wins_over_a_cancellation_that_crossed_it(self) -> None:
        closed = cancel(invoice(), reason="other", changed_by="operator").invoice
        part = apply_allocation(closed, line=line(4_000), allocation_id=ALLOCATION, paid_on=DUE_ON, settled_on=DUE_ON)
        assert isinstance(part, InvoiceCancelled)
        assert (part.invoice.balance.relieved_cents, part.invoice.balance.open_cents) == (6_000, 0)
        assert applied(closed, line(10_000)).state == "paid"

    def test_a_reversal_reopens_the_debt(self) -> None:
        paid = applied(invoice(), line(10_000, 30))
        fact = undo_allocation(paid, line=undone(line(10_000, 30)))
        assert isinstance(fact, InvoiceAmended)
        assert (fact.reason, fact.invoice.state, fact.invoice.settled_on) == ("payment_reversed", "open", None)
        assert fact.invoice.balance == invoice().balance

    @given(st.lists(st.tuples(st.integers(1, 4_000), st.integers(0, 50)), max_size=5), st.booleans())
    def test_every_cent_is_accounted_for_whatever_comes_and_goes(
        self, parts: list[tuple[int, int]], cancelled: bool
    ) -> None:
        current = invoice(20_000)
        if cancelled:
            current = cancel(current, reason="other", changed_by="operator").invoice
        start = current.balance
        for principal, interest in parts:
            current = applied(current, line(principal, interest))
        assert current.balance.received_cents == sum(principal + interest for principal, interest in parts)
        for principal, interest in parts:
            current = undo_allocation(current, line=undone(line(principal, interest))).invoice
        assert current.balance.received_cents == 0
        assert current.balance == start or (
            cancelled and current.balance.open_cents + current.balance.relieved_cents == 20_000
        )
        assert current.version == 1 + cancelled + 2 * len(parts)
