"""Every metric of the platform, once: its name, its kind, its labels and the sentence that says what it counts.

All services export the same names; `service` comes from the scrape target. No label ever carries a tenant, a person or
an id. A service's own business metrics are declared the same way, with `Metrics.declare`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Kind = Literal["counter", "gauge", "histogram"]
_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SLOW: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0)


@dataclass(frozen=True)
class Metric:
    """One metric; a counter's exported name ends in `_total`."""

    name: str
    kind: Kind
    sentence: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = _FAST


CATALOGUE: Final = (
    Metric("regua_http_requests", "counter", "Requests answered.", ("method", "route", "status")),
    Metric("regua_http_request_seconds", "histogram", "Time from first byte in to last byte out.", ("method", "route")),
    Metric("regua_http_refused_credentials", "counter", "Requests refused for their credentials.", ("reason",)),
    Metric("regua_http_rate_limited", "counter", "Requests refused because their principal used up its budget."),
    Metric("regua_idempotent_replays", "counter", "Requests answered from the stored answer of an equal earlier one."),
    Metric("regua_outbox_depth", "gauge", "Events committed and not yet acknowledged by Kafka."),
    Metric("regua_outbox_oldest_seconds", "gauge", "Age of the oldest event not yet acknowledged by Kafka."),
    Metric("regua_outbox_written", "counter", "Events committed to the outbox.", ("topic",)),
    Metric("regua_outbox_refused_writes", "counter", "Writes refused because the outbox is at its limit."),
    Metric("regua_relay_sent", "counter", "Events acknowledged by Kafka.", ("topic",)),
    Metric("regua_relay_batch_seconds", "histogram", "Time of one relay round: read, send, acknowledge, delete."),
    Metric("regua_relay_rebuilds", "counter", "Kafka producers thrown away and built anew.", ("reason",)),
    Metric("regua_relay_lanes_held", "gauge", "Lanes that this process relays."),
    Metric("regua_relay_refused", "counter", "Events that Kafka refused for good.", ("topic",)),
    Metric("regua_relay_set_aside", "gauge", "Events that Kafka refuses for good and that wait for a person."),
    Metric("regua_consumer_lag", "gauge", "Records in the partition that are not yet applied.", ("topic", "partition")),
    Metric("regua_consumer_waiting", "gauge", "Partitions that wait for another attempt after a transient failure."),
    Metric("regua_consumer_stalled", "gauge", "Partitions with records to read that do not move."),
    Metric("regua_consumer_events", "counter", "Events finished, by outcome.", ("topic", "outcome")),
    Metric("regua_consumer_duplicates", "gauge", "Events already applied earlier and skipped, since the start."),
    Metric("regua_consumer_retries", "counter", "Batches tried again after a transient failure.", ("topic",)),
    Metric("regua_consumer_batch_seconds", "histogram", "Time of one consumer transaction.", ("topic",)),
    Metric("regua_handler_seconds", "histogram", "Time of one handler call.", ("topic",)),
    Metric("regua_parked_keys", "gauge", "Keys whose events wait for a person."),
    Metric("regua_parked_events", "gauge", "Events that wait behind a parked key."),
    Metric("regua_schedule_due", "gauge", "Due work not yet done."),
    Metric("regua_schedule_oldest_seconds", "gauge", "How late the oldest due work is."),
    Metric("regua_schedule_failed", "gauge", "Due work that cannot be done and waits for a person."),
    Metric("regua_schedule_done", "counter", "Due work finished, by kind and outcome.", ("kind", "outcome")),
    Metric("regua_handoff_unknown", "gauge", "Hand-offs to the outside whose outcome is unknown."),
    Metric(
        "regua_watermark_seconds", "gauge", "Age of the last watermark of a producer or outside source.", ("source",)
    ),
    Metric("regua_alarms", "counter", "Alarms raised; each name has an entry in the runbook.", ("alarm",)),
    Metric("regua_task_restarts", "counter", "Background tasks started again after a failure.", ("task",)),
    Metric("regua_pool_connections", "gauge", "Database connections, by state.", ("state",)),
    Metric("regua_ready", "gauge", "1 when the service is ready, else 0."),
    Metric("regua_event_loop_stall_seconds", "histogram", "How late the event loop ran a timer."),
)
_CLASSES: Final[Mapping[Kind, type[Counter | Gauge | Histogram]]] = {
    "counter": Counter,
    "gauge": Gauge,
    "histogram": Histogram,
}


class UnknownMetricError(LookupError):
    """The metric is not in the catalogue: add it there, with its sentence."""


class Metrics:
    """One process's metrics; values live here, names live in the catalogue."""

    def __init__(self, catalogue: Iterable[Metric] = CATALOGUE, *, process: bool = True):
        self.registry = CollectorRegistry(auto_describe=True)
        self._instruments: dict[str, Counter | Gauge | Histogram] = {}
        self._children: dict[tuple[str, ...], Counter | Gauge | Histogram] = {}
        self.declare(*catalogue)
        if process:
            ProcessCollector(registry=self.registry)
            PlatformCollector(registry=self.registry)
            GCCollector(registry=self.registry)

    def declare(self, *metrics: Metric) -> None:
        """Add metrics to the catalogue of this process; raises ValueError for a name that is taken."""
        for metric in metrics:
            extra = {"buckets": metric.buckets} if metric.kind == "histogram" else {}
            self._instruments[metric.name] = _CLASSES[metric.kind](
                metric.name,
                metric.sentence,
                metric.labels,
                registry=self.registry,
                **extra,  # type: ignore[arg-type]
            )

    def add(self, name: str, *labels: str, by: float = 1) -> None:
        """Count `by` more."""
        child = self._child(name, labels)
        assert isinstance(child, Counter)  # noqa: S101 - a counter by the catalogue
        child.inc(by)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        child = self._child(name, labels)
        assert isinstance(child, Gauge)  # noqa: S101 - a gauge by the catalogue
        child.set(value)

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Record one duration."""
        child = self._child(name, labels)
        assert isinstance(child, Histogram)  # noqa: S101 - a histogram by the catalogue
        child.observe(seconds)

    def forget(self, name: str) -> None:
        """Drop every labelled value of a gauge (partitions that went to another member)."""
        self._instrument(name).clear()
        self._children = {key: child for key, child in self._children.items() if key[0] != name}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One finished HTTP request."""
        self.add("regua_http_requests", method, route, str(status))
        self.observe("regua_http_request_seconds", seconds, method, route)

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)

    def _instrument(self, name: str) -> Counter | Gauge | Histogram:
        try:
            return self._instruments[name]
        except KeyError:
            raise UnknownMetricError(f"{name} is not in chassis/metrics.py: add it with its sentence") from None

    def _child(self, name: str, labels: tuple[str, ...]) -> Counter | Gauge | Histogram:
        key = (name, *labels)
        child = self._children.get(key)
        if child is None:
            instrument = self._instrument(name)
            child = instrument.labels(*labels) if labels else instrument
            self._children[key] = child
        return child
