"""The REST resources of analytics on a real database."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx2
import pytest
from analytics_facts import allocated, invoice, promised
from analytics_told import Bench, HandClock, copies, wrap

from analytics.domain.days import start_of
from analytics.main import service
from analytics.settings import Settings
from chassis import runtime
from chassis.ids import RandomIds
from chassis.service import build_app
from contracts.base import Event
from regua.testing import FreshDatabase, MakeDatabase

pytestmark = pytest.mark.io

FIGURES = (
    "ageing",
    "default-rate",
    "days-to-receive",
    "dso",
    "recovery",
    "engagement",
    "forecast",
    "portfolio",
    "forecast-grades",
    "receipts",
    "messages",
    "decisions",
)


@dataclass
class Api:
    """A running app, a client with the tenant's key and another tenant's, and the service's hands below it."""

    client: httpx2.AsyncClient
    keys: dict[str, str]
    bench: Bench
    tenant: UUID
    told: int = 0

    async def get(self, path: str, *, key: str = "own", **query: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.keys[key]}"}
        return await self.client.get(path, params=query, headers=headers)

    async def figure(self, name: str, **query: Any) -> dict[str, Any]:
        answer = await self.get(f"/v1/figures/{name}", **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert len(found["definition"]) > 40
        assert found["rounding"] == "half to even"
        return found

    async def tell(self, fact: Event, on: str) -> None:
        self.told += 1
        at = datetime.fromisoformat(f"{on}T15:00:00+00:00")
        self.bench.clock.instant = max(self.bench.clock.instant, at)
        await self.bench.tell([wrap(fact, event_id=UUID(int=self.told), time=at)], tenant=self.tenant)


@pytest.fixture(scope="module")
def shared(make_database: MakeDatabase, migrated_analytics: FreshDatabase) -> Iterator[FreshDatabase]:
    """One database for all tests here, of which each has a tenant of its own."""
    fresh = make_database(template=migrated_analytics)
    yield fresh
    fresh.drop()


@pytest.fixture
async def api(shared: FreshDatabase) -> AsyncIterator[Api]:
    settings = Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=shared.app_url,
        database_owner_url=shared.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
    )
    kit = runtime.build("analytics", settings)
    clock = HandClock(datetime(2026, 1, 1, 15, tzinfo=UTC))
    kit.database.clock = clock
    app = build_app(service, settings, kit=kit)
    tenant, other = RandomIds().new_id(), RandomIds().new_id()
    wanted = (("own", tenant, "analytics:read"), ("other", other, "analytics:read"), ("cases", tenant, "cases:read"))
    keys = {
        name: (await kit.keys.create(tenant_id=owner, name="test", scopes=(scope,))).text
        for name, owner, scope in wanted
    }
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            yield Api(client, keys, Bench(kit.database, clock), tenant)


