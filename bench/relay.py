"""Relay: outbox rows to acknowledged records, order per key kept, rows deleted.

floor: ordered SELECT → `create_batch`/`send_batch` → DELETE in one loop on one connection. naive: each row sent and
awaited, then marked.
"""

import asyncio
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.flow import Servers, Size
from bench.world import PARTITIONS, World, make_world
from chassis.clock import SystemClock
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.kafka import end_offsets, partition_of, unpack_headers
from chassis.proof import workload
from chassis.proof.bed import running, until
from chassis.relay import Relay

CHUNK_ROWS = 5000
CUSTOMERS = 2000


class RelayFlow:
    """See the module."""

    name = "relay"
    unit = "records"
    floor_goal = 0.8
    naive_goal = 25.0

    async def setup(self, servers: Servers, size: Size) -> None:
        self.size = size
        self.world: World = await make_world(servers)
        self.connection: Any = self.world.connection
        self.database = Database(
            self.world.app_url, clock=SystemClock(), ids=RandomIds(), producer_name="payments", pool_size=3
        )
        await self._make_rows()
        self.topic = self.world.kafka.wire_topic(workload.RECEIVED)
        self.before = 0

    async def _make_rows(self) -> None:
        """Encoded facts to fill the outbox from, made through the product once."""
        per_round = len(workload.TENANTS) * CUSTOMERS // len(workload.TENANTS)
        await workload.write_many(self.database, customers=per_round, rounds=max(1, self.size.units // per_round))
        self.rows = await self.connection.fetchval("select count(*) from outbox")
        await self.connection.execute("create table stock as select * from outbox; truncate outbox")
        await self.connection.execute(
            "create table plain_outbox (id bigint primary key, topic text, key bytea, payload bytea, headers bytea)"
        )
        await self.connection.execute("grant all on plain_outbox to public")

    async def prepare(self, case: str) -> None:
        self.wanted = self.rows if case != "naive" else max(500, self.rows // 50)
        await self.connection.execute("truncate outbox, plain_outbox")
        if case == "ours":
            await self.connection.execute(
                "insert into outbox overriding system value select * from stock order by position"
            )
        else:
            await self.connection.execute(
                """insert into plain_outbox select position, topic, key, payload, headers
                   from stock order by position limit $1""",
                self.wanted,
            )
        await self.connection.execute("vacuum analyze outbox")
        await self.connection.execute("vacuum analyze plain_outbox")
        await self.connection.execute("checkpoint")
        self.before = await self._records()

    async def _records(self) -> int:
        return sum((await end_offsets(self.world.kafka, [workload.RECEIVED])).values())

    def _producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self.world.kafka.bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=self.world.kafka.batch_bytes,
            compression_type=self.world.kafka.compression,
        )

    async def floor(self) -> int:
        """Like ours, it connects and starts its producer inside the timed part."""
        connection = await asyncpg.connect(self.world.app_url)
        producer = self._producer()
        await producer.start()
        try:
            return await self._floor_loop(connection, producer)
        finally:
            await producer.stop()
            await connection.close()

    async def _floor_loop(self, connection: Any, producer: AIOKafkaProducer) -> int:
        done = 0
        while True:
            rows = await connection.fetch(
                "select id, topic, key, payload, headers from plain_outbox order by id limit $1", CHUNK_ROWS
            )
            if not rows:
                return done
            batches: dict[int, Any] = {}
            waits = []
            for row in rows:
                partition = partition_of(row[2], PARTITIONS)
                batch = batches.get(partition)
                if batch is None:
                    batch = batches[partition] = producer.create_batch()
                headers = unpack_headers(row[4])
                if batch.append(timestamp=None, key=row[2], value=row[3], headers=headers) is None:
                    waits.append(await producer.send_batch(batch, self.topic, partition=partition))
                    batch = batches[partition] = producer.create_batch()
                    batch.append(timestamp=None, key=row[2], value=row[3], headers=headers)
            for partition, batch in batches.items():
                waits.append(await producer.send_batch(batch, self.topic, partition=partition))
            await asyncio.gather(*waits)
            await connection.execute("delete from plain_outbox where id = any($1)", [row[0] for row in rows])
            done += len(rows)

    async def ours(self) -> int:
        relay = Relay(self.database, self.world.kafka, chunk_rows=CHUNK_ROWS, watermark_interval_seconds=1.0)
        async with running(relay):
            await until(lambda: relay.status().sent >= self.wanted, within_seconds=300)
        return relay.status().sent

    async def naive(self) -> int:
        producer = self._producer()
        await producer.start()
        try:
            rows = await self.connection.fetch("select id, topic, key, payload, headers from plain_outbox order by id")
            for row in rows:
                headers = unpack_headers(row[4])
                await producer.send_and_wait(self.topic, key=row[2], value=row[3], headers=headers)
                await self.connection.execute("delete from plain_outbox where id = $1", row[0])
            return len(rows)
        finally:
            await producer.stop()

    async def check(self, case: str, units: int) -> None:
        left = await self.connection.fetchval(
            "select (select count(*) from outbox) + (select count(*) from plain_outbox)"
        )
        written = await self._records() - self.before
        if left or units != self.wanted or written != self.wanted:
            raise AssertionError(f"relay {case}: {units} of {self.wanted}, {written} records, {left} rows left")

    async def close(self) -> None:
        await self.database.dispose()
        await self.world.drop()
