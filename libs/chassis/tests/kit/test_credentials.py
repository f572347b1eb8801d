"""API keys, scopes, budgets, and the tenant that comes from the credential only."""

from datetime import timedelta

import pytest

from chassis.apikeys import CACHE_SECONDS, ApiKeys, new_key_text
from chassis.errors import InvalidError, NotFoundError

from .support import OTHER_TENANT, SCOPES, TENANT

pytestmark = pytest.mark.io
BODY = {"text": "buy paper", "amount_cents": 1250}


async def status(sample, key, **more):
    headers = {"authorization": f"Bearer {key}"} | more
    return (await sample.client.get("/v1/notes", headers=headers)).status_code


async def test_a_good_key_is_let_in(sample):
    assert await status(sample, sample.key) == 200


async def test_no_broken_key_is_let_in_and_all_get_the_same_answer(sample):
    prefix, env, key_id, secret = sample.key.split("_", 3)
    other = sample.other_key.split("_", 3)
    bad = [
        "",
        "rk_",
        "rk_test",
        key_id,
        secret,
        sample.key[:-1],
        sample.key + "x",
        sample.key.upper(),
        f"rk_live_{key_id}_{secret}",
        f"rk_dev_{key_id}_{secret}",
        f"sk_{env}_{key_id}_{secret}",
        f"rk_{env}_{other[2]}_{secret}",
        f"rk_{env}_{key_id}_{other[3]}",
        f"rk_{env}_{'0' * 24}_{secret}",
        f"rk_{env}_{key_id}_{'A' * 43}",
        f"{prefix}_{env}_{key_id}_{secret[::-1]}",
        f"rk_{env}_{key_id}' or '1'='1_{secret}",
        f"rk_{env}_{key_id}_{secret} ",
        f"rk_{env}_{key_id}_{secret}\u00e9",
    ]
    answers = set()
    for key in bad:
        answer = await sample.client.get("/v1/notes", headers={"authorization": f"Bearer {key}".encode()})
        assert answer.status_code == 401, key
        document = answer.json()
        document.pop("trace_id")
        answers.add(str(document))
        assert answer.headers["www-authenticate"] == 'Bearer realm="regua"'
    assert len(answers) == 1


async def test_a_credential_counts_only_once_and_only_in_its_header(sample):
    assert (await sample.client.get("/v1/notes")).status_code == 401
    assert (await sample.client.get(f"/v1/notes?api_key={sample.key}")).status_code == 401
    assert (await sample.client.get("/v1/notes", headers={"x-api-key": sample.key})).status_code == 401
    assert (await sample.client.get("/v1/notes", headers={"authorization": f"Basic {sample.key}"})).status_code == 401
    assert (await sample.client.get("/v1/notes", headers={"cookie": f"key={sample.key}"})).status_code == 401
    twice = [("authorization", f"Bearer {sample.key}"), ("authorization", f"Bearer {sample.other_key}")]
    assert (await sample.client.get("/v1/notes", headers=twice)).status_code == 401


async def test_a_key_without_the_scope_is_403(sample):
    reader = await sample.kit.keys.create(tenant_id=TENANT, name="reader", scopes=["notes:read"])
    assert await status(sample, reader.text) == 200
    answer = await sample.client.post("/v1/notes", json=BODY, headers=sample.headers(reader.text, idempotency_key="k"))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This needs the scope notes:write."


async def test_a_key_ends_at_its_instant_and_when_it_is_revoked(sample, monkeypatch):
    now = sample.kit.clock.now()
    ended = await sample.kit.keys.create(
        tenant_id=TENANT, name="old", scopes=SCOPES, expires_at=now - timedelta(seconds=1)
    )
    assert await status(sample, ended.text) == 401
    revoked = await sample.kit.keys.create(tenant_id=TENANT, name="bad", scopes=SCOPES)
    assert await status(sample, revoked.text) == 200
    await sample.kit.keys.revoke(tenant_id=TENANT, key_id=revoked.key_id)
    assert await status(sample, revoked.text) == 401


async def test_another_process_notices_a_revocation_within_the_cache_time(
    sample, start_sample, notes_database, monkeypatch
):
    made = await sample.kit.keys.create(tenant_id=TENANT, name="shared", scopes=SCOPES)
    async with start_sample(notes_database) as second:
        assert await status(second, made.text) == 200
        await sample.kit.keys.revoke(tenant_id=TENANT, key_id=made.key_id)
        later = __import__("chassis.clock").clock.monotonic_seconds() + CACHE_SECONDS + 1
        monkeypatch.setattr("chassis.apikeys.monotonic_seconds", lambda: later)
        assert await status(second, made.text) == 401


