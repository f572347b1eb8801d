"""Traces: where spans go, which are kept, and what they may say.

Standard OTEL_* variables choose the OTLP exporter; when none is named nothing leaves the process, and spans only give
logs their trace ids. A trace is kept by its id (`trace_sample_ratio`), following the caller's choice; of the others the
server and consumer spans are still recorded and exported when they fail. Spans carry no bodies, no SQL parameters and
no query strings.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.telemetry import TelemetryConfig
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_WATCHED: Final = frozenset({SpanKind.SERVER, SpanKind.CONSUMER})
_PERSONAL: Final = ("url.query", "url.path")  # `http.route` says which operation it was
UNWATCHED_PATHS: Final = ("/healthz", "/readyz", "/metrics", "/internal/")


class _KeepFailures(Sampler):
    """The given choice, but a span that may turn out to have failed is recorded even when it is not chosen."""

    def __init__(self, chooser: Sampler):
        self._chooser = chooser

    def should_sample(  # noqa: PLR0917 - the library's shape
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,  # noqa: ARG002
    ) -> SamplingResult:
        result = self._chooser.should_sample(parent_context, trace_id, name, kind, attributes, links)
        if result.decision is Decision.DROP and kind in _WATCHED:
            return SamplingResult(Decision.RECORD_ONLY, attributes, result.trace_state)
        return result

    def get_description(self) -> str:
        return f"KeepFailures({self._chooser.get_description()})"


class _Lean(SpanProcessor):
    """Takes out of a span what may be personal: what the caller wrote into the address."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        for name in _PERSONAL:
            if span.attributes and name in span.attributes:
                span.set_attribute(name, "[redacted]")


class _Failures(SpanProcessor):
    """Exports failed spans that sampling did not choose."""

    def __init__(self, into: SpanProcessor):
        self._into = into

    def on_end(self, span: ReadableSpan) -> None:
        context = span.context
        if context is None or context.trace_flags.sampled or span.status.status_code is not StatusCode.ERROR:
            return
        self._into.on_end(_as_sampled(span, context))


def _as_sampled(span: ReadableSpan, context: SpanContext) -> ReadableSpan:
    chosen = SpanContext(
        context.trace_id, context.span_id, context.is_remote, TraceFlags(TraceFlags.SAMPLED), context.trace_state
    )
    return ReadableSpan(
        name=span.name,
        context=chosen,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


@dataclass(frozen=True)
class Telemetry:
    """The process's tracing; `exporting` says whether anything leaves it."""

    provider: TracerProvider
    exporting: bool

    def shutdown(self) -> None:
        """Send what is left and close the exporter."""
        if self.exporting:
            _uninstrument()
        self.provider.shutdown()


def configure(*, service: str, ratio: float, exporter: SpanExporter | None = None) -> Telemetry:
    """Build the tracing of this process. `exporter` replaces the one that OTEL_* names (tests and benchmarks)."""
    chosen = exporter or _from_environment()
    resource = Resource.create({"service.name": f"regua-{service}", "service.namespace": "regua"})
    if chosen is None:
        provider = TracerProvider(sampler=ParentBased(ALWAYS_OFF), resource=resource, shutdown_on_exit=False)
        return Telemetry(provider, exporting=False)
    root = _KeepFailures(TraceIdRatioBased(ratio))
    sampler = ParentBased(root, remote_parent_not_sampled=_KeepFailures(ALWAYS_OFF))
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    batches = BatchSpanProcessor(chosen)
    provider.add_span_processor(_Lean())
    provider.add_span_processor(batches)
    provider.add_span_processor(_Failures(batches))
    _instrument(provider)
    return Telemetry(provider, exporting=True)


def _from_environment() -> SpanExporter | None:
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return None
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return None
    return OTLPSpanExporter()


def _instrument(provider: TracerProvider) -> None:
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor

    make: Any = AsyncPGInstrumentor
    instrumentor = make(capture_parameters=False)
    if not instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.instrument(tracer_provider=provider)


def _uninstrument() -> None:
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor

    make: Any = AsyncPGInstrumentor
    instrumentor = make()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()


def fastapi_settings(telemetry: Telemetry) -> TelemetryConfig:
    """The framework's own instrumentation, lean: one server span, no logs of inputs, no metrics besides ours."""
    return {
        "tracer_provider": telemetry.provider,
        "tracing": True,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _unwatched,
    }


def _unwatched(scope: Any) -> bool:
    return str(scope.get("path", "")).startswith(UNWATCHED_PATHS)
