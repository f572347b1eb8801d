"""Recurring plans on a real database, and the dates that they fall on."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoicing_bench import Api, topics
from invoicing_builders import OTHER, at

from invoicing.domain.instalments import occurrence, split_cents
from invoicing.domain.plans import PlanDefinition


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "customer_external_id": "C-1",
        "external_id": "P-1",
        "description": "Mensalidade",
        "amount_cents": 90_000,
        "every": "month",
        "first_due_on": "2026-02-28",
        "lead_days": 5,
        **changes,
    }


class TestDates:
    def test_a_month_end_stays_a_month_end_where_it_can(self) -> None:
        days = [occurrence(date(2027, 10, 31), "month", index) for index in range(6)]
        assert [day.day for day in days] == [31, 30, 31, 31, 29, 31]
        assert occurrence(date(2024, 2, 29), "year", 1) == date(2025, 2, 28)
        assert occurrence(date(2024, 2, 29), "year", 4) == date(2028, 2, 29)
        assert occurrence(date(2026, 11, 30), "quarter", 1) == date(2027, 2, 28)

    @given(st.dates(date(2001, 1, 1), date(2060, 1, 1)), st.integers(0, 120))
    def test_every_series_rises_and_keeps_its_day(self, first: date, index: int) -> None:
        for every in ("week", "fortnight", "month", "two_months", "quarter", "half_year", "year"):
            day, following = (occurrence(first, every, at) for at in (index, index + 1))
            assert day < following
            if every in {"week", "fortnight"}:
                assert day.weekday() == first.weekday()
            else:
                assert day.day == first.day or (day + timedelta(days=1)).day == 1

    @given(st.integers(1, 10**13), st.integers(1, 120))
    def test_instalments_add_up_and_differ_by_a_cent_at_most(self, total: int, count: int) -> None:
        if total < count:
            with pytest.raises(ValueError, match="cent"):
                split_cents(total, count)
            return
        amounts = split_cents(total, count)
        assert sum(amounts) == total
        assert max(amounts) - min(amounts) <= 1

    def test_a_plan_ends_with_its_count_or_its_last_day(self) -> None:
        values = {key: value for key, value in plan().items() if key != "customer_external_id"}
        counted = PlanDefinition.model_validate({**values, "count": 2})
        assert (counted.due_on(1), counted.due_on(2)) == (date(2026, 3, 28), None)
        dated = PlanDefinition.model_validate({**values, "ends_on": "2026-04-27"})
        assert (dated.due_on(1), dated.due_on(2)) == (date(2026, 3, 28), None)


@pytest.mark.io
class TestPlans:
    async def test_each_occurrence_is_issued_once_in_time_over_a_month_end(self, api: Api) -> None:
        await api.ready()
        made = await api.send("POST", "/v1/plans", plan(first_due_on="2026-03-31", count=3))
        assert (made.status_code, made.json()["next_issue_on"]) == (201, "2026-03-26")
        await api.bench.said()
        assert await api.bench.work(at("2026-03-26 05:59")) == []
        (issued,) = await api.bench.work(at("2026-03-26 06:00"))
        assert (issued.reason, issued.invoice.external_id, issued.invoice.due_on) == (
            "plan_occurrence",
            "P-1-1",
            date(2026, 3, 31),
        )
        assert await api.bench.work(at("2026-03-26 23:00")) == []
        said = await api.bench.work(at("2026-04-25 06:00"))
        assert [fact.invoice.due_on for fact in said if fact.topic == "invoice.issued"] == [date(2026, 4, 30)]
        await api.bench.work(at("2027-01-01 06:00"))
        listed = (await api.get("/v1/invoices", plan_id=made.json()["plan_id"])).json()["items"]
        assert [row["due_on"] for row in listed] == ["2026-03-31", "2026-04-30", "2026-05-31"]
        assert (await api.get(made.headers["location"])).json()["state"] == "ended"

    async def test_what_was_missed_while_we_were_away_is_issued_in_order_once(self, api: Api) -> None:
        await api.ready()
        await api.send("POST", "/v1/plans", plan(every="week", first_due_on="2026-03-02"))
        said = await api.bench.work(at("2026-03-20 12:00"))
        issued = [fact.invoice.external_id for fact in said if fact.topic == "invoice.issued"]
        assert issued == ["P-1-1", "P-1-2", "P-1-3", "P-1-4"]

    async def test_a_pause_leaves_out_what_fell_due_meanwhile(self, api: Api) -> None:
        await api.ready()
        path = (await api.send("POST", "/v1/plans", plan(every="week", first_due_on="2026-03-02"))).headers["location"]
        assert (await api.send("POST", f"{path}/pause")).json()["state"] == "paused"
        assert "invoice.issued" not in topics(await api.bench.work(at("2026-03-20 12:00")))
        resumed = (await api.send("POST", f"{path}/resume")).json()
        assert (resumed["state"], resumed["next_due_on"]) == ("active", "2026-03-23")
        said = await api.bench.work(at("2026-03-20 12:01"))
        assert [fact.invoice.external_id for fact in said] == ["P-1-4"]

    async def test_a_change_counts_from_the_next_occurrence(self, api: Api) -> None:
        await api.ready()
        made = await api.send("POST", "/v1/plans", plan())
        path = made.headers["location"]
        await api.bench.work(at("2026-02-23 06:00"))
        assert (await api.send("PATCH", path, {"amount_cents": 1})).status_code == 428
        tag = (await api.get(path)).headers["etag"]
        changed = await api.send("PATCH", path, {"amount_cents": 95_000, "lead_days": 1}, if_match=tag)
        assert changed.json()["next_issue_on"] == "2026-03-27"
        said = await api.bench.work(at("2026-03-27 06:00"))
        (issued,) = [fact for fact in said if fact.topic == "invoice.issued"]
        assert issued.invoice.amount_cents == 95_000

    async def test_a_cancelled_plan_issues_nothing_and_another_tenant_sees_none(self, api: Api) -> None:
        await api.ready()
        path = (await api.send("POST", "/v1/plans", plan())).headers["location"]
        assert (await api.get(path, tenant=OTHER)).status_code == 404
        assert (await api.get("/v1/plans", tenant=OTHER)).json()["items"] == []
        assert (await api.send("POST", f"{path}/cancel", tenant=OTHER)).status_code == 404
        assert (await api.send("POST", f"{path}/cancel")).json()["state"] == "ended"
        assert (await api.send("POST", f"{path}/resume")).status_code == 409
        assert "invoice.issued" not in topics(await api.bench.work(at("2026-06-20 12:00")))
        (listed,) = (await api.get("/v1/plans", state="ended")).json()["items"]
        assert listed["next_due_on"] is None

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"first_due_on": "2026-02-19"}, 422),
            ({"customer_external_id": "nobody"}, 422),
            ({"ends_on": "2026-02-27"}, 422),
            ({"every": "day"}, 422),
        ],
    )
    async def test_a_plan_that_cannot_be_is_refused(self, api: Api, changes: dict[str, Any], status: int) -> None:
        await api.ready()
        assert (await api.send("POST", "/v1/plans", plan(**changes))).status_code == status
        first = await api.send("POST", "/v1/plans", plan())
        assert (first.status_code, (await api.send("POST", "/v1/plans", plan())).status_code) == (201, 409)
