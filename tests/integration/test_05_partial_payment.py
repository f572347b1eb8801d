"""After a partial payment the next message asks for the rest, and the rest alone settles the invoice.

Pain 7: a partial payment is ignored and the whole amount asked for (OCA/credit-control#330).
"""

from datetime import time, timedelta

from world import World


async def test_the_next_message_asks_for_what_is_left(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9), amount_cents=100_000)
    await world.to(monday + timedelta(days=4), time(9, 5))
    await world.pay_pix(invoice, amount_cents=40_000)
    await world.quiet()

    partly = await world.read_invoice(invoice["invoice_id"])
    assert (partly["state"], partly["balance"]["open_cents"]) == ("partially_paid", 60_000)
    (allocated,) = await world.facts("payment.allocated")
    assert allocated.outcome == "partial"

    await world.live_to(monday + timedelta(days=9), time(11, 5))
    sent = await world.sent(invoice["invoice_id"])
    assert [one.step_key for one in sent] == ["before_5", "before_1", "due_day"]
    assert [one.quoted[0].amount_cents for one in sent] == [100_000, 60_000, 60_000]
    newest = (await world.mails(debtor.email))[-1]
    assert "600,00" in newest["text"]
    assert "1.000,00" not in newest["text"]

    await world.pay_pix(partly, amount_cents=60_000)
    await world.quiet()
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"
