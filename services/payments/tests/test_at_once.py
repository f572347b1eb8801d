"""Things that happen at the same time: nobody waits for the PSP, nothing is counted twice, no match is lost."""

import asyncio
from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from payments_bench import Api
from payments_builders import MARIA, TENANT, end_to_end, invoice_id, issued, pix, registered, txid

from payments.domain.incoming import Incoming
from payments.due_work import match_at
from payments.handlers import posting

pytestmark = pytest.mark.io
T = TypeVar("T")


async def soon(what: Awaitable[T]) -> T:
    """What has to come to its end, however slow the machine is."""
    return await asyncio.wait_for(what, 60)


async def paid_by_pix(api: Api) -> str:
    """Money of nobody known; its receipt."""
    account = await api.psp_account()
    api.psp.holds(pix(1, 10_000))
    await api.webhook(account, pix(1, 10_000))
    received, _ = await api.bench.work()
    return str(received.receipt_id)


def told(account: str, **given: Any) -> Incoming:
    values: dict[str, Any] = {"business_key": f"manual:{account}:1", "route": "cash", "source_kind": "manual"} | given
    return Incoming(account_id=UUID(account), gross_cents=10_000, paid_on=date(2026, 3, 10), **values)


async def waits_for_a_lock(api: Api) -> None:
    """Until some transaction waits for another one."""
    async with asyncio.timeout(60):
        while not await api.bench.fetch("select 1 from pg_locks where not granted"):  # noqa: ASYNC110 - it tells no event
            await asyncio.sleep(0.02)


async def test_a_receipt_is_free_while_the_psp_is_asked_for_its_refund(api: Api) -> None:
    receipt = await paid_by_pix(api)
    await api.send("POST", f"/v1/receipts/{receipt}/refund", {"amount_cents": 4_000})
    api.psp.asked.clear()
    api.psp.free.clear()
    working = asyncio.create_task(api.bench.work())
    await soon(api.psp.asked.wait())
    second = await soon(api.send("POST", f"/v1/receipts/{receipt}/refund", {"amount_cents": 1_000}))
    assert second.status_code == 202, second.text
    assert not working.done()
    api.psp.free.set()
    told_back = await soon(working)
    assert sorted(fact.returned_cents for fact in told_back) == [1_000, 4_000]
    await api.books_agree()


async def test_a_webhook_is_answered_while_the_same_pix_is_confirmed(api: Api) -> None:
    account = await api.psp_account()
    api.psp.holds(pix(1, 10_000))
    await api.webhook(account, pix(1, 10_000))
    api.psp.free.clear()
    working = asyncio.create_task(api.bench.work())
    await soon(api.psp.asked.wait())
    again = await soon(api.webhook(account, pix(1, 10_000)))
    assert (again.status_code, working.done()) == (200, False)
    api.psp.free.set()
    await soon(working)
    await api.bench.work()
    assert len((await api.get("/v1/receipts")).json()["items"]) == 1


async def test_the_psp_is_not_asked_in_a_transaction_that_holds_receipts(api: Api) -> None:
    receipt = await paid_by_pix(api)
    await api.send("POST", f"/v1/receipts/{receipt}/refund", {"amount_cents": 4_000})
    asked = len(api.psp.seen)
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        earlier = tx.now - timedelta(minutes=1)
        await match_at(tx, [UUID(receipt)], earlier)
    assert await api.bench.scheduler.turn() == 2
    assert len(api.psp.seen) == asked
    (reversal,) = await api.bench.work()
    assert reversal.returned_cents == 4_000


async def test_money_and_its_invoice_that_come_at_the_same_time_meet_a_minute_later(api: Api) -> None:
    account = await api.account()
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        await posting.post(tx, [told(account, document_number="NF1")])
        await api.bench.tell(issued(1))
    _, unmatched = await api.bench.work()
    assert unmatched.outcome == "unmatched"
    (allocated,) = await api.bench.work(api.bench.clock.now() + timedelta(minutes=1))
    assert (allocated.outcome, allocated.lines[0].invoice_id) == ("full", invoice_id(1))
    await api.books_agree()


def by_the_psp(account: str) -> Incoming:
    """The Pix of invoice 1's charge."""
    key, number = f"pix:{end_to_end(1)}", end_to_end(1)
    return told(account, business_key=key, route="pix", source_kind="pix_webhook", end_to_end_id=number, txid=txid(1))


def by_the_bank(account: str) -> Incoming:
    """The same payment in a file whose words say that the slip was paid by its Pix."""
    slip = {"bank_code": "341", "nosso_numero": "1", "file_id": UUID(int=5), "file_line": 2, "paid_by_pix": True}
    return told(account, business_key="slip:1", route="boleto", source_kind="cnab400", **slip)


@pytest.mark.parametrize("bank_first", [False, True])
async def test_the_two_tellings_of_a_slips_pix_at_the_same_time_are_one_payment(api: Api, bank_first: bool) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    first, second = by_the_psp(account), by_the_bank(account)
    if bank_first:
        first, second = second, first

    async def tell(one: Incoming) -> posting.Posted:
        async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
            return await posting.post(tx, [one])

    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        await posting.post(tx, [first])
        telling = asyncio.create_task(tell(second))
        await waits_for_a_lock(api)
    posted = await soon(telling)
    assert (posted.new, list(posted.linked)) == ([], [second.business_key])
    for again in (first, second):
        assert (await tell(again)).new == []
    (receipt,) = (await api.get("/v1/receipts")).json()["items"]
    assert receipt["other_reports"] == 1
    await api.books_agree()


async def test_a_question_stays_the_same_until_its_answers_change_and_a_no_is_heard(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(registered(), issued(1, customer=MARIA), issued(2, customer=MARIA))
    await api.cash(account, 10_000, payer_tax_id="390.533.447-05")

    async def asked() -> list[str]:
        found = (await api.get("/v1/proposals", state="open")).json()["items"]
        return [one["proposal_id"] for one in found]

    first = await asked()
    assert len(first) == 1
    later = api.bench.clock.now() + timedelta(minutes=1)
    await api.bench.work(later)
    assert await asked() == first
    await api.send("POST", f"/v1/proposals/{first[0]}/reject")
    (receipt,) = (await api.get("/v1/receipts")).json()["items"]
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        await posting.match_again(tx, [UUID(receipt["receipt_id"])])
    assert await asked() == []
    await api.bench.tell(issued(3, customer=MARIA))
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        await posting.match_again(tx, [UUID(receipt["receipt_id"])])
    assert len(await asked()) == 1
