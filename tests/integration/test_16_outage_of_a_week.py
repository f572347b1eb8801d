"""Dunning is away for a week: when it is back it sends the latest step only, and says what it passed over.

Pain 3: a missed day means a lost step, silently (invoiceninja/invoiceninja#2311).
Pain 22: a restart sends everything again (knadh/listmonk#1801).
"""

from datetime import time, timedelta

from world import World


async def test_after_a_week_without_dunning_only_the_latest_step_leaves(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday)
    await world.to(monday, time(9, 5))
    assert await world.steps(invoice["invoice_id"]) == ["due_day"]
    async with world.without("dunning"):
        for ahead in range(1, 9):
            await world.move(monday + timedelta(days=ahead), time(6, 0))
            await world.bank_file(monday + timedelta(days=ahead - 1))
        await world.move(monday + timedelta(days=8), time(10, 0))
    await world.quiet()
    await world.to(monday + timedelta(days=8), time(11, 5))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_7"]
    acted = [one for one in await world.decisions(invoice["invoice_id"]) if one["outcome"] == "action"]
    assert acted[-1]["skipped"] == ["after_1", "after_3"]
