"""Money that goes back, and allocations that no longer stand: debts are owed again, credit shrinks or grows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.db import Tx
from chassis.errors import ConflictError, NotFoundError
from contracts.payments import PaymentReversed, UndoneLine
from payments.domain import ledger
from payments.domain.books import undone
from payments.domain.incoming import Review
from payments.domain.matching import Matched
from payments.domain.settling import Receipt
from payments.handlers import posting
from payments.store import books as ledger_store
from payments.store import proposals, receipts, receivables, reversals
from payments.store.books import Entry, StandingLine

SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
Kind = Literal["refund", "med", "chargeback", "bank_reversal"]


@dataclass(frozen=True, kw_only=True)
class Return:
    """Money that went back, as the outside tells it."""

    kind: Kind
    reason: str
    amount_cents: int
    reversed_on: date
    external_id: str | None = None
    return_end_to_end_id: str | None = None


async def take_back(tx: Tx, receipt_id: UUID, told: Return, *, by: str = "system") -> PaymentReversed | None:
    """Money of the receipt has gone back: unapplied money first, then the newest allocations, whole lines.

    What a line had beyond the returned amount is given to its invoice again at once. Told twice, it counts once. What
    went back beyond the receipt's reach (a refund of ours has it under way, or it went back before) a person is asked
    about; without any in reach, None.
    """
    (receipt,) = await receipts.load(tx, [receipt_id])
    if told.external_id is not None and await reversals.by_external_id(tx, receipt_id, told.external_id) is not None:
        return None
    standing = await ledger_store.standing_lines(tx, receipt_id=receipt_id)
    reach_cents = receipt.unapplied_cents + sum(line.money_cents for line in standing)
    amount_cents = min(told.amount_cents, reach_cents)
    if amount_cents < told.amount_cents:
        await _ask_about(tx, receipt, told, told.amount_cents - amount_cents)
    if not amount_cents:
        return None
    reversal_id = tx.ids.new_id()
    await reversals.add(
        tx,
        reversal_id=reversal_id,
        receipt_id=receipt_id,
        kind=told.kind,
        state="settled",
        reason=told.reason,
        amount_cents=amount_cents,
        by=by,
        external_id=told.external_id,
        return_end_to_end_id=told.return_end_to_end_id,
        reversed_on=told.reversed_on,
    )
    from_unapplied = min(receipt.unapplied_cents, amount_cents)
    chosen = _enough(standing, amount_cents - from_unapplied)
    freed = sum(line.money_cents for line in chosen)
    to_unapplied = freed - (amount_cents - from_unapplied)
    lines = await _undo(tx, chosen, reversal_id)
    await ledger_store.post(
        tx,
        [
            *_undone_entries(chosen, receipt_id, reversal_id),
            _money_back("refund_started", ledger.refund_started(amount_cents=amount_cents), receipt, reversal_id),
            _money_back("refund_settled", ledger.refund_settled(amount_cents=amount_cents), receipt, reversal_id),
        ],
    )
    after = replace(
        receipt,
        unapplied_cents=receipt.unapplied_cents - from_unapplied + to_unapplied,
        returned_cents=receipt.returned_cents + amount_cents,
    )
    await receipts.move(tx, [after])
    if not after.unapplied_cents:
        await proposals.supersede(tx, [receipt_id])
    fact = PaymentReversed(
        reversal_id=reversal_id,
        receipt_id=receipt_id,
        customer_id=receipt.customer_id,
        kind=told.kind,
        reason=told.reason,
        currency="BRL",
        returned_cents=amount_cents,
        from_unapplied_cents=from_unapplied,
        to_unapplied_cents=to_unapplied,
        undone=lines,
        return_end_to_end_id=told.return_end_to_end_id,
        external_id=told.external_id,
        reversed_on=told.reversed_on,
    )
    tx.publish(fact)
    if to_unapplied:
        await posting.allocate_to(
            tx,
            replace(after, unapplied_cents=to_unapplied),
            [line.invoice_id for line in chosen],
            matched=Matched(rung="credit"),
            funds="credit",
            confirmed_by="system",
            kept_cents=after.unapplied_cents - to_unapplied,
        )
    return fact


async def _ask_about(tx: Tx, receipt: Receipt, told: Return, missing_cents: int) -> None:
    """Money went back that the books do not have there: once for each telling, with the receipt to look at."""
    incoming = receipt.incoming
    review = Review(
        business_key=f"reach:{receipt.receipt_id}:{told.external_id or told.reversed_on}",
        line=incoming.file_line,
        reason="reverses_payment",
        code=told.kind.upper(),
        description=f"more went back than receipt {receipt.receipt_id} has",
        nosso_numero=incoming.nosso_numero,
        document_number=incoming.document_number,
        occurred_on=told.reversed_on,
        paid_cents=missing_cents,
    )
    await proposals.add_reviews(tx, [review], account_id=incoming.account_id, file_id=None)


async def undo_allocation(tx: Tx, allocation_id: UUID, *, reason: str, on: date, by: str) -> PaymentReversed:
    """An allocation was wrong: its money is the receipt's credit again. Raises `NotFoundError`, `ConflictError`."""
    row = await ledger_store.receipt_of(tx, allocation_id)
    if row is None:
        raise NotFoundError("allocation-unknown", "There is no such allocation.")
    (receipt,) = await receipts.load(tx, [row["receipt_id"]])
    chosen = await ledger_store.standing_lines(tx, allocation_id=allocation_id)
    if not chosen:
        raise ConflictError("allocation-not-standing", "It moved no money, or was undone before.")
    reversal_id = tx.ids.new_id()
    freed = sum(line.money_cents for line in chosen)
    await reversals.add(
        tx,
        reversal_id=reversal_id,
        receipt_id=receipt.receipt_id,
        kind="deallocation",
        state="settled",
        reason=reason,
        amount_cents=freed,
        by=by,
        reversed_on=on,
    )
    lines = await _undo(tx, chosen, reversal_id)
    await ledger_store.post(tx, _undone_entries(chosen, receipt.receipt_id, reversal_id))
    await receipts.move(tx, [replace(receipt, unapplied_cents=receipt.unapplied_cents + freed)])
    fact = PaymentReversed(
        reversal_id=reversal_id,
        receipt_id=receipt.receipt_id,
        customer_id=receipt.customer_id,
        kind="deallocation",
        reason=reason,
        currency="BRL",
        returned_cents=0,
        to_unapplied_cents=freed,
        undone=lines,
        reversed_on=on,
    )
    tx.publish(fact)
    return fact


