"""A boleto paid at the bank comes in the return file and settles the invoice; the same payment again changes nothing.

Pain 9: fine and interest lost, repeated or unlawful (frappe/erpnext#58220).
Pain 11: one payment booked twice (fedealvz/WHMCS-MercadoPago#51).
Pain 13: return files are read differently for each bank (eduardokum/laravel-boleto#403).
"""

from datetime import time, timedelta

from world import World


async def test_a_boleto_paid_in_time_is_settled_by_the_next_mornings_file(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=2), amount_cents=12_345)
    await world.to(monday + timedelta(days=1), time(15, 0))
    await world.pay_boleto(invoice)
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "open"
    await world.morning(monday + timedelta(days=2))

    settled = await world.read_invoice(invoice["invoice_id"])
    assert (settled["state"], settled["last_paid_on"]) == ("paid", (monday + timedelta(days=1)).isoformat())
    (received,) = await world.facts("payment.received")
    assert (received.route, received.gross_cents) == ("boleto", 12_345)
    assert received.credited_cents == received.gross_cents - received.fee_cents

    before = len(await world.facts("payment.received", "payment.allocated"))
    again = await world.upload(await world.returned(monday + timedelta(days=1)))
    await world.quiet()
    assert again["status"] == "duplicate"
    assert len(await world.facts("payment.received", "payment.allocated")) == before
    await world.live_to(monday + timedelta(days=9))
    assert await world.steps(invoice["invoice_id"]) == ["before_5", "before_1", "thanks"]


async def test_a_boleto_paid_late_pays_fine_and_simple_interest_to_the_cent(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday, amount_cents=100_000)
    await world.live_to(monday + timedelta(days=10), time(11, 5))
    await world.pay_boleto(invoice)
    await world.live_to(monday + timedelta(days=11), time(9, 5))

    (allocated,) = await world.facts("payment.allocated")
    (line,) = allocated.lines
    # 2% fine once; 1% a month by the day: 100000 x 1% / 30 = 33.33 a day, each day cut to the cent, ten days.
    assert (line.principal_cents, line.fine_cents, line.interest_cents) == (100_000, 2_000, 330)
    assert "late" in allocated.circumstances
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"
