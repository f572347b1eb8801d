"""Imports through the API on a real database: once, in pieces, again, and after a kill."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
import psutil
import pytest
from invoicing_bench import Api, topics
from invoicing_builders import OTHER, cpf, profile

from chassis import canary, clock
from chassis.schedules import Scheduler
from invoicing.domain.importing.pieces import ROWS_OF_A_PIECE
from invoicing.due_work import schedules

pytestmark = pytest.mark.io
HEADER = "external_id;customer_external_id;customer_name;customer_tax_id;customer_email;due_on;amount;instalments"


def row(number: int, **changes: str) -> str:
    given = {
        "id": f"T-{number}",
        "customer": f"K-{number % 400}",
        "name": f"Pessoa {number % 400}",
        "tax_id": cpf(10_000 + number % 400),
        "email": f"p{number % 400}@mail.example",
        "due_on": "10/03/2026",
        "amount": "1.234,56",
        "instalments": "",
        **changes,
    }
    return ";".join(given.values())


def file(rows: Sequence[str], header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


async def upload(api: Api, content: bytes, query: str = "", **headers: str) -> httpx2.Response:
    given = {"content_type": "text/csv", **headers}
    return await api.send("POST", f"/v1/imports{query}", content, **given)


async def done(api: Api, answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    api.told = topics(await api.bench.work())
    operation = (await api.get(answer.headers["location"])).json()
    assert operation["state"] == "succeeded", operation
    result: dict[str, Any] = operation["result"]
    return result


async def with_profile(api: Api) -> Api:
    assert (await api.send("PUT", "/v1/creditor", profile())).status_code == 200
    return api


class TestImports:
    async def test_good_rows_are_issued_and_bad_ones_told_and_a_second_import_changes_nothing(self, api: Api) -> None:
        await with_profile(api)
        rows = [row(number) for number in range(1_300)]
        rows[7] = row(7, tax_id="11111111111", amount="abc")
        rows[1_200] = row(1_200, id="T-3")
        rows[5] = row(5, instalments="3", amount="100")
        first = await upload(api, file(rows))
        result = await done(api, first)
        assert result == {
            "rows": 1_300, "issued": 1_300, "unchanged": 0, "refused": 2, "customers": 400, "dry_run": False,
        }  # fmt: skip
        assert (api.told.count("customer.registered"), api.told.count("invoice.issued")) == (400, 1_300)
        import_id = first.json()["id"]
        errors = (await api.get(f"/v1/imports/{import_id}/errors")).json()["items"]
        assert [(one["line"], one["column"], one["code"].split(".")[0]) for one in errors] == [
            (9, "amount", "amount"),
            (9, "customer_tax_id", "cpf"),
            (1_202, "external_id", "external_id"),
        ]
        text = (await api.get(f"/v1/imports/{import_id}/errors.csv")).text
        assert len(text.splitlines()) == 4
        assert "11111111111" not in text + str(errors)
        page = (await api.get("/v1/invoices", document_number="T-5")).json()["items"]
        assert [one["amount_cents"] for one in page] == [3_334, 3_333, 3_333]
        again = await done(api, await upload(api, file(rows)))
        assert (again["issued"], again["unchanged"], again["customers"]) == (0, 1_298, 0)
        assert api.told == []
        kept = "select from import_piece union all select from import_key union all select from import_payer"
        assert await api.bench.fetch(kept) == []
        whole = (await api.get(f"/v1/imports/{import_id}")).json()
        assert (whole["state"], whole["rows_done"], whole["encoding"]) == ("finished", 1_300, "utf-8")

    async def test_a_trial_run_says_the_same_and_does_nothing(self, api: Api) -> None:
        await with_profile(api)
        rows = [row(number) for number in range(900)] + [row(3), row(4, id="T-x", tax_id="1")]
        trial = await done(api, await upload(api, file(rows), "?dry_run=true"))
        assert (await api.get("/v1/invoices")).json()["items"] == []
        assert api.told == []
        real = await done(api, await upload(api, file(rows)))
        assert {**trial, "dry_run": False} == real

    async def test_the_same_request_again_is_answered_and_read_once(self, api: Api) -> None:
        await with_profile(api)
        first = await upload(api, file([row(1)]), idempotency_key="file-1")
        again = await upload(api, file([row(1)]), idempotency_key="file-1")
        assert again.json()["id"] == first.json()["id"]
        assert again.headers["idempotency-replayed"] == "true"
        other = await upload(api, file([row(2)]), idempotency_key="file-1")
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
        assert len((await api.get("/v1/imports")).json()["items"]) == 1
        assert len(await api.bench.fetch("select 1 from import_run")) == 1

    async def test_own_column_names_latin_1_and_commas_are_read(self, api: Api) -> None:
        await with_profile(api)
        lines = [
            "Número,Cliente,Nome,CPF,Vencimento,Valor",
            f'N-1,C-1,"Conceição, José",{cpf(3)},2026-03-10,"1.234,56"',
        ]
        names = ("Número", "Cliente", "Nome", "CPF", "Vencimento", "Valor")
        fields = ("external_id", "customer_external_id", "customer_name", "customer_tax_id", "due_on", "amount")
        query = "&".join(f"column={field}:{name}" for field, name in zip(fields, names, strict=True))
        answer = await upload(api, "\n".join(lines).encode("latin-1"), f"?{query}")
        assert (await done(api, answer))["issued"] == 1
        (found,) = (await api.get("/v1/customers")).json()["items"]
        assert found["name"] == "Conceição, José"

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "file.empty"), (b"a;b\n1;2\n", "header.missing"), (file([]), "file.no_rows")],
    )
    async def test_a_file_that_cannot_be_read_leaves_nothing(self, api: Api, content: bytes, code: str) -> None:
        await with_profile(api)
        answer = await upload(api, content)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
        assert await api.bench.fetch("select 1 from import_run") == []
        assert await api.bench.fetch("select 1 from due_work") == []

    async def test_bytes_that_are_no_text_are_faults_of_their_rows(self, api: Api) -> None:
        await with_profile(api)
        content = file([row(1, name="a\x00b"), row(2), row(3)]).replace(b"T-2;", b"T-\x85\xff;")
        result = await done(api, await upload(api, content))
        assert (result["issued"], result["refused"]) == (2, 1)

    async def test_a_creditor_that_is_not_known_yet_imports_nothing(self, api: Api) -> None:
        answer = await upload(api, file([row(1)]))
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/profile-missing")

    async def test_another_media_type_is_refused(self, api: Api) -> None:
        assert (await upload(api, b"{}", content_type="application/json")).status_code == 415

    async def test_a_known_customer_with_another_tax_id_is_a_fault_and_one_person_is_one_customer(
        self, api: Api
    ) -> None:
        await with_profile(api)
        await done(api, await upload(api, file([row(1)])))
        clash = row(2, id="T-2", customer="K-1", tax_id=cpf(77))
        same_person = row(3, id="T-3", customer="K-99", tax_id=cpf(10_001))
        result = await done(api, await upload(api, file([clash, same_person])))
        assert (result["refused"], result["issued"], result["customers"]) == (1, 1, 0)

    async def test_no_personal_data_is_in_faults_operations_or_logs(self, api: Api) -> None:
        await with_profile(api)
        with canary.Watch() as watch:
            bad = row(1, name=canary.NAME, tax_id=canary.CPF, email=canary.EMAIL, due_on=canary.PHONE)
            answer = await upload(api, file([bad]))
            await done(api, answer)
            text = (await api.get(f"/v1/imports/{answer.json()['id']}/errors")).text
        assert watch.leaks == []
        assert list(canary.hits(text, "errors")) == []

    async def test_another_tenant_sees_no_import(self, api: Api) -> None:
        await with_profile(api)
        answer = await upload(api, file([row(1)]))
        await done(api, answer)
        path = f"/v1/imports/{answer.json()['id']}"
        for part in ("", "/errors", "/errors.csv"):
            assert (await api.get(path + part, tenant=OTHER)).status_code == 404
        assert (await api.get("/v1/imports", tenant=OTHER)).json()["items"] == []


@pytest.mark.campaign
async def test_a_long_file_is_read_within_256_mib(api: Api) -> None:
    """Rows by REGUA_TEST_IMPORT_ROWS. What is measured is a whole process of its own: service, client and test."""
    if "REGUA_TEST_ALONE" not in os.environ:
        again = (sys.executable, "-m", "pytest", "-q", "-s", "-m", "campaign", __file__)
        process_of_its_own = await asyncio.create_subprocess_exec(*again, env={**os.environ, "REGUA_TEST_ALONE": "1"})
        assert await process_of_its_own.wait() == 0
        return
    count = int(os.environ.get("REGUA_TEST_IMPORT_ROWS", "1500"))
    await with_profile(api)
    process, started = psutil.Process(), clock.monotonic_seconds()
    peak = process.memory_info().rss

    async def lines() -> AsyncIterator[bytes]:
        yield f"{HEADER}\n".encode()
        for start in range(0, count, 500):
            rows = (row(n, customer=f"K-{n // 3}", tax_id=cpf(n // 3 + 10_000)) for n in range(start, start + 500))
            yield "".join(f"{one}\n" for one in rows).encode()

    headers = {"authorization": f"Bearer {next(iter(api.keys.values()))}", "content-type": "text/csv"}
    answer = await api.client.post("/v1/imports", content=lines(), headers={**headers, "idempotency-key": "long"})
    assert answer.status_code == 202
    received = clock.monotonic_seconds()
    while (await api.get(f"/v1/imports/{answer.json()['id']}")).json()["state"] != "finished":
        await api.bench.scheduler.turn()
        peak = max(peak, process.memory_info().rss)
    ended = clock.monotonic_seconds()
    print(
        f"{count} rows: received {received - started:.1f} s, read {ended - received:.1f} s "
        f"({count / (ended - received):.0f} rows/s), peak {peak >> 20} MiB"
    )
    issued = (await api.bench.fetch("select count(*) from invoice"))[0][0]
    assert issued == -(-count // 500) * 500
    assert peak < 256 << 20


class TestKilled:
    async def test_a_killed_reader_goes_on_behind_what_is_committed(self, api: Api) -> None:
        await with_profile(api)
        rows = [row(number) for number in range(2_200)]
        answer = await upload(api, file(rows))
        path = f"/v1/imports/{answer.json()['id']}"
        await Scheduler(api.bench.database, schedules, batch_items=1).turn()
        assert (await api.get(path)).json()["rows_done"] == ROWS_OF_A_PIECE
        killed = 0
        while (state := (await api.get(path)).json())["state"] != "finished":
            turn = asyncio.create_task(Scheduler(api.bench.database, schedules, batch_items=1).turn())
            if killed < 3:
                killed += 1
                await asyncio.sleep(0.05 * killed)
                turn.cancel()
                await asyncio.gather(turn, return_exceptions=True)
            else:
                await turn
        assert (state["issued"], state["rows_done"], state["customers"]) == (2_200, 2_200, 400)
        assert (await api.bench.fetch("select count(*), count(distinct external_id) from invoice"))[0][0] == 2_200
        numbers = await api.bench.fetch("select count(distinct snapshot #>> '{options,0,nosso_numero}') from invoice")
        assert numbers[0][0] == 2_200

    async def test_a_sender_that_goes_away_leaves_a_file_that_is_forgotten(self, api: Api) -> None:
        from datetime import timedelta

        async def breaks_off() -> AsyncIterator[bytes]:
            yield file([row(number) for number in range(1_200)])
            raise ConnectionError("gone")

        await with_profile(api)
        headers = {
            "authorization": f"Bearer {next(iter(api.keys.values()))}",
            "idempotency-key": "broken",
            "content-type": "text/csv",
        }
        answer = await api.client.post("/v1/imports", content=breaks_off(), headers=headers)
        assert answer.status_code == 503
        assert (await api.get("/v1/imports")).json()["items"] == []
        assert len(await api.bench.fetch("select 1 from import_piece")) > 0
        await api.bench.work(api.bench.clock.instant + timedelta(hours=7))
        assert await api.bench.fetch("select 1 from import_piece") == []
        assert await api.bench.fetch("select 1 from import_run") == []
