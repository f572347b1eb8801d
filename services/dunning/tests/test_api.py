"""The REST resources of dunning on a real database, and a replay of everything that was decided."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from debtor_files import at
from test_flow import OTHER, TENANT, Bench, HandClock, customer, customer_id, invoice, topics

from chassis import migrations, runtime
from chassis.service import build_app
from dunning.domain.policy import DEFAULT_POLICY
from dunning.main import service
from dunning.settings import Settings
from regua.testing import FreshDatabase, MakeDatabase

pytestmark = pytest.mark.io

SCOPES = ("policies:read", "policies:write", "cases:read", "cases:write", "decisions:read")


@dataclass
class Api:
    """A running app, a client with the tenant's key and another tenant's, and the service's hands below it."""

    client: httpx2.AsyncClient
    key: str
    other_key: str
    bench: Bench
    posts: int = 0

    async def get(self, path: str, *, other: bool = False, **query: Any) -> httpx2.Response:
        key = self.other_key if other else self.key
        return await self.client.get(path, params=query, headers={"authorization": f"Bearer {key}"})

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        self.posts += 1
        given = {"authorization": f"Bearer {self.key}", "idempotency-key": f"k-{self.posts}", **headers}
        return await self.client.request(method, path, json=body, headers=given)


@pytest.fixture(scope="module")
def migrated(make_database: MakeDatabase) -> FreshDatabase:
    fresh = make_database()
    migrations.upgrade_blocking(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    return fresh


@pytest.fixture
async def api(make_database: MakeDatabase, migrated: FreshDatabase) -> AsyncIterator[Api]:
    fresh = make_database(template=migrated)
    settings = Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=fresh.app_url,
        database_owner_url=fresh.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
    )
    kit = runtime.build("dunning", settings)
    clock = HandClock(at("2026-02-20 10:00"))
    kit.database.clock = clock
    app = build_app(service, settings, kit=kit)
    keys = [(await kit.keys.create(tenant_id=tenant, name="test", scopes=SCOPES)).text for tenant in (TENANT, OTHER)]
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            yield Api(client, keys[0], keys[1], Bench(kit.database, clock))
    fresh.drop()


class TestPolicies:
    async def test_a_regua_is_drafted_checked_published_and_assigned(self, api: Api) -> None:
        faulty = DEFAULT_POLICY.model_dump(mode="json")
        faulty["steps"][0]["template"] = ""
        made = await api.send("POST", "/v1/policies", faulty)
        assert (made.status_code, made.json()["state"]) == (201, "draft")
        policy_id = made.json()["policy_id"]
        refused = await api.send("POST", f"/v1/policies/{policy_id}/publish")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/steps/0/template"
        good = DEFAULT_POLICY.model_copy(update={"name": "Escolas"}).model_dump(mode="json")
        assert (await api.send("PUT", f"/v1/policies/{policy_id}/draft", good)).status_code == 428
        changed = await api.send("PUT", f"/v1/policies/{policy_id}/draft", good, **{"if-match": made.headers["etag"]})
        assert changed.status_code == 200
        published = await api.send("POST", f"/v1/policies/{policy_id}/publish")
        assert published.json()["state"] == "published"
        policy = {"policy_id": policy_id, "policy_version": 1}
        assert (await api.send("POST", "/v1/policy-assignments", {"segment": "", "policy": policy})).status_code == 200
        await api.bench.tell(customer(), invoice())
        await api.bench.work(at("2026-02-20 10:01"))
        (case,) = (await api.get("/v1/cases")).json()["items"]
        assert (case["policy_id"], case["policy_version"]) == (policy_id, 1)

    async def test_a_published_version_never_changes(self, api: Api) -> None:
        body = DEFAULT_POLICY.model_dump(mode="json")
        policy_id = (await api.send("POST", "/v1/policies", body)).json()["policy_id"]
        await api.send("POST", f"/v1/policies/{policy_id}/publish")
        assert (await api.send("PUT", f"/v1/policies/{policy_id}/draft", body, **{"if-match": "*"})).status_code == 404
        second = await api.send("POST", f"/v1/policies/{policy_id}/draft", body)
        assert second.json()["policy_version"] == 2

    async def test_the_default_regua_can_be_read(self, api: Api) -> None:
        assert (await api.get("/v1/policies/default")).json()["policy"]["steps"][0]["key"] == "before_5"


