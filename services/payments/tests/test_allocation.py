from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from brasil.calendar import BankCalendar
from brasil.charges import Payment
from contracts.charges import ChargeTerms, DiscountStep, DiscountUntil, InterestRate, Percentage
from contracts.customers import PostalAddress
from contracts.invoices import Creditor, Instalment, Invoice, InvoiceBalance
from payments.domain.allocation import Allocation, Target, allocate

DUE_ON = date(2026, 3, 10)
COMMON: dict[str, Any] = {
    "payment_dating": "as-paid",
    "rounding": "daily-down",
    "imputation": "interest-fine-principal",
    "contract": "consumer",
    "cap_policy": "refuse",
}
TERMS = ChargeTerms(
    fine=Percentage(percent=Decimal("2.00")),
    interest=InterestRate(percent=Decimal("1.00"), basis="month-30"),
    weekend_rule="pix-cobv",
    **COMMON,
)
CALENDAR = BankCalendar()


def invoice(number: int = 1, amount_cents: int = 10_000, due_on: date = DUE_ON, terms: ChargeTerms = TERMS) -> Invoice:
    address = PostalAddress(
        street="Rua das Flores",
        number="10",
        district="Centro",
        city="São Paulo",
        uf="SP",
        postal_code="01001000",
    )
    return Invoice(
        invoice_id=UUID(int=number),
        version=1,
        customer_id=UUID(int=99),
        external_id=f"F-{number}",
        creditor=Creditor(
            creditor_id=UUID(int=98), name="Escola Aurora Ltda", tax_id="11222333000181", address=address
        ),
        document_number=f"D-{number}",
        instalment=Instalment(number=1, count=1),
        description="Mensalidade",
        amount_cents=amount_cents,
        currency="BRL",
        issued_on=due_on - timedelta(days=20),
        due_on=due_on,
        payable_on=due_on,
        terms=terms,
        state="open",
        balance=InvoiceBalance(amount_cents=amount_cents, open_cents=amount_cents),
        origin="api",
    )


def target(number: int = 1, amount_cents: int = 10_000, **changes: object) -> Target:
    made = invoice(number, amount_cents)
    values: dict[str, object] = {"invoice": made, "balance": made.balance, "state": "open", **changes}
    return Target(**values)  # type: ignore[arg-type]


def pay(amount_cents: int, on: date = DUE_ON, *targets: Target, tolerance_cents: int = 0) -> Allocation:
    return allocate(
        amount_cents=amount_cents,
        paid_on=on,
        targets=targets or (target(),),
        calendar=CALENDAR,
        tolerance_cents=tolerance_cents,
    )


