"""The bank as a process: registration, the counter, return files day by day, and every way to misbehave."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from boletos import CONVENIO, registration
from simulator_listener import listening
from simulator_processes import Running, clock_at, running

from brasil.bank_files.detect import inspect
from brasil.bank_files.movement import MovementKind
from chassis.clock import VirtualClock

pytestmark = pytest.mark.io


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return clock_at(tmp_path, "2026-03-05T12:00:00+00:00")


@pytest.fixture
def bank(tmp_path: Path, clock: VirtualClock) -> Iterator[Running]:
    with running("bank", tmp_path / "bank", clock, "--token", "secret") as one:
        one.client.headers["authorization"] = "Bearer secret"
        yield one


def put(running_bank: Running, number: int, **more: Any) -> dict[str, Any]:
    path, body = registration(number, **more)
    answer = running_bank.client.put(f"{running_bank.url}/v1/boletos/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return {"path": path, **body}


def go(clock: VirtualClock, day: str) -> None:
    """To nine o'clock in the morning of this day in São Paulo."""
    clock.set(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC))


def file_of(bank: Running, day: str, **more: str) -> httpx2.Response:
    return bank.get("/v1/return-files", params={"on": day, **more})


def test_a_boleto_is_registered_once_and_only_under_the_banks_token(bank: Running) -> None:
    made = put(bank, 1)
    where = f"{bank.url}/v1/boletos/{made.pop('path')}"
    assert bank.client.put(where, json=made).json()["status"] == "registered"
    assert bank.client.put(where, json={**made, "amount_cents": 9}).status_code == 409
    assert bank.client.get(where).json()["due_on"] == "2026-03-10"
    assert bank.client.get(f"{where}9").status_code == 404
    assert httpx2.get(where).status_code == 401
    assert bank.client.delete(where).status_code == bank.client.delete(where).status_code == 204
    assert bank.client.get(where).json()["status"] == "removed"
    wrong = {**made, "payer": {"name": "Ana", "tax_id": "52998224726"}}
    assert bank.client.put(f"{where}8", json=wrong).json()["code"] == "payer"


def test_a_payment_is_in_the_return_file_of_its_bank_day_and_money_comes_the_day_after(
    bank: Running, clock: VirtualClock
) -> None:
    first, second, third = put(bank, 1), put(bank, 2), put(bank, 3)
    assert file_of(bank, "2026-03-05").json()["code"] == "not_ready"
    go(clock, "2026-03-13")  # a Friday, three days late
    paid = bank.post("/pay", {"linha_digitavel": second["linha_digitavel"]})
    assert (paid.status_code, paid.json()["paid_cents"]) == (201, 10_209)
    assert bank.post("/pay", {"linha_digitavel": second["linha_digitavel"], "key": "other"}).status_code == 409
    go(clock, "2026-03-14")  # Saturday's payment is Monday's
    saturday = bank.post("/pay", {"linha_digitavel": first["linha_digitavel"], "amount_cents": 12_345})
    assert saturday.json()["occurred_on"] == "2026-03-16"
    assert bank.get(f"/v1/dda/{third['payer']['tax_id']}").json()["items"][0]["document_number"] == "NF 3/2026"
    friday = inspect(file_of(bank, "2026-03-13").content)
    assert [(one.our_number, one.paid_cents, one.credit_on) for one in friday.movements] == [
        ("00000002", 10_209, date(2026, 3, 16))
    ]
    assert file_of(bank, "2026-03-14").json()["code"] == "no_movement"
    go(clock, "2026-03-17")
    monday = inspect(file_of(bank, "2026-03-16").content)
    assert [(one.our_number, one.paid_cents, one.credit_on) for one in monday.movements] == [
        ("00000001", 12_345, date(2026, 3, 17))
    ]
    entries = inspect(file_of(bank, "2026-03-05", layout="cnab240").content)
    assert [one.kind for one in entries.movements] == [MovementKind.ENTRY_CONFIRMED] * 3
    empty = file_of(bank, "2026-03-06")
    assert (empty.status_code, len(empty.text.splitlines())) == (200, 2)
    assert empty.text[108:113] == "00002"


def test_what_nobody_pays_in_time_is_written_off_for_a_fee(bank: Running, clock: VirtualClock) -> None:
    made = put(bank, 1)
    go(clock, "2026-04-13")
    assert bank.get(f"/v1/boletos/{made['path']}").json()["status"] == "removed"
    assert bank.post("/pay", {"linha_digitavel": made["linha_digitavel"]}).json()["code"] == "title_removed"
    (movement,) = inspect(file_of(bank, "2026-04-10").content).movements
    assert (movement.kind, movement.fee_cents) == (MovementKind.WRITTEN_OFF, 189)


