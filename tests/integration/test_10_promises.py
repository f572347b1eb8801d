"""A promise buys silence until the day after it; kept it ends the case, broken the régua goes on.

Pain 18: no way to stop, pause or exclude (invoiceninja/invoiceninja#1578).
"""

from datetime import time, timedelta

from world import World


async def test_a_kept_promise_is_silent_to_the_end(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday)
    await world.live_to(monday + timedelta(days=1), time(9, 30))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1"]
    promised_on = monday + timedelta(days=8)
    await world.respond(invoice["invoice_id"], {"kind": "promise", "promised_on": promised_on.isoformat()})
    await world.live_to(promised_on, time(9, 30))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1"]
    await world.pay_pix(invoice)
    await world.live_to(promised_on + timedelta(days=3))
    assert [one.promised_on for one in await world.facts("promise.kept")] == [promised_on]
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1", "thanks"]


async def test_a_broken_promise_is_followed_by_one_step_the_day_after(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday)
    await world.live_to(monday + timedelta(days=1), time(9, 30))
    promised_on = monday + timedelta(days=8)
    await world.respond(invoice["invoice_id"], {"kind": "promise", "promised_on": promised_on.isoformat()})
    await world.live_to(promised_on + timedelta(days=1), time(6, 0))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1"]
    await world.live_to(promised_on + timedelta(days=2), time(11, 5))
    assert [one.broken_on for one in await world.facts("promise.broken")]
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1", "after_7"]
