"""Money that goes back (MED) reopens the debt exactly as it was, and the régua takes it up again.

Pain 12: an undone match leaves the books wrong (Trust-Code/odoo-brasil#187).
Pain 14: returns of a Pix are not read (bacen/pix-api#296).
"""

from datetime import time, timedelta

from world import World


async def test_a_med_return_reopens_the_debt(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=2))
    paid = await world.pay_pix(invoice)
    await world.quiet()
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"

    await world.to(monday + timedelta(days=4), time(9, 5))
    await world.outside("psp", "/med", {"e2eid": paid["endToEndId"]})
    await world.quiet()
    (reversed_,) = await world.facts("payment.reversed")
    assert (reversed_.kind, reversed_.returned_cents) == ("med", 10_000)
    reopened = await world.read_invoice(invoice["invoice_id"])
    assert (reopened["state"], reopened["balance"]["open_cents"]) == ("open", 10_000)
    assert [case["state"] for case in await world.cases(invoice_id=invoice["invoice_id"])].count("open") == 1
    assert (await world.tenant["payments"].get("/v1/ledger/check"))["ok"] is True

    await world.live_to(monday + timedelta(days=9), time(11, 5))
    late = [step for step in await world.steps(invoice["invoice_id"]) if step.startswith("after")]
    assert late
    assert len(late) == len(set(late))


async def test_a_payment_that_names_nothing_waits_for_a_person(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    await world.invoice(debtor, due_on=monday + timedelta(days=9), amount_cents=4_321)
    made = await world.tenant["payments"].post(
        "/v1/receipts",
        {
            "account_id": world.accounts.bank_id,
            "route": "transfer",
            "gross_cents": 9_999,
            "paid_on": world.today.isoformat(),
            "reference": "sem identificação",
        },
    )
    await world.quiet()
    (allocated,) = await world.facts("payment.allocated")
    assert (str(allocated.receipt_id), allocated.outcome) == (made["receipt_id"], "unmatched")
    assert allocated.unapplied_cents == 9_999
