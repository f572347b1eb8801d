"""Every topic read again from its first record by every service: no message leaves a second time, no money moves.

Pain 1: overlapping runs send twice (FOSSBilling/FOSSBilling#4024).
Pain 22: a lost position re-sends a campaign (knadh/listmonk#2052).
Pain 23: events repeated (juspay/hyperswitch#13665).
"""

from datetime import time, timedelta

from world import World


async def test_reading_everything_again_sends_nothing_and_moves_nothing(world: World) -> None:
    monday = await world.begin()
    debtor, other = await world.debtor(), await world.debtor()
    paid = await world.invoice(debtor, due_on=monday + timedelta(days=2))
    unpaid = await world.invoice(other, due_on=monday + timedelta(days=2))
    await world.live_to(monday + timedelta(days=3), time(9, 5))
    await world.pay_pix(paid)
    await world.quiet()
    await world.live_to(monday + timedelta(days=4), time(9, 5))
    topics = ("message.sent", "message.requested", "payment.received", "payment.allocated", "invoice.settled")
    before = {topic: len(await world.facts(topic)) for topic in topics}
    mails = [len(await world.mails(one.email)) for one in (debtor, other)]
    books = await world.tenant["payments"].get("/v1/ledger/balances")

    await world.read_everything_again()
    assert {topic: len(await world.facts(topic)) for topic in topics} == before
    assert [len(await world.mails(one.email)) for one in (debtor, other)] == mails
    assert await world.tenant["payments"].get("/v1/ledger/balances") == books
    assert (await world.read_invoice(paid["invoice_id"]))["state"] == "paid"
    assert (await world.read_invoice(unpaid["invoice_id"]))["state"] == "open"
