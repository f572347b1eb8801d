"""Handlers and records that misbehave: each hurts its own key and nothing else, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from chassis import parking
from chassis.consumer import Consumer, Subscriptions
from chassis.consumer.apply import Applier
from chassis.db import Database, Tx
from chassis.errors import InvalidError, TransientError
from chassis.kafka import partition_of
from chassis.observe import Silent
from chassis.parking import NotParkedError
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, running, until
from chassis.proof.storms import drain
from chassis.relay import Relay
from chassis.retry import RetryPolicy
from contracts.dunning import CaseClosed
from contracts.envelope import Envelope
from contracts.payments import PaymentReceived

pytestmark = pytest.mark.io

PATIENCE = RetryPolicy(first_seconds=0.05, cap_seconds=0.2)
Twist = Callable[[Tx, Envelope[PaymentReceived]], Awaitable[None]]


def with_twist(twist: Twist) -> Subscriptions:
    """The workload's handlers, event by event, each followed by `twist`."""
    subs = Subscriptions("proof")

    @subs.on(PaymentReceived)
    async def apply(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        await workload.apply_payments(tx, [event])
        await twist(tx, event)

    @subs.on_batch(CaseClosed)
    async def hear(tx: Tx, events: Sequence[Envelope[CaseClosed]]) -> None:
        ids, customers = [event.id for event in events], [event.data.customer_id for event in events]
        versions = [event.data.case_version for event in events]
        await (await tx.connection()).execute(workload.EFFECTS, tx.tenant_id, ids, customers, versions)

    return subs


def is_event(event: Envelope[PaymentReceived], number: int, sequence: int) -> bool:
    return event.data.customer_id == workload.customer(number) and event.data.gross_cents == sequence


async def put_bytes(bed: Bed, topic: str, key: bytes, payload: bytes) -> None:
    """A record that no relay of ours would write."""
    producer = AIOKafkaProducer(bootstrap_servers=bed.kafka.bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(bed.kafka.wire_topic(topic), payload, key=key, partition=partition_of(key, 4))
    finally:
        await producer.stop()


async def test_a_handler_that_raises_parks_its_key_in_order_and_a_redrive_makes_it_whole(a_bed: Bed) -> None:
    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if is_event(event, 1, 3):
            raise InvalidError("not-possible", "never")

    database = a_bed.database()
    written = await workload.write_many(database, customers=6, rounds=5)
    async with running(
        Relay(database, a_bed.kafka), Consumer(database, with_twist(twist), a_bed.kafka, policy=PATIENCE)
    ):
        await drain(a_bed, within_seconds=120)
    (parked,) = await parking.list_parked(database)
    assert (parked.key, parked.reason, parked.topic) == (
        str(workload.customer(1)),
        "not-possible",
        workload.RECEIVED,
    )
    assert await a_bed.value("select max(sequence) from proof_state where sequence < 5") == 2
    assert (await checker.check(a_bed.admin_url, a_bed.kafka)).violations == []

    healed = Applier(database, workload.subscriptions())
    still_ill = Applier(database, with_twist(twist))
    dry = await parking.redrive(database, still_ill, parked.key)
    assert (dry.dry_run, dry.done, dry.stopped_by and dry.stopped_by.reason) == (True, 0, "not-possible")
    dry = await parking.redrive(database, healed, parked.key)
    assert (dry.done, dry.waiting, dry.released) == (parked.events, 0, False)
    assert (await parking.list_parked(database))[0].events == parked.events, "a dry run changes nothing"

    failed = await parking.redrive(database, still_ill, parked.key, dry_run=False)
    assert (failed.done, failed.waiting, failed.released) == (0, parked.events, False)
    assert (await parking.list_parked(database))[0].redrives == 1
    done = await parking.redrive(database, healed, parked.key, dry_run=False)
    assert (done.done, done.released) == (parked.events, True)
    with pytest.raises(NotParkedError):
        await parking.redrive(database, healed, parked.key, dry_run=False)

    async with running(Relay(database, a_bed.kafka), Consumer(database, workload.subscriptions(), a_bed.kafka)):
        await drain(a_bed, within_seconds=120)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert verdict.counts["effects"] == 2 * written
    assert verdict.counts["parked"] == 0


async def test_a_redrive_beside_a_running_consumer_loses_and_repeats_nothing(a_bed: Bed) -> None:
    ill = True

    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if ill and is_event(event, 0, 2):
            raise InvalidError("not-possible", "never")

    database = a_bed.database(pool_size=8)
    applier = Applier(database, with_twist(twist))
    async with running(
        Relay(database, a_bed.kafka), Consumer(database, with_twist(twist), a_bed.kafka, policy=PATIENCE)
    ):
        await workload.write_many(database, customers=4, rounds=3)
        await until(lambda: a_bed.value("select count(*) = 1 from parked_key"), within_seconds=120)
        ill = False
        writing = asyncio.create_task(workload.write_many(database, customers=4, rounds=60))
        while not writing.done() or await parking.list_parked(database):
            for info in await parking.list_parked(database):
                await parking.redrive(database, applier, info.key, dry_run=False)
            await asyncio.sleep(0.01)
        await drain(a_bed, within_seconds=120)
        assert await parking.list_parked(database) == []
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert verdict.counts["effects"] == 2 * 4 * 63


async def test_trouble_that_passes_makes_only_its_partition_wait(a_bed: Bed) -> None:
    calm = asyncio.Event()

    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if event.data.customer_id == workload.customer(2) and not calm.is_set():
            raise TransientError("provider-away", "later")

    database = a_bed.database()
    customers = 12
    await workload.write_many(database, customers=customers, rounds=3)
    stuck = partition_of(str(workload.customer(2)).encode(), 4)
    others = [n for n in range(customers) if partition_of(str(workload.customer(n)).encode(), 4) != stuck]
    consumer = Consumer(database, with_twist(twist), a_bed.kafka, policy=PATIENCE)
    names = ", ".join(f"'{workload.customer(n)}'" for n in others)
    query = f"select count(*) = {len(others)} from proof_state where sequence = 3 and customer_id in ({names})"  # noqa: S608
    async with running(Relay(database, a_bed.kafka), consumer):
        await until(lambda: a_bed.value(query), within_seconds=120, what="the other partitions did not go on")
        expected = {(workload.RECEIVED, stuck): "provider-away"}
        await until(lambda: consumer.status().waiting == expected, within_seconds=120)
        calm.set()
        await drain(a_bed, within_seconds=120)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert verdict.counts["parked"] == 0
    assert consumer.status().retries >= 1


async def test_trouble_that_never_passes_is_parked_after_its_time(a_bed: Bed) -> None:
    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if is_event(event, 0, 2):
            raise TransientError("provider-away", "later")

    database = a_bed.database()
    await workload.write_many(database, customers=4, rounds=3)
    patience = RetryPolicy(first_seconds=0.05, cap_seconds=0.1, give_up_after_seconds=0.6)
    consumer = Consumer(database, with_twist(twist), a_bed.kafka, policy=patience)
    async with running(Relay(database, a_bed.kafka), consumer):
        await until(lambda: a_bed.value("select count(*) = 1 from parked_key"), within_seconds=120)
        await drain(a_bed, within_seconds=120)
    (parked,) = await parking.list_parked(database)
    assert parked.reason == "gave-up: provider-away"
    assert consumer.status().retries >= 3
    assert (await checker.check(a_bed.admin_url, a_bed.kafka)).violations == []


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\x00\xff not json", "undecodable"),
        (b'{"specversion": "1.0", "data": {"cpf": "52998224725"}}', "undecodable"),
    ],
    ids=["bytes", "schema"],
)
async def test_poison_parks_its_key_and_can_be_given_up(a_bed: Bed, payload: bytes, reason: str) -> None:
    database = a_bed.database()
    key = str(workload.customer(1)).encode()
    relay = Relay(database, a_bed.kafka)
    consumer = Consumer(database, workload.subscriptions(), a_bed.kafka, policy=PATIENCE)
    async with running(relay, consumer):
        await workload.write_many(database, customers=6, rounds=2)
        await drain(a_bed, within_seconds=120)
        await put_bytes(a_bed, workload.RECEIVED, key, payload)
        await until(lambda: a_bed.value("select count(*) = 1 from parked_key"), within_seconds=120)
        await workload.write_many(database, customers=6, rounds=2)
        await drain(a_bed, within_seconds=120)
        (parked,) = await parking.list_parked(database)
        assert (parked.key, parked.reason, parked.events) == (key.decode(), reason, 3)
        assert "52998224725" not in parked.detail
        applier = Applier(database, workload.subscriptions())
        refused = await parking.redrive(database, applier, parked.key, dry_run=False)
        assert refused.stopped_by is not None
        await parking.discard_first(database, parked.key, because="no event of ours")
        assert (await parking.redrive(database, applier, parked.key, dry_run=False)).released
        await drain(a_bed, within_seconds=120)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert verdict.counts["effects"] == 2 * 6 * 4


