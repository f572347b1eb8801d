"""The OpenAPI document tells the whole truth: a fuzzer that believes it finds nothing to complain of."""

import asyncio
import json
import os
import sys

import pytest

from .support import SampleSettings, listening, sample_service

EXAMPLES = os.environ.get("REGUA_TEST_EXAMPLES", "30")


def document():
    from chassis.service import build_app

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
        assert ("404" in answers) == ("{" in name), name
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
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{url}/openapi.json",
            "--header",
            f"Authorization: Bearer {sample.key}",
            "--max-examples",
            EXAMPLES,
            "--checks",
            "all",
            "--exclude-checks",
            "positive_data_acceptance",
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
            "--no-color",
            "--workers",
            "1",
            "--seed",
            "20261123",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()[-12_000:]
    print(out.decode()[-1500:])