class TestOneInvoice:
    def test_the_exact_amount_on_time_settles_it(self) -> None:
        result = pay(10_000)
        assert (result.outcome, result.unapplied_cents, result.lines[0].state) == ("full", 0, "paid")
        assert result.circumstances == ()

    def test_a_late_payment_pays_interest_and_fine_first(self) -> None:
        result = pay(10_000, DUE_ON + timedelta(days=10))
        (line,) = result.lines
        assert (line.interest_cents, line.fine_cents, line.principal_cents) == (30, 200, 9_770)
        assert (result.outcome, line.balance.open_cents, result.circumstances) == ("partial", 230, ("late",))

    def test_what_is_too_much_stays_as_credit(self) -> None:
        result = pay(12_345)
        assert (result.outcome, result.unapplied_cents) == ("over", 2_345)

    def test_a_second_payment_of_a_paid_invoice_is_a_duplicate_and_all_credit(self) -> None:
        balance = InvoiceBalance(amount_cents=10_000, principal_paid_cents=10_000, open_cents=0)
        result = pay(10_000, DUE_ON, target(balance=balance, state="paid", paid=(Payment(DUE_ON, 10_000),)))
        assert (result.outcome, result.unapplied_cents, result.lines) == ("duplicate", 10_000, ())

    def test_money_for_a_cancelled_invoice_is_all_credit(self) -> None:
        balance = InvoiceBalance(amount_cents=10_000, relieved_cents=10_000, open_cents=0)
        assert pay(10_000, DUE_ON, target(balance=balance, state="cancelled")).outcome == "after_cancellation"
        written_off = pay(10_000, DUE_ON, target(balance=balance, state="written_off"))
        assert written_off.circumstances == ("after_write_off",)

    def test_a_discount_is_granted_for_full_payment_in_time(self) -> None:
        discount = DiscountUntil(
            steps=(DiscountStep(until=date(2026, 3, 5), discount=Percentage(percent=Decimal("5.00"))),)
        )
        made = invoice(terms=TERMS.model_copy(update={"discount": discount}))
        early = target(invoice=made, balance=made.balance)
        result = pay(9_500, date(2026, 3, 5), early)
        assert (result.outcome, result.lines[0].discount_cents, result.circumstances) == ("full", 500, ("early",))
        too_late = pay(9_500, date(2026, 3, 6), early)
        assert (too_late.outcome, too_late.lines[0].discount_cents) == ("partial", 0)

    def test_a_rest_within_the_tolerance_is_granted(self) -> None:
        result = pay(9_998, tolerance_cents=5)
        assert (result.outcome, result.lines[0].abatement_cents) == ("full", 2)
        assert pay(9_994, tolerance_cents=5).outcome == "partial"

    def test_money_known_late_counts_after_what_is_already_booked(self) -> None:
        first = pay(4_000, DUE_ON + timedelta(days=10)).lines[0]
        half = target(balance=first.balance, state=first.state, paid=(Payment(DUE_ON + timedelta(days=10), 4_000),))
        second = pay(4_000, DUE_ON + timedelta(days=1), half).lines[0]
        assert second.principal_cents == 4_000
        assert second.interest_cents == second.fine_cents == 0


class TestSeveralInvoices:
    def test_the_oldest_due_date_is_paid_first(self) -> None:
        older = invoice(2, 5_000, DUE_ON - timedelta(days=30), ChargeTerms(weekend_rule="as-written", **COMMON))
        result = pay(7_000, DUE_ON, target(1), target(invoice=older, balance=older.balance))
        assert [(line.invoice_id.int, line.money_cents) for line in result.lines] == [(2, 5_000), (1, 2_000)]

    @given(
        st.lists(st.tuples(st.integers(1, 50_000), st.integers(-40, 40)), min_size=1, max_size=4),
        st.integers(1, 200_000),
        st.integers(0, 3),
    )
    def test_no_cent_is_lost_or_made(
        self, parts: list[tuple[int, int]], amount_cents: int, tolerance_cents: int
    ) -> None:
        made = [
            invoice(number, cents, DUE_ON + timedelta(days=shift))
            for number, (cents, shift) in enumerate(parts, start=1)
        ]
        targets = [Target(invoice=item, balance=item.balance, state="open") for item in made]
        result = pay(amount_cents, DUE_ON, *targets, tolerance_cents=tolerance_cents)
        assert sum(line.money_cents for line in result.lines) + result.unapplied_cents == amount_cents
        assert all(line.money_cents + line.discount_cents + line.abatement_cents > 0 for line in result.lines)
        if result.unapplied_cents:
            assert all(line.state == "paid" for line in result.lines)
            assert len(result.lines) == len(targets)

    @given(st.lists(st.tuples(st.integers(1, 6_000), st.integers(-10, 60)), min_size=1, max_size=5))
    def test_payments_in_a_row_add_up_to_the_balance(self, payments: list[tuple[int, int]]) -> None:
        current = target()
        received = 0
        for cents, shift in payments:
            on = DUE_ON + timedelta(days=shift)
            result = pay(cents, on, current)
            received += cents - result.unapplied_cents
            if result.lines:
                (line,) = result.lines
                counted = max([on, *(payment.on for payment in current.paid)])
                paid = (*current.paid, Payment(counted, line.money_cents))
                current = Target(invoice=current.invoice, balance=line.balance, state=line.state, paid=paid)
            assert current.balance.received_cents == received
