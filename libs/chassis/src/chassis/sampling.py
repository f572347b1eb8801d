"""Reads the state of delivery every few seconds: gauges for `/metrics`, and what readiness judges."""

from dataclasses import dataclass, field
from typing import Any, Final

from chassis import parking, schedules
from chassis.clock import monotonic_seconds
from chassis.consumer import Consumer
from chassis.relay import Relay
from chassis.runtime import Runtime
from chassis.schedules import Scheduler, Schedules

EVERY_SECONDS: Final = 5.0
_FAILED: Final = "select count(*) from due_work where failed_at is not null"
_WATERMARKS: Final = """
select producer, extract(epoch from $1 - min(as_of))::float8 as seconds from watermark_seen group by producer
"""


@dataclass
class Sample:
    """What was seen last. Ages are in seconds; `at` is a monotonic reading."""

    outbox_rows: int = 0
    outbox_oldest_seconds: float = 0.0
    parked_keys: int = 0
    at: float = field(default_factory=monotonic_seconds)


class Sampler:
    """Samples one process's delivery."""

    def __init__(
        self,
        parts: Runtime,
        *,
        relay: Relay | None,
        consumer: Consumer | None,
        scheduler: Scheduler | None,
        work: Schedules | None,
    ):
        self._parts = parts
        self._relay = relay
        self._consumer = consumer
        self._scheduler = scheduler
        self._work = work
        self.last = Sample()

    async def sample(self) -> None:
        """Look once, on one connection."""
        database = self._parts.database
        async with database.unit_of_work(tenant_id=None, commit=False, name="sample") as tx:
            connection: Any = await tx.connection()
            depth = await database.gauge.sample(connection)
            keys, events = await parking.parked_counts(connection)
            failed = await connection.fetchval(_FAILED)
            watermarks = await connection.fetch(_WATERMARKS, tx.now)
            due, oldest = await schedules.due_count(connection, self._work, tx.now) if self._work else (0, None)
            age = (tx.now - depth.oldest).total_seconds() if depth.oldest else 0.0
            late = (tx.now - oldest).total_seconds() if oldest else 0.0
        self.last = Sample(depth.rows, age, keys)
        metrics = self._parts.metrics
        metrics.set("regua_outbox_depth", depth.rows)
        metrics.set("regua_outbox_oldest_seconds", age)
        metrics.set("regua_parked_keys", keys)
        metrics.set("regua_parked_events", events)
        metrics.set("regua_schedule_failed", failed)
        metrics.set("regua_schedule_due", due)
        metrics.set("regua_schedule_oldest_seconds", late)
        for row in watermarks:
            metrics.set("regua_watermark_seconds", row["seconds"], row["producer"])
        self._sample_process()

    def _sample_process(self) -> None:
        metrics = self._parts.metrics
        pool: Any = self._parts.database.engine.pool
        metrics.set("regua_pool_connections", pool.checkedout(), "used")
        metrics.set("regua_pool_connections", pool.checkedin(), "idle")
        if self._relay is not None:
            metrics.set("regua_relay_set_aside", self._relay.status().refused)
        if self._consumer is not None:
            status = self._consumer.status()
            metrics.forget("regua_consumer_lag")
            for (topic, partition), lag in status.lag.items():
                metrics.set("regua_consumer_lag", lag, topic, str(partition))
            metrics.set("regua_consumer_waiting", len(status.waiting))
            metrics.set("regua_consumer_stalled", len(status.stalled))
            metrics.set("regua_consumer_duplicates", status.duplicates)