async def test_keys_are_stored_as_hashes_and_listed_without_secrets(sample, notes_database):
    rows = await sample.kit.keys.listed(tenant_id=TENANT)
    assert [row.name for row in rows] == ["test"]
    secret = sample.key.split("_", 3)[3]
    assert secret.encode() not in rows[0].secret_hash
    assert len(rows[0].secret_hash) == 32
    assert [row.name for row in await sample.kit.keys.listed(tenant_id=OTHER_TENANT)] == ["other"]


async def test_a_key_made_elsewhere_is_adopted_and_adopting_it_again_changes_its_scopes(sample):
    text = new_key_text("test", sample.kit.ids)
    assert await status(sample, text) == 401
    await sample.kit.keys.adopt(text, tenant_id=TENANT, name="stack", scopes=["other:read"])
    assert await status(sample, text) == 403
    await sample.kit.keys.adopt(text, tenant_id=TENANT, name="stack", scopes=["notes:read"])
    assert await status(sample, text) == 200
    assert sorted(row.name for row in await sample.kit.keys.listed(tenant_id=TENANT)) == ["stack", "test"]


@pytest.mark.parametrize("environment", ["development", "production"])
async def test_a_key_of_another_environment_is_never_adopted(sample, environment):
    with pytest.raises(InvalidError):
        await sample.kit.keys.adopt(
            new_key_text(environment, sample.kit.ids), tenant_id=TENANT, name="stack", scopes=["notes:read"]
        )


async def test_in_production_no_key_is_adopted(sample):
    keys = ApiKeys(sample.kit.database, pepper=b"p" * 32, environment="production")
    with pytest.raises(InvalidError):
        await keys.adopt(
            new_key_text("production", sample.kit.ids), tenant_id=TENANT, name="stack", scopes=["notes:read"]
        )


async def test_a_tenant_cannot_revoke_anothers_key(sample):
    with pytest.raises(NotFoundError):
        await sample.kit.keys.revoke(tenant_id=OTHER_TENANT, key_id=sample.key.split("_")[2])
    assert await status(sample, sample.key) == 200


@pytest.mark.parametrize("scopes", [[], ["*"], ["notes"], ["notes:*"], ["Notes:read"], ["notes:read "]])
async def test_a_scope_is_thing_and_verb(sample, scopes):
    with pytest.raises(InvalidError):
        await sample.kit.keys.create(tenant_id=TENANT, name="x", scopes=scopes)


async def test_use_is_written_in_batches_not_per_request(sample):
    for _ in range(5):
        await status(sample, sample.key)
    assert (await sample.kit.keys.listed(tenant_id=TENANT))[0].last_used_at is None
    assert await sample.kit.keys.write_last_used() == 1
    assert (await sample.kit.keys.listed(tenant_id=TENANT))[0].last_used_at is not None
    assert await sample.kit.keys.write_last_used() == 0


async def test_a_principal_beyond_its_budget_waits_and_others_do_not(start_sample, notes_database):
    async with start_sample(notes_database, http_rate_per_minute=5) as sample:
        assert [await status(sample, sample.key) for _ in range(6)] == [200] * 5 + [429]
        refused = await sample.client.get("/v1/notes", headers=sample.headers())
        assert refused.json()["type"] == "/problems/rate-limited"
        assert int(refused.headers["retry-after"]) > 0
        assert await status(sample, sample.other_key) == 200


async def test_a_body_or_header_cannot_name_a_tenant(sample):
    answer = await sample.client.post(
        "/v1/notes", json=BODY | {"tenant_id": str(OTHER_TENANT)}, headers=sample.headers(idempotency_key="k")
    )
    assert answer.status_code == 422
    made = await sample.client.post(
        "/v1/notes", json=BODY, headers=sample.headers(idempotency_key="k2", x_tenant_id=str(OTHER_TENANT))
    )
    path = f"/v1/notes/{made.json()['id']}"
    assert (await sample.client.get(path, headers=sample.headers())).status_code == 200
    assert (await sample.client.get(path, headers=sample.headers(sample.other_key))).status_code == 404
