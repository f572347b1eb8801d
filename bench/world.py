"""A database and topics of the bench's own, made for one run and dropped after it."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.flow import Servers
from chassis import migrations
from chassis.ids import RandomIds
from chassis.kafka import Kafka, create_topics, delete_topics
from chassis.proof import workload
from regua.testdatabases import create, drop

PARTITIONS = 12


@dataclass
class World:
    """The URLs of a migrated database and a Kafka whose topics carry a prefix of their own."""

    servers: Servers
    name: str
    admin_url: str
    app_url: str
    kafka: Kafka
    topics: list[str]
    connection: Any

    async def drop(self) -> None:
        await self.connection.close()
        await delete_topics(self.kafka, self.topics)
        await drop(self.servers.postgres_admin_url, [self.name], [f"{self.name}_owner", f"{self.name}_app"])


async def make_world(servers: Servers, *, topics: tuple[str, ...] = workload.TOPICS) -> World:
    """Make it."""
    name = f"bench_{RandomIds().new_id().hex[-10:]}"
    admin_url, owner_url, app_url = await create(servers.postgres_admin_url, name, None)
    await migrations.upgrade(workload.MIGRATIONS, owner_url, app_role=f"{name}_app")
    kafka = Kafka(servers.kafka_bootstrap, topic_prefix=f"{name}-")
    await create_topics(kafka, dict.fromkeys(topics, PARTITIONS))
    connection = await asyncpg.connect(admin_url)
    return World(servers, name, admin_url, app_url, kafka, list(topics), connection)