class TestOperators:
    async def opened(self, api: Api) -> str:
        await api.bench.tell(customer(), invoice())
        await api.bench.work(at("2026-02-20 10:01"))
        (case,) = (await api.get("/v1/cases", state="open")).json()["items"]
        found: str = case["case_id"]
        return found

    async def test_a_case_held_by_hand_is_silent_until_it_is_released(self, api: Api) -> None:
        case_id = await self.opened(api)
        placed = await api.send(
            "POST", f"/v1/cases/{case_id}/holds", {"reason": "court_order", "review_on": "2026-04-01"}
        )
        assert placed.status_code == 201
        assert "message.requested" not in topics(await api.bench.work(at("2026-03-18 12:00")))
        hold_id = placed.json()["hold_id"]
        assert (await api.send("POST", f"/v1/cases/{case_id}/holds/{hold_id}/release")).status_code == 200
        said = await api.bench.work(at("2026-03-18 12:05"))
        assert [fact.step_key for fact in said if fact.topic == "message.requested"] == ["after_7"]
        (hold,) = (await api.get(f"/v1/cases/{case_id}/holds")).json()
        assert hold["cause"] == "operator"

    async def test_a_hold_needs_an_end(self, api: Api) -> None:
        case_id = await self.opened(api)
        assert (await api.send("POST", f"/v1/cases/{case_id}/holds", {"reason": "operator"})).status_code == 422

    async def test_an_excluded_debtor_is_not_contacted(self, api: Api) -> None:
        await self.opened(api)
        path = f"/v1/debtors/{customer_id()}/switches"
        seen = await api.get(path)
        done = await api.send("PUT", path, {"excluded": True}, **{"if-match": seen.headers["etag"]})
        assert done.status_code == 200
        assert "message.requested" not in topics(await api.bench.work(at("2026-03-05 12:00")))

    async def test_a_persons_task_is_listed_and_closed(self, api: Api) -> None:
        await self.opened(api)
        await api.bench.work(at("2026-04-20 12:00"))
        (task,) = (await api.get("/v1/tasks", is_open=True)).json()["items"]
        assert (await api.send("POST", f"/v1/tasks/{task['task_id']}/close")).status_code == 200
        assert (await api.get("/v1/tasks", is_open=True)).json()["items"] == []

    async def test_another_tenant_sees_nothing(self, api: Api) -> None:
        case_id = await self.opened(api)
        assert (await api.get("/v1/cases", other=True)).json()["items"] == []
        assert (await api.get(f"/v1/cases/{case_id}", other=True)).status_code == 404


class TestWhy:
    async def test_every_decision_says_why_and_replays_to_itself(self, api: Api) -> None:
        await api.bench.tell(customer(), invoice(1), invoice(2, due_on="2026-03-12", payable_on="2026-03-12"))
        for day in range(1, 29):
            for hour in (7, 9, 15, 22):
                await api.bench.work(at(f"2026-03-{day:02d} {hour:02d}:05"))
        decisions = (await api.get("/v1/decisions", limit=200)).json()["items"]
        assert {item["outcome"] for item in decisions} >= {"action", "wait"}
        for item in decisions:
            assert item["sentence_pt"]
            replayed = (await api.get(f"/v1/decisions/{item['decision_id']}/replay")).json()
            assert replayed["equal"], replayed

    async def test_pages_cover_every_decision_once(self, api: Api) -> None:
        await api.bench.tell(customer(), *(invoice(number) for number in range(5)))
        await api.bench.work(at("2026-03-05 12:00"))
        seen: list[str] = []
        page = (await api.get("/v1/decisions", limit=2)).json()
        while True:
            seen += [item["decision_id"] for item in page["items"]]
            if page["next"] is None:
                break
            page = (await api.get("/v1/decisions", limit=2, cursor=page["next"])).json()
        assert len(seen) == len(set(seen)) == 5
        assert (await api.get("/v1/decisions", invoice_id=UUID(int=404))).json()["items"] == []
