"""A channel that is refused, or an address that bounces, is left for another channel; with none left a person acts.

Pain 15: bounces and failed sends are invisible (invoiceninja/invoiceninja#11917).
"""

import re
from datetime import time, timedelta

from world import World


async def test_a_debtor_who_unsubscribes_hears_on_another_channel(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(9, 5))
    (mail,) = await world.mails(debtor.email)
    link = re.search(r"/u/[A-Za-z0-9_.=-]+", mail["headers"]["list-unsubscribe"])
    assert link is not None
    assert await world.visit(link.group(), method="POST") in {200, 202, 204}
    await world.quiet()
    (refused,) = await world.facts("contact.opted_out")
    assert refused.channel == "email"
    await world.live_to(monday + timedelta(days=9), time(11, 5))
    assert [one.channel for one in await world.sent(invoice["invoice_id"])] == ["email", "whatsapp", "whatsapp"]
    assert len(await world.mails(debtor.email)) == 1


async def test_an_address_that_bounces_is_never_written_to_again(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(email=f"naoexiste.{world.tenant.tenant_id.hex[-6:]}@example.com")
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(9, 5))
    failed = await world.facts("message.failed")
    assert [(one.channel, one.failure) for one in failed] == [("email", "hard")]
    (invalid,) = await world.facts("contact.invalidated")
    assert (invalid.channel, invalid.reason) == ("email", "hard_bounce")
    await world.live_to(monday + timedelta(days=9), time(11, 5))
    assert {one.channel for one in await world.sent(invoice["invoice_id"])} == {"whatsapp"}


async def test_a_bounce_that_comes_later_is_read_from_the_report(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(email=f"devolve.{world.tenant.tenant_id.hex[-6:]}@example.com")
    await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(9, 5))
    assert len(await world.facts("message.sent")) == 1
    await world.to(monday + timedelta(days=4), time(9, 40))
    (invalid,) = await world.facts("contact.invalidated")
    assert (invalid.channel, invalid.reason) == ("email", "hard_bounce")


async def test_without_any_way_to_the_debtor_a_person_gets_a_task(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(email=f"naoexiste.{world.tenant.tenant_id.hex[-6:]}@example.com", only=("email",))
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.live_to(monday + timedelta(days=9), time(11, 5))
    assert await world.steps(invoice["invoice_id"]) == []
    tasks = await world.tenant["dunning"].all("/v1/tasks")
    assert {(task["invoice_id"], task["reason"]) for task in tasks} == {(invoice["invoice_id"], "no_contact")}
