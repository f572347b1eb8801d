"""Registering boletos and Pix charges at a bank and a PSP that answer, answer late, twice, wrongly or not at all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from invoicing_bench import Api, settings_for, topics
from invoicing_builders import allocated, invoice
from providers_bench import Outside, outside_world

from invoicing import config
from regua.testing import FreshDatabase

pytestmark = pytest.mark.io
LATER = timedelta(minutes=20)


@pytest.fixture
async def outside(api: Api, fresh: FreshDatabase) -> AsyncIterator[Outside]:
    async with outside_world() as world:
        config.use(
            settings_for(
                fresh,
                invoicing_bank_url=world.url,
                invoicing_bank_token="bank-token",
                invoicing_psp_url=world.url,
                invoicing_psp_client_id="régua".encode().hex(),
                invoicing_psp_client_secret="secret",
                invoicing_provider_timeout_seconds=8,
            )
        )
        await api.ready()
        yield world


async def options(api: Api, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(f"/v1/invoices/{made['invoice_id']}")).json()["options"]
    return found


async def registrations(api: Api, made: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    rows = (await api.get(f"/v1/invoices/{made['invoice_id']}/registrations")).json()
    return [(row["kind"], row["known"], row["failure"]) for row in rows]


async def test_what_bank_and_psp_registered_is_active_with_the_psps_own_location(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    assert [option["status"] for option in made["options"]] == ["requested", "requested"]
    refused = await api.get(f"/v1/invoices/{made['invoice_id']}/boleto.pdf")
    assert refused.json()["type"] == "/problems/charge-not-registered"
    said = await api.bench.work()
    assert topics(said) == ["customer.registered", "invoice.issued", "invoice.amended"]
    boleto, pix = await options(api, made)
    assert (boleto["status"], boleto["registered_at"] is not None) == ("active", True)
    assert (pix["status"], pix["location_url"]) == ("active", "pix.psp.example/v2/cobv/00000000")
    (charge,) = outside.charges.values()
    assert charge["valor"]["original"] == "1500.00"
    assert charge["valor"]["multa"] == {"modalidade": 1, "valorPerc": "30.00"}
    assert charge["valor"]["juros"] == {"modalidade": 1, "valorPerc": "0.50"}
    assert charge["calendario"] == {"dataDeVencimento": "2026-03-10", "validadeAposVencimento": 60}
    assert charge["devedor"]["cpf"] == "83746510082"
    (title,) = outside.boletos.values()
    assert title["body"]["linha_digitavel"] == boleto["linha_digitavel"]
    assert (await api.get(f"/v1/invoices/{made['invoice_id']}/boleto.pdf")).status_code == 200
    assert await api.bench.work(api.bench.clock.instant + LATER) == []


async def test_an_answer_that_is_lost_is_looked_up_and_nothing_registered_twice(api: Api, outside: Outside) -> None:
    outside.mode, patient = "slow", config.settings()
    config.use(patient.model_copy(update={"invoicing_provider_timeout_seconds": 1}))
    made = await api.issued(invoice())
    await api.bench.work()
    assert {known for _, known, _ in await registrations(api, made)} == {"unknown"}
    assert {failure for _, _, failure in await registrations(api, made)} == {"timeout"}
    assert [option["status"] for option in await options(api, made)] == ["requested", "requested"]
    outside.mode = "ok"
    config.use(patient)
    assert topics(await api.bench.work(api.bench.clock.instant + LATER)) == ["invoice.amended"]
    assert [option["status"] for option in await options(api, made)] == ["active", "active"]
    assert (outside.count("PUT", "/v1/boletos"), outside.count("PUT", "/v2/cobv")) == (1, 1)
    assert (len(outside.boletos), len(outside.charges)) == (1, 1)


@pytest.mark.parametrize("away", ["dead", "unreachable"])
async def test_a_bank_that_is_away_keeps_no_invoice_back(api: Api, outside: Outside, away: str) -> None:
    before, outside.mode = outside.url, "dead"
    if away == "unreachable":
        settings = config.settings().model_copy(
            update={"invoicing_bank_url": "http://127.0.0.1:9", "invoicing_psp_url": "http://127.0.0.1:9"}
        )
        config.use(settings)
    rows = [invoice(number) for number in range(1, 31)]
    report = (await api.send("POST", "/v1/invoice-batches", {"invoices": rows})).json()
    assert report["issued"] == 30
    assert topics(await api.bench.work()).count("invoice.issued") == 30
    outside.mode = "ok"
    config.use(config.settings().model_copy(update={"invoicing_bank_url": before, "invoicing_psp_url": before}))
    for step in range(1, 4):
        await api.bench.work(api.bench.clock.instant + step * LATER)
    states = await api.bench.fetch("select known, count(*) from charge_registration group by known")
    assert [tuple(row) for row in states] == [("registered", 60)]
    assert (len(outside.boletos), len(outside.charges)) == (30, 30)


async def test_a_refused_charge_is_said_so_and_never_lost(api: Api, outside: Outside) -> None:
    outside.mode = "refuses"
    made = await api.issued(invoice())
    await api.bench.work()
    assert [option["status"] for option in await options(api, made)] == ["rejected", "rejected"]
    assert await registrations(api, made) == [("boleto", "refused", "http_422"), ("pix", "refused", "http_422")]
    refused = await api.get(f"/v1/invoices/{made['invoice_id']}/boleto.pdf")
    assert refused.json()["type"] == "/problems/charge-refused"
    assert await api.bench.work(api.bench.clock.instant + LATER) == []


async def test_what_may_not_be_paid_any_more_is_taken_back(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    await api.bench.work()
    await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "duplicate"})
    await api.bench.work()
    assert {title["status"] for title in outside.boletos.values()} == {"removed"}
    assert {charge["status"] for charge in outside.charges.values()} == {"REMOVIDA_PELO_USUARIO_RECEBEDOR"}
    assert {known for _, known, _ in await registrations(api, made)} == {"removed"}


async def test_an_invoice_cancelled_before_it_was_registered_is_never_payable(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "duplicate"})
    await api.bench.work()
    assert outside.boletos == outside.charges == {}
    assert [option["status"] for option in await options(api, made)] == ["withdrawn", "withdrawn"]


async def test_a_title_that_was_paid_stays_when_it_is_to_be_removed(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    await api.bench.work()
    for title in outside.boletos.values():
        title["status"] = "paid"
    await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "duplicate"})
    await api.bench.work()
    assert ("boleto", "registered", "paid") in await registrations(api, made)
    assert await api.bench.work(api.bench.clock.instant + LATER) == []


async def test_an_amendment_replaces_the_registered_slips(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    await api.bench.work()
    version = (await api.get(f"/v1/invoices/{made['invoice_id']}")).headers["etag"]
    body = {"reason": "amount_corrected", "amount_cents": 120_000}
    changed = await api.send("PATCH", f"/v1/invoices/{made['invoice_id']}", body, if_match=version)
    assert changed.status_code == 200
    await api.bench.work()
    statuses = sorted(title["status"] for title in outside.boletos.values())
    assert statuses == ["registered", "removed"]
    assert [option["status"] for option in await options(api, made)] == ["replaced", "replaced", "active", "active"]


async def test_a_slow_bank_makes_nobody_wait_and_what_was_cancelled_meanwhile_is_taken_back(
    api: Api, outside: Outside
) -> None:
    made = await api.issued(invoice())
    outside.mode = "slow"
    turn = asyncio.create_task(api.bench.scheduler.turn())
    while not (outside.count("PUT", "/v1/boletos") and outside.count("PUT", "/v2/cobv")):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    done = await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "duplicate"})
    assert done.status_code == 200
    assert not turn.done()
    outside.gone_slow.set()
    await turn
    await api.bench.work(api.bench.clock.instant + LATER)
    assert [option["status"] for option in await options(api, made)] == ["withdrawn", "withdrawn"]
    assert {title["status"] for title in outside.boletos.values()} == {"removed"}
    assert {known for _, known, _ in await registrations(api, made)} == {"removed"}


async def test_a_partial_payment_has_its_rest_registered_and_the_whole_taken_back(api: Api, outside: Outside) -> None:
    made = await api.issued(invoice())
    await api.bench.work()
    await api.bench.tell(allocated(made, 50_000))
    await api.bench.work()
    found = await options(api, made)
    assert [(option["status"], option["amount_cents"]) for option in found] == [
        ("replaced", 150_000),
        ("replaced", 150_000),
        ("active", 100_000),
        ("active", 100_000),
    ]
    originals = sorted((charge["valor"]["original"], charge["status"]) for charge in outside.charges.values())
    assert originals == [("1000.00", "ATIVA"), ("1500.00", "REMOVIDA_PELO_USUARIO_RECEBEDOR")]
