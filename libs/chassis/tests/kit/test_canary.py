"""A canary goes through the whole API, wrong and right, and is in no log, metric, span or problem document."""

import logging

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import canary
from chassis.clock import monotonic_seconds

PERSON = f"{canary.NAME}, CPF {canary.CPF}, {canary.EMAIL}, {canary.PHONE}, {canary.CARD}"


def test_the_watch_sees_a_leak():
    watch = canary.Watch()
    for text in (canary.NAME, f"{canary.EMAIL} and {canary.CPF}"):
        watch.handle(logging.makeLogRecord({"name": "app", "levelname": "WARNING", "msg": "to %s", "args": (text,)}))
    assert watch.lines == 2
    assert {hit.form for hit in watch.leaks} == {canary.NAME, "Zuleica"}


def test_the_scan_finds_a_leak_in_a_file(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.log").write_text(f"... {canary.PHONE} ...")
    assert [hit.form for hit in canary.scan([tmp_path])] == [canary.PHONE, "11987650123"]
    assert canary.scan([tmp_path / "deep" / "x.log"])


@pytest.mark.io
async def test_a_person_leaves_no_trace_outside_the_database(start_sample, notes_database, nobody_in_the_logs):
    exporter, before, started = InMemorySpanExporter(), nobody_in_the_logs.lines, monotonic_seconds()
    async with start_sample(notes_database, exporter=exporter, trace_sample_ratio=1.0) as sample:
        answers = []

        async def ask(method, path, **request):
            request["headers"] = sample.headers(**request.pop("extra", {}))
            answers.append(await sample.client.request(method, path, **request))
            return answers[-1]

        made = await ask("POST", "/v1/notes", json={"text": PERSON, "amount_cents": 1}, extra={"idempotency_key": "k"})
        assert made.status_code == 201
        answers.clear()
        await ask("POST", "/v1/notes", json={"text": 1, PERSON: PERSON}, extra={"idempotency_key": "k2"})
        await ask("POST", "/v1/notes", content=PERSON.encode(), extra={"idempotency_key": "k3"})
        await ask("POST", "/v1/notes", json={"text": PERSON, "amount_cents": 2}, extra={"idempotency_key": "k"})
        await ask("GET", f"/v1/notes?cursor={canary.EMAIL}&cpf={canary.CPF}")
        await ask("GET", f"/v1/{canary.CPF}/{canary.EMAIL}")
        await ask("GET", "/v1/notes", extra={"authorization": f"Bearer {canary.TOKEN}"})
        for failure in (RuntimeError(PERSON), ValueError(canary.CPF), ExceptionGroup(canary.EMAIL, [KeyError(PERSON)])):
            sample.app.state.failure = failure
            await ask("GET", "/v1/trouble")
        assert {answer.status_code for answer in answers} == {400, 401, 404, 415, 422, 500}
        sample.kit.telemetry.provider.force_flush()
        seen = {
            "answers": "".join(answer.text for answer in answers),
            "metrics": (await sample.client.get("/metrics")).text,
            "spans": "".join(span.to_json() for span in exporter.get_finished_spans()),
        }
    for place, text in seen.items():
        assert list(canary.hits(text, place)) == []
    assert nobody_in_the_logs.lines > before
    assert monotonic_seconds() > started
