"""Refunds that we ask for: the wish is booked first, then the PSP is asked until it is known what became of it."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from brasil.pix.received import NOT_RETURNED, Refund
from chassis.db import Tx
from chassis.errors import ConflictError, InvalidError, NotFoundError
from chassis.schedules import Work
from contracts.payments import PaymentReversed
from payments import config, psp
from payments.domain import ledger
from payments.domain.settling import Receipt
from payments.due_work import REFUND_PIX, put_off, schedules
from payments.store import books as ledger_store
from payments.store import locks, proposals, receipts, reversals
from payments.store.books import Entry

SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
_log = structlog.get_logger("payments.refunds")


async def ask(tx: Tx, receipt_id: UUID, *, amount_cents: int | None, reason: str, by: str) -> Any:
    """Send unapplied money back; returns the reversal. A Pix goes back at the PSP, other money a person has sent.

    Raises `NotFoundError`; `ConflictError` when less than that is unapplied (undo the allocation first).
    """
    found = await receipts.load(tx, [receipt_id])
    if not found:
        raise NotFoundError("receipt-unknown", "There is no such receipt.")
    (receipt,) = found
    wanted = receipt.unapplied_cents if amount_cents is None else amount_cents
    if wanted <= 0 or wanted > receipt.unapplied_cents:
        raise ConflictError("not-unapplied", "Only unapplied money goes back: undo the allocation first.")
    by_pix = receipt.incoming.end_to_end_id is not None
    if by_pix and config.settings().payments_psp_url is None:
        raise InvalidError("psp-not-configured", "No PSP is configured: set PAYMENTS_PSP_URL.")
    reversal_id = tx.ids.new_id()
    await reversals.add(
        tx,
        reversal_id=reversal_id,
        receipt_id=receipt_id,
        kind="refund",
        state="started",
        reason=reason,
        amount_cents=wanted,
        by=by,
        external_id=reversal_id.hex,
    )
    await receipts.move(tx, [replace(receipt, unapplied_cents=receipt.unapplied_cents - wanted)])
    if wanted == receipt.unapplied_cents:
        await proposals.supersede(tx, [receipt_id])
    await _post(tx, "refund_started", ledger.refund_started(amount_cents=wanted), receipt, reversal_id)
    if by_pix:
        await schedules.at(tx, kind=REFUND_PIX, subject=str(reversal_id), due_at=tx.now)
    else:
        await _settle(tx, await reversals.load(tx, reversal_id), on=tx.now.astimezone(SAO_PAULO).date())
    return await reversals.load(tx, reversal_id)


async def send(tx: Tx, work: Work) -> None:
    """Ask the PSP for the devolução, or what became of it; asking twice for one id is one devolução.

    Nothing is locked while it is asked. Whoever settled the refund meanwhile is seen afterwards.
    """
    if await put_off(tx, [work]):
        return
    row = await reversals.load(tx, UUID(work.subject))
    if row is None or row["state"] != "started":
        return
    receipt_id: UUID = row["receipt_id"]
    end_to_end_id = (await receipts.peek(tx, [receipt_id]))[receipt_id].incoming.end_to_end_id or ""
    try:
        async with asyncio.timeout(locks.ask(tx)):
            told = await _ask(end_to_end_id, row)
    except (psp.PspAwayError, TimeoutError) as error:
        _log.warning("a refund's outcome is not known yet", reversal_id=work.subject, error=type(error).__name__)
        await _ask_again(tx, row)
        return
    (receipt,) = await receipts.load(tx, [receipt_id])
    row = await reversals.load(tx, UUID(work.subject))
    if row["state"] != "started":
        return
    if told is None or told.status == NOT_RETURNED:
        await _fail(tx, row, receipt)
    elif told.is_done:
        await _settle(tx, row, on=_day(told, tx), return_end_to_end_id=told.return_id)
    else:
        await _ask_again(tx, row)


async def _ask_again(tx: Tx, row: Any) -> None:
    attempts: int = row["attempts"]
    await reversals.tried(tx, row["reversal_id"])
    pause = timedelta(seconds=min(600, 5 * 2 ** min(attempts, 8)))
    await schedules.at(tx, kind=REFUND_PIX, subject=str(row["reversal_id"]), due_at=tx.now + pause)


async def _ask(end_to_end_id: str, row: Any) -> Refund | None:
    """What the PSP made of the refund, or None if it will not do it and has not done it. Raises `PspAwayError`.

    An earlier attempt may have been made by a process that died before it could write so, and a refusal may be the
    answer to such a repetition: so what the PSP has under our id is asked before, and again after a refusal.
    """
    refund_id: str = row["external_id"]
    async with psp.connected(config.settings()) as api:
        if api is None:
            raise psp.PspAwayError("not-configured")
        try:
            told = await api.refund_status(end_to_end_id, refund_id)
            return told or await api.refund(end_to_end_id, refund_id, amount_cents=row["amount_cents"])
        except psp.RefusedError:
            return await api.refund_status(end_to_end_id, refund_id)


async def settle_reported(tx: Tx, receipt_id: UUID, told: Refund) -> bool:
    """A devolução that a Pix carries: true if it is known here, and a started one of ours is settled by it."""
    if await reversals.by_external_id(tx, receipt_id, told.id) is None:
        return False
    await receipts.load(tx, [receipt_id])
    row = await reversals.by_external_id(tx, receipt_id, told.id)
    if row["state"] == "started":
        await _settle(tx, row, on=_day(told, tx), return_end_to_end_id=told.return_id)
    return True


def _day(told: Refund, tx: Tx) -> date:
    return (told.settled_at or tx.now).astimezone(SAO_PAULO).date()


async def _settle(tx: Tx, row: Any, *, on: date, return_end_to_end_id: str | None = None) -> None:
    (receipt,) = await receipts.load(tx, [row["receipt_id"]])
    amount_cents: int = row["amount_cents"]
    await reversals.end(
        tx, row["reversal_id"], state="settled", reversed_on=on, return_end_to_end_id=return_end_to_end_id
    )
    await receipts.move(tx, [replace(receipt, returned_cents=receipt.returned_cents + amount_cents)])
    await _post(tx, "refund_settled", ledger.refund_settled(amount_cents=amount_cents), receipt, row["reversal_id"])
    tx.publish(
        PaymentReversed(
            reversal_id=row["reversal_id"],
            receipt_id=receipt.receipt_id,
            customer_id=receipt.customer_id,
            kind="refund",
            reason=row["reason"],
            currency="BRL",
            returned_cents=amount_cents,
            from_unapplied_cents=amount_cents,
            return_end_to_end_id=return_end_to_end_id,
            external_id=row["external_id"],
            reversed_on=on,
        )
    )


async def _fail(tx: Tx, row: Any, receipt: Receipt) -> None:
    """The money stays: it is the customer's credit again."""
    amount_cents: int = row["amount_cents"]
    await reversals.end(tx, row["reversal_id"], state="failed", reversed_on=None)
    await receipts.move(tx, [replace(receipt, unapplied_cents=receipt.unapplied_cents + amount_cents)])
    undone = ledger.opposite(ledger.refund_started(amount_cents=amount_cents))
    await _post(tx, "refund_failed", undone, receipt, row["reversal_id"])


async def _post(tx: Tx, kind: str, posting: ledger.Posting, receipt: Receipt, reversal_id: UUID) -> None:
    await ledger_store.post(
        tx,
        [
            Entry(
                kind=kind,
                posting=posting,
                account_id=receipt.incoming.account_id,
                receipt_id=receipt.receipt_id,
                reversal_id=reversal_id,
            )
        ],
    )
