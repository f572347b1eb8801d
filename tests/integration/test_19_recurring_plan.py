"""A monthly plan issues each invoice on time and once, also when the day falls off the end of a month.

Pain 23: events repeated, or off by one (getlago/lago-api#5106).
"""

from datetime import date, time, timedelta

from world import World


async def test_a_plan_for_the_31st_issues_once_a_month(world: World) -> None:
    year = world.today.year + 1
    start = date(year, 1, 10)
    await world.to(start, time(7, 0))
    debtor = await world.debtor()
    plan = await world.tenant["invoicing"].post(
        "/v1/plans",
        {
            "customer_id": debtor.customer_id,
            "external_id": f"P-{world.tenant.tenant_id.hex[-6:]}",
            "description": "Mensalidade",
            "amount_cents": 15_000,
            "every": "month",
            "first_due_on": f"{year}-01-31",
            "lead_days": 10,
        },
    )
    for day in range(10, 100, 5):
        await world.to(start + timedelta(days=day), time(7, 0))
    issued = sorted((one.invoice.due_on, one.invoice.issued_on) for one in await world.facts("invoice.issued"))
    last_of_february = date(year, 3, 1) - timedelta(days=1)
    assert [due_on for due_on, _ in issued] == [
        date(year, 1, 31), last_of_february, date(year, 3, 31), date(year, 4, 30)
    ][: len(issued)]  # fmt: skip
    assert len(issued) >= 3
    await world.tenant["invoicing"].post(f"/v1/plans/{plan['plan_id']}/cancel")
