"""Lists by keyset, versions by ETag, long work by operation."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import operations
from chassis.api_tables import OperationRow
from chassis.cursors import CursorError, CursorSigner
from chassis.errors import ConflictError, NotFoundError
from chassis.etag import VersionMismatchError, VersionMissingError, check_if_match, etag, not_modified, tags

from .support import OTHER_TENANT, TENANT

SIGNER = CursorSigner(b"secret")
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(2**63), 2**63),
    st.uuids(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
)


@given(st.lists(VALUES, min_size=1, max_size=4), st.text(max_size=20))
def test_a_cursor_gives_back_what_was_written(values, scope):
    assert SIGNER.read(SIGNER.write(values, scope=scope), scope=scope) == tuple(values)


@given(st.data())
def test_a_changed_cursor_is_refused(data):
    cursor = SIGNER.write([datetime(2026, 1, 1, tzinfo=UTC), UUID(int=7)], scope="a")
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_"))
    changed = cursor[:at] + letter + cursor[at + 1 :]
    if changed != cursor:
        with pytest.raises(CursorError):
            SIGNER.read(changed, scope="a")


@pytest.mark.parametrize("cursor", ["", "a", "====", "é", "A" * 3000, "bm90IG91cnM"])
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(CursorError):
        SIGNER.read(cursor, scope="a")


def test_a_cursor_of_another_list_or_secret_is_refused():
    cursor = SIGNER.write([1], scope="a")
    with pytest.raises(CursorError):
        SIGNER.read(cursor, scope="b")
    with pytest.raises(CursorError):
        CursorSigner(b"other").read(cursor, scope="a")


async def make_notes(sample, count, key=None):
    for number in range(count):
        await sample.client.post(
            "/v1/notes",
            json={"text": f"n{number}", "amount_cents": number},
            headers=sample.headers(key, idempotency_key=f"{key}-{number}"),
        )


@pytest.mark.io
async def test_a_list_is_read_to_its_end_without_a_gap_or_a_repeat_while_rows_come(sample):
    await make_notes(sample, 7)
    seen, path = [], "/v1/notes?limit=3"
    while path:
        answer = await sample.client.get(path, headers=sample.headers())
        page = answer.json()
        seen += [note["text"] for note in page["items"]]
        link = answer.headers.get("link")
        assert (link is None) == (page["next"] is None)
        if link:
            assert link.endswith('; rel="next"')
            assert page["next"] in link
        path = link[1 : link.index(">")] if link else None
        if len(seen) == 3:
            await make_notes(sample, 2, sample.other_key)
    assert seen == [f"n{number}" for number in range(7)]


@pytest.mark.io
async def test_a_cursor_is_bound_to_its_tenant_its_list_and_its_filters(sample):
    await make_notes(sample, 3)
    cursor = (await sample.client.get("/v1/notes?limit=1", headers=sample.headers())).json()["next"]
    good = await sample.client.get(f"/v1/notes?cursor={cursor}", headers=sample.headers())
    assert good.status_code == 200
    for path, key in (
        (f"/v1/notes?cursor={cursor}", sample.other_key),
        (f"/v1/notes?cursor={cursor}&color=red", sample.key),
        (f"/v1/operations?cursor={cursor}", sample.key),
        (f"/v1/notes?cursor={cursor}x", sample.key),
    ):
        answer = await sample.client.get(path, headers=sample.headers(key))
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/cursor-invalid"), path


def test_if_match_is_required_and_strong():
    check_if_match('"3"', 3)
    check_if_match('"2", "3"', 3)
    check_if_match("*", 3)
    with pytest.raises(VersionMissingError):
        check_if_match(None, 3)
    for wrong in ('"2"', 'W/"3"', "3", "", '"3', '"3" "4"'):
        with pytest.raises(VersionMismatchError):
            check_if_match(wrong, 3)


def test_if_none_match_is_weak():
    assert not_modified(None, 3) is None
    assert not_modified('"2"', 3) is None
    for known in ('"3"', 'W/"3"', "*", '"1", W/"3"'):
        assert not_modified(known, 3).status_code == 304


@given(st.text(max_size=40))
def test_no_header_breaks_the_reading_of_tags(header):
    for weak, opaque in tags(header):
        assert (f'W/"{opaque}"' if weak else f'"{opaque}"') in header


@pytest.mark.io
async def test_a_change_needs_the_version_that_was_read(sample):
    await make_notes(sample, 1)
    note = (await sample.client.get("/v1/notes", headers=sample.headers())).json()["items"][0]
    path, body = f"/v1/notes/{note['id']}", {"text": "changed", "amount_cents": 5}

    async def put(key, **extra):
        return await sample.client.put(path, json=body, headers=sample.headers(idempotency_key=key, **extra))

    assert (await put("a")).status_code == 428
    assert (await put("b", if_match=etag(9))).status_code == 412
    changed = await put("c", if_match=etag(1))
    assert (changed.status_code, changed.headers["etag"]) == (200, etag(2))
    assert (await put("d", if_match=etag(1))).status_code == 412
    read = await sample.client.get(path, headers=sample.headers(if_none_match=etag(2)))
    assert (read.status_code, read.content) == (304, b"")
    assert (await sample.client.get(path, headers=sample.headers(if_none_match=etag(1)))).status_code == 200


@pytest.mark.io
async def test_of_two_changes_at_once_one_wins(sample):
    await make_notes(sample, 1)
    note = (await sample.client.get("/v1/notes", headers=sample.headers())).json()["items"][0]
    answers = await asyncio.gather(
        *(
            sample.client.put(
                f"/v1/notes/{note['id']}",
                json={"text": f"w{number}", "amount_cents": 1},
                headers=sample.headers(idempotency_key=f"w{number}", if_match=etag(1)),
            )
            for number in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


@pytest.mark.io
async def test_long_work_is_followed_by_its_operation(sample):
    started = await sample.client.post("/v1/recounts", headers=sample.headers(idempotency_key="op"))
    assert started.status_code == 202
    path, operation_id = started.headers["location"], UUID(started.json()["id"])
    assert (await sample.client.get(path, headers=sample.headers())).json()["state"] == "pending"
    database = sample.kit.database
    async with database.unit_of_work(tenant_id=TENANT) as tx:
        await operations.advance(tx, operation_id, done=4)
    await asyncio.sleep(0.02)
    running = (await sample.client.get(path, headers=sample.headers())).json()
    assert (running["state"], running["done"], running["total"]) == ("running", 4, 10)
    assert running["per_second"] > 0
    assert running["seconds_left"] is not None
    async with database.unit_of_work(tenant_id=TENANT, commit=False) as tx:
        await operations.advance(tx, operation_id, done=100)
    async with database.unit_of_work(tenant_id=TENANT) as tx:
        await operations.succeed(tx, operation_id, {"notes": 10})
    ended = (await sample.client.get(path, headers=sample.headers())).json()
    assert (ended["state"], ended["done"], ended["result"]) == ("succeeded", 4, {"notes": 10})
    with pytest.raises(ConflictError):
        async with database.unit_of_work(tenant_id=TENANT) as tx:
            await operations.advance(tx, operation_id, done=1)
    with pytest.raises(NotFoundError):
        async with database.unit_of_work(tenant_id=OTHER_TENANT) as tx:
            await operations.fail(tx, operation_id, {})
    assert (await sample.client.get(path, headers=sample.headers(sample.other_key))).status_code == 404
    listed = (await sample.client.get("/v1/operations", headers=sample.headers())).json()["items"]
    assert [one["id"] for one in listed] == [str(operation_id)]


def test_rate_and_time_left_come_from_committed_progress():
    start = datetime(2026, 11, 23, tzinfo=UTC)
    row = OperationRow(
        id=UUID(int=1),
        tenant_id=TENANT,
        kind="import",
        state="running",
        done=500,
        total=2000,
        created_at=start,
        started_at=start,
        updated_at=start,
    )
    seen = operations.view(row, now=start + timedelta(seconds=10))
    assert (seen.per_second, seen.seconds_left) == (50.0, 30)
    assert operations.view(row, now=start).per_second is None
