"""What banks take back, and what people decide."""

from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from bank_file_lines import itau_return, title
from payments_bench import Api
from payments_builders import TENANT, invoice_id, issued

from brasil.bank_files.movement import MovementKind, TitleMovement
from brasil.bank_files.result import InspectionResult
from payments import config
from payments.handlers import files

pytestmark = pytest.mark.io


def taken_back(number: int, *, cents: int = 10_000, line: int = 2) -> TitleMovement:
    """A movement by which the bank takes a payment back."""
    nothing: dict[str, Any] = dict.fromkeys(TitleMovement._fields)
    nothing |= {
        "line": line,
        "our_number": f"{number:08d}",
        "kind": MovementKind.OTHER,
        "code": "40",
        "description": "Estorno de pagamento",
        "reasons": (),
        "occurred_on": date(2026, 3, 12),
        "face_cents": cents,
        "paid_cents": cents,
        "needs_review": True,
        "partial": False,
        "reverses_payment": True,
    }
    return TitleMovement(**nothing)


async def upload(api: Api, account: str, name: str, *movements: TitleMovement) -> UUID:
    """A file of a bank whose codes take payments back, as it was read."""
    result = InspectionResult(
        format="cnab400", bank="341", layout="itau-400", file_date=date(2026, 3, 13), movements=movements
    )
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        given = files.Read(name.encode(), sha256(name.encode()).digest(), result)
        return await files.take(tx, UUID(account), given, by="test")


async def test_a_bank_that_takes_a_payment_back_reopens_the_invoice_once(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.file(account, itau_return(title(1)))
    await api.bench.said()
    await upload(api, account, "first", taken_back(1))
    (reversal,) = await api.bench.said()
    assert (reversal.kind, reversal.reason, reversal.returned_cents) == ("bank_reversal", "occurrence_40", 10_000)
    assert [(line.invoice_id, line.state) for line in reversal.undone] == [(invoice_id(1), "open")]
    await upload(api, account, "the same again under another name", taken_back(1))
    assert await api.bench.said() == []
    await api.books_agree()


async def test_a_payment_taken_back_that_nobody_knows_is_a_persons_question_once(api: Api) -> None:
    account = await api.account()
    for name in ("first", "second"):
        await upload(api, account, name, taken_back(7))
    (asked,) = (await api.get("/v1/proposals", kind="movement")).json()["items"]
    assert (asked["details"]["reason"], asked["amount_cents"]) == ("reverses_payment", 10_000)
    refused = await api.send("POST", f"/v1/proposals/{asked['proposal_id']}/accept", {})
    assert refused.json()["errors"][0]["pointer"] == "/receipt_id"
    receipt = (await api.cash(account, 10_000)).json()["receipt_id"]
    await api.bench.said()
    done = await api.send("POST", f"/v1/proposals/{asked['proposal_id']}/accept", {"receipt_id": receipt})
    assert done.json() == {"outcome": "accepted"}
    (reversal,) = await api.bench.said()
    assert (reversal.from_unapplied_cents, reversal.undone) == (10_000, ())
    again = await api.send("POST", f"/v1/proposals/{asked['proposal_id']}/accept", {"receipt_id": receipt})
    assert again.status_code == 409
    await api.books_agree()


async def test_what_is_left_of_a_partly_returned_payment_goes_to_its_invoice_again(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    receipt = UUID((await api.cash(account, 10_000, document_number="NF1")).json()["receipt_id"])
    await api.bench.said()
    async with api.bench.database.unit_of_work(tenant_id=TENANT) as tx:
        told = files.reversing.Return(
            kind="chargeback", reason="disputed", amount_cents=4_000, reversed_on=date(2026, 3, 12), external_id="c1"
        )
        await files.reversing.take_back(tx, receipt, told)
    reversal, allocated = await api.bench.said()
    assert (reversal.returned_cents, reversal.to_unapplied_cents) == (4_000, 6_000)
    assert (allocated.outcome, allocated.lines[0].money_cents, allocated.unapplied_cents) == ("partial", 6_000, 0)
    assert allocated.lines[0].balance.open_cents == 4_000
    await api.books_agree()


async def test_two_people_have_to_choose_the_same(api: Api) -> None:
    config.use(config.settings().model_copy(update={"payments_four_eyes": True}))
    account = await api.account()
    await api.bench.tell(issued(1), issued(2))
    await api.cash(account, 10_000)
    await api.bench.said()
    (asked,) = (await api.get("/v1/proposals", state="open")).json()["items"]
    path = f"/v1/proposals/{asked['proposal_id']}/accept"
    assert {one["invoice_id"] for one in asked["candidates"]} == {str(invoice_id(1)), str(invoice_id(2))}
    choice = {"invoice_ids": [str(invoice_id(1))]}
    assert (await api.send("POST", path, choice)).json() == {"outcome": "waits_for_second"}
    assert (await api.send("POST", path, choice)).status_code == 403
    assert await api.bench.said() == []
    kit = api.client._transport.app.state.kit  # type: ignore[attr-defined]
    made = await kit.keys.create(tenant_id=TENANT, name="second", scopes=("proposals:write",))
    api.keys[TENANT], first = made.text, api.keys[TENANT]
    other = await api.send("POST", path, {"invoice_ids": [str(invoice_id(2))]})
    assert other.status_code == 409
    assert (await api.send("POST", path, choice)).json() == {"outcome": "accepted"}
    api.keys[TENANT] = first
    (allocated,) = await api.bench.said()
    assert (allocated.match.rung, allocated.match.confirmed_by) == ("proposal", "two_operators")
    assert (allocated.outcome, allocated.lines[0].invoice_id) == ("full", invoice_id(1))
    await api.books_agree()


async def test_a_rejected_proposal_leaves_the_money_waiting(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    await api.cash(account, 10_000)
    await api.bench.said()
    (asked,) = (await api.get("/v1/proposals", state="open")).json()["items"]
    rejected = await api.send("POST", f"/v1/proposals/{asked['proposal_id']}/reject")
    assert rejected.json() == {"outcome": "rejected"}
    assert await api.bench.said() == []
    (receipt,) = (await api.get("/v1/receipts", matched=False)).json()["items"]
    assert receipt["unapplied_cents"] == 10_000
    await api.books_agree()
