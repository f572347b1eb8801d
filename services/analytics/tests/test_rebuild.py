"""Rebuilt equals live, byte for byte, on real Kafka: from the first record, after an interruption, in another order."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from analytics_told import NOON, OTHER, TENANT, TOPICS, HandClock, copies

from analytics.consumers import subscriptions
from analytics.dump.digest import Digest, digest
from analytics.rebuild import __main__ as command
from analytics.rebuild import reset
from analytics.rebuild.replay import Replay
from analytics.rebuild.run import BusyError, rebuild
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.kafka import Kafka, Producer, create_topics, delete_topics, end_offsets, pack_headers, partition_of
from chassis.proof.bed import running, until
from contracts import envelope as wire
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope
from regua.testing import FreshDatabase, MakeDatabase

pytestmark = pytest.mark.io

PARTITIONS = 2


@dataclass
class Place:
    """A database of analytics and topics of its own."""

    fresh: FreshDatabase
    database: Database
    owner: Database
    kafka: Kafka

    async def produce(self, events: Sequence[Envelope[Event]]) -> None:
        """Write the events into the topics, in the order given."""
        producer = Producer(self.kafka)
        await producer.start()
        runs: dict[tuple[str, int], list[tuple[bytes, bytes, bytes]]] = {}
        for event in events:
            key = event.partitionkey.encode()
            record = (key, registry.encode(event), pack_headers(wire.headers(event)))
            runs.setdefault((event.data.topic, partition_of(key, PARTITIONS)), []).append(record)
        try:
            for (topic, partition), records in runs.items():
                sent = await producer.send(topic, partition, records)
                assert sent.acked == len(records)
        finally:
            await producer.close()

    async def caught_up(self) -> bool:
        """Whether the projections stand at the ends of the topics."""
        reached = await reset.reached(self.database)
        ends = await end_offsets(self.kafka, TOPICS)
        return all(reached.get(place, 0) >= end for place, end in ends.items())

    async def consume(self, *, members: int = 1) -> Digest:
        """Consume live until nothing is left, by so many members of the group."""
        consumers = [Consumer(self.database, subscriptions, self.kafka, batch_events=300) for _ in range(members)]
        async with running(*consumers):
            await until(self.caught_up, within_seconds=150, what="the consumers did not reach the ends")
        assert [consumer.status().parked for consumer in consumers] == [0] * members
        return await digest(self.database)

    async def rebuilt(self) -> Digest:
        done = await rebuild(self.database, self.owner, self.kafka, subscriptions, say=lambda _: None)
        assert (done.records, done.parked) == (done.total, 0)
        return await digest(self.database)


class Places:
    """A factory of places, closed and dropped together."""

    def __init__(self, make_database: MakeDatabase, template: FreshDatabase, bootstrap: str, stack: AsyncExitStack):
        self._make_database = make_database
        self._template = template
        self._bootstrap = bootstrap
        self._stack = stack

    async def make(self, kafka: Kafka | None = None) -> Place:
        fresh = self._make_database(template=self._template)
        self._stack.callback(fresh.drop)
        clock = HandClock(NOON)
        database, owner = (
            Database(url, clock=clock, ids=RandomIds(), producer_name="analytics", pool_size=3)
            for url in (fresh.app_url, fresh.owner_url)
        )
        self._stack.push_async_callback(database.dispose)
        self._stack.push_async_callback(owner.dispose)
        if kafka is None:
            kafka = Kafka(self._bootstrap, topic_prefix=f"t{RandomIds().new_id().hex[-10:]}-")
            await create_topics(kafka, dict.fromkeys(TOPICS, PARTITIONS))
            self._stack.push_async_callback(delete_topics, kafka, TOPICS)
        return Place(fresh, database, owner, kafka)


@pytest.fixture
async def places(
    make_database: MakeDatabase,
    migrated_analytics: FreshDatabase,
    kafka_bootstrap: str,
) -> AsyncIterator[Places]:
    async with AsyncExitStack() as stack:
        yield Places(make_database, migrated_analytics, kafka_bootstrap, stack)


def story(copied: int) -> list[Envelope[Event]]:
    random = Random(copied)
    return [
        event
        for number in range(copied)
        for event in copies(number, random=random, tenant=OTHER if number % 5 == 0 else TENANT)
    ]


async def test_a_rebuild_gives_the_bytes_of_live_consumption_whatever_the_order(places: Places) -> None:
    events = story(28)
    assert len(events) > 2_500
    live = await places.make()
    await live.produce(events + events[::7])
    lived = await live.consume()
    assert lived.tenants == 2
    assert all(table.rows for table in lived.tables.values())
    assert (await live.rebuilt()).as_json() == lived.as_json()

    Random(9).shuffle(events)
    other = await places.make()
    await other.produce(events)
    assert (await other.rebuilt()).as_json() == lived.as_json()
    assert (await other.consume()).sha256 == lived.sha256


async def test_members_that_write_facts_of_the_same_keys_at_once_give_the_same_bytes(places: Places) -> None:
    events = story(6)
    Random(3).shuffle(events)
    place = await places.make()
    await place.produce(events)
    lived = await place.consume(members=3)
    assert (await place.rebuilt()).as_json() == lived.as_json()


async def test_a_rebuild_that_was_stopped_goes_on_where_it_was(places: Places) -> None:
    place = await places.make()
    await place.produce(story(4))
    lived = await place.consume()
    ends = await end_offsets(place.kafka, TOPICS)
    half = {at: end // 2 for at, end in ends.items()}
    await reset.forget(place.owner, ends)
    first = await Replay(place.database, subscriptions, place.kafka, batch_records=20).run(
        reached={}, ends=half, say=lambda _: None
    )
    assert await reset.unfinished(place.database)
    assert (await digest(place.database)).sha256 != lived.sha256
    already = sum((await reset.reached(place.database)).values())
    assert first.total <= already < sum(ends.values())
    done = await rebuild(place.database, place.owner, place.kafka, subscriptions, say=lambda _: None)
    assert done.records == done.total == sum(ends.values()) - already
    assert (await digest(place.database)).sha256 == lived.sha256
    assert not await reset.unfinished(place.database)


async def test_nothing_is_forgotten_while_a_process_consumes(places: Places) -> None:
    place = await places.make()
    await place.produce(story(1))
    lived = await place.consume()
    consumer = Consumer(place.database, subscriptions, place.kafka)
    async with running(consumer):
        await until(lambda: consumer.status().assigned, within_seconds=60, what="no partition was assigned")
        with pytest.raises(BusyError):
            await rebuild(place.database, place.owner, place.kafka, subscriptions, say=lambda _: None)
    assert (await digest(place.database)).sha256 == lived.sha256


async def test_facts_that_came_during_a_rebuild_are_consumed_after_it(places: Places) -> None:
    place, events = await places.make(), story(3)
    await place.produce(events[:200])
    await place.consume()
    await place.produce(events[200:])
    rebuilt = await place.rebuilt()
    beside = await places.make(place.kafka)
    assert (await beside.rebuilt()).sha256 == rebuilt.sha256
    assert (await place.consume()).sha256 == rebuilt.sha256


async def test_a_record_that_cannot_be_read_is_parked_and_the_others_are_folded(places: Places) -> None:
    place, events = await places.make(), story(1)
    await place.produce(events)
    producer = Producer(place.kafka)
    await producer.start()
    await producer.send("case.opened", 0, [(b"a key of its own", b"{}", pack_headers([]))])
    await producer.close()
    done = await rebuild(place.database, place.owner, place.kafka, subscriptions, say=lambda _: None)
    assert (done.records, done.parked) == (len(events) + 1, 1)
    assert (await digest(place.database)).tables["debtor_timeline"].rows == len(events)


async def test_the_commands_say_what_they_did(places: Places) -> None:
    place = await places.make()
    await place.produce(story(1))
    environment = {
        **os.environ,
        "REGUA_ENV": "test",
        "DATABASE_URL": place.fresh.app_url,
        "DATABASE_OWNER_URL": place.fresh.owner_url,
        "KAFKA_BOOTSTRAP": place.kafka.bootstrap,
        "KAFKA_TOPIC_PREFIX": place.kafka.topic_prefix,
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    rebuilt = run("analytics.rebuild", "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    last = json.loads(rebuilt.stdout.splitlines()[-1])
    assert last["done"]
    assert last["records"] == last["total"] == len(story(1))
    dumped = run("analytics.dump")
    assert dumped.returncode == 0, dumped.stderr
    assert json.loads(dumped.stdout) == (await digest(place.database)).as_json()


def test_without_the_owners_address_nothing_is_touched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_ANALYTICS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "REGUA_ENV": "test",
        "DATABASE_URL": "postgresql://a@127.0.0.1:1/a",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    assert command.main([]) == 78
    assert "DATABASE_OWNER_URL" in capsys.readouterr().err