class TestTimelines:
    async def filled(self, api: Api) -> tuple[str, str]:
        events = list(copies(1, random=Random(1)))
        await api.bench.tell(events, tenant=api.tenant)
        (first, *_) = [event.data for event in events if event.data.topic == "message.opened"]
        found: Any = first
        return str(found.customer_id), str(found.invoice_ids[0])

    async def test_pages_cover_every_fact_once_in_order_forwards_and_backwards(self, api: Api) -> None:
        customer_id, invoice_id = await self.filled(api)
        for path in (f"/v1/timelines/customers/{customer_id}", f"/v1/timelines/invoices/{invoice_id}"):
            whole = (await api.get(path, limit=200)).json()["items"]
            assert len(whole) > 20
            assert whole == sorted(whole, key=lambda item: (item["at"], item["event_id"]))
            for newest_first in (False, True):
                seen: list[Any] = []
                query: dict[str, Any] = {"limit": 7, "newest_first": newest_first}
                while True:
                    page = (await api.get(path, **query)).json()
                    seen += page["items"]
                    if page["next"] is None:
                        break
                    query["cursor"] = page["next"]
                assert seen == (whole[::-1] if newest_first else whole)

    async def test_an_invoices_timeline_names_it_in_every_entry_and_can_be_narrowed_to_topics(self, api: Api) -> None:
        _, invoice_id = await self.filled(api)
        entries = (await api.get(f"/v1/timelines/invoices/{invoice_id}", limit=200)).json()["items"]
        assert all(invoice_id in entry["invoice_ids"] for entry in entries)
        wanted = ["message.opened", "payment.allocated"]
        some = (await api.get(f"/v1/timelines/invoices/{invoice_id}", topic=wanted, limit=200)).json()["items"]
        assert {entry["topic"] for entry in some} == set(wanted)
        assert some == [entry for entry in entries if entry["topic"] in wanted]
        opened = next(entry for entry in some if entry["topic"] == "message.opened")
        assert {"channel", "step_key", "verdict"} <= opened["body"].keys()

    async def test_another_tenants_ids_and_unknown_ones_look_the_same(self, api: Api) -> None:
        customer_id, invoice_id = await self.filled(api)
        for path in (f"customers/{customer_id}", f"invoices/{invoice_id}"):
            assert (await api.get(f"/v1/timelines/{path}")).status_code == 200
            assert (await api.get(f"/v1/timelines/{path}", key="other")).status_code == 404
        assert (await api.get(f"/v1/timelines/invoices/{UUID(int=404)}")).status_code == 404


