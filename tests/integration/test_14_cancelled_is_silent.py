"""Nobody hears anything more about an invoice that was cancelled or written off.

Pain 21: messages already planned cannot be stopped (novuhq/novu#4748).
"""

from datetime import time, timedelta

from world import World


async def test_cancelled_and_written_off_invoices_are_silent(world: World) -> None:
    monday = await world.begin()
    debtor, other = await world.debtor(), await world.debtor()
    cancelled = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    given_up = await world.invoice(other, due_on=monday)
    await world.live_to(monday + timedelta(days=4), time(9, 30))
    heard = await world.steps(cancelled["invoice_id"]), await world.steps(given_up["invoice_id"])
    assert heard == (["before_5"], ["due_day", "after_1", "after_3"])

    invoicing = world.tenant["invoicing"]
    await invoicing.post(f"/v1/invoices/{cancelled['invoice_id']}/cancel", {"reason": "issued_in_error"})
    await invoicing.post(f"/v1/invoices/{given_up['invoice_id']}/write-off", {"reason": "uncollectible"})
    await world.live_to(monday + timedelta(days=18))
    assert (await world.steps(cancelled["invoice_id"]), await world.steps(given_up["invoice_id"])) == heard
    reasons = {one["closed_reason"] for one in await world.cases(state="closed")}
    assert reasons == {"cancelled", "written_off"}


async def test_money_for_a_cancelled_invoice_is_kept_as_credit(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=5))
    await world.pay_boleto(invoice)
    await world.tenant["invoicing"].post(f"/v1/invoices/{invoice['invoice_id']}/cancel", {"reason": "issued_in_error"})
    await world.morning(monday + timedelta(days=1))
    (allocated,) = await world.facts("payment.allocated")
    assert (allocated.outcome, allocated.unapplied_cents) == ("after_cancellation", 10_000)
