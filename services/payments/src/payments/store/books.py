"""Allocations and ledger postings, written set by set; what is posted is never changed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.bulk import insert_many
from chassis.db import Tx
from contracts.payments import PaymentAllocated
from payments.domain.ledger import Account, Posting
from payments.store.tables import AllocationLineRow, AllocationRow, LedgerEntryRow

_STANDING = """
select l.allocation_id, l.invoice_id, l.receipt_id, l.money_cents, l.principal_cents, l.interest_cents, l.fine_cents,
       l.discount_cents, l.abatement_cents, l.counted_on
from allocation_line l
where l.undone_by is null and (l.receipt_id = $1::uuid or l.allocation_id = $2::uuid)
order by l.allocation_id desc, l.invoice_id
"""
_UNDO = """
update allocation_line as own set undone_by = $4
from unnest($2::uuid[], $3::uuid[]) as row(allocation_id, invoice_id)
where own.tenant_id = $1 and own.allocation_id = row.allocation_id and own.invoice_id = row.invoice_id
"""
_UNDONE = """
update allocation as own set undone_at = $3
where own.tenant_id = $1 and own.allocation_id = any($2::uuid[])
"""
_BALANCES = "select account, sum(amount_cents)::bigint as amount_cents from ledger_entry group by account"
_RECEIPT_OF = "select receipt_id, undone_at from allocation where allocation_id = $1"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A posting and what it is about."""

    kind: str
    posting: Posting
    account_id: UUID | None = None
    receipt_id: UUID | None = None
    allocation_id: UUID | None = None
    reversal_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StandingLine:
    """An allocation line that stands."""

    allocation_id: UUID
    invoice_id: UUID
    receipt_id: UUID
    money_cents: int
    principal_cents: int
    interest_cents: int
    fine_cents: int
    discount_cents: int
    abatement_cents: int
    counted_on: date


async def post(tx: Tx, entries: Iterable[Entry]) -> None:
    """Write postings; each sums to zero, and the table refuses one that does not."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "posting_id": posting_id,
            "line": number,
            "kind": entry.kind,
            "account": line.account.value,
            "amount_cents": line.amount_cents,
            "account_id": entry.account_id,
            "receipt_id": entry.receipt_id,
            "allocation_id": entry.allocation_id,
            "reversal_id": entry.reversal_id,
            "posted_at": tx.now,
        }
        for entry in entries
        if entry.posting
        for posting_id in (tx.ids.new_id(),)
        for number, line in enumerate(entry.posting, 1)
    ]
    await insert_many(tx, LedgerEntryRow, rows)


async def save_allocations(tx: Tx, made: Sequence[PaymentAllocated], counted: dict[tuple[UUID, UUID], date]) -> None:
    """Write allocations with their lines; `counted` is the day each line (allocation, invoice) counts for."""
    heads: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for fact in made:
        heads.append(
            {
                "tenant_id": tx.tenant_id,
                "allocation_id": fact.allocation_id,
                "receipt_id": fact.receipt_id,
                "customer_id": fact.customer_id,
                "funds": fact.funds,
                "amount_cents": fact.amount_cents,
                "unapplied_cents": fact.unapplied_cents,
                "outcome": fact.outcome,
                "circumstances": list(fact.circumstances),
                "matched_invoice_ids": [str(invoice_id) for invoice_id in fact.matched_invoice_ids],
                "match": json.loads(fact.match.model_dump_json()),
                "paid_on": fact.paid_on,
                "allocated_at": tx.now,
            }
        )
        lines += [
            {
                "tenant_id": tx.tenant_id,
                "allocation_id": fact.allocation_id,
                "invoice_id": line.invoice_id,
                "receipt_id": fact.receipt_id,
                "money_cents": line.money_cents,
                "principal_cents": line.principal_cents,
                "interest_cents": line.interest_cents,
                "fine_cents": line.fine_cents,
                "discount_cents": line.discount_cents,
                "abatement_cents": line.abatement_cents,
                "counted_on": counted[fact.allocation_id, line.invoice_id],
            }
            for line in fact.lines
        ]
    await insert_many(tx, AllocationRow, heads)
    await insert_many(tx, AllocationLineRow, lines)


async def standing_lines(
    tx: Tx, *, receipt_id: UUID | None = None, allocation_id: UUID | None = None
) -> list[StandingLine]:
    """The lines of a receipt, or of one allocation, that were not undone; the newest first."""
    connection = await tx.connection()
    return [StandingLine(**dict(row)) for row in await connection.fetch(_STANDING, receipt_id, allocation_id)]


async def undo(tx: Tx, lines: Sequence[StandingLine], *, reversal_id: UUID) -> None:
    """Mark these lines as undone by a reversal."""
    connection = await tx.connection()
    await connection.execute(
        _UNDO,
        tx.tenant_id,
        [line.allocation_id for line in lines],
        [line.invoice_id for line in lines],
        reversal_id,
    )
    await connection.execute(_UNDONE, tx.tenant_id, sorted({line.allocation_id for line in lines}), tx.now)


async def receipt_of(tx: Tx, allocation_id: UUID) -> Any:
    """The allocation's receipt and whether it was undone, or None."""
    connection = await tx.connection()
    return await connection.fetchrow(_RECEIPT_OF, allocation_id)


async def balances(tx: Tx) -> dict[Account, int]:
    """What each account of the ledger holds, in cents."""
    connection = await tx.connection()
    held = dict.fromkeys(Account, 0)
    for row in await connection.fetch(_BALANCES):
        held[Account(row["account"])] = row["amount_cents"]
    return held
