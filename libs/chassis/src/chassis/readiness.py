"""The checks behind `/readyz` of a service."""

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from alembic.script import ScriptDirectory

from chassis.health import Check, Finding
from chassis.migrations import _config
from chassis.runtime import Runtime

if TYPE_CHECKING:
    from chassis.service import Service
    from chassis.workers import Crew

_REVISION: Final = "select version_num from alembic_version"


def install(service: "Service", parts: Runtime, crew: "Crew") -> None:
    """Add the checks of this service to its health."""
    parts.health.add("database", _migrated(service, parts))
    parts.health.add("workers", _working(crew))
    parts.health.add("kafka", _broker(parts, crew))
    parts.health.add("consumer", _consuming(crew))


def _migrated(service: "Service", parts: Runtime) -> Check:
    head = ScriptDirectory.from_config(_config(service.migrations)).get_current_head()

    async def check() -> Finding | None:
        async with parts.database.unit_of_work(tenant_id=None, commit=False, name="readiness") as tx:
            current = await (await tx.connection()).fetchval(_REVISION)
        if current != head:
            return Finding("migrations-behind", "the database is not at the newest revision: run `migrate`")
        return None

    return check


def _working(crew: "Crew") -> Check:
    async def check() -> Finding | None:
        dead = crew.dead()
        return Finding("worker-dead", f"not running: {', '.join(sorted(dead))}") if dead else None

    return check


def _broker(parts: Runtime, crew: "Crew") -> Check:
    """Kafka away is told, not blocking; a relay that is behind although a broker answers is."""

    async def check() -> Finding | None:
        if not await reachable(parts.settings.kafka_bootstrap):
            return Finding("kafka-away", "no broker answers; writes wait in the outbox", blocking=False)
        status = crew.relay.status() if crew.relay is not None else None
        if status is not None and status.alarm is not None:
            return Finding("relay-stopped", f"the relay needs a person: {status.alarm}")
        oldest = crew.sampler.last.outbox_oldest_seconds if crew.sampler is not None else 0.0
        if oldest > parts.settings.relay_age_limit_seconds:
            return Finding("relay-behind", f"the oldest unsent event is {oldest:.0f} seconds old")
        return None

    return check


def _consuming(crew: "Crew") -> Check:
    async def check() -> Finding | None:
        status = crew.consumer.status() if crew.consumer is not None else None
        if status is None:
            return None
        if status.alarm is not None:
            return Finding("consumer-stopped", f"the consumer needs a person: {status.alarm}")
        if status.stalled:
            return Finding("consumer-behind", f"{len(status.stalled)} partitions do not move")
        return None

    return check


async def reachable(bootstrap: str, *, timeout_seconds: float = 1.0) -> bool:
    """Whether any of the brokers takes a connection."""
    for address in bootstrap.split(","):
        parts = urlsplit(f"//{address.strip()}")
        writer: Any = None
        try:
            async with asyncio.timeout(timeout_seconds):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or 9092)
        except (OSError, TimeoutError, ValueError):
            continue
        finally:
            if writer is not None:
                writer.close()
        return True
    return False
