"""What money does to invoices, whatever way it came: every outcome, told as facts and to the cent."""

from uuid import UUID

import pytest
from payments_bench import Api
from payments_builders import JOSE, MARIA, OTHER, at, boleto, cancelled, invoice_id, issued, registered

from chassis import canary

pytestmark = pytest.mark.io


async def test_the_exact_amount_settles_the_invoice(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    answer = await api.cash(account, 10_000, document_number="NF1")
    assert answer.status_code == 201, answer.text
    assert answer.json()["matched"], answer.json()
    received, allocated = await api.bench.said()
    assert (received.topic, received.gross_cents, received.customer_id) == ("payment.received", 10_000, MARIA)
    assert (allocated.outcome, allocated.unapplied_cents, allocated.match.rung) == ("full", 0, "reference")
    (line,) = allocated.lines
    assert (line.invoice_id, line.money_cents, line.balance.open_cents, line.state) == (
        invoice_id(1),
        10_000,
        0,
        "paid",
    )
    await api.books_agree()


async def test_less_leaves_the_rest_open_and_the_rest_pays_it(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.cash(account, 4_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.lines[0].balance.open_cents) == ("partial", 6_000)
    assert allocated.lines[0].state == "partially_paid"
    await api.cash(account, 6_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.lines[0].state) == ("full", "paid")
    await api.books_agree()


async def test_more_becomes_the_customers_credit_and_pays_the_next_invoice(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.cash(account, 13_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.unapplied_cents) == ("over", 3_000)
    held = (await api.get("/v1/credits")).json()["items"]
    assert [(one["customer_id"], one["unapplied_cents"]) for one in held] == [(str(MARIA), 3_000)]
    await api.bench.tell(issued(2, cents=3_000))
    spent = await api.send("POST", f"/v1/credits/{MARIA}/apply", {"invoice_ids": [str(invoice_id(2))]})
    assert spent.json()["spent_cents"] == 3_000, spent.text
    allocated = (await api.bench.said())[-1]
    assert (allocated.funds, allocated.lines[0].state) == ("credit", "paid")
    assert (await api.get("/v1/credits")).json()["items"] == []
    await api.books_agree()


async def test_a_second_payment_of_a_paid_invoice_is_unapplied_credit(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    for _ in range(2):
        await api.cash(account, 10_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.lines, allocated.unapplied_cents) == ("duplicate", (), 10_000)
    assert allocated.matched_invoice_ids == (invoice_id(1),)
    await api.books_agree()


async def test_late_money_pays_fine_and_interest_and_leaves_principal_open_when_they_are_missing(api: Api) -> None:
    account = await api.account()
    api.bench.clock.instant = at("2026-03-20 12:00")
    await api.bench.tell(issued(1, cents=30_000), issued(2, cents=30_000))
    await api.cash(account, 30_700, document_number="NF1", paid_on="2026-03-20")
    (line,) = (await api.bench.said())[-1].lines
    assert (line.principal_cents, line.fine_cents, line.interest_cents) == (30_000, 600, 100)
    assert line.state == "paid"
    await api.cash(account, 30_000, document_number="NF2", paid_on="2026-03-20")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.lines[0].balance.open_cents) == ("partial", 700)
    await api.books_agree()


async def test_money_after_a_cancellation_is_credit_and_says_so(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1), cancelled(1))
    await api.cash(account, 10_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.unapplied_cents) == ("after_cancellation", 10_000)
    await api.books_agree()


async def test_another_payers_money_pays_and_the_fact_names_it(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(registered(), issued(1))
    await api.cash(account, 10_000, document_number="NF1", payer_tax_id="529.982.247-25")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, "wrong_payer" in allocated.circumstances) == ("full", True)


async def test_a_payer_and_an_amount_that_fit_one_invoice_match(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(registered(), issued(1), issued(2, cents=7_000), issued(3, customer=JOSE))
    await api.cash(account, 7_000, payer_tax_id=canary.CPF)
    allocated = (await api.bench.said())[-1]
    assert (allocated.match.rung, allocated.lines[0].invoice_id) == ("payer_and_amount", invoice_id(2))


async def test_an_amount_alone_asks_a_person_and_the_persons_answer_allocates(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1), issued(2))
    await api.cash(account, 10_000)
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.match.rung, allocated.unapplied_cents) == ("unmatched", "none", 10_000)
    (proposal,) = (await api.get("/v1/proposals", state="open")).json()["items"]
    assert {one["invoice_id"] for one in proposal["candidates"]} == {str(invoice_id(1)), str(invoice_id(2))}
    path = f"/v1/proposals/{proposal['proposal_id']}/accept"
    assert (await api.send("POST", path, {})).status_code == 422
    answer = await api.send("POST", path, {"invoice_ids": [str(invoice_id(2))]})
    assert answer.json() == {"outcome": "accepted"}
    allocated = (await api.bench.said())[-1]
    assert (allocated.lines[0].invoice_id, allocated.match.confirmed_by) == (invoice_id(2), "operator")
    assert (await api.send("POST", path, {"invoice_ids": [str(invoice_id(2))]})).status_code == 409
    await api.books_agree()


async def test_money_for_an_invoice_that_is_not_known_yet_waits_for_it(api: Api) -> None:
    account = await api.account()
    await api.cash(account, 10_000, document_number="NF1")
    assert (await api.bench.said())[-1].outcome == "unmatched"
    await api.bench.tell(issued(1))
    (allocated,) = await api.bench.work()
    assert (allocated.funds, allocated.outcome, allocated.lines[0].invoice_id) == ("credit", "full", invoice_id(1))
    assert await api.bench.work() == []
    await api.books_agree()


async def test_an_undone_allocation_reopens_the_invoice_and_frees_the_money(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.cash(account, 10_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    path = f"/v1/allocations/{allocated.allocation_id}/undo"
    answer = await api.send("POST", path, {"reason": "wrong_match"})
    assert answer.json()["to_unapplied_cents"] == 10_000, answer.text
    (undone,) = await api.bench.said()
    assert (undone.topic, undone.kind, undone.undone[0].balance.open_cents) == (
        "payment.reversed",
        "deallocation",
        10_000,
    )
    assert undone.undone[0].state == "open"
    assert (await api.send("POST", path, {})).status_code == 409
    await api.books_agree()


async def test_a_corrected_amount_moves_the_books_and_keeps_the_money(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.cash(account, 10_000, document_number="NF1")
    await api.bench.tell(issued(1, cents=12_000, version=2), issued(1, cents=10_000, version=1))
    await api.cash(account, 2_000, document_number="NF1")
    allocated = (await api.bench.said())[-1]
    assert (allocated.outcome, allocated.lines[0].balance.amount_cents) == ("full", 12_000)
    await api.books_agree()


async def test_a_replaced_slip_still_pays_its_invoice(api: Api) -> None:
    account = await api.account()
    old = boleto(1, 10_000, status="replaced", nosso_numero="00000077")
    await api.bench.tell(issued(1, options=[old, boleto(1, 10_000)]))
    rows = await api.bench.fetch("select value from identifier where kind = 'slip' order by value")
    assert [row["value"] for row in rows] == ["341:1", "341:77"]
    assert account


async def test_the_same_external_id_is_one_receipt_and_the_same_key_one_answer(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    first = await api.cash(account, 10_000, document_number="NF1", external_id="till 7, 42")
    assert (await api.cash(account, 10_000, document_number="NF1", external_id="till 7, 42")).status_code == 409
    body = {"account_id": account, "route": "cash", "gross_cents": 500, "paid_on": "2026-03-10"}
    answers = [await api.send("POST", "/v1/receipts", body, idempotency_key="same") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len((await api.get("/v1/receipts")).json()["items"]) == 2
    assert first.status_code == 201


async def test_bad_receipts_are_refused_with_place_and_remedy(api: Api) -> None:
    account = await api.account()
    for given, place in (
        ({"gross_cents": 0}, "/gross_cents"),
        ({"paid_on": "2026-03-11"}, "/paid_on"),
        ({"fee_cents": 10_001}, "/fee_cents"),
        ({"payer_tax_id": "111.111.111-11"}, "/payer_tax_id"),
        ({"invoice_ids": [str(UUID(int=5))]}, "/invoice_ids/0"),
    ):
        answer = await api.cash(account, given.pop("gross_cents", 10_000), **given)
        assert answer.status_code == 422, given
        assert [error["pointer"] for error in answer.json()["errors"]] == [place], answer.text
        assert "111.111.111-11" not in answer.text
    assert (await api.cash(str(UUID(int=5)), 1)).status_code == 404
    assert await api.bench.said() == []


async def test_another_tenant_sees_nothing_and_touches_nothing(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    receipt = (await api.cash(account, 10_000, document_number="NF1")).json()
    for path in ("/v1/accounts", "/v1/receipts", "/v1/allocations", "/v1/credits", "/v1/bank-files"):
        assert (await api.get(path, tenant=OTHER)).json()["items"] == [], path
    assert (await api.get(f"/v1/receipts/{receipt['receipt_id']}", tenant=OTHER)).status_code == 404
    assert (await api.get(f"/v1/accounts/{account}", tenant=OTHER)).status_code == 404
    answer = await api.send("POST", f"/v1/bank-files?account_id={account}", b"02RETORNO", tenant=OTHER)
    assert answer.status_code == 404
    assert set((await api.get("/v1/ledger/balances", tenant=OTHER)).json().values()) == {0}


async def test_a_date_is_written_as_a_date_and_lies_within_the_calendar(api: Api) -> None:
    account = await api.account()
    for paid_on in (0, "0", "1850-01-01"):
        assert (await api.cash(account, 100, paid_on=paid_on)).status_code == 422
        assert (await api.get("/v1/receipts", paid_until=paid_on)).status_code == 422
