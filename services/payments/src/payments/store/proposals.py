"""Questions to a person: whose money it is, and what a file's movement means."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.bulk import insert_many
from chassis.db import Tx
from payments.domain.incoming import Review
from payments.domain.matching import Matched
from payments.domain.settling import Receipt
from payments.store.tables import ProposalRow

_SUPERSEDE = """
update proposal set state = 'superseded', decided_at = $3
where tenant_id = $1 and receipt_id = any($2::uuid[]) and state = 'open'
"""
_ASKED = """
select receipt_id, amount_cents, candidates::text as candidates from proposal
where receipt_id = any($1::uuid[]) and state in ('open', 'rejected')
"""
_COLUMNS = """
proposal_id, kind, receipt_id, account_id, file_id, file_line, amount_cents, candidates::text as candidates,
details::text as details, state, first_by, first_choice::text as first_choice, decided_by, decided_at, created_at
"""
_LOAD = f"select {_COLUMNS} from proposal where proposal_id = $1"  # noqa: S608 - constant columns
_LIST = f"""
select {_COLUMNS} from proposal
where ($1::text is null or state = $1) and ($2::text is null or kind = $2)
  and ($3::uuid is null or receipt_id = $3) and ($4::uuid is null or account_id = $4)
  and ($5::timestamptz is null or (created_at, proposal_id) > ($5, $6::uuid))
order by created_at, proposal_id limit $7
"""  # noqa: S608 - constant columns
_FIRST = "update proposal set first_by = $2, first_choice = $3::jsonb where proposal_id = $1"
_DECIDE = "update proposal set state = $2, decided_by = $3, decided_at = $4 where proposal_id = $1"


async def add_matches(tx: Tx, proposed: Sequence[tuple[Receipt, Matched]]) -> None:
    """Ask a person whose these receipts are, unless just that is asked already or was answered with no.

    An open question whose answers or amount have changed is replaced.
    """
    if not proposed:
        return
    connection = await tx.connection()
    found = await connection.fetch(_ASKED, [receipt.receipt_id for receipt, _ in proposed])
    known: dict[UUID, list[tuple[int, Any]]] = {}
    for row in found:
        known.setdefault(row["receipt_id"], []).append((row["amount_cents"], json.loads(row["candidates"])))
    rows = [
        row
        for row in _matches(tx, proposed)
        if (row["amount_cents"], row["candidates"]) not in known.get(row["receipt_id"], ())
    ]
    await supersede(tx, [row["receipt_id"] for row in rows])
    await insert_many(tx, ProposalRow, rows)


def _matches(tx: Tx, proposed: Sequence[tuple[Receipt, Matched]]) -> list[dict[str, Any]]:
    return [
        {
            "tenant_id": tx.tenant_id,
            "proposal_id": tx.ids.new_id(),
            "kind": "match",
            "receipt_id": receipt.receipt_id,
            "business_key": None,
            "account_id": receipt.incoming.account_id,
            "file_id": receipt.incoming.file_id,
            "file_line": receipt.incoming.file_line,
            "amount_cents": receipt.unapplied_cents,
            "candidates": [
                {
                    "invoice_id": str(one.invoice_id),
                    "score": one.score,
                    "signals": [{"signal": each.signal, "weight": each.weight} for each in one.signals],
                }
                for one in matched.proposals[:50]
            ],
            "details": {},
            "state": "open",
            "created_at": tx.now,
        }
        for receipt, matched in proposed
    ]


async def add_reviews(tx: Tx, reviews: Sequence[Review], *, account_id: UUID, file_id: UUID | None) -> int:
    """Ask a person what these movements mean, once each; returns how many questions are new."""
    rows: list[dict[str, Any]] = [
        {
            "tenant_id": tx.tenant_id,
            "proposal_id": tx.ids.new_id(),
            "kind": "movement",
            "receipt_id": None,
            "business_key": one.business_key,
            "account_id": account_id,
            "file_id": file_id,
            "file_line": one.line,
            "amount_cents": one.paid_cents,
            "candidates": [],
            "details": {
                "reason": one.reason,
                "code": one.code,
                "description": one.description,
                "nosso_numero": one.nosso_numero,
                "document_number": one.document_number,
                "occurred_on": one.occurred_on.isoformat() if one.occurred_on else None,
            },
            "state": "open",
            "created_at": tx.now,
        }
        for one in reviews
    ]
    fresh = await insert_many(
        tx,
        ProposalRow,
        rows,
        on_conflict="(tenant_id, business_key) where business_key is not null do nothing",
        returning="proposal_id",
    )
    return len(fresh)


async def supersede(tx: Tx, receipt_ids: Iterable[UUID]) -> None:
    """Questions about these receipts need no answer any more."""
    ids = sorted(set(receipt_ids))
    if ids:
        await (await tx.connection()).execute(_SUPERSEDE, tx.tenant_id, ids, tx.now)


async def load(tx: Tx, proposal_id: UUID, *, lock: bool = False) -> Any:
    """One proposal, or None."""
    connection = await tx.connection()
    return await connection.fetchrow(_LOAD + (" for update" if lock else ""), proposal_id)


async def listed(
    tx: Tx,
    *,
    state: str | None,
    kind: str | None,
    receipt_id: UUID | None,
    account_id: UUID | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Proposals, the oldest first."""
    created_at, proposal_id = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_LIST, state, kind, receipt_id, account_id, created_at, proposal_id, limit))


async def first_yes(tx: Tx, proposal_id: UUID, *, by: str, choice: str) -> None:
    """The first of two people said yes."""
    await (await tx.connection()).execute(_FIRST, proposal_id, by, choice)


async def decide(tx: Tx, proposal_id: UUID, *, state: str, by: str) -> None:
    """The answer."""
    await (await tx.connection()).execute(_DECIDE, proposal_id, state, by, tx.now)
