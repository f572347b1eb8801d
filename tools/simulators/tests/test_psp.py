"""The PSP as a process: API Pix as its manual says, webhooks, and every way to misbehave."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simulator_listener import Listener, listening
from simulator_processes import Running, clock_at, running, wait

from brasil.pix import br_code, received
from chassis.clock import VirtualClock
from simulators.psp.br_code import location_of

pytestmark = pytest.mark.io

KEY = "cobranca@recebedor.example"


def txid(number: int) -> str:
    return f"{number:032d}"


def cobv(**values: object) -> dict[str, object]:
    return {
        "calendario": {"dataDeVencimento": "2026-03-10", "validadeAposVencimento": 20},
        "devedor": {"cpf": "52998224725", "nome": "Ana d'Ávila"},
        "valor": {"original": "100.00", "multa": {"modalidade": 2, "valorPerc": "2.00"}, **values},
        "chave": KEY,
    }


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return clock_at(tmp_path, "2026-03-05T12:00:00+00:00")


@pytest.fixture
def psp(tmp_path: Path, clock: VirtualClock) -> Iterator[Running]:
    options = ("--client-id", "c", "--client-secret", "s", "--webhook-header", "authorization: Bearer hook")
    with running("psp", tmp_path / "psp", clock, *options) as one:
        authorise(one)
        yield one


@pytest.fixture
def hook(psp: Running) -> Iterator[Listener]:
    with listening() as one:
        assert psp.client.put(f"{psp.url}/v2/webhook/{KEY}", json={"webhookUrl": one.url}).status_code == 200
        yield one


def authorise(psp: Running) -> None:
    basic = base64.b64encode(b"c:s").decode()
    answer = psp.client.post(
        f"{psp.url}/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 200, answer.text
    psp.client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


def put(psp: Running, number: int, **values: object) -> dict[str, Any]:
    answer = psp.client.put(f"{psp.url}/v2/cobv/{txid(number)}", json=cobv(**values))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def told(hook: Listener) -> list[dict[str, Any]]:
    return [json.loads(body)["pix"][0] for _, _, body in hook.received]


def test_a_charge_is_registered_read_by_its_payer_paid_told_and_confirmed(
    psp: Running, hook: Listener, clock: VirtualClock
) -> None:
    made = put(psp, 1)
    assert (made["status"], made["revisao"]) == ("ATIVA", 0)
    assert location_of(made["pixCopiaECola"]) == made["location"] == br_code.parse(made["pixCopiaECola"]).url
    clock.advance(timedelta(days=7))
    authorise(psp)
    payload = psp.get("/" + made["location"].partition("/")[2]).json()
    assert (payload["txid"], payload["valor"]["final"]) == (txid(1), "102.00")
    paid = psp.post("/pay", {"txid": txid(1)})
    assert paid.status_code == 201
    e2eid = paid.json()["endToEndId"]
    wait(lambda: hook.received)
    path, headers, _ = hook.received[0]
    assert (path, headers["authorization"]) == ("/pix", "Bearer hook")
    (pix,) = told(hook)
    (read,) = received.parse_webhook(hook.received[0][2])
    assert (read.end_to_end_id, read.txid, read.amount_cents) == (e2eid, txid(1), 10_200)
    assert pix == psp.get(f"/v2/pix/{e2eid}").json()
    assert pix["componentesValor"] == {"original": {"valor": "100.00"}, "multa": {"valor": "2.00"}}
    span = {"inicio": "2026-03-12T00:00:00Z", "fim": "2026-03-13T00:00:00Z"}
    page = psp.get("/v2/pix", params=span).json()
    assert page["parametros"]["paginacao"]["quantidadeTotalDeItens"] == 1
    assert page["pix"] == [pix]
    after = psp.get(f"/v2/cobv/{txid(1)}").json()
    assert (after["status"], after["pix"]) == ("CONCLUIDA", [pix])
    assert psp.post("/pay", {"txid": txid(1)}).status_code in (200, 409)


def test_the_same_charge_again_changes_nothing_and_a_changed_one_is_a_revision(psp: Running) -> None:
    first = put(psp, 1)
    assert put(psp, 1) == first
    assert put(psp, 1, original="120.00")["revisao"] == 1
    patched = psp.client.patch(f"{psp.url}/v2/cobv/{txid(1)}", json={"valor": {"original": "130.00"}})
    assert (patched.json()["revisao"], patched.json()["valor"]["multa"]["valorPerc"]) == (2, "2.00")
    removed = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
    for _ in range(2):
        answer = psp.client.patch(f"{psp.url}/v2/cobv/{txid(1)}", json=removed)
        assert (answer.status_code, answer.json()["status"]) == (200, removed["status"])
    assert psp.post("/pay", {"txid": txid(1)}).json()["code"] == "charge_removed"
    assert psp.client.put(f"{psp.url}/v2/cobv/{txid(1)}", json=cobv(original="1.00")).status_code == 400


def test_requests_without_a_valid_token_or_body_are_refused_as_the_api_does(psp: Running, clock: VirtualClock) -> None:
    wrong = psp.client.put(f"{psp.url}/v2/cobv/short", json=cobv())
    assert (wrong.status_code, wrong.json()["type"]) == (
        400,
        "https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida",
    )
    assert wrong.json()["violacoes"][0]["propriedade"] == "txid"
    assert psp.get(f"/v2/cobv/{txid(9)}").status_code == 404
    clock.advance(timedelta(hours=2))
    assert psp.get(f"/v2/cobv/{txid(9)}").status_code == 401
    bad = psp.client.post(f"{psp.url}/oauth/token", data={"grant_type": "client_credentials", "client_id": "x"})
    assert bad.status_code == 401


def test_an_expired_charge_and_an_unknown_one_cannot_be_paid(psp: Running, clock: VirtualClock) -> None:
    put(psp, 1)
    clock.advance(timedelta(days=60))
    assert psp.post("/pay", {"txid": txid(1)}).json()["code"] == "charge_expired"
    assert psp.post("/pay", {"txid": txid(2)}).status_code == 404


def test_money_goes_back_in_parts_and_by_med_and_both_are_told(psp: Running, hook: Listener) -> None:
    put(psp, 1)
    e2eid = psp.post("/pay", {"txid": txid(1)}).json()["endToEndId"]
    back = f"{psp.url}/v2/pix/{e2eid}/devolucao/a1"
    assert psp.client.put(back, json={"valor": "30.00"}).json()["status"] == "DEVOLVIDO"
    assert psp.client.put(back, json={"valor": "30.00"}).status_code == 201
    assert psp.client.put(back, json={"valor": "31.00"}).status_code == 400
    assert psp.client.put(f"{back}b", json={"valor": "70.01"}).status_code == 400
    assert psp.post("/med", {"e2eid": e2eid}).json()["natureza"] == "MED_FRAUDE"
    wait(lambda: len(hook.received) == 3)
    returns = psp.get(f"/v2/pix/{e2eid}").json()["devolucoes"]
    assert [one["valor"] for one in returns] == ["30.00", "70.00"]
    assert max((one.get("devolucoes", []) for one in told(hook)), key=len) == returns
    assert psp.get(f"/v2/pix/{e2eid}/devolucao/a1").json() == returns[0]


def test_a_pix_to_the_key_is_listed_but_never_told(psp: Running, hook: Listener) -> None:
    paid = psp.post("/pay", {"chave": KEY, "amount_cents": 4_321, "payer": {"nome": "Ana", "cpf": "52998224725"}})
    assert paid.json()["valor"] == "43.21"
    span = {"inicio": "2026-03-01T00:00:00Z", "fim": "2026-03-31T00:00:00Z"}
    assert len(psp.get("/v2/pix", params=span).json()["pix"]) == 1
    psp.settle()
    assert hook.received == []


def test_a_callback_that_is_not_taken_is_repeated_until_it_is(psp: Running, hook: Listener) -> None:
    hook.answers = [503, 500]
    put(psp, 1)
    psp.post("/pay", {"txid": txid(1)})
    psp.settle()
    assert len(hook.received) == 3
    assert psp.truth("delivery.arrived")[0]["body"]["attempts"] == 3


def test_callbacks_are_lost_doubled_wrong_and_late_on_command(
    psp: Running, hook: Listener, clock: VirtualClock
) -> None:
    for number in range(1, 5):
        put(psp, number)
    for number, kind in enumerate(("lose", "duplicate", "wrong", "late"), 1):
        psp.client.delete(f"{psp.url}/faults")
        psp.fault(kind, minutes=60)
        assert psp.post("/pay", {"txid": txid(number)}).status_code == 201
        psp.settle()
    assert [(pix["txid"], pix["valor"]) for pix in told(hook)] == [
        (txid(2), "100.00"),
        (txid(2), "100.00"),
        (txid(3), "101.00"),
    ]
    clock.advance(timedelta(minutes=61))
    wait(lambda: len(hook.received) == 4)
    span = {"inicio": "2026-03-01T00:00:00Z", "fim": "2026-03-31T00:00:00Z"}
    authorise(psp)
    assert {pix["valor"] for pix in psp.get("/v2/pix", params=span).json()["pix"]} == {"100.00"}


def test_a_dead_psp_answers_503_until_it_is_mended_and_keeps_its_books_when_killed(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with running("psp", tmp_path / "psp", clock) as psp:
        basic = {"grant_type": "client_credentials", "client_id": "any", "client_secret": "x"}
        token = psp.client.post(f"{psp.url}/oauth/token", data=basic).json()["access_token"]
        psp.client.headers["authorization"] = f"Bearer {token}"
        put(psp, 1)
        psp.fault("dead", until="2026-03-05T13:00:00+00:00")
        assert psp.get(f"/v2/cobv/{txid(1)}").status_code == 503
        assert psp.get("/healthz").status_code == 200
        psp.process.kill()
        psp.process.wait()
    with running("psp", tmp_path / "psp", clock) as psp:
        psp.client.headers["authorization"] = f"Bearer {token}"
        assert psp.get(f"/v2/cobv/{txid(1)}").status_code == 503
        clock.advance(timedelta(minutes=59, seconds=59))
        assert psp.get(f"/v2/cobv/{txid(1)}").status_code == 503
        clock.advance(timedelta(seconds=1))
        token = psp.client.post(f"{psp.url}/oauth/token", data=basic).json()["access_token"]
        psp.client.headers["authorization"] = f"Bearer {token}"
        assert psp.get(f"/v2/cobv/{txid(1)}").json()["valor"]["original"] == "100.00"
