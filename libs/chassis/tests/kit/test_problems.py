"""What a caller is told when something is wrong: a problem document, never our texts, never theirs."""

import asyncio
import json
from dataclasses import replace

import asyncpg
import pytest

from chassis import problems
from chassis.edge import UploadLimit
from chassis.errors import ConflictError, NotFoundError, OverloadedError, TransientError

from .support import sample_service

pytestmark = pytest.mark.io
CANARY = "Maria-529.982.247-25-maria@example.com"


def check(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    document = answer.json()
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert set(document) == {"type", "title", "status", "detail", "trace_id", "errors"}
    assert "Maria" not in answer.text
    assert "529.982" not in answer.text
    return document


async def post(sample, content, **headers):
    sent = {"content-type": "application/json", "idempotency-key": "k", **headers}
    return await sample.client.post("/v1/notes", content=content, headers=sample.headers(**sent))


async def test_bad_input_names_place_code_and_remedy_and_echoes_nothing(sample):
    body = json.dumps({"text": "", "amount_cents": CANARY, CANARY: 1})
    document = check(await post(sample, body), 422, "invalid-input")
    assert document["errors"] == [
        {"pointer": "/text", "code": "string_too_short", "message": "must have 1 characters or more", "in": "body"},
        {"pointer": "/amount_cents", "code": "int_type", "message": "must be a whole number", "in": "body"},
        {
            "pointer": "",
            "code": "extra_forbidden",
            "in": "body",
            "message": "there is a field here that the schema does not know: remove it",
        },
    ]


async def test_text_that_is_not_json_is_400(sample):
    check(await post(sample, '{"text": "' + CANARY), 400, "malformed-json")
    check(await post(sample, b"\xff\xfe{}"), 400, "malformed-json")


async def test_another_media_type_is_415(sample):
    check(await post(sample, f"text={CANARY}", **{"content-type": "text/plain"}), 415, "unsupported-media-type")


async def test_a_body_that_is_no_object_is_422(sample):
    check(await post(sample, f'["{CANARY}"]'), 422, "invalid-input")


async def test_an_unknown_path_is_404_and_a_wrong_method_405(sample):
    check(await sample.client.get(f"/v1/{CANARY}", headers=sample.headers()), 404, "not-found")
    wrong = await sample.client.delete("/v1/notes", headers=sample.headers())
    check(wrong, 405, "method-not-allowed")
    assert wrong.headers["allow"]


async def test_a_bad_path_or_query_names_the_parameter_only(sample):
    document = check(await sample.client.get("/v1/notes/x", headers=sample.headers()), 422, "invalid-input")
    assert document["errors"][0] == {
        "pointer": "/note_id",
        "code": "uuid_parsing",
        "message": "must be a UUID",
        "in": "path",
    }
    check(await sample.client.get("/v1/notes?limit=201", headers=sample.headers()), 422, "invalid-input")


async def test_a_body_over_the_limit_is_413_whether_announced_or_streamed(sample):
    limit = sample.kit.settings.http_max_body_bytes
    check(await post(sample, b"x" * (limit + 1)), 413, "body-too-large")

    async def stream():
        for _ in range(limit // 65_536 + 2):
            yield b" " * 65_536

    check(await post(sample, stream()), 413, "body-too-large")


async def test_endless_headers_are_431(sample):
    answer = await sample.client.get("/v1/notes", headers=sample.headers(x_filler="y" * 40_000))
    check(answer, 431, "headers-too-large")


@pytest.mark.parametrize(
    ("failure", "status", "slug"),
    [
        (RuntimeError(CANARY), 500, "internal-error"),
        (KeyError(CANARY), 500, "internal-error"),
        (ExceptionGroup(CANARY, [ValueError(CANARY)]), 500, "internal-error"),
        (NotFoundError("not-found", "There is none."), 404, "not-found"),
        (ConflictError("state-of-mind", "Not now."), 409, "state-of-mind"),
        (OverloadedError("overloaded", "Later.", retry_after_seconds=7), 503, "overloaded"),
        (TransientError("unavailable", "Later."), 503, "unavailable"),
        (ConnectionRefusedError(CANARY), 503, "unavailable"),
        (asyncpg.DeadlockDetectedError(CANARY), 503, "unavailable"),
        (asyncpg.CannotConnectNowError(CANARY), 503, "unavailable"),
        (asyncpg.UniqueViolationError(CANARY), 500, "internal-error"),
        (asyncpg.CharacterNotInRepertoireError(CANARY), 422, "invalid-input"),
    ],
)
async def test_a_failure_is_told_without_its_text(sample, failure, status, slug):
    failure.sqlstate = getattr(failure, "sqlstate", None)
    sample.app.state.failure = failure
    answer = await sample.client.get("/v1/trouble")
    check(answer, status, slug)
    if status == 503:
        assert int(answer.headers["retry-after"]) >= 1


async def test_work_beyond_the_deadline_is_504(start_sample, notes_database):
    async with start_sample(notes_database, http_timeout_seconds=0.2) as sample:

        async def forever():
            await asyncio.sleep(30)

        sample.app.state.failure = forever
        check(await sample.client.get("/v1/trouble"), 504, "timed-out")


async def test_every_answer_carries_safe_headers(sample):
    answer = await sample.client.get("/v1/notes", headers=sample.headers())
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


async def test_every_problem_type_has_its_page(sample):
    for slug, kind in problems.types().items():
        page = await sample.client.get(f"/problems/{slug}")
        assert page.json() == {
            "type": f"/problems/{slug}",
            "title": kind.title,
            "status": kind.status,
            "remedy": kind.remedy,
        }
    assert (await sample.client.get("/problems/none-such")).status_code == 404


async def test_requests_are_counted_by_route_template_never_by_path(sample):
    await sample.client.get("/v1/notes/01930000-0000-7000-8000-000000000001", headers=sample.headers())
    await sample.client.get(f"/v1/{CANARY}")
    text = (await sample.client.get("/metrics")).text
    assert 'regua_http_requests_total{method="GET",route="/v1/notes/{note_id}",status="404"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert "Maria" not in text
    assert str(sample.key.split("_")[2]) not in text


async def test_the_docs_page_fetches_nothing_from_elsewhere(sample):
    page = await sample.client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "/v1/notes" in page.text


async def test_an_upload_has_its_own_limit_and_the_rest_keeps_the_default(start_sample, notes_database):
    service = replace(sample_service(), uploads=(UploadLimit("/v1/notes", 4_000_000, 60),))
    async with start_sample(notes_database, service=service, http_max_body_bytes=1_000) as sample:
        check(await post(sample, b"x" * 2_000), 400, "malformed-json")
        check(await post(sample, b"x" * 4_000_001), 413, "body-too-large")
        refused = await sample.client.post("/v1/recounts", content=b"x" * 2_000, headers=sample.headers())
        check(refused, 413, "body-too-large")
