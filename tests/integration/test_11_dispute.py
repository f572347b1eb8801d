"""A dispute holds the case at once; when a person releases it the régua resumes with one message, not a burst.

Pain 18: disputed debts are dunned all the same (OCA/credit-control, hold by reason and owner).
Pain 22: resuming sends everything that was missed (knadh/listmonk#2313).
"""

from datetime import time, timedelta

from world import World


async def test_a_dispute_rests_until_it_is_released_and_resumes_without_a_burst(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday)
    await world.live_to(monday + timedelta(days=1), time(9, 30))
    await world.respond(invoice["invoice_id"], {"kind": "dispute", "reason": "goods_not_received"})
    (case,) = await world.cases(invoice_id=invoice["invoice_id"])
    assert case["held"] is True
    (escalated,) = await world.facts("case.escalated")
    assert escalated.reason == "dispute"
    await world.live_to(monday + timedelta(days=16))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1"]

    (hold,) = await world.tenant["dunning"].get(f"/v1/cases/{case['case_id']}/holds")
    await world.tenant["dunning"].post(f"/v1/cases/{case['case_id']}/holds/{hold['hold_id']}/release")
    await world.live_to(monday + timedelta(days=18))
    assert await world.steps(invoice["invoice_id"]) == ["due_day", "after_1", "after_15"]
