"""Invoices: the newest snapshot, every version of it, and nothing that overwrites a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFoundError, TransientError
from contracts.invoices import Invoice
from contracts.invoicing import InvoiceEvent

_INSERT = """
insert into invoice (tenant_id, invoice_id, version, customer_id, external_id, document_number, instalment_number,
                     instalment_count, state, amount_cents, open_cents, issued_on, due_on, payable_on, time_zone,
                     origin, plan_id, segment, product, snapshot, created_at, updated_at)
select $1, v.id, v.version, v.customer, v.external_id, v.document, v.number, v.count, v.state, v.amount, v.open,
       v.issued, v.due, v.payable, v.zone, v.origin, v.plan, v.segment, v.product, v.snapshot::jsonb, $21, $21
from unnest($2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::smallint[], $8::smallint[], $9::text[],
            $10::bigint[], $11::bigint[], $12::date[], $13::date[], $14::date[], $15::text[], $16::text[],
            $17::uuid[], $18::text[], $19::text[], $20::text[])
  as v(id, version, customer, external_id, document, number, count, state, amount, open, issued, due, payable, zone,
       origin, plan, segment, product, snapshot)
on conflict (tenant_id, external_id) do nothing returning 1
"""
_UPDATE = """
update invoice own
   set version = v.version, state = v.state, amount_cents = v.amount, open_cents = v.open, due_on = v.due,
       payable_on = v.payable, segment = v.segment, product = v.product, snapshot = v.snapshot::jsonb, updated_at = $11
from unnest($2::uuid[], $3::integer[], $4::text[], $5::bigint[], $6::bigint[], $7::date[], $8::date[], $9::text[],
            $10::text[], $12::text[])
  as v(id, version, state, amount, open, due, payable, segment, product, snapshot)
where own.tenant_id = $1 and own.invoice_id = v.id
"""
_VERSIONS = """
insert into invoice_version (tenant_id, invoice_id, version, topic, reason, changed_by, principal, changed, event_id,
                             snapshot, recorded_at)
select $1, v.id, v.version, v.topic, v.reason, v.changed_by, $2, string_to_array(v.changed, ','), v.event,
       v.snapshot::jsonb, $10
from unnest($3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $11::text[])
  as v(id, version, topic, reason, changed_by, changed, event, snapshot)
