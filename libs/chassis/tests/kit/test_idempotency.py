import asyncio

import pytest

pytestmark = pytest.mark.io

BODY = {"text": "buy paper", "amount_cents": 1250}


async def test_an_equal_post_gets_the_same_answer_and_has_one_effect(sample):
    headers = sample.headers(idempotency_key="k-1")
    first = await sample.client.post("/v1/notes", json=BODY, headers=headers)
    assert first.status_code == 201, first.text
    again = await sample.client.post("/v1/notes", json=BODY, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    listed = await sample.client.get("/v1/notes", headers=sample.headers())
    assert len(listed.json()["items"]) == 1


async def test_64_equal_posts_at_once_have_one_effect_and_equal_answers(sample):
    headers = sample.headers(idempotency_key="k-64")
    answers = await asyncio.gather(*(sample.client.post("/v1/notes", json=BODY, headers=headers) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    listed = await sample.client.get("/v1/notes", headers=sample.headers())
    assert len(listed.json()["items"]) == 1
