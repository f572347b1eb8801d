"""A reminder before the due date is opened, clicked and paid by Pix: silence after it, and one thank-you.

Pain 2: a reminder after the payment, or while it is being booked (killbill/killbill#472).
Pain 14: a Pix callback is only a hint, and comes twice (bacen/pix-api#64).
Pain 16: robots open and click too (knadh/listmonk#1025).
"""

from datetime import time, timedelta

from world import World


async def test_who_pays_after_a_reminder_hears_thanks_and_nothing_more(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(9, 5))
    (mail,) = await world.mails(debtor.email)
    assert await world.steps(invoice["invoice_id"]) == ["before_5"]

    await world.to(monday + timedelta(days=4), time(9, 30))
    await world.visit(_pixel(mail), agent="python-requests/2.32")
    await world.open_mail(mail)
    await world.click(mail)
    await world.fault("psp", "duplicate", share=1)
    await world.pay_pix(invoice)
    await world.quiet()
    await world.fault("psp", "duplicate", share=0)

    opened = await world.facts("message.opened")
    assert sorted(one.engagement.verdict for one in opened) == ["human", "machine"]
    (clicked,) = await world.facts("message.clicked")
    assert clicked.engagement.verdict == "human"
    (received,) = await world.facts("payment.received")
    assert (received.route, received.gross_cents) == ("pix", 10_000)
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"

    await world.live_to(monday + timedelta(days=20))
    assert await world.steps(invoice["invoice_id"]) == ["before_5", "thanks"]
    assert len(await world.mails(debtor.email)) == 2
    assert (await world.cases(invoice_id=invoice["invoice_id"]))[0]["closed_reason"] == "paid"


def _pixel(mail: dict[str, str]) -> str:
    start = mail["html"].index("/o/")
    return mail["html"][start : mail["html"].index(".gif", start)] + ".gif"