class TestFigures:
    async def told(self, api: Api) -> None:
        for number in (1, 2, 3):
            await api.tell(invoice(number), "2026-02-01")
        await api.tell(allocated(1, 100_000, "2026-02-10"), "2026-02-10")
        await api.tell(invoice(1, 2, paid_cents=100_000), "2026-02-10")
        await api.tell(allocated(2, 40_000, "2026-02-21"), "2026-02-23")
        await api.tell(invoice(2, 2, paid_cents=40_000), "2026-02-23")

    async def test_what_is_open_by_age_today_and_on_an_earlier_day(self, api: Api) -> None:
        await self.told(api)
        now = await api.figure("ageing")
        assert (now["on"], now["open_cents"], now["invoices"]) == ("2026-02-23", 160_000, 2)
        assert {line["name"]: line["open_cents"] for line in now["buckets"] if line["invoices"]} == {"1_to_30": 160_000}
        then = await api.figure("ageing", on="2026-02-05")
        assert (then["open_cents"], then["buckets"][0]["invoices"]) == (300_000, 3)
        assert then["buckets"][0]["share"] == "1.0000"
        assert (await api.figure("ageing", on="2026-01-31"))["open_cents"] == 0
        assert (await api.figure("ageing", segment="retail"))["open_cents"] == 0

    async def test_default_rate_days_to_receive_and_sales_outstanding(self, api: Api) -> None:
        await self.told(api)
        rate = await api.figure("default-rate", after_days=12)
        assert (rate["rate"], rate["unpaid_cents"], rate["invoices"]) == ("0.5333", 160_000, 3)
        assert (await api.figure("default-rate", after_days=13))["rate"] is None
        received = await api.figure("days-to-receive")
        assert (received["from_issue_days"], received["from_due_days"]) == ("12.14", "2.14")
        assert (received["received_cents"], received["payments"]) == (140_000, 2)
        sales = await api.figure("dso", period_days=30)
        assert (sales["simple_days"], sales["best_possible_days"]) == ("16.00", "0.00")
        assert (sales["count_back_days"], sales["issued_cents"]) == ("22.53", 300_000)

    async def test_every_invoice_stands_in_one_state(self, api: Api) -> None:
        await self.told(api)
        found = await api.figure("portfolio")
        assert [(line["state"], line["overdue"], line["invoices"]) for line in found["states"]] == [
            ("open", True, 1),
            ("paid", False, 1),
            ("partially_paid", True, 1),
        ]
        assert (found["invoices"], found["open_cents"], found["overdue_cents"]) == (3, 160_000, 160_000)
        on_the_day = await api.figure("portfolio", on="2026-02-11")
        assert (on_the_day["open_cents"], on_the_day["overdue_cents"]) == (200_000, 0)
        assert (await api.figure("portfolio", on="2026-02-12"))["overdue_cents"] == 200_000

    async def test_money_and_attention_by_step_channel_and_hour(self, api: Api) -> None:
        await api.bench.tell(list(copies(1, random=Random(1))), tenant=api.tenant)
        api.bench.clock.instant = datetime(2027, 2, 28, 15, tzinfo=UTC)
        for by in ("step", "channel"):
            found = await api.figure("recovery", by=by, **{"from": "2026-11-01"})
            assert found["cents"] == sum(line["cents"] for line in found["lines"]) > 0
        by_channel = await api.figure("engagement", by="channel", **{"from": "2026-11-01"})
        assert {line["name"] for line in by_channel["lines"]} == {"email", "whatsapp"}
        by_hour = await api.figure("engagement", by="hour", **{"from": "2026-11-01"})
        for name in ("sent", "opened_human", "opened_all"):
            assert sum(line[name] for line in by_hour["lines"]) == sum(line[name] for line in by_channel["lines"])
        assert sum(line["opened_in_hour"] for line in by_hour["lines"]) > 0

    async def test_what_was_done_in_a_period(self, api: Api) -> None:
        events = [event for number in (1, 2) for event in copies(number, random=Random(number))]
        await api.bench.tell(events, tenant=api.tenant)
        days = {"from": "2026-11-01", "on": "2027-04-30"}
        of: dict[str, list[Any]] = defaultdict(list)
        for event in events:
            of[event.data.topic].append(event.data)
        gross_cents = sum(fact.gross_cents for fact in of["payment.received"])
        for by in ("route", "day"):
            receipts = await api.figure("receipts", by=by, **days)
            assert receipts["gross_cents"] == sum(line["gross_cents"] for line in receipts["lines"])
        assert 0 < receipts["gross_cents"] <= gross_cents
        requested = {fact.message_id for fact in of["message.requested"]}
        reasons = Counter(fact.reason for fact in of["message.suppressed"] if fact.message_id in requested)
        for by in ("step", "tone", "purpose"):
            messages = await api.figure("messages", by=by, **days)
            assert sum(line["requested"] for line in messages["lines"]) == len(requested)
            sent = {fact.message_id for fact in of["message.sent"]} & requested
            assert sum(line["sent"] for line in messages["lines"]) == len(sent)
            suppressed = sum(line["suppressed"] for line in messages["lines"])
            assert suppressed == sum(line["messages"] for line in messages["suppressed"])
            assert {line["name"] for line in messages["suppressed"]} <= reasons.keys()
        for by in ("outcome", "step", "reason", "day"):
            decisions = await api.figure("decisions", by=by, **days)
            assert decisions["decisions"] == len(of["decision.recorded"])
        outcomes = await api.figure("decisions", by="outcome", **days)
        assert {line["name"]: line["decisions"] for line in outcomes["lines"]} == Counter(
            fact.outcome.kind for fact in of["decision.recorded"]
        )

    async def test_impossible_questions_are_refused(self, api: Api) -> None:
        for path, query in (
            ("ageing", {"on": "1999-12-31"}),
            ("ageing", {"on": "yesterday"}),
            ("ageing", {"segment": "Retail'"}),
            ("default-rate", {"after_days": -1}),
            ("recovery", {"by": "debtor"}),
            ("days-to-receive", {"from": "2026-02-02", "on": "2026-02-01"}),
            ("forecast", {"days": 181}),
        ):
            assert (await api.get(f"/v1/figures/{path}", **query)).status_code == 422, path

    async def test_every_figure_needs_its_scope_and_answers_for_an_empty_tenant(self, api: Api) -> None:
        await self.told(api)
        for name in FIGURES:
            assert (await api.get(f"/v1/figures/{name}", key="cases")).status_code == 403
            empty = await api.get(f"/v1/figures/{name}", key="other")
            assert empty.status_code == 200, empty.text
            assert "160000" not in empty.text


