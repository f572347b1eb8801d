"""While it is not sure that payments are known, messages are held; then they are sent or dropped, rightly.

Pain 2: a reminder while the payment is being booked (killbill/killbill-email-notifications-plugin#4).
Pain 22: a stale schedule fires after a restart (knadh/listmonk#2070).
"""

from datetime import time, timedelta

from world import World


async def test_what_is_held_for_stale_facts_is_sent_or_dropped_when_they_are_fresh(world: World) -> None:
    monday = await world.begin()
    paying, silent = await world.debtor(), await world.debtor()
    due_on = monday + timedelta(days=9)
    paid = await world.invoice(paying, due_on=due_on)
    unpaid = await world.invoice(silent, due_on=due_on)
    async with world.without("payments"):
        await world.pay_pix(paid)
        await world.move(monday + timedelta(days=4), time(9, 5))
        await world.until(lambda log: len(log.of("message.requested")) == 2, "dunning asks for both reminders")
        await world.notifier_says(held=2)
        assert await world.sent() == []
    await world.quiet()
    await world.to(monday + timedelta(days=4), time(9, 10))
    await world.until(lambda log: log.of("message.suppressed"), "the paid one is dropped")
    assert await world.steps(paid["invoice_id"]) in ([], ["thanks"])
    assert await world.steps(unpaid["invoice_id"]) == ["before_5"]
    assert [one.reason for one in await world.facts("message.suppressed")] == ["paid"]
