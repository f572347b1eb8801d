"""One trace from the POST through outbox and Kafka to the consumer's effect; lean, sampled, failures kept."""

import asyncio
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chassis import telemetry
from chassis.consumer import Subscriptions
from chassis.db import Tx
from chassis.idempotency import Call, Reply, once
from chassis.kafka import Kafka, create_topics
from chassis.observers import span_context
from chassis.proof import workload
from contracts import registry
from contracts.envelope import Envelope
from contracts.payments import PaymentReceived

from .support import SAMPLE, SampleSettings, eventually, running, sample_service, sample_settings

CUSTOMER = UUID("01930000-0000-7000-8000-0000000000c1")


def paying_service(seen):
    routes, subscriptions = APIRouter(prefix="/v1"), Subscriptions("sample")

    @routes.post("/payments", status_code=201)
    async def pay(call: Annotated[Call, Depends(once("notes:write"))]) -> dict[str, str]:
        async def effect(tx: Tx) -> Reply:
            return Reply(201, {"event": str(tx.publish(workload.payment(CUSTOMER, 7)))})

        return await call.once(effect)

    @subscriptions.on(PaymentReceived)
    async def received(tx: Tx, event: Envelope[PaymentReceived]) -> None:
        await (await tx.connection()).execute(
            "insert into note values ($1, $2, 'paid', $3, 1, $4)",
            tx.ids.new_id(),
            tx.tenant_id,
            event.data.gross_cents,
            tx.now,
        )
        seen.set()

    service = sample_service()
    return replace(service, routers=(*service.routers, routes), subscriptions=subscriptions)


@pytest.mark.io
async def test_one_trace_crosses_post_outbox_kafka_and_consumer(notes_database, kafka_bootstrap):
    prefix = f"{notes_database.name}."
    await create_topics(Kafka(kafka_bootstrap, topic_prefix=prefix), dict.fromkeys(registry.topics(), 2))
    exporter, seen = InMemorySpanExporter(), asyncio.Event()
    settings = sample_settings(
        notes_database, workers=True, kafka_bootstrap=kafka_bootstrap, kafka_topic_prefix=prefix, trace_sample_ratio=1.0
    )
    async with running(settings, paying_service(seen), exporter=exporter) as sample:
        trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
        answer = await sample.client.post(
            "/v1/payments?cpf=529.982.247-25",
            headers=sample.headers(idempotency_key="k", traceparent=f"00-{trace}-{parent}-01"),
        )
        assert answer.status_code == 201, answer.text
        await asyncio.wait_for(seen.wait(), 60)
        done = 'regua_consumer_events_total{outcome="done",topic="payment.received"} 1.0'

        async def counted():
            text = (await sample.client.get("/metrics")).text
            return text if done in text and "regua_relay_sent_total{" in text else None

        metrics = await eventually(counted)
        sample.kit.telemetry.provider.force_flush()
        spans = [span for span in exporter.get_finished_spans() if f"{span.context.trace_id:032x}" == trace]
    by_name = {span.name: span for span in spans}
    server, send, process = (
        by_name[name] for name in ("POST /v1/payments", "send payment.received", "process payment.received")
    )
    assert f"{server.parent.span_id:016x}" == parent
    assert send.parent.span_id == process.parent.span_id == server.context.span_id
    assert (server.kind, send.kind, process.kind) == (SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER)
    assert process.attributes["messaging.message.id"] == answer.json()["event"]
    assert process.attributes["messaging.destination.name"] == "payment.received"
    statements = [span for span in spans if span.kind is SpanKind.CLIENT]
    assert {span.parent.span_id for span in statements} >= {server.context.span_id, process.context.span_id}
    everything = "".join(span.to_json() for span in spans)
    for secret in ("529.982.247-25", sample.key, "rk_test"):
        assert secret not in everything
    assert 'regua_relay_sent_total{topic="payment.received"} 1.0' in metrics
    assert done in metrics
    assert 'regua_handler_seconds_count{topic="payment.received"} 1.0' in metrics


@pytest.mark.io
async def test_an_unsampled_request_leaves_no_span_unless_it_fails(start_sample, notes_database):
    exporter = InMemorySpanExporter()
    async with start_sample(notes_database, exporter=exporter, trace_sample_ratio=0.0) as sample:
        await sample.client.get("/v1/notes", headers=sample.headers())
        sample.app.state.failure = RuntimeError("529.982.247-25")
        failed = await sample.client.get("/v1/trouble")
        sample.kit.telemetry.provider.force_flush()
        spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["GET /v1/trouble"]
    assert spans[0].status.status_code is StatusCode.ERROR
    assert f"{spans[0].context.trace_id:032x}" == failed.json()["trace_id"]
    assert "529.982" not in spans[0].to_json()


@pytest.mark.io
async def test_health_and_metrics_make_no_spans(start_sample, notes_database):
    exporter = InMemorySpanExporter()
    async with start_sample(notes_database, exporter=exporter, trace_sample_ratio=1.0) as sample:
        for path in ("/healthz", "/readyz", "/metrics"):
            await sample.client.get(path)
        sample.kit.telemetry.provider.force_flush()
        assert not [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]


def test_nothing_is_exported_when_no_endpoint_is_named(monkeypatch):
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    made = telemetry.configure(service="x", ratio=1.0)
    assert not made.exporting
    with made.provider.get_tracer("t").start_as_current_span("work") as span:
        assert span.get_span_context().is_valid
        assert not span.is_recording()


def test_the_standard_variables_choose_the_exporter(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    made = telemetry.configure(service="x", ratio=0.0)
    assert made.exporting
    made.shutdown()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not telemetry.configure(service="x", ratio=1.0).exporting


def test_five_percent_of_traces_are_kept_by_default():
    assert SampleSettings.model_fields["trace_sample_ratio"].default == 0.05
    exporter = InMemorySpanExporter()
    made = telemetry.configure(service="x", ratio=0.05, exporter=exporter)
    tracer = made.provider.get_tracer("t")
    for _ in range(4000):
        tracer.start_span("GET /", kind=SpanKind.SERVER).end()
    made.provider.force_flush()
    assert 120 < len(exporter.get_finished_spans()) < 290
    made.shutdown()


@pytest.mark.parametrize(
    "text", [None, "", "00", "zz-" + "0" * 32 + "-" + "0" * 16 + "-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"]
)
def test_what_is_no_traceparent_is_no_parent(text):
    assert span_context(text) is None


def test_the_sample_is_where_its_migrations_are():
    assert (SAMPLE / "migrations" / "env.py").is_file()
