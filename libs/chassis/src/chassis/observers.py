"""What delivery tells about itself, turned into metrics, logs and spans.

Attribute names follow OpenTelemetry's messaging conventions (semantic conventions 1.45, still in development); they
stand here and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Final
from uuid import UUID

import structlog
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from chassis.clock import monotonic_seconds
from chassis.metrics import Metrics

_log = structlog.get_logger("chassis.delivery")
_NOTHING: Final[AbstractContextManager[None]] = nullcontext()
_SPANS_PER_BATCH: Final = 32


def traceparent_of_current_span() -> str | None:
    """The W3C header value (Trace Context, version 00) of the span in progress."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def span_context(traceparent: str | None) -> SpanContext | None:
    """The remote span that a `traceparent` names; None when there is none or it is not well formed."""
    parts = (traceparent or "").split("-")
    if len(parts) < 4 or [len(part) for part in parts[:4]] != [2, 32, 16, 2] or parts[0] == "ff":
        return None
    try:
        trace_id, span_id, flags = int(parts[1], 16), int(parts[2], 16), int(parts[3], 16)
    except ValueError:
        return None
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None


class OperationsObserver:
    """Plugs the operations kit into delivery (`chassis.observe.Observer`)."""

    def __init__(self, *, service: str, metrics: Metrics, provider: TracerProvider, tracing: bool):
        self._service = service
        self._metrics = metrics
        self._tracer = provider.get_tracer("chassis")
        self._tracing = tracing

    def published(self, topic: str, count: int) -> None:
        self._metrics.add("regua_outbox_written", topic, by=count)

    def relayed(self, topic: str, count: int, seconds: float) -> None:
        self._metrics.add("regua_relay_sent", topic, by=count)
        self._metrics.observe("regua_relay_batch_seconds", seconds)

    def refused(self, topic: str, reason: str) -> None:
        self._metrics.add("regua_relay_refused", topic)
        _log.error("kafka refuses a record for good", topic=topic, reason=reason)

    def producer_rebuilt(self, reason: str) -> None:
        self._metrics.add("regua_relay_rebuilds", reason)
        _log.warning("kafka producer rebuilt", reason=reason)

    def lanes_held(self, count: int) -> None:
        self._metrics.set("regua_relay_lanes_held", count)

    def handled(self, topic: str, outcome: str, count: int, seconds: float) -> None:
        self._metrics.add("regua_consumer_events", topic, outcome, by=count)
        self._metrics.observe("regua_consumer_batch_seconds", seconds, topic)

    def retried(self, topic: str, reason: str) -> None:
        self._metrics.add("regua_consumer_retries", topic)
        _log.warning("records wait and are tried again", topic=topic, reason=reason)

    def scheduled_work(self, kind: str, outcome: str, count: int) -> None:
        self._metrics.add("regua_schedule_done", kind, outcome, by=count)

    def alarm(self, name: str, fields: Mapping[str, str | int]) -> None:
        self._metrics.add("regua_alarms", name)
        _log.error("alarm", alarm=name, **dict(fields))

    def note(self, name: str, fields: Mapping[str, str | int]) -> None:
        _log.info("note", note=name, **dict(fields))

    def traceparent(self) -> str | None:
        return traceparent_of_current_span()

    def sending(
        self, topic: str, partition: int, headers: Sequence[Sequence[tuple[str, bytes]]]
    ) -> AbstractContextManager[None]:
        if not self._tracing:
            return _NOTHING
        chosen = _sampled_parents(headers)
        return self._send_spans(topic, partition, chosen, len(headers)) if chosen else _NOTHING

    @contextmanager
    def _send_spans(
        self, topic: str, partition: int, parents: Sequence[SpanContext], record_count: int
    ) -> Iterator[None]:
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.destination.name": topic,
            "messaging.destination.partition.id": str(partition),
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.batch.message_count": record_count,
        }
        with ExitStack() as spans:
            for parent in parents:
                span = self._tracer.start_as_current_span(
                    f"send {topic}",
                    context=_child_of(parent),
                    kind=SpanKind.PRODUCER,
                    attributes=attributes,
                    record_exception=False,
                )
                spans.enter_context(span)
            yield

    def processing(
        self, topic: str, event_ids: Sequence[UUID], traceparents: Sequence[str | None]
    ) -> AbstractContextManager[None]:
        return self._process_span(topic, event_ids, traceparents)

    @contextmanager
    def _process_span(
        self, topic: str, event_ids: Sequence[UUID], traceparents: Sequence[str | None]
    ) -> Iterator[None]:
        contexts = [context for context in map(span_context, dict.fromkeys(traceparents)) if context is not None]
        contexts.sort(key=lambda context: not context.trace_flags.sampled)
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": self._service,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.batch.message_count": len(event_ids),
        }
        if len(event_ids) == 1:
            attributes["messaging.message.id"] = str(event_ids[0])
        with self._tracer.start_as_current_span(
            f"process {topic}",
            context=_child_of(contexts[0]) if contexts else Context(),
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=[Link(context) for context in contexts[1:_SPANS_PER_BATCH] if context.trace_flags.sampled],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            started = monotonic_seconds()
            try:
                yield
            except BaseException as error:
                # The text of an exception can be personal; its type cannot.
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                self._metrics.observe("regua_handler_seconds", monotonic_seconds() - started, topic)


def _child_of(parent: SpanContext) -> Context:
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _sampled_parents(headers: Sequence[Sequence[tuple[str, bytes]]]) -> list[SpanContext]:
    """The distinct sampled spans that the records belong to; `traceparent` is the last header of a record."""
    found: dict[bytes, None] = {}
    for pairs in headers:
        if pairs and pairs[-1][0] == "traceparent" and pairs[-1][1][-1:] in b"13579bdf":
            found[pairs[-1][1]] = None
            if len(found) >= _SPANS_PER_BATCH:
                break
    return [context for context in (span_context(value.decode("ascii", "replace")) for value in found) if context]
