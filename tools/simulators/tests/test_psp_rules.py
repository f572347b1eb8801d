"""The PSP's answers inside the test's own process: pages, filters, who may pay what and when, callbacks in disorder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from asgi import START, inside, world

from chassis.clock import VirtualClock
from simulators.psp.simulator import Psp

KEY = "a@example.com"


def txid(number: int) -> str:
    return f"{number:032d}"


def cobv(amount: str = "10.00") -> dict[str, Any]:
    return {
        "calendario": {"dataDeVencimento": "2026-03-10"},
        "devedor": {"cnpj": "12ABC34501DE35", "nome": "Letras S.A."},
        "valor": {"original": amount},
        "chave": KEY,
    }


async def authorise(client: httpx2.AsyncClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    client.headers["authorization"] = f"Bearer {(await client.post('/oauth/token', data=form)).json()['access_token']}"


@pytest.fixture
def psp(tmp_path: Path) -> Psp:
    return Psp(world(tmp_path))


async def charges(client: httpx2.AsyncClient, count: int) -> None:
    await authorise(client)
    for number in range(count):
        assert (await client.put(f"/v2/cobv/{txid(number)}", json=cobv())).status_code == 201


async def test_received_pix_are_listed_in_pages_and_by_what_they_carry(psp: Psp) -> None:
    clock = psp.world.clock
    assert isinstance(clock, VirtualClock)
    async with inside(psp) as client:
        await charges(client, 5)
        for number in (3, 0, 4, 1, 2):
            clock.advance(timedelta(minutes=1))
            assert (await client.post("/pay", json={"txid": txid(number)})).status_code == 201
        await client.post("/pay", json={"chave": KEY, "amount_cents": 5})
        span = {"inicio": "2026-03-05T12:00:00Z", "fim": "2026-03-05T12:05:00Z"}
        sizes, seen = [], []
        for page in range(4):
            asked = {**span, "paginacao.itensPorPagina": "2", "paginacao.paginaAtual": str(page)}
            answer = (await client.get("/v2/pix", params=asked)).json()
            assert answer["parametros"]["paginacao"]["quantidadeTotalDeItens"] == 6
            assert answer["parametros"]["paginacao"]["quantidadeDePaginas"] == 3
            sizes.append(len(answer["pix"]))
            seen += [pix.get("txid") for pix in answer["pix"]]
        assert sizes == [2, 2, 2, 0]
        assert seen[:4] == [txid(number) for number in (3, 0, 4, 1)]
        for more, count in (
            ({"txid": txid(4)}, 1),
            ({"txIdPresente": "false"}, 1),
            ({"txIdPresente": "true"}, 5),
            ({"devolucaoPresente": "true"}, 0),
        ):
            assert len((await client.get("/v2/pix", params={**span, **more})).json()["pix"]) == count
        for wrong in ({}, {"inicio": "x", "fim": "y"}, {"inicio": span["fim"], "fim": span["inicio"]}):
            assert (await client.get("/v2/pix", params=wrong)).status_code == 400


async def test_a_payment_has_one_end_to_end_id_for_one_key(psp: Psp) -> None:
    async with inside(psp) as client:
        await charges(client, 1)
        first = await client.post("/pay", json={"txid": txid(0), "key": "k", "info": "Olá"})
        again = await client.post("/pay", json={"txid": txid(0), "key": "k"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        other = await client.post("/pay", json={"txid": txid(0), "key": "l"})
        assert other.json()["code"] == "charge_paid"
        future = await client.post("/pay", json={"txid": txid(0), "at": "2026-03-06T00:00:00Z"})
        assert future.json()["code"] == "instant"


async def test_a_payer_sees_the_amount_of_the_day_it_means_to_pay(psp: Psp) -> None:
    async with inside(psp) as client:
        await authorise(client)
        body = cobv("100.00")
        body["valor"]["multa"] = {"modalidade": 2, "valorPerc": "2.00"}
        made = (await client.put(f"/v2/cobv/{txid(1)}", json=body)).json()
        path = "/" + made["location"].partition("/")[2]
        shown = [
            (await client.get(path, params={"DPP": day} if day else {})).json()["valor"]["final"]
            for day in ("", "2026-03-10", "2026-03-11")
        ]
        assert shown == ["100.00", "100.00", "102.00"]
        assert (await client.get(path, params={"DPP": "soon"})).status_code == 400
        assert (await client.get("/qr/v2/cobv/unknown")).status_code == 404


async def test_reordered_callbacks_change_places_the_same_way_in_every_run(tmp_path: Path) -> None:
    runs = []
    for order in ((0, 1, 2, 3, 4, 5, 6, 7), (7, 5, 3, 1, 0, 2, 4, 6)):
        psp = Psp(world(tmp_path / str(order[0])))
        async with inside(psp) as client:
            await charges(client, 8)
            await client.put(f"/v2/webhook/{KEY}", json={"webhookUrl": "http://127.0.0.1:9"})
            await client.post("/faults", json={"kind": "reorder", "minutes": 90})
            for number in order:
                await client.post("/pay", json={"txid": txid(number), "key": f"debt {number}"})
            queued = [entry for entry in psp.journal.entries() if entry.kind == "delivery.queued"]
        runs.append({entry.subject: entry.body["due_at"] for entry in queued})
    assert runs[0] == runs[1]
    due = [datetime.fromisoformat(at) for at in runs[0].values()]
    assert due != sorted(due)
    assert all(START <= at <= START + timedelta(minutes=90) for at in due)
    assert len(set(due)) > 4
    assert due[0].tzinfo == UTC or due[0].utcoffset() == timedelta(0)
