"""One invoice paid by Pix and by boleto: the second payment is kept as credit, and no event is lost.

Pain 11: double payment and races (killbill/killbill#1015).
"""

from datetime import time, timedelta

from world import World


async def test_the_second_payment_is_unapplied_credit(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=3), amount_cents=20_000)
    await world.to(monday + timedelta(days=1), time(10, 0))
    await world.pay_boleto(invoice)
    await world.pay_pix(invoice)
    await world.quiet()
    await world.morning(monday + timedelta(days=2))

    received = await world.facts("payment.received")
    assert sorted(one.route for one in received) == ["boleto", "pix"]
    allocated = {one.route: one for one in await world.facts("payment.allocated")}
    assert allocated["pix"].outcome == "full"
    assert (allocated["boleto"].outcome, allocated["boleto"].unapplied_cents) == ("duplicate", 20_000)
    assert (await world.read_invoice(invoice["invoice_id"]))["balance"]["principal_paid_cents"] == 20_000
    check = await world.tenant["payments"].get("/v1/ledger/check")
    assert check["ok"] is True