def test_a_boleto_paid_by_its_qr_code_is_reported_again_by_night(bank: Running, clock: VirtualClock) -> None:
    made = put(bank, 1)
    assert bank.client.delete(f"{bank.url}/v1/boletos/{made['path']}?reason=paid_by_pix").status_code == 204
    go(clock, "2026-03-06")
    assert [one.code for one in inspect(file_of(bank, "2026-03-05").content).movements] == ["02", "10"]


def test_a_payer_pays_twice_when_the_bank_is_in_contingency(bank: Running, clock: VirtualClock) -> None:
    line = put(bank, 1, bank="237")["linha_digitavel"]
    assert bank.post("/pay", {"linha_digitavel": line, "key": "a"}).status_code == 201
    assert bank.post("/pay", {"linha_digitavel": line, "key": "a"}).status_code == 200
    assert bank.post("/pay", {"linha_digitavel": line, "key": "b", "again": True}).status_code == 201
    go(clock, "2026-03-06")
    kinds = [one.kind for one in inspect(file_of(bank, "2026-03-05").content).movements]
    assert kinds[1:] == [MovementKind.SETTLED, MovementKind.SETTLED_UNREGISTERED]


def test_the_order_of_arrival_changes_no_byte_of_a_file(tmp_path: Path, clock: VirtualClock) -> None:
    files = []
    for run, numbers in enumerate(([1, 2, 3, 4], [4, 2, 3, 1])):
        here = clock_at(tmp_path / str(run), "2026-03-05T12:00:00+00:00")
        with running("bank", tmp_path / str(run) / "bank", here) as bank:
            for number in numbers:
                bank.post("/pay", {"linha_digitavel": put(bank, number)["linha_digitavel"]})
            go(here, "2026-03-06")
            files.append(file_of(bank, "2026-03-05").content)
    assert files[0] == files[1]


def test_files_are_delivered_late_twice_wrong_cut_and_not_at_all(bank: Running, clock: VirtualClock) -> None:
    for number in range(1, 5):
        put(bank, number)
    go(clock, "2026-03-06")
    with listening() as payments:
        order = {"url": f"{payments.url}/v1/bank-files", "account_id": "acc", "token": "t", "on": "2026-03-05"}
        right = bank.post("/v1/deliver", order).json()
        assert (right["delivered"], right["answer"]) == (True, {"ok": True})
        path, headers, content = payments.received[0]
        assert (path, headers["authorization"]) == ("/v1/bank-files?account_id=acc", "Bearer t")
        assert content == file_of(bank, "2026-03-05").content
        for kind in ("duplicate", "wrong", "truncated", "reorder", "lose", "late"):
            bank.client.delete(f"{bank.url}/faults")
            bank.fault(kind, minutes=3 * 24 * 60)
            bank.post("/v1/deliver", order)
        got = [body for _, _, body in payments.received]
        assert got[1] == got[2] == content
        assert len(got) == 6
        wrong, cut, shuffled = got[3:]
        for refused in (wrong, cut):
            assert any(problem.severity == "error" for problem in inspect(refused).problems)
        assert not any(problem.severity == "error" for problem in inspect(shuffled).problems)
        assert shuffled != content
        assert sorted(line[62:70] for line in shuffled.splitlines()) == sorted(
            line[62:70] for line in content.splitlines()
        )
        assert bank.post("/v1/deliver", order).json() == {
            "delivered": False,
            "reason": "not_ready",
            "answer": None,
            "answers": [],
        }
        clock.advance(timedelta(days=3))
        assert bank.post("/v1/deliver", order).json()["delivered"] is True


def test_the_bank_keeps_its_register_when_it_is_killed(tmp_path: Path, clock: VirtualClock) -> None:
    with running("bank", tmp_path / "bank", clock) as bank:
        made = put(bank, 1)
        bank.post("/pay", {"linha_digitavel": made["linha_digitavel"], "key": "a"})
        bank.process.kill()
        bank.process.wait()
    with running("bank", tmp_path / "bank", clock) as bank:
        assert bank.get(f"/v1/boletos/{made['path']}").json()["status"] == "paid"
        assert bank.post("/pay", {"linha_digitavel": made["linha_digitavel"], "key": "a"}).status_code == 200
        assert [line["kind"] for line in bank.truth()] == ["title.registered", "title.paid"]
        assert bank.get(f"/v1/lines/{made['linha_digitavel']}").json()["total_cents"] == 10_000


@pytest.mark.parametrize("code", ["237", "001"])
def test_other_banks_boletos_are_registered_and_returned_in_febrabans_layout(
    bank: Running, clock: VirtualClock, code: str
) -> None:
    made = put(bank, 4_567, bank=code)
    bank.post("/pay", {"linha_digitavel": made["linha_digitavel"]})
    go(clock, "2026-03-06")
    result = inspect(file_of(bank, "2026-03-05", bank_code=code, convenio=CONVENIO).content)
    assert [problem for problem in result.problems if problem.severity == "error"] == []
    assert [one.paid_cents for one in result.movements][1:] == [10_000]
