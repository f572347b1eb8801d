"""The relay: refused records, dead producers, lost lanes, watermarks, and an outbox over its limit."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.consumer import Consumer, Subscriptions
from chassis.db import Tx
from chassis.errors import InvalidError, NotFoundError, OverloadedError
from chassis.kafka import Kafka, Producer, Record, create_topics, end_offsets, pack_headers, read_all
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, running, until
from chassis.proof.storms import drain
from chassis.relay import Relay, discard_refused, list_refused, retry_refused
from chassis.watermark import fresh_until, record_watermarks, sources_fresh_until
from contracts.watermark import WatermarkAdvanced

pytestmark = pytest.mark.io


async def make_too_large(bed: Bed, number: int, sequence: int) -> UUID:
    """Swell one waiting fact beyond what the broker takes, without its becoming unreadable for nobody else."""
    return await bed.value(
        """update outbox set payload = payload || $3 where event_id =
           (select event_id from proof_fact where customer_id = $1 and sequence = $2) returning event_id""",
        workload.customer(number),
        sequence,
        secrets.token_bytes(1_200_000),
    )


async def test_a_record_refused_for_good_stops_its_key_and_nothing_else(a_bed: Bed) -> None:
    database = a_bed.database()
    await workload.write_many(database, customers=8, rounds=4)
    refused_id = await make_too_large(a_bed, 0, 2)
    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=0.05)
    async with running(relay):
        await until(lambda: relay.status().refused == 1, within_seconds=120)
        await until(lambda: a_bed.value("select count(*) = 2 from outbox"), within_seconds=120)
        (refusal,) = await list_refused(database)
        assert (refusal.event_id, refusal.topic, refusal.behind) == (refused_id, workload.RECEIVED, 2)
        assert refusal.reason == "MessageSizeTooLargeError"
        assert relay.status().alarm == "refused"
        await workload.write_many(database, customers=8, rounds=1)
        await until(lambda: a_bed.value("select count(*) = 3 from outbox"), within_seconds=120)

        # The person shrinks it (here: takes the padding off again) and has it tried once more.
        await a_bed.value("update outbox_refused set payload = substring(payload for length(payload) - 1200000)")
        await retry_refused(database, refused_id)
        await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
        assert await list_refused(database) == []
        await until(lambda: relay.status().alarm is None, within_seconds=120)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka, consumed=())
    with pytest.raises(NotFoundError):
        await retry_refused(database, refused_id)
    assert verdict.violations == []
    assert verdict.counts[f"records {workload.RECEIVED}"] >= 40


async def test_a_refused_record_can_be_given_up_on_record(a_bed: Bed) -> None:
    database = a_bed.database()
    await workload.write_many(database, customers=2, rounds=3)
    refused_id = await make_too_large(a_bed, 0, 1)
    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=None)
    async with running(relay):
        await until(lambda: relay.status().refused == 1, within_seconds=120)
        await discard_refused(database, refused_id, because="agreed with the customer")
        await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
    assert await a_bed.value("select resolution from outbox_refused") == "discarded: agreed with the customer"


async def test_when_every_record_is_refused_the_relay_stops_setting_aside(a_bed: Bed) -> None:
    database = a_bed.database()
    await workload.write_many(database, customers=8, rounds=1)
    for number in range(8):
        await make_too_large(a_bed, number, 1)
    relay = Relay(database, a_bed.kafka, refused_limit=3, watermark_interval_seconds=None)
    async with running(relay):
        await until(lambda: relay.status().alarm == "refused-limit", within_seconds=120)
        await asyncio.sleep(1)
        assert relay.status().refused == 3
        assert await a_bed.value("select count(*) from outbox") == 5


async def test_a_producer_killed_by_a_refusal_is_seen_to_be_dead_and_a_new_one_goes_on(a_bed: Bed) -> None:
    await create_topics(a_bed.kafka, {"small": 1}, config={"max.message.bytes": "2000"})
    producer = Producer(a_bed.kafka)
    await producer.start()
    headers = pack_headers([("a", b"b")])
    good, bad = Record(b"k", b"good", headers), Record(b"k", secrets.token_bytes(5000), headers)
    assert (await producer.send("small", 0, [good, good])).acked == 2
    refused = await producer.send("small", 0, [bad])
    assert (refused.acked, refused.refused, producer.dead) == (0, True, True)
    assert (await producer.send("small", 0, [good])).acked == 0
    await producer.close()
    fresh = Producer(a_bed.kafka)
    await fresh.start()
    sent = await fresh.send("small", 0, [good])
    await fresh.close()
    assert (sent.acked, sent.error) == (1, None)
    assert len((await read_all(a_bed.kafka, ["small"]))["small"]) == 3


async def test_a_second_relay_takes_the_lanes_of_one_whose_connection_is_lost(a_bed: Bed) -> None:
    one, two = a_bed.database(), a_bed.database()
    first, second = (Relay(database, a_bed.kafka) for database in (one, two))
    async with running(first):
        await until(lambda: first.status().lanes_held == 4, within_seconds=120)
        async with running(second):
            await asyncio.sleep(0.5)
            assert second.status().lanes_held == 0
            writing = asyncio.create_task(workload.write_many(one, customers=10, rounds=40))
            for _ in range(6):
                await asyncio.sleep(0.2)
                await a_bed.value(
                    """select count(pg_terminate_backend(pid)) from pg_stat_activity
                       where application_name = 'payments relay' and datname = current_database()""",
                )
            await writing
            await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
            await until(lambda: first.status().lanes_held + second.status().lanes_held == 4, within_seconds=120)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka, consumed=())
    assert verdict.violations == []


async def test_a_fact_that_commits_late_with_a_low_position_is_not_passed_by(a_bed: Bed) -> None:
    database = a_bed.database()
    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=None)
    async with running(relay):
        async with database.unit_of_work(tenant_id=workload.TENANTS[0], name="late") as late:
            connection = await late.connection()
            late.publish(workload.payment(workload.customer(0), 1))
            # Draw the position now, as if the commit then took its time.
            await late.write_facts()
            for sequence in range(1, 30):
                await workload.write_many(database, customers=4, rounds=1)
                await until(lambda wanted=4 * sequence: relay.status().sent == wanted, within_seconds=120)
            assert await connection.fetchval("select count(*) from outbox") == 1
        await until(lambda: relay.status().sent == 4 * 29 + 1, within_seconds=120, what="the late fact was passed by")


async def test_an_old_snapshot_held_open_does_not_stop_the_floor(a_bed: Bed) -> None:
    database = a_bed.database()
    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=None)
    reader = asyncpg.create_pool(a_bed.admin_url, min_size=1, max_size=1)
    async with reader, reader.acquire() as old, running(relay), old.transaction(isolation="repeatable_read"):
        await old.fetchval("select count(*) from outbox")
        for _ in range(5):
            await workload.write_many(database, customers=10, rounds=2)
            await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
        highest = max(lane.seen for lane in relay._lanes.values())
        await until(lambda: max(lane.floor for lane in relay._lanes.values()) == highest, within_seconds=120)


async def test_an_outbox_over_its_limit_refuses_new_facts_and_recovers(a_bed: Bed) -> None:
    database = a_bed.database(outbox_limit_rows=50)
    with pytest.raises(OverloadedError) as refused:
        await workload.write_many(database, customers=4, rounds=100)
    assert refused.value.retry_after_seconds is not None
    assert 1 <= refused.value.retry_after_seconds <= 60
    assert 50 <= await a_bed.value("select count(*) from outbox") <= 54
    relay = Relay(database, a_bed.kafka)
    async with running(relay):
        await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)

    async def accepted() -> bool:
        try:
            await workload.write(database, [0])
        except OverloadedError:
            return False
        return True

    await until(accepted, within_seconds=120)


async def test_a_consumer_whose_outbox_is_full_waits_instead_of_parking(a_bed: Bed) -> None:
    database = a_bed.database(outbox_limit_rows=40)
    await workload.write_many(database, customers=8, rounds=4)
    await a_bed.value("create table aside as select * from outbox")
    relay, consumer = Relay(database, a_bed.kafka), Consumer(database, workload.subscriptions(), a_bed.kafka)
    async with running(relay):
        await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
    # Rows that nobody relays fill it.
    await a_bed.value(
        """insert into outbox (lane, event_id, topic, key, payload, headers, created_at)
           select lane, gen_random_uuid(), topic, key, payload, headers, created_at
           from (select * from aside union all select * from aside limit 45) as more""",
    )
    async with database.unit_of_work(tenant_id=None, commit=False) as tx:
        await database.gauge.sample(await tx.connection())
    async with running(consumer):
        await until(lambda: consumer.status().retries > 0, within_seconds=120)
        await until(lambda: set(consumer.status().waiting.values()) == {"outbox-full"}, within_seconds=120)
        await a_bed.value("delete from outbox where event_id not in (select event_id from proof_fact)")
        async with running(relay):
            await drain(a_bed, within_seconds=120)
    assert await a_bed.value("select count(*) from parked_key") == 0
    assert (await checker.check(a_bed.admin_url, a_bed.kafka)).violations == []


async def test_an_event_too_large_for_any_broker_is_refused_when_it_is_written(a_bed: Bed) -> None:
    class Wordy:
        def traceparent(self) -> str:
            return "x" * 950_000

    database = a_bed.database(observer=Wordy())
    async with database.unit_of_work(tenant_id=workload.TENANTS[0], commit=False) as tx:
        with pytest.raises(InvalidError):
            tx.publish(workload.payment(workload.customer(0), 1))


class Ticking:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


async def test_a_watermark_never_claims_what_a_consumer_could_not_have(a_bed: Bed) -> None:
    clock = Ticking()
    database = a_bed.database(clock=clock)
    subs = workload.subscriptions()

    @subs.on_batch(WatermarkAdvanced)
    async def mark(tx: Any, events: Any) -> None:
        await record_watermarks(tx, events, topics=subs.topics)

    key = workload.customer(1)

    async def fresh() -> datetime | None:
        async with database.unit_of_work(tenant_id=workload.TENANTS[0]) as tx:
            return await fresh_until(tx, producer="payments", key=key, topics=[workload.RECEIVED])

    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=0.05)
    consumer = Consumer(database, subs, a_bed.kafka)
    assert await fresh() is None
    async with running(relay, consumer):
        await workload.write_many(database, customers=4, rounds=2)
        start = clock.instant

        async def is_fresh() -> bool:
            return await fresh() == clock.instant

        await until(is_fresh, within_seconds=120)
        clock.instant = start + timedelta(seconds=30)
        await until(is_fresh, within_seconds=120, what="an idle producer still says how fresh it is")
    # Only the relay runs: its marks advance, but the consumer has not read what they name.
    reader = Consumer(database, _only_watermarks(subs.topics), a_bed.kafka)
    before = clock.instant
    async with running(relay, reader):
        clock.instant += timedelta(seconds=30)
        await workload.write_many(database, customers=4, rounds=1)
        await until(lambda: a_bed.value("select count(*) = 0 from outbox"), within_seconds=120)
        clock.instant += timedelta(seconds=30)

        async def told() -> bool:
            return await a_bed.value("select min(as_of) from watermark_seen") == clock.instant

        await until(told, within_seconds=120)
        known = await fresh()
        assert known is not None
        assert before <= known < clock.instant
        async with running(consumer):
            await until(is_fresh, within_seconds=120)
            await a_bed.value(
                "insert into parked_key values ($1, 'x', 'x', 'x', null, now())",
                str(key).encode(),
            )
            assert await fresh() is None, "a parked key is never fresh"


async def test_a_source_that_became_fresher_is_told_also_at_the_same_instant(a_bed: Bed) -> None:
    clock = Ticking()
    database = a_bed.database(clock=clock, lanes=2)
    known = {"bank.a": clock.instant - timedelta(hours=1)}

    async def sources(tx: Tx) -> dict[str, datetime]:
        assert await (await tx.connection()).fetchval("select count(*) from outbox") == 0
        return known

    async def told() -> bool:
        async with database.unit_of_work(tenant_id=workload.TENANTS[0], commit=False) as tx:
            return await sources_fresh_until(tx, producer="payments") == known

    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=0.02, sources=sources)
    async with running(relay, Consumer(database, _only_watermarks(workload.TOPICS), a_bed.kafka)):
        await until(told, within_seconds=120)
        known = {"bank.a": clock.instant, "psp.b": clock.instant - timedelta(days=1)}
        await until(told, within_seconds=120)


def _only_watermarks(topics: tuple[str, ...]) -> Subscriptions:
    subs = Subscriptions("marks")

    @subs.on_batch(WatermarkAdvanced)
    async def mark(tx: Any, events: Any) -> None:
        await record_watermarks(tx, events, topics=topics)

    return subs


async def test_a_lane_with_a_refused_record_says_nothing_new(a_bed: Bed) -> None:
    clock = Ticking()
    database = a_bed.database(clock=clock, lanes=1)
    await workload.write_many(database, customers=2, rounds=1)
    await make_too_large(a_bed, 0, 1)
    relay = Relay(database, a_bed.kafka, watermark_interval_seconds=0.02)
    async with running(relay):
        await until(lambda: relay.status().refused == 1, within_seconds=120)
        clock.instant += timedelta(seconds=60)
        await asyncio.sleep(1)
    assert await end_offsets(a_bed.kafka, ["watermark.advanced"]) == {("watermark.advanced", 0): 0}


async def test_a_relay_without_a_broker_waits_and_says_so(a_bed: Bed) -> None:
    database = a_bed.database()
    nowhere = Kafka("127.0.0.1:1", request_timeout_seconds=1)
    relay = Relay(database, nowhere)
    async with running(relay):
        await until(lambda: relay.status().trouble is not None, within_seconds=120)
        await workload.write_many(database, customers=2, rounds=1)
    assert await a_bed.value("select count(*) from outbox") == 2
