"""Analytics rebuilt from the first record of every topic is equal to the one that listened live, byte for byte.

Pain 24: figures that cannot be recomputed at volume (getlago/lago-api#5157).
"""

from datetime import time, timedelta

from world import World


async def test_a_rebuild_from_offset_zero_gives_the_same_bytes(world: World) -> None:
    monday = await world.begin()
    debtor, other = await world.debtor(), await world.debtor()
    paid = await world.invoice(debtor, due_on=monday + timedelta(days=2))
    await world.invoice(other, due_on=monday + timedelta(days=2))
    await world.live_to(monday + timedelta(days=3), time(9, 5))
    await world.pay_pix(paid)
    await world.live_to(monday + timedelta(days=6), time(9, 5))
    live = await world.run_module("analytics", "analytics.dump")
    async with world.without("analytics"):
        await world.run_module("analytics", "analytics.rebuild", "--json")
        rebuilt = await world.run_module("analytics", "analytics.dump")
    await world.quiet()
    assert live == rebuilt
    timeline = await world.tenant["analytics"].all(f"/v1/timelines/invoices/{paid['invoice_id']}")
    assert len(timeline) > 5
