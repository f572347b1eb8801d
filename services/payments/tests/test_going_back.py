"""Money that goes back at the PSP: told late, told twice, beyond what is there, refused."""

from datetime import timedelta
from typing import Any

import pytest
from payments_bench import KEY, TOKEN, Api
from payments_builders import at, invoice_id, issued, pix

from payments import config

pytestmark = pytest.mark.io
CERTIFICATE = "ab" * 32


def med(cents: int) -> dict[str, Any]:
    return {
        "id": "med1",
        "rtrId": "D12345678202603111000abcdefghijk",
        "valor": f"{cents // 100}.{cents % 100:02d}",
        "natureza": "MED_FRAUDE",
        "horario": {"solicitacao": "2026-03-10T15:00:00Z", "liquidacao": "2026-03-10T15:00:01Z"},
        "status": "DEVOLVIDO",
    }


async def received(api: Api) -> tuple[str, str]:
    account = await api.psp_account()
    api.psp.holds(pix(1, 10_000))
    await api.webhook(account, pix(1, 10_000))
    fact, _ = await api.bench.work()
    return account, f"/v1/receipts/{fact.receipt_id}/refund"


async def test_what_went_back_beyond_a_receipts_reach_is_asked_about_and_the_sweep_goes_on(api: Api) -> None:
    account, refund = await received(api)
    await api.send("POST", refund, {})
    api.psp.mode = "half"
    await api.bench.work()
    api.psp.refunds.clear()
    api.psp.mode = "refuses"
    api.psp.holds({**pix(1, 10_000), "devolucoes": [med(10_000)]})
    for _ in range(2):
        await api.webhook(account, pix(1, 10_000))
    assert await api.bench.work() == []
    (asked,) = (await api.get("/v1/proposals", kind="movement")).json()["items"]
    assert (asked["amount_cents"], asked["details"]["code"], asked["file_line"]) == (10_000, "MED", None)
    assert await api.bench.work(at("2026-03-10 12:20")) == []
    (failed,) = (await api.get("/v1/reversals")).json()["items"]
    assert failed["state"] == "failed"
    await api.webhook(account, pix(1, 10_000))
    (reversal,) = await api.bench.work(at("2026-03-10 12:30"))
    assert (reversal.kind, reversal.returned_cents) == ("med", 10_000)
    (fresh,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert fresh["fresh_until"] == at("2026-03-10 12:30")
    assert await api.bench.fetch("select 1 from due_work where failed_at is not null") == []
    await api.books_agree()


async def test_a_refund_of_a_process_that_died_before_it_wrote_so_is_found_not_repeated(api: Api) -> None:
    _, refund = await received(api)
    started = (await api.send("POST", refund, {"amount_cents": 4_000})).json()
    done = {**med(4_000), "id": started["external_id"], "natureza": "ORIGINAL"}
    api.psp.refunds[started["external_id"]] = done
    (reversal,) = await api.bench.work()
    assert (reversal.kind, reversal.returned_cents) == ("refund", 4_000)
    assert not any(path.startswith("PUT") for path in api.psp.seen)


async def test_a_refused_refund_gives_the_credit_back(api: Api) -> None:
    _, refund = await received(api)
    api.psp.mode = "refuses"
    await api.send("POST", refund, {})
    assert await api.bench.work() == []
    (receipt,) = (await api.get("/v1/receipts")).json()["items"]
    assert (receipt["unapplied_cents"], receipt["returned_cents"]) == (10_000, 0)
    await api.books_agree()


async def test_money_that_goes_back_takes_the_question_about_it_along(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1), issued(2))
    cash = (await api.cash(account, 10_000)).json()["receipt_id"]
    (asked,) = (await api.get("/v1/proposals", state="open")).json()["items"]
    answer = await api.send("POST", f"/v1/receipts/{cash}/refund", {})
    assert (answer.status_code, answer.json()["state"]) == (202, "settled")
    late = await api.send("POST", f"/v1/proposals/{asked['proposal_id']}/accept", {"invoice_ids": [str(invoice_id(1))]})
    assert late.json()["detail"].startswith("The proposal is decided"), late.text
    assert (await api.get("/v1/proposals", state="superseded")).json()["items"][0]["proposal_id"] == asked[
        "proposal_id"
    ]
    await api.books_agree()


async def test_a_pix_that_the_psp_keeps_to_itself_is_given_up(api: Api) -> None:
    account = await api.psp_account()
    api.psp.mode = "forbids"
    await api.webhook(account, pix(1, 10_000))
    for _ in range(9):
        await api.bench.work(api.bench.clock.now() + timedelta(minutes=11))
    assert await api.bench.fetch("select 1 from due_work where kind = 'confirm_pix'") == []
    assert (await api.get("/v1/receipts")).json()["items"] == []


@pytest.mark.parametrize(
    ("shown", "trusted", "status"),
    [(CERTIFICATE.upper(), True, 200), (CERTIFICATE, False, 401), ("cd" * 32, True, 401), ("\xe9" * 64, True, 401)],
    ids=["its own", "from no proxy", "another", "no certificate"],
)
async def test_a_webhook_may_show_the_certificate_that_a_trusted_proxy_checked(
    api: Api, shown: str, trusted: bool, status: int
) -> None:
    config.use(config.settings().model_copy(update={"payments_trust_certificate_header": trusted}))
    account = await api.account(
        kind="psp", name="PSP", bank_code=None, pix_key=KEY, webhook_certificate_sha256=CERTIFICATE
    )
    answer = await api.client.post(
        f"/v1/webhooks/pix/{account}/pix",
        json={"pix": [pix(1, 100)]},
        headers={b"x-client-cert-sha256": shown.encode("latin-1")},
    )
    assert (answer.status_code, TOKEN in answer.text) == (status, False)
