"""Holidays, and the hours that a state's law leaves for contacts, move due dates and messages.

Pain 5: the wrong zone and the wrong hour (invoiceninja/invoiceninja#792).
Pain 6: weekends, holidays and legal terms are ignored (getprobo/probo#1591).
"""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from world import World

ACRE = ZoneInfo("America/Rio_Branco")


def next_independence_day(today: date) -> date:
    """The next 7 September, far enough away to be written before it."""
    year = today.year if today < date(today.year, 8, 20) else today.year + 1
    return date(year, 9, 7)


async def test_an_invoice_due_on_a_holiday_is_payable_and_dunned_by_the_next_bank_day(world: World) -> None:
    holiday = next_independence_day(world.today)
    await world.to(holiday - timedelta(days=10), time(7, 0))
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=holiday)
    payable_on = date.fromisoformat(invoice["payable_on"])
    assert payable_on > holiday
    assert payable_on.weekday() < 5
    await world.live_to(payable_on + timedelta(days=1), time(6, 0))
    (due,) = await world.facts("invoice.due")
    assert due.local_date == payable_on
    # E-mail may leave on any day; calls' hours bind SMS and WhatsApp, which rest on the holiday.
    sent = await world.sent(invoice["invoice_id"])
    assert [one.step_key for one in sent][-1] == "due_day"
    assert all(one.channel == "email" or one.sent_at.astimezone(ZoneInfo("America/Sao_Paulo")).date() != holiday
               for one in sent)  # fmt: skip


async def test_a_text_that_falls_on_a_sunday_waits_for_monday_in_sao_paulo(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(only=("whatsapp",))
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=11))
    await world.to(monday + timedelta(days=6), time(9, 5))
    assert await world.steps(invoice["invoice_id"]) == []
    waits = (await world.decisions(invoice["invoice_id"]))[-1]
    assert waits["reason"] == "outside_lawful_window"
    await world.to(monday + timedelta(days=7), time(9, 5))
    assert await world.steps(invoice["invoice_id"]) == ["before_5"]


async def test_nine_oclock_is_nine_oclock_in_the_debtors_own_zone(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(uf="AC", city_code="1200401")
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=8))
    await world.to(monday + timedelta(days=3), time(9, 5))
    assert await world.steps(invoice["invoice_id"]) == []
    await world.to(monday + timedelta(days=3), time(11, 5))
    (sent,) = await world.sent(invoice["invoice_id"])
    assert sent.sent_at.astimezone(ACRE).hour == 9