async def test_a_stuck_handler_is_cancelled_at_its_deadline_and_parked_after_three(a_bed: Bed) -> None:
    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if is_event(event, 1, 2):
            await asyncio.sleep(3600)

    database = a_bed.database()
    await workload.write_many(database, customers=4, rounds=3)
    consumer = Consumer(database, with_twist(twist), a_bed.kafka, policy=PATIENCE, handler_deadline_seconds=0.3)
    async with running(Relay(database, a_bed.kafka), consumer):
        await until(lambda: a_bed.value("select count(*) = 1 from parked_key"), within_seconds=120)
        await drain(a_bed, within_seconds=120)
    (parked,) = await parking.list_parked(database)
    assert (parked.reason, parked.detail) == ("handler-overdue", "cancelled 3 times at its deadline")
    assert (await checker.check(a_bed.admin_url, a_bed.kafka)).violations == []


class Alarms(Silent):
    """Keeps the names of alarms."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def alarm(self, name: str, fields: Any) -> None:
        self.names.append(name)


async def test_more_parked_keys_than_the_limit_stop_the_consumer_with_an_alarm(a_bed: Bed) -> None:
    ill = True

    async def twist(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        if ill:
            raise InvalidError("not-possible", "never")

    alarms = Alarms()
    database: Database = a_bed.database(observer=alarms)
    await workload.write_many(database, customers=12, rounds=2)
    consumer = Consumer(database, with_twist(twist), a_bed.kafka, policy=PATIENCE, parked_keys_limit=5)
    async with running(Relay(database, a_bed.kafka), consumer):
        await until(lambda: consumer.status().alarm == "parking-limit", within_seconds=120)
        await until(lambda: consumer.status().assigned == 0, within_seconds=120)
        assert len(await parking.list_parked(database)) == 5, "the limit is never passed"
        ill = False
        applier = Applier(database, with_twist(twist))
        for info in await parking.list_parked(database):
            await parking.redrive(database, applier, info.key, dry_run=False)
        await drain(a_bed, within_seconds=120)
        assert consumer.status().alarm is None
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    assert verdict.violations == []
    assert "consumer-stopped" in alarms.names
