"""What people do: accounts, receipts by hand, answers to proposals, credit spent on invoices."""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, Fault, ForbiddenError, InvalidError, NotFoundError
from contracts.payments import PaymentAllocated
from payments import config
from payments.domain import ledger
from payments.domain.incoming import Incoming
from payments.domain.matching import Matched, Signal
from payments.domain.settling import Receipt
from payments.due_work import POLL_PIX, schedules
from payments.handlers import posting, reversing
from payments.store import accounts, freshness, proposals, receipts, receivables
from payments.store import books as ledger_store
from payments.store.accounts import Account
from payments.store.books import Entry


async def open_account(
    tx: Tx, account: Account, *, webhook_token: str | None, certificate_sha256: str | None
) -> Account:
    """Write a new account; a PSP's is swept from now on."""
    await accounts.add(tx, account)
    await _route(tx, account, webhook_token, certificate_sha256)
    if account.kind == "psp":
        await schedules.at(tx, kind=POLL_PIX, subject=str(account.account_id), due_at=tx.now)
    return replace(account, created_at=tx.now)


async def change_account(
    tx: Tx, account: Account, *, was_active: bool, webhook_token: str | None, certificate_sha256: str | None
) -> None:
    """Change an account; a closed one is not swept and holds nobody up, an opened one is swept again."""
    await accounts.change(tx, account)
    await _route(tx, account, webhook_token, certificate_sha256)
    if not account.active:
        await freshness.forget(tx, account.account_id)
    elif account.kind == "psp" and not was_active:
        await schedules.at(tx, kind=POLL_PIX, subject=str(account.account_id), due_at=tx.now)


async def _route(tx: Tx, account: Account, token: str | None, certificate_sha256: str | None) -> None:
    if account.kind == "psp":
        digest = None if token is None else sha256(token.encode()).digest()
        await accounts.route_webhook(tx, account.account_id, token_hash=digest, certificate_sha256=certificate_sha256)


async def receive(tx: Tx, told: Incoming, *, invoice_ids: Sequence[UUID]) -> UUID:
    """A receipt that a person tells of, given to these invoices or matched by the ladder; returns its id.

    Raises `NotFoundError` for an unknown account, `ConflictError` for an external id that was told before.
    """
    if await accounts.load(tx, told.account_id) is None:
        raise NotFoundError("account-unknown", "There is no such account.")
    if not invoice_ids:
        posted = await posting.post(tx, [told])
        return _only(posted.new).receipt_id
    receipt = _only((await receipts.insert(tx, [told])).new)
    held = await receivables.load_books(tx, invoice_ids, lock=True)
    customers = {own.invoice.customer_id for own in held.values()}
    tx.publish(posting.received(receipt, customer_id=next(iter(customers)) if len(customers) == 1 else None))
    await ledger_store.post(
        tx,
        [
            Entry(
                kind="received",
                posting=ledger.received(gross_cents=told.gross_cents, fee_cents=told.fee_cents),
                account_id=told.account_id,
                receipt_id=receipt.receipt_id,
            )
        ],
    )
    await posting.allocate_to(
        tx,
        receipt,
        invoice_ids,
        matched=Matched(rung="proposal", score=100, signals=(Signal("operator", 100),)),
        funds="receipt",
        confirmed_by="operator",
    )
    return receipt.receipt_id


def _only(new: Sequence[Receipt]) -> Receipt:
    if not new:
        raise ConflictError("receipt-known", "A receipt with this external id of the account exists.")
    return new[0]


async def accept(
    tx: Tx, proposal_id: UUID, *, invoice_ids: Sequence[UUID], receipt_id: UUID | None, by: str
) -> Literal["accepted", "waits_for_second"]:
    """A person's yes. With four eyes, the second of two people does it, with the same choice.

    Raises `NotFoundError`, `ConflictError` (decided already, other choice), `ForbiddenError` (the same person twice),
    `InvalidError` (no choice).
    """
    row = await _open(tx, proposal_id)
    choice = _choice(row, invoice_ids, receipt_id)
    told = json.dumps(choice, sort_keys=True)
    four_eyes = config.settings().payments_four_eyes
    if four_eyes and row["first_by"] is None:
        await proposals.first_yes(tx, proposal_id, by=by, choice=told)
        return "waits_for_second"
    if four_eyes:
        if row["first_by"] == by:
            raise ForbiddenError("second-person", "Another person has to say yes too.")
        if json.loads(row["first_choice"]) != choice:
            raise ConflictError("other-choice", "The first person chose otherwise: agree, or reject the proposal.")
    confirmed_by: posting.ConfirmedBy = "two_operators" if four_eyes else "operator"
    await proposals.decide(tx, proposal_id, state="accepted", by=by)
    if row["kind"] == "match":
        await _give(tx, row, [UUID(one) for one in choice["invoice_ids"]], confirmed_by)
    else:
        await _reverse(tx, row, UUID(choice["receipt_id"]))
    return "accepted"


async def reject(tx: Tx, proposal_id: UUID, *, by: str) -> None:
    """A person's no: the money stays unmatched, the movement does nothing."""
    await _open(tx, proposal_id)
    await proposals.decide(tx, proposal_id, state="rejected", by=by)


