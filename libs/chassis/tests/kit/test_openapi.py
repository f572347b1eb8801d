"""The OpenAPI document tells the whole truth: a fuzzer that believes it finds nothing to complain of."""

import json
import os

import pytest

from chassis import commands, migrations, runtime
from chassis.service import build_app
from contracts.catalogue import SERVICES

from .support import TENANT, SampleSettings, fuzzed, listening, sample_service

EXAMPLES = os.environ.get("REGUA_TEST_EXAMPLES", "30")
SERVICE_EXAMPLES = os.environ.get("REGUA_TEST_EXAMPLES", "3")


def document():
    settings = SampleSettings(
        regua_env="test", database_url="postgresql://a@127.0.0.1/a", kafka_bootstrap="127.0.0.1:1", workers=False
    )
    return build_app(sample_service(), settings).openapi()


def operations():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_says_how_it_refuses_and_what_it_needs():
    for name, operation in operations():
        answers = operation["responses"]
        assert {"400", "401", "403", "413", "429", "500", "503", "504"} <= set(answers), name
        assert operation["security"] == [{"apiKey": []}, {"accessToken": []}], name
        assert operation["x-scopes"], name
        assert ("404" in answers) == ("{" in name or "requestBody" in operation), name
        if name.startswith(("post", "put")):
            assert "409" in answers
            assert "idempotency-key" in {one["name"].lower() for one in operation["parameters"]}
        if name.startswith("put"):
            assert {"412", "428"} <= set(answers)


def test_every_refusal_is_a_problem_document_and_every_reference_resolves():
    whole = document()
    text = json.dumps(whole)
    assert "HTTPValidationError" not in text
    for reference in {part.split('"')[0] for part in text.split('"$ref": "#/')[1:]}:
        at = whole
        for step in reference.split("/"):
            at = at[step]
    for name, answer in whole["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], name


def test_operation_ids_are_function_names_and_unique():
    ids = [operation["operationId"] for _, operation in operations()]
    assert "make_note" in ids
    assert len(set(ids)) == len(ids)


@pytest.mark.io
async def test_a_fuzzer_finds_no_crash_and_no_lie(sample, tmp_path):
    async with listening(sample.app) as url:
        failed, out = await fuzzed(url, sample.key, examples=EXAMPLES, folder=tmp_path)
    assert not failed, out[-12_000:]


def _scopes(documents):
    return sorted(
        {
            scope
            for path in documents["paths"].values()
            for operation in path.values()
            for scope in operation.get("x-scopes", ())
        }
    )


@pytest.mark.io
@pytest.mark.parametrize("name", SERVICES)
async def test_a_fuzzer_finds_no_crash_and_no_lie_in_any_service(name, make_database, tmp_path, monkeypatch):
    service, fresh = commands.load(name), make_database()
    await migrations.upgrade(service.migrations, fresh.owner_url, app_role=fresh.app_role)
    for variable, value in (("REGUA_ENV", "test"), ("DATABASE_URL", fresh.app_url), ("KAFKA_BOOTSTRAP", "127.0.0.1:1")):
        monkeypatch.setenv(variable, value)  # a service may read its settings again
    settings = service.settings.load(
        regua_env="test",
        database_url=fresh.app_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
        http_rate_per_minute=1_000_000,
    )
    kit = runtime.build(name, settings)
    app = build_app(service, settings, kit=kit)
    async with app.router.lifespan_context(app):
        key = await kit.keys.create(tenant_id=TENANT, name="fuzz", scopes=_scopes(app.openapi()))
        async with listening(app) as url:
            failed, out = await fuzzed(url, key.text, examples=SERVICE_EXAMPLES, folder=tmp_path)
    fresh.drop()
    assert not failed, out[-12_000:]
