"""Nobody pays: every step once and in its order, the tone rises, and a person takes over at the end.

Pain 1: the same reminder at every run (FOSSBilling/FOSSBilling#3963).
Pain 4: escalation skips, or depends on when it runs (killbill/killbill#2297).
Pain 20: only a few steps, all by e-mail (FOSSBilling/FOSSBilling#1781).
Pain 25: nobody can tell whether it ran (FOSSBilling/FOSSBilling#2843).
"""

from datetime import timedelta

from world import World

TONES = ["courteous", "neutral", "firm", "formal"]
STEPS = ["before_5", "before_1", "due_day", "after_1", "after_3", "after_7", "after_15", "after_30"]


async def test_the_regua_is_walked_step_by_step_to_a_persons_task(world: World) -> None:
    monday = await world.begin(clear_days=12)
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=8))
    await world.live_to(monday + timedelta(days=8 + 38))

    sent = await world.sent(invoice["invoice_id"])
    assert [one.step_key for one in sent] == STEPS
    ranks = [TONES.index(one.tone) for one in sent]
    assert ranks == sorted(ranks)
    assert {"email", "whatsapp", "sms"} == {one.channel for one in sent}
    assert len({(one.step_key, one.contact_id) for one in sent}) == len(sent)

    tasks = await world.tenant["dunning"].all("/v1/tasks")
    assert [(task["invoice_id"], task["reason"]) for task in tasks] == [(invoice["invoice_id"], "last_step")]
    decided = await world.decisions(invoice["invoice_id"])
    assert [one["step_key"] for one in decided if one["outcome"] == "action"] == [*STEPS, "person"]
    assert all(one["sentence_pt"] and one["rules"] for one in decided)

    assert len(await world.facts("invoice.due")) == 1
    assert len(await world.facts("invoice.overdue")) == 1
