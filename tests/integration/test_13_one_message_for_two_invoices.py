"""Two invoices of one debtor that fall due together are one message with both amounts.

Pain 19: one message per invoice instead of per customer (OCA/credit-control#21).
Pain 8: several due dates in one document (OCA/credit-control#374).
"""

from datetime import time, timedelta

from world import World


async def test_two_invoices_are_one_message(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    due_on = monday + timedelta(days=9)
    first = await world.invoice(debtor, due_on=due_on, amount_cents=10_000)
    second = await world.invoice(debtor, due_on=due_on, amount_cents=25_000)
    await world.to(monday + timedelta(days=4), time(9, 5))
    (sent,) = await world.sent()
    assert {str(one) for one in sent.invoice_ids} == {first["invoice_id"], second["invoice_id"]}
    assert sorted(quote.amount_cents for quote in sent.quoted) == [10_000, 25_000]
    (mail,) = await world.mails(debtor.email)
    assert "100,00" in mail["text"]
    assert "250,00" in mail["text"]

    await world.pay_pix(first)
    await world.quiet()
    await world.to(monday + timedelta(days=8), time(9, 5))
    reminder = (await world.sent(second["invoice_id"]))[-1]
    assert [str(one) for one in reminder.invoice_ids] == [second["invoice_id"]]


async def test_the_instalments_of_a_document_are_dunned_each_by_its_own_date(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    made = await world.tenant["invoicing"].post(
        "/v1/documents",
        {
            "customer_id": debtor.customer_id,
            "external_id": f"D-{world.tenant.tenant_id.hex[-6:]}",
            "description": "Curso",
            "total_cents": 30_001,
            "parts": [
                {"due_on": (monday + timedelta(days=1)).isoformat(), "amount_cents": 10_001},
                {"due_on": (monday + timedelta(days=15)).isoformat(), "amount_cents": 20_000},
            ],
        },
    )
    first, second = (one["invoice_id"] for one in made["invoices"])
    await world.quiet()
    await world.live_to(monday + timedelta(days=3), time(9, 30))
    assert await world.steps(first) == ["before_5", "due_day", "after_1"]
    assert await world.steps(second) == []