def _enough(lines: Sequence[StandingLine], money_cents: int) -> list[StandingLine]:
    """The newest lines that together hold at least this money."""
    chosen: list[StandingLine] = []
    for line in lines:
        if sum(one.money_cents for one in chosen) >= money_cents:
            break
        chosen.append(line)
    return chosen


async def _undo(tx: Tx, lines: Sequence[StandingLine], reversal_id: UUID) -> tuple[UndoneLine, ...]:
    """Take the lines back from their invoices' books; returns them as told."""
    held = await receivables.load_books(tx, [line.invoice_id for line in lines], lock=True)
    told: list[UndoneLine] = []
    for line in lines:
        after = undone(held[line.invoice_id], line, counted_on=line.counted_on)
        held[line.invoice_id] = after
        told.append(
            UndoneLine(
                allocation_id=line.allocation_id,
                invoice_id=line.invoice_id,
                money_cents=line.money_cents,
                principal_cents=line.principal_cents,
                interest_cents=line.interest_cents,
                fine_cents=line.fine_cents,
                discount_cents=line.discount_cents,
                abatement_cents=line.abatement_cents,
                balance=after.balance,
                state=after.state,
            )
        )
    await receivables.save_balances(tx, held.values())
    if lines:
        await ledger_store.undo(tx, lines, reversal_id=reversal_id)
    return tuple(told)


def _undone_entries(lines: Sequence[StandingLine], receipt_id: UUID, reversal_id: UUID) -> list[Entry]:
    return [
        Entry(
            kind="deallocated",
            posting=ledger.deallocated(
                principal_cents=line.principal_cents,
                interest_cents=line.interest_cents,
                fine_cents=line.fine_cents,
            ),
            receipt_id=receipt_id,
            allocation_id=line.allocation_id,
            reversal_id=reversal_id,
        )
        for line in lines
    ]


def _money_back(kind: str, posting_: ledger.Posting, receipt: Receipt, reversal_id: UUID) -> Entry:
    return Entry(
        kind=kind,
        posting=posting_,
        account_id=receipt.incoming.account_id,
        receipt_id=receipt.receipt_id,
        reversal_id=reversal_id,
    )
