"""The bank's book: what a day's file says never changes afterwards, whatever happens to a title later."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from asgi import inside, world
from boletos import registration

from chassis.clock import VirtualClock
from simulators.bank.simulator import Bank
from simulators.outside.bank_days import this_or_next


async def put(client: httpx2.AsyncClient, number: int, **more: Any) -> dict[str, Any]:
    path, body = registration(number, **more)
    assert (await client.put(f"/v1/boletos/{path}", json=body)).status_code == 201
    return {"path": path, **body}


async def codes(client: httpx2.AsyncClient, day: str) -> list[str]:
    """Movement codes of a day's FEBRABAN file, one for each segment T."""
    answer = await client.get("/v1/return-files", params={"on": day, "layout": "cnab240"})
    assert answer.status_code == 200, answer.text
    return [line[15:17] for line in answer.text.splitlines() if line[7] == "3" and line[13] == "T"]


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(world(tmp_path))


def go(bank: Bank, day: str, hour: int = 15) -> None:
    clock = bank.world.clock
    assert isinstance(clock, VirtualClock)
    clock.set(datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC))


async def test_money_after_a_write_off_leaves_the_old_file_as_it_was(bank: Bank) -> None:
    async with inside(bank) as client:
        made = await put(client, 7, bank="237", payable_days_after_due=5)  # due Tue 10, payable until Mon 16
        go(bank, "2026-03-20")
        assert await codes(client, "2026-03-17") == ["09", "28"]
        refused = await client.post("/pay", json={"linha_digitavel": made["linha_digitavel"]})
        assert refused.json()["code"] == "title_removed"
        paid = await client.post("/pay", json={"linha_digitavel": made["linha_digitavel"], "again": True})
        assert paid.status_code == 201
        go(bank, "2026-03-23")
        assert await codes(client, "2026-03-17") == ["09", "28"]
        assert await codes(client, "2026-03-20") == ["17"]


async def test_the_last_day_is_a_bank_day_and_the_weekend_after_it_is_too_late(bank: Bank) -> None:
    async with inside(bank) as client:
        first = await put(client, 1, payable_days_after_due=3)  # until Friday the 13th
        second = await put(client, 2, payable_days_after_due=3)
        go(bank, "2026-03-13")
        assert (await client.post("/pay", json={"linha_digitavel": first["linha_digitavel"]})).status_code == 201
        go(bank, "2026-03-14")
        assert (await client.post("/pay", json={"linha_digitavel": second["linha_digitavel"]})).status_code == 409
        assert (await client.get(f"/v1/boletos/{second['path']}")).json()["status"] == "removed"
        go(bank, "2026-03-17")
        assert await codes(client, "2026-03-13") == ["06"]
        assert await codes(client, "2026-03-16") == ["09", "28"]


async def test_a_title_that_was_taken_out_is_written_off_once(bank: Bank) -> None:
    async with inside(bank) as client:
        made = await put(client, 1, payable_days_after_due=3)
        assert (await client.delete(f"/v1/boletos/{made['path']}")).status_code == 204
        go(bank, "2026-03-17")
        assert await codes(client, "2026-03-05") == ["02", "09", "28"]
        assert await codes(client, "2026-03-16") == []


async def test_files_are_numbered_by_bank_days_and_dated_with_the_day_after(bank: Bank) -> None:
    async with inside(bank) as client:
        await put(client, 1)
        go(bank, "2026-03-12")
        numbers = []
        for day in ("2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"):
            text = (await client.get("/v1/return-files", params={"on": day})).text
            numbers.append((text[108:113], text[94:100]))
        assert numbers == [("00001", "060326"), ("00002", "070326"), ("00003", "100326"), ("00004", "110326")]
        assert (await client.get("/v1/return-files", params={"on": "2026-03-07"})).json()["code"] == "no_movement"
        assert (await client.get("/v1/return-files", params={"on": "2026-03-04"})).json()["code"] == "no_movement"


async def test_a_payer_sees_its_open_bills_oldest_first_with_todays_amount(bank: Bank) -> None:
    async with inside(bank) as client:
        later = await put(client, 1, due_on=this_or_next(datetime(2026, 3, 20, tzinfo=UTC).date()))
        sooner = await put(client, 2)
        go(bank, "2026-03-12")
        shown = (await client.get("/v1/dda/52998224725")).json()["items"]
        assert [one["barcode"] for one in shown] == [sooner["barcode"], later["barcode"]]
        assert [one["total_cents"] for one in shown] == [10_000 + 200 + 2 * 3, 10_000]
        await client.post("/pay", json={"linha_digitavel": sooner["linha_digitavel"]})
        assert len((await client.get("/v1/dda/52998224725")).json()["items"]) == 1


async def test_an_account_told_beforehand_stands_in_the_file(bank: Bank) -> None:
    async with inside(bank) as client:
        told = {"agencia": "1234", "conta": "567", "conta_dv": "8", "company": "Ação S.A.", "tax_id": "11222333000181"}
        assert (await client.put("/v1/accounts/341/7654321", json=told)).status_code == 201
        await put(client, 1)
        go(bank, (datetime(2026, 3, 5, tzinfo=UTC) + timedelta(days=1)).date().isoformat())
        header = (await client.get("/v1/return-files", params={"on": "2026-03-05"})).text[:100]
        assert (header[26:30], header[32:37], header[37], header[46:56]) == ("1234", "00567", "8", "ACAO S.A. ")
        wrong = await client.put("/v1/accounts/341/7654321", json={**told, "agencia": "12345"})
        assert wrong.json()["code"] == "agencia"
