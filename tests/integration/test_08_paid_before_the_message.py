"""A payment seconds before a scheduled message stops it, also when the message was asked for already.

Pain 2: a reminder after the payment (akaunting/akaunting#259).
Pain 21: a scheduled message cannot be called back (novuhq/novu#2937).
"""

from datetime import time, timedelta

from world import World


async def test_no_message_leaves_after_a_payment_seconds_before(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(8, 59, 50))
    await world.pay_pix(invoice)
    await world.to(monday + timedelta(days=4), time(9, 5))
    await world.live_to(monday + timedelta(days=12))
    assert set(await world.steps(invoice["invoice_id"])) <= {"thanks"}


async def test_a_message_that_was_asked_for_is_kept_back_by_the_last_gate(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    async with world.without("notifier"):
        await world.move(monday + timedelta(days=4), time(9, 5))
        asked = await world.until(lambda log: log.of("message.requested"), "dunning asks for the reminder")
        await world.pay_pix(invoice)
        await world.until(lambda log: log.of("payment.allocated"), "the payment is booked")
    await world.quiet()
    (kept,) = await world.facts("message.suppressed")
    assert (kept.message_id, kept.reason) == (asked[0].message_id, "paid")
    assert "before_5" not in await world.steps(invoice["invoice_id"])
