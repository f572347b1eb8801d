"""The whole path: a fact is committed, relayed, consumed, and its effect is there once."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from chassis.consumer import Consumer
from chassis.kafka import read_all
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, running, until
from chassis.quiescence import Quiescence
from chassis.relay import Relay
from chassis.schedules import Scheduler

pytestmark = pytest.mark.io


async def drained(bed: Bed, expected_effects: int, within_seconds: float = 120) -> None:
    await until(
        lambda: bed.value(
            "select (select count(*) from proof_effect) >= $1 and not exists (select from outbox)", expected_effects
        ),
        within_seconds=within_seconds,
        what="the workload did not drain",
    )


async def test_a_committed_fact_has_its_effect_exactly_once_and_in_order(a_bed: Bed) -> None:
    database = a_bed.database()
    written = await workload.write_many(database, customers=20, rounds=10)
    async with running(Relay(database, a_bed.kafka), Consumer(database, workload.subscriptions(), a_bed.kafka)):
        await drained(a_bed, 2 * written)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert verdict.counts["effects"] == 2 * written
    assert verdict.counts["records payment.received"] == written


async def test_a_clock_that_jumps_changes_neither_order_nor_effects(a_bed: Bed) -> None:
    class Jumping:
        readings = 0

        def now(self) -> datetime:
            self.readings += 1
            return datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(hours=(self.readings * 7919) % 97 - 48)

    database = a_bed.database(clock=Jumping())
    async with running(
        Relay(database, a_bed.kafka, watermark_interval_seconds=0.01),
        Consumer(database, workload.subscriptions(), a_bed.kafka),
    ):
        written = await workload.write_many(database, customers=8, rounds=20)
        await drained(a_bed, 2 * written)
    assert (await checker.check(a_bed.admin_url, a_bed.kafka)).violations == []


async def test_nothing_is_published_by_a_unit_of_work_that_fails(a_bed: Bed) -> None:
    database = a_bed.database()

    async def fail() -> None:
        async with database.unit_of_work(tenant_id=workload.TENANTS[0]) as tx:
            tx.publish(workload.payment(workload.customer(0), 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await a_bed.value("select count(*) from outbox") == 0


async def test_a_large_transaction_can_write_its_facts_in_parts_and_still_all_or_nothing(a_bed: Bed) -> None:
    database = a_bed.database()

    async def publish(*, commit: bool) -> None:
        async with database.unit_of_work(tenant_id=workload.TENANTS[0], commit=commit) as tx:
            for sequence in range(1, 7):
                tx.publish(workload.payment(workload.customer(0), sequence))
                if sequence % 2 == 0:
                    await tx.write_facts()
            assert tx.facts_published == 6

    await publish(commit=False)
    assert await a_bed.value("select count(*) from outbox") == 0
    await publish(commit=True)
    assert await a_bed.value("select count(*) from outbox") == 6
    relay = Relay(database, a_bed.kafka)
    async with running(relay):
        await until(lambda: relay.status().sent == 6, within_seconds=120)
    records = (await read_all(a_bed.kafka, [workload.RECEIVED]))[workload.RECEIVED]
    assert [json.loads(record.value or b"")["data"]["gross_cents"] for record in records] == [1, 2, 3, 4, 5, 6]


async def test_the_services_role_sees_only_the_tenant_of_its_transaction(a_bed: Bed) -> None:
    database = a_bed.database()
    await workload.write_many(database, customers=2, rounds=1)
    seen = {}
    for tenant in (*workload.TENANTS, None):
        async with database.unit_of_work(tenant_id=tenant) as tx:
            seen[tenant] = await (await tx.connection()).fetchval("select count(*) from proof_fact")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.unit_of_work(tenant_id=workload.TENANTS[0]) as tx:
            await (await tx.connection()).execute(
                "insert into proof_work (tenant_id, subject) values ($1, 'x')", workload.TENANTS[1]
            )
    assert seen == {workload.TENANTS[0]: 1, workload.TENANTS[1]: 1, None: 0}


async def test_quiescence_names_what_is_left_and_then_nothing(a_bed: Bed) -> None:
    database = a_bed.database()
    schedules = workload.work()
    relay, consumer = Relay(database, a_bed.kafka), Consumer(database, workload.subscriptions(), a_bed.kafka)
    scheduler = Scheduler(database, schedules)
    quiescence = Quiescence(
        database,
        a_bed.kafka,
        topics=workload.TOPICS,
        work=schedules,
        relay=relay,
        consumer=consumer,
        scheduler=scheduler,
    )
    assert (await quiescence.report()).quiet
    await workload.write_many(database, customers=4, rounds=2)
    await workload.schedule(database, schedules, ["a", "b"])
    before = {reason.kind: reason.count for reason in (await quiescence.report()).reasons}
    assert before == {"outbox": 8, "due-work": 2}

    async with running(relay):
        await until(lambda: relay.status().sent == 8, within_seconds=120)
    assert {reason.kind for reason in (await quiescence.report()).reasons} == {"lag", "due-work"}

    async def quiet() -> bool:
        return (await quiescence.report()).quiet

    async with running(relay, consumer, scheduler):
        await until(quiet, within_seconds=120)
    report = await quiescence.report()
    await quiescence.close()
    assert report.as_json()["reasons"] == []
    assert report.activity == 8 + 8 + 16 + 2


async def test_two_schedulers_do_each_due_item_once(a_bed: Bed) -> None:
    one, two = a_bed.database(), a_bed.database()
    schedules = workload.work()
    first, second = (Scheduler(database, schedules, batch_items=7) for database in (one, two))
    subjects: list[str] = []

    async def both_had_some() -> bool:
        more = [f"s{number}" for number in range(len(subjects), len(subjects) + 100)]
        await workload.schedule(one, schedules, more)
        subjects.extend(more)
        return first.status().done > 0 and second.status().done > 0

    async with running(first, second):
        await until(both_had_some, within_seconds=120)
        await until(lambda: first.status().done + second.status().done >= len(subjects), within_seconds=120)
    done = await a_bed.value("select array_agg(subject) from proof_work")
    assert Counter(done) == Counter(subjects)
    assert await a_bed.value("select count(*) from due_work") == 0


async def test_work_is_done_when_the_clock_reaches_it_and_can_be_moved_and_cancelled(a_bed: Bed) -> None:
    class Fixed:
        instant = datetime(2026, 3, 2, 8, tzinfo=UTC)

        def now(self) -> datetime:
            return self.instant

    clock = Fixed()
    database = a_bed.database(clock=clock)
    schedules = workload.work()
    scheduler = Scheduler(database, schedules)
    later = clock.now() + timedelta(days=1)
    async with database.unit_of_work(tenant_id=workload.TENANTS[0]) as tx:
        await schedules.at(tx, kind="proof", subject="kept", due_at=clock.now())
        await schedules.at(tx, kind="proof", subject="kept", due_at=later, payload={"moved": True})
        await schedules.at(tx, kind="proof", subject="gone", due_at=later)
        assert await schedules.cancel(tx, kind="proof", subject="gone")
        assert not await schedules.cancel(tx, kind="proof", subject="gone")
    assert await scheduler.turn() == 0
    clock.instant = later
    assert await scheduler.turn() == 1
    assert await scheduler.turn() == 0
