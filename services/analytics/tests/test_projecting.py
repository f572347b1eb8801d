"""Events in, projections out, on a real database: neither order nor repetition nor the size of batches matters."""

import asyncio
import json
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from analytics_told import NOON, OTHER, TENANT, TOPICS, Bench, copies, example, wrap

from analytics import consumers
from analytics.store.tables import PROJECTIONS
from chassis.proof.bed import until
from contracts import registry
from contracts.base import Event
from contracts.catalogue import TOPICS as ALL_TOPICS
from contracts.envelope import Envelope

pytestmark = pytest.mark.io


def story(copied: int = 3, seed: int = 1) -> list[Envelope[Event]]:
    random = Random(seed)
    return [event for number in range(copied) for event in copies(number, random=random)]


def test_every_topic_that_names_analytics_is_heard() -> None:
    assert set(TOPICS) == {name for name, topic in ALL_TOPICS.items() if "analytics" in topic.consumers}


class TestAnyOrder:
    async def test_the_same_events_in_any_order_and_batches_of_any_size_give_the_same_rows(
        self,
        bench: Bench,
    ) -> None:
        events = story()
        await bench.tell(events)
        expected = await bench.dump()
        assert all(expected[table] for table in PROJECTIONS)
        for seed in range(3):
            random, shuffled, tenant = Random(seed), list(events), UUID(int=100 + seed)
            random.shuffle(shuffled)
            while shuffled:
                size = random.choice((1, 7, 60, 400))
                batch, shuffled = shuffled[:size], shuffled[size:]
                await bench.tell([event.model_copy(update={"tenantid": tenant}) for event in batch], tenant=tenant)
            found = await bench.dump(tenant=tenant)
            for table, rows in expected.items():
                assert found[table] == sorted(row.replace(str(TENANT), str(tenant)) for row in rows), table

    async def test_what_is_told_again_changes_nothing(self, bench: Bench) -> None:
        events = story(2)
        await bench.tell(events)
        once = await bench.dump()
        await bench.tell(events[::-1])
        await bench.tell(events + events)
        assert await bench.dump() == once


class TestInvoiceVersions:
    async def test_a_version_holds_until_the_first_day_of_a_later_one(self, bench: Bench) -> None:
        data = example("invoice.issued")
        payload = registry.topic("invoice.issued").payload
        for version, days in ((3, 4), (1, 0), (4, 4), (2, 9)):
            data["invoice"]["version"] = version
            fact = payload.model_validate(data)
            event = wrap(fact, event_id=UUID(int=version), time=NOON + timedelta(days=days))
            await bench.tell([event])
        async with bench.database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
            rows = await (await tx.connection()).fetch(
                "select version, known_on, until_on from invoice_fact order by version"
            )
        first = NOON.date()
        assert [tuple(row) for row in rows] == [
            (1, first, first + timedelta(days=4)),
            (2, first + timedelta(days=9), first + timedelta(days=4)),
            (3, first + timedelta(days=4), first + timedelta(days=4)),
            (4, first + timedelta(days=4), None),
        ]

    async def test_two_processes_that_write_versions_of_one_invoice_do_not_overlook_each_other(
        self, bench: Bench
    ) -> None:
        data, payload = example("invoice.issued"), registry.topic("invoice.issued").payload
        events = []
        for version in (1, 2):
            data["invoice"]["version"] = version
            fact = payload.model_validate(data)
            events.append(wrap(fact, event_id=UUID(int=version), time=NOON + timedelta(days=version)))
        handler = consumers.subscriptions.handlers["invoice.issued"].many
        assert handler is not None
        await bench.tell([event for event in copies(1, random=Random(1)) if event.data.topic == "case.opened"])
        async with bench.database.unit_of_work(tenant_id=TENANT) as first:
            await handler(first, events[1:])
            second = asyncio.create_task(bench.tell(events[:1]))
            watching = await bench.database.connect("watching")
            waiting = (
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            )

            async def blocked_or_done() -> bool:
                return second.done() or bool(await watching.fetchval(waiting))

            await until(blocked_or_done, within_seconds=60, what="the second writer neither waits nor ends")
            await watching.close()
        await second
        async with bench.database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
            rows = await (await tx.connection()).fetch("select version, until_on from invoice_fact order by version")
        assert [tuple(row) for row in rows] == [(1, (NOON + timedelta(days=2)).date()), (2, None)]


class TestTenants:
    async def test_a_tenant_sees_its_own_rows_only(self, bench: Bench) -> None:
        await bench.tell(story(1))
        assert not any((await bench.dump(tenant=OTHER)).values())

    async def test_no_personal_data_is_kept(self, bench: Bench) -> None:
        await bench.tell(story(1))
        held = json.dumps(await bench.dump(), ensure_ascii=False)
        personal = example("customer.registered", 1)["customer"]["personal"]
        assert personal["form"] == "clear"
        for word in (personal["name"], personal["tax_id"], *(one["address"] for one in personal["addresses"])):
            assert word not in held
        assert "Mozilla" not in held
