"""What all simulators stand on: choices by hash, an append-only journal, faults, and refusing what makes no sense."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asgi import START, inside, world
from boletos import registration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.bank.barcode import barcode_of, line_of
from simulators.bank.simulator import Bank
from simulators.mail.simulator import MailProvider
from simulators.messages.simulator import Messages
from simulators.outside.chance import happens, number, word
from simulators.outside.faults import FaultError, Faults, fault_of
from simulators.outside.host import Simulator, World
from simulators.outside.journal import Journal
from simulators.psp.simulator import Psp


def test_a_choice_depends_on_seed_and_names_alone() -> None:
    drawn = [number(1, 10, "thing", index) for index in range(2_000)]
    assert drawn == [number(1, 10, "thing", index) for index in range(2_000)]
    assert drawn != [number(2, 10, "thing", index) for index in range(2_000)]
    assert all(150 < drawn.count(value) < 250 for value in range(10))
    assert number(1, 2**64, "ab", "c") != number(1, 2**64, "a", "bc")
    assert 440 < sum(happens(1, 0.25, "share", index) for index in range(2_000)) < 560
    assert not any(happens(1, 0, index) for index in range(100))
    assert all(happens(1, 1, index) for index in range(100))
    assert len({word(1, 11, index) for index in range(1_000)}) == 1_000


def test_a_journal_keeps_its_order_and_refuses_to_be_changed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "truth.sqlite")
    first = journal.append(START, [("a", "1", {"é": [1]}), ("b", "2", {})])
    second = journal.append(START, [("c", "3", {})])
    journal.close()
    again = Journal(tmp_path / "truth.sqlite")
    assert list(again.entries()) == first + second
    assert [entry.position for entry in again.entries(after=1, limit=1)] == [2]
    again.close()
    connection = sqlite3.connect(tmp_path / "truth.sqlite")
    for change in ("update truth set kind = 'x'", "delete from truth"):
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            connection.execute(change)
    connection.close()


def test_a_fault_befalls_its_share_until_its_end() -> None:
    faults, now = Faults(1), datetime(2026, 3, 5, tzinfo=UTC)
    faults.order(fault_of({"kind": "late", "share": 0.3, "until": "2026-03-05T01:00:00+00:00", "minutes": 5}))
    hit = [faults.hit("late", now, index) is not None for index in range(1_000)]
    assert 240 < sum(hit) < 360
    assert hit == [faults.hit("late", now, index) is not None for index in range(1_000)]
    assert not any(faults.hit("late", now + timedelta(hours=1), index) for index in range(100))
    assert not any(faults.hit("lose", now, index) for index in range(100))
    faults.order(fault_of({"kind": "reorder", "minutes": 30}))
    assert {faults.shuffled_minutes(now, index) for index in range(500)} == set(range(31))


@pytest.mark.parametrize(
    "order",
    [{}, {"kind": "kaput"}, {"kind": "late", "share": 2}, {"kind": "late", "share": True}, {"kind": "late", "minutes": -1},
     {"kind": "slow", "seconds": 31}, {"kind": "late", "until": "soon"}, {"kind": "late", "until": "2026-03-05T01:00:00"}],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(order: dict[str, Any]) -> None:
    with pytest.raises(FaultError):
        fault_of(order)


async def test_what_all_simulators_answer(tmp_path: Path) -> None:
    bank = Bank(world(tmp_path), token="t")
    async with inside(bank) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok", "simulator": "bank"}
        assert (await client.get("/nowhere")).status_code == 404
        assert (await client.get("/v1/boletos/341/1/1/1")).status_code == 401
        assert (await client.post("/faults", content=b"{")).status_code == 400
        assert (await client.post("/faults", json={"kind": "x"})).status_code == 422
        ordered = await client.post("/faults", json={"kind": "slow", "seconds": 0.05})
        assert ordered.json()["faults"][0]["kind"] == "slow"
        began = asyncio.get_running_loop().time()
        assert (await client.get("/v1/dda/52998224725")).json() == {"items": []}
        assert asyncio.get_running_loop().time() - began >= 0.05
        await client.post("/faults", json={"kind": "dead"})
        assert (await client.get("/v1/dda/52998224725")).status_code == 503
        assert (await client.get("/faults")).status_code == 200
        assert (await client.delete("/faults")).json() == {"faults": []}
        assert (await client.get("/v1/dda/52998224725")).status_code == 200
        lines = (await client.get("/truth", params={"after": 1, "limit": 1})).text.splitlines()
        assert len(lines) == 1
        assert (await client.get("/truth", params={"limit": "many"})).status_code == 400
        quiet = (await client.get("/internal/quiescence")).json()
        assert quiet == {"quiet": True, "activity": 3, "reasons": [], "parked_keys": 0}


@given(st.text("0123456789", min_size=44, max_size=44))
def test_a_line_and_its_bar_code_tell_each_other(digits: str) -> None:
    assert barcode_of(line_of(digits)) == digits


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TITLE = registration(1)[1]
COBV: dict[str, Any] = {
    "calendario": {"dataDeVencimento": "2026-03-10", "validadeAposVencimento": 30},
    "devedor": {"cpf": "52998224725", "nome": "Ana"},
    "valor": {"original": "1.00", "multa": {"modalidade": 1, "valorPerc": "1.00"}},
    "chave": "a@example.com",
}
TEXT = {"client_ref": "a", "channel": "sms", "to": "+5511990000012", "text": "x", "callback_url": "http://127.0.0.1:9"}
REQUESTS: list[tuple[Callable[[World], Simulator], str, str, dict[str, Any]]] = [
    (Bank, "PUT", f"/v1/boletos/{registration(1)[0]}", TITLE),
    (Bank, "PUT", "/v1/accounts/341/7", {"agencia": "1", "conta": "2", "conta_dv": "3", "company": "x", "tax_id": "5"}),
    (Bank, "POST", "/pay", {"linha_digitavel": TITLE["linha_digitavel"], "amount_cents": 1, "on": "2026-03-05"}),
    (Bank, "POST", "/v1/deliver", {"url": "x", "account_id": "a", "on": "2026-03-04"}),
    (Psp, "PUT", "/v2/cobv/" + "a" * 30, COBV),
    (Psp, "PATCH", "/v2/cobv/" + "b" * 30, {"valor": {"original": "2.00"}, "status": "ATIVA"}),
    (Psp, "PUT", "/v2/webhook/a@example.com", {"webhookUrl": "http://127.0.0.1:9", "headers": {"a": "b"}}),
    (
        Psp,
        "POST",
        "/pay",
        {"txid": "a" * 30, "chave": "x", "amount_cents": 1, "at": "2026-03-05T00:00:00Z", "key": "k"},
    ),
    (Psp, "POST", "/med", {"e2eid": "x", "amount_cents": 1, "natureza": "MED_FRAUDE"}),
    (Messages, "POST", "/v1/messages", TEXT),
    (MailProvider, "POST", "/messages/x/replies", {"text": "x", "key": "k"}),
]


@pytest.mark.parametrize(
    ("make", "method", "path", "right"), REQUESTS, ids=[f"{one[1]} {one[2][:20]}" for one in REQUESTS]
)
def test_junk_anywhere_in_a_request_is_an_answer_and_never_an_accident(
    tmp_path: Path, make: Callable[[World], Simulator], method: str, path: str, right: dict[str, Any]
) -> None:
    simulator = make(world(tmp_path))

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
    )
    @given(st.data())
    def tries(data: st.DataObject) -> None:
        bodies.append(_spoiled(data, right))

    bodies: list[dict[str, Any]] = [right]
    tries()

    async def send() -> None:
        async with inside(simulator) as client:
            form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
            token = (await client.post("/oauth/token", data=form)).json().get("access_token", "")
            client.headers["authorization"] = f"Bearer {token}"
            if isinstance(simulator, Psp):
                await client.put("/v2/cobv/" + "b" * 30, json=COBV)
            for body in bodies:
                assert (await client.request(method, path, json=body)).status_code < 500
            await client.get("/v1/return-files", params={"on": "2026-03-04", "layout": "cnab240"})

    asyncio.run(send())


def _spoiled(data: st.DataObject, right: dict[str, Any]) -> dict[str, Any]:
    """The right body with one value, at some depth, replaced by junk."""
    spoiled = dict(right)
    name = data.draw(st.sampled_from(sorted(spoiled)))
    inner = spoiled[name]
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        spoiled[name] = _spoiled(data, inner)
    else:
        spoiled[name] = data.draw(JUNK)
    return spoiled
