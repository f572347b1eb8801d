"""Pix: a webhook is a hint, the PSP's word is asked for, and however often it is told it is one receipt."""

from datetime import timedelta

import pytest
from payments_bench import KEY, Api
from payments_builders import at, end_to_end, invoice_id, issued, pix

pytestmark = pytest.mark.io


async def test_a_webhook_is_kept_confirmed_at_the_psp_and_settles(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    api.psp.holds(pix(1, 10_000, charge=1))
    answer = await api.webhook(account, pix(1, 10_000, charge=1))
    assert (answer.status_code, answer.json()) == (200, {"announced": 1})
    assert await api.bench.said() == []
    (raw,) = await api.bench.fetch("select body, headers::text as headers from raw_event")
    assert end_to_end(1).encode() in raw["body"]
    assert "webhook-token" not in raw["headers"]
    received, allocated = await api.bench.work()
    assert (received.route, received.ids.end_to_end_id, received.source.kind) == ("pix", end_to_end(1), "pix_webhook")
    assert (allocated.match.rung, allocated.outcome, allocated.lines[0].state) == ("exact_id", "full", "paid")
    assert f"/v2/pix/{end_to_end(1)}" in api.psp.seen
    await api.books_agree()


async def test_ten_equal_webhooks_and_the_sweep_are_one_receipt(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    told = pix(1, 10_000, charge=1)
    api.psp.holds(told)
    for _ in range(10):
        await api.webhook(account, told, told)
    await api.bench.work()
    await api.webhook(account, told)
    await api.bench.work(api.bench.clock.now() + timedelta(hours=2))
    assert len((await api.get("/v1/receipts")).json()["items"]) == 1
    await api.books_agree()


async def test_a_lost_webhook_is_found_by_the_sweep_and_a_late_one_changes_nothing(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    await api.bench.work()
    told = pix(1, 10_000, charge=1, when="2026-03-10T15:02:00.000Z")
    api.psp.holds(told)
    received, allocated = await api.bench.work(at("2026-03-10 12:11"))
    assert (received.source.kind, allocated.outcome) == ("pix_poll", "full")
    await api.webhook(account, told)
    assert await api.bench.work() == []


async def test_a_pix_of_nothing_or_that_cannot_be_read_does_not_stop_the_sweep(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.work()
    when = "2026-03-10T15:02:00.000Z"
    api.psp.holds(pix(1, 0, when=when), pix(2, 10_000, when=when), {**pix(3, 500, when=when), "valor": "5,00"})
    await api.webhook(account, pix(1, 0, when=when))
    received, _ = await api.bench.work(at("2026-03-10 12:11"))
    assert received.ids.end_to_end_id == end_to_end(2)
    assert await api.bench.fetch("select 1 from due_work where failed_at is not null") == []
    (fresh,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert fresh["fresh_until"] == at("2026-03-10 12:11")


async def test_what_the_psp_does_not_confirm_is_no_money(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    await api.webhook(account, pix(1, 10_000, charge=1))
    assert await api.bench.work(api.bench.clock.now() + timedelta(days=2)) == []
    assert (await api.get("/v1/receipts")).json()["items"] == []


async def test_the_psps_amount_counts_not_the_callers(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    api.psp.holds(pix(1, 2_500, charge=1))
    await api.webhook(account, pix(1, 10_000, charge=1))
    received, allocated = await api.bench.work()
    assert (received.gross_cents, allocated.outcome) == (2_500, "partial")


async def test_another_keys_pix_is_not_ours(api: Api) -> None:
    account = await api.psp_account()
    api.psp.holds({**pix(1, 10_000, charge=1), "chave": "somebody@else.example"})
    await api.webhook(account, pix(1, 10_000, charge=1))
    assert await api.bench.work() == []
    assert KEY not in api.psp.seen


async def test_a_psp_that_is_away_is_asked_again_and_freshness_stands_still(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    await api.bench.work()
    (before,) = await api.bench.fetch("select fresh_until from source_freshness")
    api.psp.mode = "dead"
    api.psp.holds(pix(1, 10_000, charge=1, when="2026-03-10T15:05:00.000Z"))
    await api.webhook(account, pix(1, 10_000, charge=1))
    assert await api.bench.work(at("2026-03-10 13:00")) == []
    (during,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert during["fresh_until"] == before["fresh_until"]
    api.psp.mode = "ok"
    received, _ = await api.bench.work(at("2026-03-10 14:00"))
    assert received.gross_cents == 10_000
    (after,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert after["fresh_until"] == at("2026-03-10 14:00")


@pytest.mark.parametrize(
    ("token", "body", "status"),
    [("wrong", b"{}", 401), ("", b"not json", 422), ("", b'{"pix": [{"valor": "1.00"}]}', 422)],
)
async def test_a_webhook_without_token_or_sense_leaves_nothing(api: Api, token: str, body: bytes, status: int) -> None:
    account = await api.psp_account()
    answer = await api.client.post(
        f"/v1/webhooks/pix/{account}/pix",
        content=body,
        headers={"authorization": f"Bearer {token or 'webhook-token-of-the-psp-account'}"},
    )
    assert answer.status_code == status, answer.text
    assert await api.bench.fetch("select 1 from raw_event") == []


async def test_a_med_return_reopens_the_invoice_once(api: Api) -> None:
    account = await api.psp_account()
    await api.bench.tell(issued(1))
    api.psp.holds(pix(1, 10_000, charge=1))
    await api.webhook(account, pix(1, 10_000, charge=1))
    await api.bench.work()
    back = {
        "id": "med1",
        "rtrId": "D12345678202603111000abcdefghijk",
        "valor": "100.00",
        "natureza": "MED_FRAUDE",
        "horario": {"solicitacao": "2026-03-11T10:00:00Z", "liquidacao": "2026-03-11T10:00:01Z"},
        "status": "DEVOLVIDO",
    }
    told = {**pix(1, 10_000, charge=1), "devolucoes": [back]}
    api.psp.holds(told)
    for _ in range(3):
        await api.webhook(account, told)
    (reversal,) = await api.bench.work(at("2026-03-11 08:00"))
    assert (reversal.topic, reversal.kind, reversal.returned_cents) == ("payment.reversed", "med", 10_000)
    (undone,) = reversal.undone
    assert (undone.invoice_id, undone.state, undone.balance.open_cents) == (invoice_id(1), "open", 10_000)
    await api.books_agree()


async def test_a_refund_whose_answer_was_lost_is_one_devolucao(api: Api) -> None:
    account = await api.psp_account()
    api.psp.holds(pix(1, 10_000))
    await api.webhook(account, pix(1, 10_000))
    received, _ = await api.bench.work()
    api.psp.mode = "half"
    answer = await api.send("POST", f"/v1/receipts/{received.receipt_id}/refund", {"amount_cents": 4_000})
    assert (answer.status_code, answer.json()["state"]) == (202, "started"), answer.text
    assert await api.bench.work() == []
    assert len(api.psp.refunds) == 1
    api.psp.mode = "ok"
    (reversal,) = await api.bench.work(at("2026-03-10 13:00"))
    assert (reversal.kind, reversal.returned_cents) == ("refund", 4_000)
    assert sum(path.startswith("PUT") for path in api.psp.seen) == 1
    (settled,) = (await api.get("/v1/reversals")).json()["items"]
    assert (settled["state"], settled["amount_cents"]) == ("settled", 4_000)
    more = await api.send("POST", f"/v1/receipts/{received.receipt_id}/refund", {"amount_cents": 6_001})
    assert more.status_code == 409
    await api.books_agree()