"""
_LOAD = """
select snapshot::text as snapshot, time_zone, due_told_on, overdue_told_on from invoice
where tenant_id = $1 and invoice_id = any($2::uuid[]) order by invoice_id
"""
_TELL_DUE = "update invoice set due_told_on = payable_on where tenant_id = $1 and invoice_id = any($2::uuid[])"
_TELL_OVERDUE = "update invoice set overdue_told_on = payable_on where tenant_id = $1 and invoice_id = any($2::uuid[])"
_EXISTING = """
select external_id, invoice_id, amount_cents, due_on, customer_id from invoice
where tenant_id = $1 and external_id = any($2::text[])
"""
_HISTORY = """
select version, topic, reason, changed_by, principal, changed, event_id, snapshot::text as snapshot, recorded_at
from invoice_version where tenant_id = $1 and invoice_id = $2 and version > $3 order by version limit $4
"""
_OWNERS = "select invoice_id, customer_id from invoice where tenant_id = $1 and invoice_id = any($2::uuid[])"


@dataclass(frozen=True)
class Held:
    """An invoice as it is kept, with the zone of its payer and what was told of its days."""

    invoice: Invoice
    time_zone: str
    due_told_on: date | None
    overdue_told_on: date | None


@dataclass(frozen=True)
class Existing:
    """An invoice that already has an external id."""

    invoice_id: UUID
    amount_cents: int
    due_on: date
    customer_id: UUID


@dataclass(frozen=True)
class VersionRow:
    """One version of an invoice, with why it came to be."""

    version: int
    topic: str
    reason: str
    changed_by: str
    principal: str
    changed: list[str]
    event_id: UUID
    snapshot: str
    recorded_at: datetime


async def insert(tx: Tx, facts: Sequence[InvoiceEvent], zones: Mapping[UUID, str], *, principal: str) -> None:
    """Add new invoices with their first version and publish their facts; `zones` by customer.

    Raises `TransientError` if another request issued one of the external ids meanwhile.
    """
    if not facts:
        return
    invoices = [fact.invoice for fact in facts]
    snapshots = [one.model_dump_json() for one in invoices]
    connection = await tx.connection()
    done = await connection.fetch(
        _INSERT,
        tx.tenant_id,
        [one.invoice_id for one in invoices],
        [one.version for one in invoices],
        [one.customer_id for one in invoices],
        [one.external_id for one in invoices],
        [one.document_number for one in invoices],
        [one.instalment.number for one in invoices],
        [one.instalment.count for one in invoices],
        [one.state for one in invoices],
        [one.amount_cents for one in invoices],
        [one.balance.open_cents for one in invoices],
        [one.issued_on for one in invoices],
        [one.due_on for one in invoices],
        [one.payable_on for one in invoices],
        [zones[one.customer_id] for one in invoices],
        [one.origin for one in invoices],
        [one.plan_id for one in invoices],
        [one.segment for one in invoices],
        [one.product for one in invoices],
        snapshots,
        tx.now,
    )
    if len(done) != len(facts):
        raise TransientError("invoice-issued-meanwhile", "Somebody issued one of them meanwhile; repeat.")
    await _publish(tx, facts, snapshots, principal=principal, causes=None)


async def record(
    tx: Tx, facts: Sequence[InvoiceEvent], *, principal: str, causes: Sequence[UUID | None] | None = None
) -> None:
    """Keep the next versions of invoices that were loaded with a lock, and publish their facts, in order.

    Several facts of one invoice stand in the order of their versions; the last one is the current state.
    """
    if not facts:
        return
    snapshots = [fact.invoice.model_dump_json() for fact in facts]
    newest = {fact.invoice.invoice_id: (fact.invoice, text) for fact, text in zip(facts, snapshots, strict=True)}
    invoices = [one for one, _ in newest.values()]
    connection = await tx.connection()
    await connection.execute(
        _UPDATE,
        tx.tenant_id,
        list(newest),
        [one.version for one in invoices],
        [one.state for one in invoices],
        [one.amount_cents for one in invoices],
        [one.balance.open_cents for one in invoices],
        [one.due_on for one in invoices],
        [one.payable_on for one in invoices],
        [one.segment for one in invoices],
        [one.product for one in invoices],
        tx.now,
        [text for _, text in newest.values()],
    )
    await _publish(tx, facts, snapshots, principal=principal, causes=causes)


async def _publish(
    tx: Tx,
    facts: Sequence[InvoiceEvent],
    snapshots: Sequence[str],
    *,
    principal: str,
    causes: Sequence[UUID | None] | None,
) -> None:
    told = causes or [None] * len(facts)
    events = [tx.publish(fact, causation_id=cause) for fact, cause in zip(facts, told, strict=True)]
    connection = await tx.connection()
    await connection.execute(
        _VERSIONS,
        tx.tenant_id,
        principal,
        [fact.invoice.invoice_id for fact in facts],
        [fact.invoice.version for fact in facts],
        [fact.topic for fact in facts],
        [getattr(fact, "reason", "") for fact in facts],
        [fact.changed_by for fact in facts],
        [",".join(getattr(fact, "changed", ())) for fact in facts],
        events,
        tx.now,
        list(snapshots),
    )


async def load_many(tx: Tx, invoice_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Held]:
    """Those that exist, by id; locked in the order of their ids."""
    connection = await tx.connection()
    rows = await connection.fetch(_LOAD + (" for update" if lock else ""), tx.tenant_id, list(set(invoice_ids)))
    held = [
        Held(Invoice.model_validate_json(row["snapshot"]), row["time_zone"], row["due_told_on"], row["overdue_told_on"])
        for row in rows
    ]
    return {one.invoice.invoice_id: one for one in held}


async def load(tx: Tx, invoice_id: UUID, *, lock: bool = False) -> Held:
    """One invoice; raises `NotFoundError`."""
    found = await load_many(tx, [invoice_id], lock=lock)
    if invoice_id not in found:
        raise NotFoundError("not-found", "There is no such invoice.")
    return found[invoice_id]


async def existing(tx: Tx, external_ids: Sequence[str]) -> dict[str, Existing]:
    """The invoices that have one of these external ids."""
    connection = await tx.connection()
    rows = await connection.fetch(_EXISTING, tx.tenant_id, list(external_ids))
    return {
        row["external_id"]: Existing(row["invoice_id"], row["amount_cents"], row["due_on"], row["customer_id"])
        for row in rows
    }


async def owners(tx: Tx, invoice_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The customer of each of these invoices that exists."""
    connection = await tx.connection()
    rows = await connection.fetch(_OWNERS, tx.tenant_id, list(invoice_ids))
    return {row["invoice_id"]: row["customer_id"] for row in rows}


async def mark_told(tx: Tx, invoice_ids: Sequence[UUID], *, overdue: bool) -> None:
    """Remember that the present due day of these invoices was told."""
    if invoice_ids:
        connection = await tx.connection()
        await connection.execute(_TELL_OVERDUE if overdue else _TELL_DUE, tx.tenant_id, list(invoice_ids))


async def history(tx: Tx, invoice_id: UUID, *, after: int, limit: int) -> list[VersionRow]:
    """Versions above `after`, in order."""
    connection = await tx.connection()
    rows: list[Any] = await connection.fetch(_HISTORY, tx.tenant_id, invoice_id, after, limit)
    return [VersionRow(**dict(row)) for row in rows]
