"""Consumer: records to committed effects with inbox, state and outbox, offsets committed after.

floor: the minimal `getmany` loop with the same statements. naive: one event, one transaction, one offset commit.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from bench.flow import Servers, Size
from bench.world import World, make_world
from chassis import outbox
from chassis.clock import SystemClock
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.kafka import pack_headers
from chassis.proof import workload
from chassis.proof.bed import running, until
from chassis.relay import Relay
from contracts import envelope as wire
from contracts import registry

BATCH = 500
CUSTOMERS = 2000
_CLAIM = (
    "insert into inbox (event_id) select id from unnest($1::uuid[]) as e(id) on conflict do nothing returning event_id"
)


class ConsumerFlow:
    """See the module."""

    name = "consumer"
    unit = "events"
    floor_goal = 0.75
    naive_goal = 10.0

    async def setup(self, servers: Servers, size: Size) -> None:
        self.world: World = await make_world(servers)
        self.connection: Any = self.world.connection
        self.group = 0
        self.clock, self.ids = SystemClock(), RandomIds()
        self.database = Database(
            self.world.app_url, clock=self.clock, ids=self.ids, producer_name="payments", pool_size=4
        )
        self.events = await workload.write_many(
            self.database, customers=CUSTOMERS, rounds=max(1, size.units // CUSTOMERS)
        )
        relay = Relay(self.database, self.world.kafka, watermark_interval_seconds=None)
        async with running(relay):
            await until(lambda: relay.status().sent >= self.events, within_seconds=600)

    async def prepare(self, case: str) -> None:
        self.group += 1
        self.wanted = self.events if case != "naive" else max(500, self.events // 50)
        await self.connection.execute(
            """truncate inbox, outbox, proof_effect, proof_state, consumer_position;
               delete from proof_fact where topic = 'case.closed'"""
        )
        await self.connection.execute("vacuum analyze")
        await self.connection.execute("checkpoint")

    def _consumer(self, max_records: int) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            self.world.kafka.wire_topic(workload.RECEIVED),
            bootstrap_servers=self.world.kafka.bootstrap,
            group_id=f"{self.world.name}-{self.group}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=max_records,
            max_partition_fetch_bytes=4_000_000,
        )

    async def floor(self) -> int:
        done = 0
        consumer = self._consumer(BATCH)
        await consumer.start()
        try:
            while done < self.wanted:
                found = await consumer.getmany(timeout_ms=500, max_records=BATCH)
                events = [
                    registry.decode(workload.RECEIVED, record.value) for records in found.values() for record in records
                ]
                if events:
                    await self._apply(events)
                    await consumer.commit()
                    done += len(events)
        finally:
            await consumer.stop()
        return done

    async def _apply(self, events: Sequence[Any]) -> None:
        """The same statements as ours, on one connection, with nothing around them."""
        now = self.clock.now()
        async with self.connection.transaction():
            rows = await self.connection.fetch(_CLAIM, [event.id for event in events])
            fresh = {row[0] for row in rows}
            facts = []
            by_tenant: dict[UUID, list[Any]] = {}
            for event in events:
                if event.id in fresh:
                    by_tenant.setdefault(event.tenantid, []).append(event)
            for tenant_id, own in by_tenant.items():
                customers = [event.data.customer_id for event in own]
                sequences = [event.data.gross_cents for event in own]
                await self.connection.execute(
                    workload.EFFECTS, tenant_id, [event.id for event in own], customers, sequences
                )
                await self.connection.execute(workload.STATE, tenant_id, customers, sequences)
                published = []
                for event in own:
                    fact = workload.closed(event.data.customer_id, event.data.gross_cents)
                    event_id = self.ids.new_id()
                    envelope = registry.wrap(
                        fact,
                        event_id=event_id,
                        producer="payments",
                        time=now,
                        tenant_id=tenant_id,
                        correlation_id=event.correlationid,
                        causation_id=event.id,
                    )
                    key = envelope.partitionkey.encode()
                    packed = pack_headers(wire.headers(envelope))
                    payload = registry.encode(envelope)
                    facts.append(outbox.OutboxFact(0, event_id, fact.topic, key, payload, packed))
                    published.append(event_id)
                await self.connection.execute(
                    workload.NOTE_MANY, tenant_id, published, [workload.CLOSED] * len(own), customers, sequences
                )
            await outbox.insert(self.connection, facts, now)

    async def ours(self) -> int:
        subscriptions = workload.payments_only(f"{self.group}")
        consumer = Consumer(self.database, subscriptions, self.world.kafka, batch_events=BATCH)
        async with running(consumer):
            await until(lambda: consumer.status().records >= self.wanted, within_seconds=300)
        return consumer.status().records

    async def naive(self) -> int:
        done = 0
        consumer = self._consumer(1)
        await consumer.start()
        try:
            async for record in consumer:
                await self._apply([registry.decode(workload.RECEIVED, record.value)])
                await consumer.commit()
                done += 1
                if done >= self.wanted:
                    break
        finally:
            await consumer.stop()
        return done

    async def check(self, case: str, units: int) -> None:
        effects, total, facts, inbox = await self.connection.fetchrow(
            """select (select count(*) from proof_effect), (select coalesce(sum(total_cents), 0) from proof_state),
                      (select count(*) from outbox), (select count(*) from inbox)"""
        )
        rounds = self.events // CUSTOMERS
        cents = CUSTOMERS * rounds * (rounds + 1) // 2
        right = effects == facts == inbox == units and units >= self.wanted
        if not right or (units == self.events and total != cents):
            raise AssertionError(f"consumer {case}: {units} events, {effects} effects, {facts} facts, {total} cents")

    async def close(self) -> None:
        await self.database.dispose()
        await self.world.drop()