async def _open(tx: Tx, proposal_id: UUID) -> Any:
    row = await proposals.load(tx, proposal_id)
    if row is None:
        raise NotFoundError("proposal-unknown", "There is no such proposal.")
    if row["receipt_id"] is not None:
        # Receipt before proposal, as everybody locks them.
        await receipts.load(tx, [row["receipt_id"]])
    row = await proposals.load(tx, proposal_id, lock=True)
    if row["state"] != "open":
        raise ConflictError("proposal-decided", "The proposal is decided, or needs no decision any more.")
    return row


def _choice(row: Any, invoice_ids: Sequence[UUID], receipt_id: UUID | None) -> dict[str, Any]:
    """What a yes means: for money the invoices, for a movement the receipt that it takes back."""
    if row["kind"] == "movement":
        if json.loads(row["details"])["reason"] != "reverses_payment":
            raise InvalidError(
                "movement-moves-nothing", "Nothing follows from this movement: reject it when looked at."
            )
        if receipt_id is None:
            fault = Fault("/receipt_id", "missing", "name the receipt that the bank takes back")
            raise InvalidError("invalid-input", "Say which receipt is meant.", faults=(fault,))
        return {"receipt_id": str(receipt_id)}
    candidates = json.loads(row["candidates"])
    if not invoice_ids and len(candidates) == 1:
        return {"invoice_ids": [candidates[0]["invoice_id"]]}
    if not invoice_ids:
        fault = Fault("/invoice_ids", "missing", "name the invoices that the money is meant for")
        raise InvalidError("invalid-input", "Say which invoices are meant.", faults=(fault,))
    return {"invoice_ids": sorted(str(one) for one in set(invoice_ids))}


async def _give(tx: Tx, row: Any, invoice_ids: Sequence[UUID], confirmed_by: posting.ConfirmedBy) -> PaymentAllocated:
    (receipt,) = await receipts.load(tx, [row["receipt_id"]])
    if not receipt.unapplied_cents:
        raise ConflictError("nothing-unapplied", "Nothing of the receipt is unapplied any more.")
    chosen = {str(one) for one in invoice_ids}
    best = max((one for one in json.loads(row["candidates"]) if one["invoice_id"] in chosen), default=None, key=_score)
    signals = tuple(Signal(one["signal"], one["weight"]) for one in best["signals"]) if best else ()
    return await posting.allocate_to(
        tx,
        receipt,
        invoice_ids,
        matched=Matched(rung="proposal", score=best["score"] if best else 0, signals=signals),
        funds="credit",
        confirmed_by=confirmed_by,
    )


def _score(candidate: dict[str, Any]) -> int:
    return int(candidate["score"])


async def _reverse(tx: Tx, row: Any, receipt_id: UUID) -> None:
    if not await receipts.load(tx, [receipt_id]):
        raise NotFoundError("receipt-unknown", "There is no such receipt.")
    details = json.loads(row["details"])
    fact = await reversing.take_back(
        tx,
        receipt_id,
        reversing.Return(
            kind="bank_reversal",
            reason=f"occurrence_{details['code'].lower()}",
            amount_cents=row["amount_cents"],
            reversed_on=tx.now.astimezone(reversing.SAO_PAULO).date(),
            external_id=f"proposal:{row['proposal_id']}",
        ),
    )
    if fact is None:
        raise ConflictError("nothing-to-reverse", "The receipt's money has gone back already.")


async def apply_credit(tx: Tx, customer_id: UUID, *, invoice_ids: Sequence[UUID]) -> list[PaymentAllocated]:
    """Spend the customer's unapplied credit, the oldest first, on these invoices or on the oldest open ones.

    Raises `ConflictError` when there is no credit or nothing open, `InvalidError` for another customer's invoices.
    """
    unapplied = await receipts.credits_of(tx, customer_id)
    if not unapplied:
        raise ConflictError("no-credit", "The customer has no unapplied credit.")
    wanted = list(dict.fromkeys(invoice_ids)) or await receivables.open_of(tx, customer_id)
    made: list[PaymentAllocated] = []
    for receipt in unapplied:
        held = await receivables.load_books(tx, wanted, lock=True)
        if any(own.invoice.customer_id != customer_id for own in held.values()):
            fault = Fault("/invoice_ids", "invoice.other_customer", "name the customer's own invoices")
            raise InvalidError("invalid-input", "Credit pays its customer's invoices.", faults=(fault,))
        unknown = set(wanted) - set(held)
        if unknown:
            fault = Fault("/invoice_ids", "invoice.unknown", "no such invoice is known here (yet)")
            raise InvalidError("invoice-unknown", "Name invoices that exist.", faults=(fault,))
        still_open = [one for one in wanted if held[one].is_open]
        if not still_open:
            break
        made.append(
            await posting.allocate_to(
                tx,
                receipt,
                still_open,
                matched=Matched(rung="credit", score=100, signals=(Signal("operator", 100),)),
                funds="credit",
                confirmed_by="operator",
            )
        )
    if not made:
        raise ConflictError("nothing-open", "None of these invoices is open.")
    return made
