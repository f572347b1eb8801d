"""One receipt's way over books of several customers."""

from datetime import date
from uuid import UUID

from payments_builders import JOSE, MARIA, invoice, invoice_id

from brasil.calendar import BankCalendar
from contracts.invoices import Invoice
from payments.domain.books import merged
from payments.domain.incoming import Incoming
from payments.domain.settling import Receipt, settle


def test_money_that_pays_two_customers_of_one_tax_id_is_for_a_person_to_divide() -> None:
    books = {
        invoice_id(number): merged(Invoice.model_validate(invoice(number, cents=cents, customer=customer)))
        for number, cents, customer in ((1, 10_000, MARIA), (2, 7_000, JOSE))
    }
    incoming = Incoming(
        business_key="manual:1",
        route="transfer",
        source_kind="manual",
        account_id=UUID(int=1),
        gross_cents=17_000,
        paid_on=date(2026, 3, 10),
        payer_tax_id_hash="the same",
    )
    answer = settle(
        Receipt(receipt_id=UUID(int=2), incoming=incoming, unapplied_cents=17_000),
        books,
        payers={MARIA: "the same", JOSE: "the same"},
        calendar=BankCalendar(),
        tolerance_cents=0,
    )
    assert (answer.allocation, answer.customer_id, answer.matched.rung) == (None, None, "proposal")
    assert {one.invoice_id for one in answer.matched.proposals} == set(books)
