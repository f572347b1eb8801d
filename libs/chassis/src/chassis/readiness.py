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
    parts.health.add("kafka", _broker(parts))


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


def _broker(parts: Runtime) -> Check:
    async def check() -> Finding | None:
        if await reachable(parts.settings.kafka_bootstrap):
            return None
        return Finding("kafka-away", "no broker answers; writes wait in the outbox", blocking=False)

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