class TestForecast:
    async def test_a_promise_counts_on_its_day_and_the_rest_on_its_payable_date(self, api: Api) -> None:
        await api.tell(invoice(1), "2026-02-01")
        await api.tell(invoice(2), "2026-02-01")
        await api.tell(promised(2, 60_000, "2026-02-07"), "2026-02-02")
        found = await api.figure("forecast", days=15)
        assert found["made_on"] == "2026-02-02"
        assert {day["on"]: (day["promised_cents"], day["by_history_cents"]) for day in found["days"]} == {
            (date(2026, 2, 2) + timedelta(days=ahead)).isoformat(): {5: (60_000, 0), 9: (0, 140_000)}.get(ahead, (0, 0))
            for ahead in range(15)
        }
        assert found["expected_cents"] == 200_000

    async def test_each_days_forecast_is_kept_once_and_graded_against_what_came(self, api: Api) -> None:
        await api.tell(invoice(1), "2026-02-01")
        await api.tell(invoice(2, amount_cents=50_000), "2026-02-01")
        await api.bench.work(start_of(date(2026, 2, 2)) - timedelta(seconds=1))
        assert (await api.get("/v1/figures/forecasts", on="2026-12-31")).json()["items"] == []
        await api.bench.work(start_of(date(2026, 2, 2)))
        await api.tell(allocated(1, 100_000, "2026-02-11"), "2026-02-11")
        await api.tell(invoice(1, 2, paid_cents=100_000), "2026-02-11")
        await api.tell(invoice(3, issued_on="2026-02-03", due_on="2026-02-11", payable_on="2026-02-11"), "2026-02-03")
        await api.tell(allocated(3, 100_000, "2026-02-11"), "2026-02-11")
        await api.bench.work(datetime(2026, 2, 12, 15, tzinfo=UTC))
        kept = (await api.get("/v1/figures/forecasts", limit=200)).json()["items"]
        assert {day["made_on"] for day in kept} == {"2026-02-02"}
        assert [
            (day["by_history_cents"], day["received_cents"]) for day in kept if day["expected_on"] == "2026-02-11"
        ] == [(150_000, 100_000)]
        assert len(kept) == 10
        grades = await api.figure("forecast-grades")
        by_horizon = {line["first_day_ahead"]: line for line in grades["horizons"]}
        assert (by_horizon[8]["expected_cents"], by_horizon[8]["received_cents"]) == (150_000, 100_000)
        assert (by_horizon[8]["absolute_error_cents"], by_horizon[8]["error_share"]) == (50_000, "0.5000")
        assert (by_horizon[1]["days"], by_horizon[1]["error_share"]) == (7, None)

    async def test_a_kept_forecast_is_what_was_known_when_its_day_began(self, api: Api) -> None:
        await api.tell(invoice(1), "2026-02-01")
        await api.tell(promised(1, 60_000, "2026-02-07"), "2026-02-02")
        await api.tell(invoice(2), "2026-02-03")
        await api.bench.work(datetime(2026, 2, 3, 9, tzinfo=UTC))
        await api.bench.work(datetime(2026, 2, 20, 9, tzinfo=UTC))
        kept = (await api.get("/v1/figures/forecasts", limit=200)).json()["items"]
        said = {day["expected_on"]: (day["promised_cents"], day["by_history_cents"]) for day in kept}
        assert {on: cents for on, cents in said.items() if any(cents)} == {
            "2026-02-07": (60_000, 0),
            "2026-02-11": (0, 40_000),
        }
        again = await api.figure("forecast", days=len(said), **{"from": "2026-02-03"})
        assert {day["on"]: (day["promised_cents"], day["by_history_cents"]) for day in again["days"]} == said

    async def test_pages_of_kept_forecasts_cover_every_day_once(self, api: Api) -> None:
        await api.tell(invoice(1), "2026-02-01")
        for day in (2, 3, 4, 9):
            await api.bench.work(start_of(date(2026, 2, day)) + timedelta(hours=6))
        seen, query = [], {"limit": 4}
        while True:
            page = (await api.get("/v1/figures/forecasts", **query)).json()
            seen += [(item["made_on"], item["expected_on"]) for item in page["items"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        assert seen == sorted(set(seen))
        assert len(seen) == 7 + 6 + 5
