"""One tenant never sees, changes or guesses another's rows: by row-level security, proven from the catalogue and by
interleaving with random cancels."""

import asyncio
import os
import random

import asyncpg
import pytest

from chassis.api_tables import API_TABLES

from .support import OTHER_TENANT, TENANT, connected

pytestmark = pytest.mark.io
REQUESTS = int(os.environ.get("REGUA_TEST_CROSSINGS", "2000"))
WITHOUT_POLICY = {"due_work"}  # delivery's queue: taken across tenants by design, holds no personal data

UNPROTECTED = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname = 'public'
  and not (c.relrowsecurity and c.relforcerowsecurity
           and exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
                         and p.polqual is not null and p.polwithcheck is not null))
"""
OWNED = """
select count(*) from pg_class c join pg_roles r on r.oid = c.relowner
where r.rolname = $1 or (r.rolname = $1 and (r.rolsuper or r.rolbypassrls))
"""


async def test_every_table_with_a_tenant_is_protected_and_the_role_owns_nothing(sample, notes_database):
    async with connected(notes_database.url) as connection:
        exposed = {row["relname"] for row in await connection.fetch(UNPROTECTED)}
        assert exposed - WITHOUT_POLICY == set()
        assert await connection.fetchval(OWNED, notes_database.app_role) == 0
        for table in (*API_TABLES, "note"):
            await connection.execute(f"alter table {table} no force row level security")
            assert table in {row["relname"] for row in await connection.fetch(UNPROTECTED)}
            await connection.execute(f"alter table {table} force row level security")


async def test_without_a_tenant_there_are_no_rows_and_none_can_be_written(sample, notes_database):
    await sample.client.post(
        "/v1/notes", json={"text": "a", "amount_cents": 1}, headers=sample.headers(idempotency_key="k")
    )
    async with connected(notes_database.app_url) as connection:
        for table in (*API_TABLES, "note"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0  # noqa: S608
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "insert into note values (gen_random_uuid(), $1, 'x', 1, 1, clock_timestamp())", TENANT
            )


async def test_a_foreign_id_answers_404_in_the_same_bytes_as_an_unknown_one(sample):
    made = await sample.client.post(
        "/v1/notes", json={"text": "a", "amount_cents": 1}, headers=sample.headers(idempotency_key="k")
    )
    unknown = "/v1/notes/01930000-0000-7000-8000-0000000000ff"
    for method, extra in (("GET", {}), ("PUT", {"idempotency_key": "k9", "if_match": '"1"'})):
        answers = []
        for path in (f"/v1/notes/{made.json()['id']}", unknown):
            answer = await sample.client.request(
                method,
                path,
                headers=sample.headers(sample.other_key, **extra),
                **({"json": {"text": "b", "amount_cents": 2}} if method == "PUT" else {}),
            )
            document = answer.json()
            document.pop("trace_id")
            answers.append((answer.status_code, document, answer.headers["content-type"]))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


async def test_interleaved_units_of_two_tenants_with_random_cancels_never_cross(sample, notes_database):
    database, seed = sample.kit.database, random.Random(20261123)
    seen = {"crossings": 0, "done": 0, "cancelled": 0}

    async def unit(tenant, number):
        async with database.unit_of_work(tenant_id=tenant) as tx:
            connection = await tx.connection()
            await connection.execute(
                "insert into note values ($1, $2, $3, 1, 1, $4)", tx.ids.new_id(), tenant, f"{tenant} {number}", tx.now
            )
            await asyncio.sleep(0)
            rows = await connection.fetch("select distinct tenant_id from note")
            if {row["tenant_id"] for row in rows} - {tenant}:
                seen["crossings"] += 1
        seen["done"] += 1

    async def one(number):
        tenant = TENANT if seed.random() < 0.5 else OTHER_TENANT
        task = asyncio.create_task(unit(tenant, number))
        if seed.random() < 0.5:
            await asyncio.sleep(seed.random() * 0.012)
            task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            seen["cancelled"] += 1

    for start in range(0, REQUESTS, 50):
        await asyncio.gather(*(one(number) for number in range(start, start + 50)))
    async with connected(notes_database.url) as owner:
        mixed = await owner.fetchval("select count(*) from note where text not like tenant_id::text || '%'")
        idle = await owner.fetchval(
            "select count(*) from pg_stat_activity where datname = $1 and state like 'idle in transaction%'",
            notes_database.name,
        )
    assert seen["crossings"] == mixed == idle == 0
    assert seen["done"] + seen["cancelled"] == REQUESTS
    assert min(seen["done"], seen["cancelled"]) > REQUESTS // 20
