"""One effect and one answer per key: repeated, at once, crashed in the middle, with another body, a year later."""

import asyncio
import os
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from chassis import idempotency
from chassis.errors import ConflictError, InvalidError
from chassis.idempotency import Claim, IdempotencyKeyError, Reply, claim, finish, key_of

from .support import OTHER_TENANT, TENANT, connected, eventually

BODY = {"text": "buy paper", "amount_cents": 1250}
WAITING = "select count(*) from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'"
KEYS = int(os.environ.get("REGUA_TEST_SIZE", "20"))


async def post(sample, key, body=BODY, credential=None):
    return await sample.client.post("/v1/notes", json=body, headers=sample.headers(credential, idempotency_key=key))


async def count(sample, credential=None):
    return len((await sample.client.get("/v1/notes?limit=200", headers=sample.headers(credential))).json()["items"])


@pytest.mark.io
async def test_an_equal_post_gets_the_same_answer_and_has_one_effect(sample):
    first = await post(sample, "k-1")
    assert first.status_code == 201, first.text
    again = await post(sample, "k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert await count(sample) == 1
    assert "regua_idempotent_replays_total 1.0" in (await sample.client.get("/metrics")).text


@pytest.mark.io
async def test_64_equal_posts_at_once_have_one_effect_and_equal_answers_for_every_key(sample):
    for number in range(KEYS):
        answers = await asyncio.gather(*(post(sample, f"k-{number}") for _ in range(64)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await count(sample) == KEYS


@pytest.mark.io
async def test_another_body_with_the_same_key_is_422_and_changes_nothing(sample):
    await post(sample, "k")
    answer = await post(sample, "k", BODY | {"amount_cents": 1})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/idempotency-key-reused"
    assert await count(sample) == 1


@pytest.mark.io
async def test_keys_belong_to_their_caller_tenant_and_route(sample):
    assert (await post(sample, "k")).status_code == 201
    assert (await post(sample, "k", credential=sample.other_key)).status_code == 201
    other = await sample.client.post("/v1/recounts", headers=sample.headers(idempotency_key="k"))
    assert other.status_code == 202
    assert await count(sample) == await count(sample, sample.other_key) == 1


@pytest.mark.io
@pytest.mark.parametrize(
    ("key", "slug"), [(None, "missing"), ("", "missing"), ("x" * 256, "invalid"), ("a b", "invalid")]
)
async def test_a_missing_or_unusable_key_is_400(sample, key, slug):
    headers = sample.headers() if key is None else sample.headers(idempotency_key=key)
    answer = await sample.client.post("/v1/notes", json=BODY, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"] == f"/problems/idempotency-key-{slug}"


@pytest.mark.io
async def test_a_refusal_is_no_effect_and_a_repeat_runs_again(sample):
    path, headers = (
        "/v1/notes/01930000-0000-7000-8000-000000000001",
        sample.headers(idempotency_key="k", if_match='"1"'),
    )
    assert (await sample.client.put(path, json=BODY, headers=headers)).status_code == 404
    again = await sample.client.put(path, json=BODY, headers=headers)
    assert again.status_code == 404
    assert "idempotency-replayed" not in again.headers


async def test_a_key_in_quotes_is_the_key_itself():
    assert key_of('"abc"') == key_of("abc") == "abc"
    with pytest.raises(IdempotencyKeyError):
        key_of("caf\u00e9")


def wanted(mark=b"m" * 32):
    return Claim("key:test", "POST /v1/notes", "k", mark)


@pytest.mark.io
@pytest.mark.parametrize("stage", ["after claim", "after effect", "after answer"])
async def test_a_crash_in_the_middle_leaves_nothing_and_the_repeat_runs(sample, notes_database, stage):
    database = sample.kit.database
    gone = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
    async with connected(notes_database.url) as killer:
        with pytest.raises(gone):  # noqa: PT012
            async with database.unit_of_work(tenant_id=TENANT) as tx:
                assert await claim(tx, wanted()) is None
                connection = await tx.connection()
                if stage != "after claim":
                    await connection.execute(
                        "insert into note values ($1, $2, 'lost', 1, 1, $3)", tx.ids.new_id(), TENANT, tx.now
                    )
                if stage == "after answer":
                    await finish(tx, wanted(), Reply(201, {"lost": True}))
                assert await killer.fetchval("select pg_terminate_backend($1, 60000)", connection.get_server_pid())
    assert await count(sample) == 0
    async with database.unit_of_work(tenant_id=TENANT) as tx:
        assert await claim(tx, wanted()) is None
        await finish(tx, wanted(), Reply(201, {"kept": True}))
    async with database.unit_of_work(tenant_id=TENANT) as tx:
        known = await claim(tx, wanted())
    assert known.body == b'{"kept":true}'


@pytest.mark.io
async def test_an_equal_request_waits_for_the_first_and_runs_itself_if_that_one_fails(sample, notes_database):
    database = sample.kit.database
    order, taken = [], asyncio.Event()

    async def first():
        async with connected(notes_database.url) as observer:

            async def second_waits():
                return await observer.fetchval(WAITING, notes_database.name)

            async with database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
                assert await claim(tx, wanted()) is None
                order.append("first has it")
                taken.set()
                await eventually(second_waits)
                order.append("first gives up")

    async def second():
        await taken.wait()
        async with database.unit_of_work(tenant_id=TENANT) as tx:
            assert await claim(tx, wanted()) is None
            order.append("second has it")

    await asyncio.gather(first(), second())
    assert order == ["first has it", "first gives up", "second has it"]


@pytest.mark.io
async def test_409_only_when_the_first_outlasts_the_wait_for_a_lock(start_sample, notes_database):
    async with start_sample(notes_database, database_lock_timeout_ms=200) as sample:
        database = sample.kit.database
        async with database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
            await claim(tx, wanted())
            with pytest.raises(ConflictError) as caught:
                async with database.unit_of_work(tenant_id=TENANT) as waiting:
                    await claim(waiting, wanted())
            assert caught.value.slug == "idempotency-in-flight"
            assert caught.value.retry_after_seconds


@pytest.mark.io
async def test_answers_are_kept_399_days_and_forgotten_after_400(sample, notes_database):
    await post(sample, "old")
    await post(sample, "young")
    await post(sample, "old", credential=sample.other_key)
    aged = sample.kit.clock.now() - timedelta(days=399)
    async with connected(notes_database.url) as owner:
        await owner.execute("update idempotent_request set created_at = $1", aged)
        assert await idempotency.forget_old(sample.kit.database) == 0
        again = await post(sample, "old")
        assert again.headers["idempotency-replayed"] == "true"
        await owner.execute("update idempotent_request set created_at = $1 where key = 'old'", aged - timedelta(days=2))
    assert await idempotency.forget_old(sample.kit.database, batch=1) == 2
    assert "idempotency-replayed" in (await post(sample, "young")).headers
    assert "idempotency-replayed" not in (await post(sample, "old")).headers


@pytest.mark.io
async def test_a_stored_answer_is_of_its_tenant_alone(sample):
    async with sample.kit.database.unit_of_work(tenant_id=TENANT) as tx:
        assert await claim(tx, wanted()) is None
        await finish(tx, wanted(), Reply(201, {"tenant": "a"}))
    async with sample.kit.database.unit_of_work(tenant_id=OTHER_TENANT, commit=False) as tx:
        assert await claim(tx, wanted()) is None
    async with sample.kit.database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
        with pytest.raises(InvalidError):
            await claim(tx, wanted(b"n" * 32))
