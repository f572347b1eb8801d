"""What is paid too much becomes credit of the debtor, and can pay another invoice.

Pain 10: an overpayment and its credit cannot be used (killbill/killbill#2051).
"""

from datetime import timedelta

from world import World


async def test_an_overpayment_is_credit_that_pays_the_next_invoice(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9), amount_cents=10_000)
    await world.pay_pix(invoice, amount_cents=15_000)
    await world.quiet()
    (allocated,) = await world.facts("payment.allocated")
    assert (allocated.outcome, allocated.unapplied_cents) == ("over", 5_000)
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"

    credit = await world.tenant["payments"].all("/v1/credits")
    assert [(one["customer_id"], one["unapplied_cents"]) for one in credit] == [(debtor.customer_id, 5_000)]
    second = await world.invoice(debtor, due_on=monday + timedelta(days=12), amount_cents=5_000)
    await world.tenant["payments"].post(
        f"/v1/credits/{debtor.customer_id}/apply", {"invoice_ids": [second["invoice_id"]]}
    )
    await world.quiet()
    spent = [one for one in await world.facts("payment.allocated") if one.funds == "credit"]
    assert [(one.outcome, one.amount_cents) for one in spent] == [("full", 5_000)]
    assert (await world.read_invoice(second["invoice_id"]))["state"] == "paid"
