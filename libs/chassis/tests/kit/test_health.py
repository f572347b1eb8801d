"""What the platform is told: alive, ready with reasons, quiet; with the real parts away, behind or dead."""

import asyncio
from dataclasses import replace

import pytest

from chassis.clock import VirtualClock
from chassis.health import Finding, Health
from chassis.kafka import Kafka, create_topics
from chassis.metrics import Metrics
from chassis.proof import workload
from chassis.readiness import reachable
from chassis.service import Job, operations_app
from contracts import registry

from .support import TENANT, connected, eventually, listening, running, sample_service, sample_settings

pytestmark = pytest.mark.io


async def ready(sample):
    sample.kit.health.forget()
    answer = await sample.client.get("/readyz")
    document = answer.json()
    assert (answer.status_code == 200) == document["ready"]
    return [one["code"] for one in document["reasons"]], [one["code"] for one in document["degraded"]]


async def test_kafka_away_is_told_and_the_api_keeps_accepting(start_sample, notes_database):
    async with start_sample(notes_database, workers=True) as sample:
        assert await ready(sample) == ([], ["kafka-away"])
        answer = await sample.client.post(
            "/v1/notes", json={"text": "a", "amount_cents": 1}, headers=sample.headers(idempotency_key="k")
        )
        assert answer.status_code == 201


async def test_a_relay_that_is_behind_although_a_broker_answers_is_not_ready(notes_database, kafka_bootstrap):
    settings = sample_settings(notes_database, kafka_bootstrap=kafka_bootstrap, relay_age_limit_seconds=0.2)
    async with running(settings) as sample:
        assert await ready(sample) == ([], [])
        async with sample.kit.database.unit_of_work(tenant_id=TENANT) as tx:
            tx.publish(workload.payment(TENANT, 1))
        await asyncio.sleep(0.3)
        await sample.app.state.crew.sampler.sample()
        assert (await ready(sample))[0] == ["relay-behind"]
        text = (await sample.client.get("/metrics")).text
        assert "regua_outbox_depth 1.0" in text
        assert "regua_ready 0.0" in text


async def test_a_database_that_is_away_or_not_migrated_is_not_ready(sample, notes_database, postgres_admin_url):
    async with connected(notes_database.url) as owner:
        await owner.execute("update alembic_version set version_num = '0000'")
        assert (await ready(sample))[0] == ["migrations-behind"]
        await owner.execute("update alembic_version set version_num = '0001'")
    assert (await ready(sample))[0] == []
    async with connected(postgres_admin_url) as admin:
        await admin.execute(f"alter database {notes_database.name} with allow_connections false")
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", notes_database.app_role
        )
        assert (await ready(sample))[0] == ["database-away"]
        answer = await sample.client.get("/v1/notes", headers=sample.headers())
        assert answer.status_code == 503
        assert (await sample.client.get("/healthz")).status_code == 200
        await admin.execute(f"alter database {notes_database.name} with allow_connections true")
    assert (await ready(sample))[0] == []


@pytest.mark.parametrize("death", [RuntimeError("529.982.247-25"), asyncio.CancelledError()], ids=["error", "stray"])
async def test_a_worker_that_dies_is_seen_and_started_again(notes_database, death):
    lives, allowed = [], asyncio.Event()

    async def work(_):
        lives.append(1)
        if not allowed.is_set():
            raise death

    service = replace(sample_service(), jobs=(Job("fragile", 0.01, work),))
    async with running(sample_settings(notes_database), service) as sample:

        async def unready():
            return (await ready(sample))[0] == ["worker-dead"]

        await eventually(unready)
        allowed.set()

        async def back():
            return (await ready(sample))[0] == []

        await eventually(back)
        assert len(lives) >= 2
        assert 'regua_task_restarts_total{task="job fragile"}' in (await sample.client.get("/metrics")).text


async def test_a_stopping_process_is_not_ready(sample):
    sample.kit.health.stopping = True
    assert (await ready(sample))[0] == ["stopping"]


async def test_quiescence_tells_what_is_left_to_do(notes_database, kafka_bootstrap):
    prefix = f"{notes_database.name}."
    await create_topics(Kafka(kafka_bootstrap, topic_prefix=prefix), dict.fromkeys(registry.topics(), 1))
    settings = sample_settings(notes_database, kafka_bootstrap=kafka_bootstrap, kafka_topic_prefix=prefix)
    async with running(settings) as sample:
        assert (await sample.client.get("/internal/quiescence")).json()["quiet"]
        async with sample.kit.database.unit_of_work(tenant_id=TENANT) as tx:
            tx.publish(workload.payment(TENANT, 1))
        report = (await sample.client.get("/internal/quiescence")).json()
        assert not report["quiet"]
        assert [(one["kind"], one["count"]) for one in report["reasons"]] == [("outbox", 1)]


async def test_the_operations_port_serves_probes_metrics_and_internals_and_the_api_port_then_does_not(
    start_sample, notes_database
):
    async with start_sample(notes_database, http_operations_port=1) as sample:
        for path in ("/metrics", "/internal/quiescence", "/internal/clock"):
            assert (await sample.client.get(path)).status_code == 404
        assert (await sample.client.get("/readyz")).status_code == 200
        async with listening(operations_app(sample.app)) as url:
            import httpx2

            async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
                assert "regua_ready" in (await client.get("/metrics")).text
                assert (await client.get("/readyz")).status_code == 200
                assert (await client.get("/v1/notes")).status_code == 404


async def test_the_clock_can_be_moved_only_where_testing_endpoints_are_on(start_sample, notes_database, tmp_path):
    from datetime import UTC, datetime

    VirtualClock.create(tmp_path / "clock", datetime(2026, 1, 1, tzinfo=UTC))
    virtual = f"virtual:{tmp_path / 'clock'}"
    async with start_sample(notes_database, regua_clock=virtual, regua_testing_endpoints=True) as sample:
        assert (await sample.client.get("/internal/clock")).json() == {"now": "2026-01-01T00:00:00Z"}
        moved = await sample.client.put("/internal/clock", json={"now": "2026-02-01T00:00:00Z"})
        assert moved.json() == {"now": "2026-02-01T00:00:00Z"}
        back = await sample.client.put("/internal/clock", json={"now": "2026-01-01T00:00:00Z"})
        assert back.status_code == 422
        assert sample.kit.clock.now() == datetime(2026, 2, 1, tzinfo=UTC)
    async with start_sample(notes_database, regua_clock=virtual) as sample:
        assert (await sample.client.get("/internal/clock")).status_code == 404
    async with start_sample(notes_database, regua_testing_endpoints=True) as sample:
        assert (await sample.client.get("/internal/clock")).status_code == 404


async def test_a_check_that_hangs_or_breaks_is_a_finding(monkeypatch):
    monkeypatch.setattr("chassis.health._CHECK_SECONDS", 0.05)
    health = Health(Metrics(process=False))

    async def hangs():
        await asyncio.sleep(10)

    async def breaks():
        raise RuntimeError

    async def fine():
        return None

    for check in (hangs, breaks, fine):
        health.add(check.__name__, check)
    assert {finding.code for finding in await health.findings()} == {"hangs-silent", "breaks-away"}
    assert Finding("x", "y").blocking


async def test_a_broker_list_is_reachable_when_one_of_it_is(kafka_bootstrap):
    assert await reachable(f"127.0.0.1:1,{kafka_bootstrap}")
    assert not await reachable("127.0.0.1:1,no.such.host.invalid:9092")
