"""Fresh copies of a scenario's starting world: one database copied from a template, topics of its own."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis import migrations
from chassis.ids import RandomIds, new_secret
from chassis.kafka import create_topics, delete_topics
from chassis.proof import workload
from chassis.proof.bed import Bed, bed


def _url(admin_url: str, name: str, user: str | None = None, password: str | None = None) -> str:
    parts = urlsplit(admin_url)
    netloc = parts.netloc if user is None else f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(("postgresql", netloc, f"/{name}", parts.query, ""))


@dataclass
class Worlds:
    """Makes databases and topics on the given servers. Every call opens and closes its own connections."""

    postgres_admin_url: str
    kafka_bootstrap: str
    partitions: int = 3
    prefix: str = field(default_factory=lambda: f"proof_{RandomIds().new_id().hex[-8:]}")
    templates: dict[str, str] = field(default_factory=dict)
    _password: str = field(default_factory=lambda: new_secret(12), repr=False)
    _made: int = 0

    @property
    def owner(self) -> str:
        return f"{self.prefix}_owner"

    @property
    def app(self) -> str:
        return f"{self.prefix}_app"

    def _bed(self, name: str) -> Bed:
        urls = (
            _url(self.postgres_admin_url, name),
            _url(self.postgres_admin_url, name, self.owner, self._password),
            _url(self.postgres_admin_url, name, self.app, self._password),
        )
        return bed(urls, self.kafka_bootstrap, prefix=f"{name}-")

    def prepare(self, scenario: Any) -> None:
        """Make the scenario's template: migrated, and with the work it starts from."""
        asyncio.run(self._prepare(scenario))

    async def _prepare(self, scenario: Any) -> None:
        name = f"{self.prefix}_{scenario.name}"
        connection = await asyncpg.connect(self.postgres_admin_url)
        try:
            if not self.templates:
                for role in (self.owner, self.app):
                    await connection.execute(f"create role {role} login password '{self._password}'")
            await connection.execute(f"create database {name} owner {self.owner} template template0")
        finally:
            await connection.close()
        made = self._bed(name)
        await migrations.upgrade(workload.MIGRATIONS, made.owner_url, app_role=self.app)
        await scenario.fill(made)
        self.templates[scenario.name] = name

    def make(self, scenario: str) -> Bed:
        """A copy of the scenario's template, and empty topics."""
        self._made += 1
        return asyncio.run(self._make(self.templates[scenario], f"{self.prefix}_{os.getpid()}_{self._made}"))

    async def _make(self, template: str, name: str) -> Bed:
        connection = await asyncpg.connect(self.postgres_admin_url)
        try:
            await connection.execute(f"create database {name} owner {self.owner} template {template}")
        finally:
            await connection.close()
        made = self._bed(name)
        topics = {workload.RECEIVED: self.partitions, workload.CLOSED: self.partitions, "watermark.advanced": 1}
        await create_topics(made.kafka, topics, config={"max.message.bytes": "60000"})
        return made

    def drop(self, made: Bed) -> None:
        """Remove a copy."""
        asyncio.run(self._drop(made))

    async def _drop(self, made: Bed) -> None:
        connection = await asyncpg.connect(self.postgres_admin_url)
        try:
            await connection.execute(f"drop database if exists {urlsplit(made.admin_url).path[1:]} with (force)")
        finally:
            await connection.close()
        await delete_topics(made.kafka, workload.TOPICS)

    def close(self) -> None:
        """Remove templates and roles."""
        asyncio.run(self._close())

    async def _close(self) -> None:
        connection = await asyncpg.connect(self.postgres_admin_url)
        try:
            # Copies too, where a worker died before it dropped its own.
            made = await connection.fetch("select datname from pg_database where datname like $1", f"{self.prefix}\\_%")
            for row in made:
                await connection.execute(f"drop database if exists {row['datname']} with (force)")
            for role in (self.owner, self.app):
                await connection.execute(f"drop role if exists {role}")
        finally:
            await connection.close()
