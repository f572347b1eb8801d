"""The tenant's evidence chain: entries are appended under the lock of its head and never changed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from contracts.notifier import EvidenceLink
from notifier.domain import evidence as chain
from notifier.domain.evidence import JsonValue

_HEAD = """
insert into evidence_head as own (tenant_id, sequence, entry_hash) values ($1, 0, $2)
on conflict (tenant_id) do update set sequence = own.sequence returning sequence, entry_hash
"""
_APPEND = """
insert into evidence (tenant_id, sequence, previous_hash, entry_hash, body_hash, body, kind, message_id, attempt_id,
                      invoice_ids, occurred_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_SET_HEAD = "update evidence_head set sequence = $2, entry_hash = $3 where tenant_id = $1"
_OF_MESSAGE = """
select sequence, kind, occurred_at, attempt_id, body from evidence where message_id = $1 order by sequence
"""
_OF_INVOICE = "select sequence from evidence where invoice_ids @> array[$1::uuid] order by sequence"
_PATH = """
select sequence, previous_hash, entry_hash, body_hash, case when invoice_ids @> array[$1::uuid] then body end as body
from evidence where sequence > $2 and sequence <= $3 order by sequence limit $4
"""


@dataclass(frozen=True)
class Fact:
    """One thing to be kept for ever; `body` says it without personal data."""

    kind: str
    message_id: UUID | None
    attempt_id: UUID | None
    invoice_ids: tuple[UUID, ...]
    body: dict[str, JsonValue]


async def append(tx: Tx, facts: Sequence[Fact]) -> list[EvidenceLink]:
    """Append entries; returns their links. The head's lock comes last in a transaction and is held to its end."""
    if not facts:
        return []
    connection = await tx.connection()
    head = await connection.fetchrow(_HEAD, tx.tenant_id, chain.GENESIS)
    sequence, previous = head["sequence"], head["entry_hash"]
    links, rows = [], []
    for fact in facts:
        sequence += 1
        body: dict[str, JsonValue] = {
            **fact.body,
            "kind": fact.kind,
            "at": tx.now.isoformat(),
            "message_id": str(fact.message_id) if fact.message_id else None,
            "attempt_id": str(fact.attempt_id) if fact.attempt_id else None,
            "invoice_ids": [str(invoice_id) for invoice_id in fact.invoice_ids],
        }
        entry = chain.append(sequence=sequence, previous_hash=previous, body=body)
        rows.append(
            (
                tx.tenant_id,
                sequence,
                previous,
                entry.entry_hash,
                entry.body_hash,
                entry.body,
                fact.kind,
                fact.message_id,
                fact.attempt_id,
                list(fact.invoice_ids),
                tx.now,
            )
        )
        links.append(EvidenceLink(sequence=sequence, entry_hash=entry.entry_hash, previous_hash=previous))
        previous = entry.entry_hash
    await connection.executemany(_APPEND, rows)
    await connection.execute(_SET_HEAD, tx.tenant_id, sequence, previous)
    return links


@dataclass(frozen=True)
class Event:
    """An entry as the log of one message shows it."""

    sequence: int
    kind: str
    occurred_at: datetime
    attempt_id: UUID | None
    body: bytes


async def of_message(tx: Tx, message_id: UUID) -> list[Event]:
    """What happened to a message, in order."""
    rows = await (await tx.connection()).fetch(_OF_MESSAGE, message_id)
    return [
        Event(row["sequence"], row["kind"], row["occurred_at"], row["attempt_id"], bytes(row["body"])) for row in rows
    ]


async def span_of_invoice(tx: Tx, invoice_id: UUID) -> tuple[int, int] | None:
    """The first and the last entry about an invoice, or None if there is none."""
    rows = await (await tx.connection()).fetch(_OF_INVOICE, invoice_id)
    return (rows[0]["sequence"], rows[-1]["sequence"]) if rows else None


async def path(tx: Tx, invoice_id: UUID, *, first: int, last: int, chunk: int = 2_000) -> AsyncIterator[Any]:
    """Every entry from `first` to `last`, in order; the body only of those about the invoice."""
    connection = await tx.connection()
    after = first - 1
    while after < last:
        rows = await connection.fetch(_PATH, invoice_id, after, last, chunk)
        if not rows:
            return
        for row in rows:
            yield row
        after = rows[-1]["sequence"]
