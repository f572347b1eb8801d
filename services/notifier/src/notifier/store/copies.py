"""The service's copies of debtors, invoices, money and holds, written set by set; the newest one is kept."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.db import Tx
from contracts.customers import Customer
from contracts.dunning import CaseClosed, CaseHeld, CaseReleased
from contracts.invoices import Invoice
from contracts.payments import PaymentAllocated, PaymentReversed

_CUSTOMERS = """
insert into customer_copy as own (tenant_id, customer_id, version, snapshot)
select $1, customer_id, version, snapshot::jsonb
from unnest($2::uuid[], $3::int[], $4::text[]) as row(customer_id, version, snapshot)
on conflict (tenant_id, customer_id) do update set version = excluded.version, snapshot = excluded.snapshot
where own.version < excluded.version and not own.erased
"""
_ERASE = """
insert into customer_copy (tenant_id, customer_id, version, snapshot, erased)
select $1, customer_id, version, '{}', true from unnest($2::uuid[], $3::int[]) as row(customer_id, version)
on conflict (tenant_id, customer_id) do update set version = excluded.version, snapshot = '{}', erased = true
"""
_ERASE_CONTENT = """
update content set recipient = null, subject = null, body_text = null, body_html = null, headers = '{}', links = '[]',
       erased_at = $2
where customer_id = any($1::uuid[]) and erased_at is null
"""
_ERASE_REPLIES = "update reply set text = null where customer_id = any($1::uuid[])"
_ERASE_RAW = """
update raw_callback set body = null
where attempt_id in (select attempt_id from content where customer_id = any($1::uuid[])) and body is not null
"""
_INVOICES = """
insert into invoice_copy as own (tenant_id, invoice_id, customer_id, version, snapshot)
select $1, invoice_id, customer_id, version, snapshot::jsonb
from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[]) as row(invoice_id, customer_id, version, snapshot)
on conflict (tenant_id, invoice_id) do update
   set version = excluded.version, snapshot = excluded.snapshot, customer_id = excluded.customer_id
where own.version < excluded.version
"""
_MONEY = """
insert into received as own (tenant_id, allocation_id, invoice_id, money_cents, closed_cents, paid_on)
select $1, allocation_id, invoice_id, money_cents, closed_cents, paid_on
from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::date[])
     as row(allocation_id, invoice_id, money_cents, closed_cents, paid_on)
on conflict (tenant_id, allocation_id, invoice_id) do update
   set money_cents = excluded.money_cents, closed_cents = excluded.closed_cents, paid_on = excluded.paid_on
"""
_UNDO = """
insert into received (tenant_id, allocation_id, invoice_id, money_cents, closed_cents, undone)
select $1, allocation_id, invoice_id, 0, 0, true
from unnest($2::uuid[], $3::uuid[]) as row(allocation_id, invoice_id)
on conflict (tenant_id, allocation_id, invoice_id) do update set undone = true
"""
_HELD = """
insert into hold_copy as own (tenant_id, hold_id, case_id, case_version, invoice_id, reason, until)
select $1, hold_id, case_id, case_version, invoice_id, reason, until
from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::timestamptz[])
     as row(hold_id, case_id, case_version, invoice_id, reason, until)
on conflict (tenant_id, hold_id) do update
   set reason = excluded.reason, until = excluded.until, case_version = excluded.case_version
"""
_RELEASED = """
insert into hold_copy (tenant_id, hold_id, case_id, case_version, invoice_id, reason, released)
select $1, hold_id, case_id, case_version, invoice_id, reason, true
from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::text[])
     as row(hold_id, case_id, case_version, invoice_id, reason)
on conflict (tenant_id, hold_id) do update set released = true
"""
_CLOSED = """
insert into closed_case as own (tenant_id, case_id, case_version)
select $1, case_id, max(case_version) from unnest($2::uuid[], $3::int[]) as row(case_id, case_version) group by case_id
on conflict (tenant_id, case_id) do update set case_version = greatest(own.case_version, excluded.case_version)
"""


async def save_customers(tx: Tx, customers: Iterable[Customer]) -> None:
    """Keep the newest snapshot of each debtor, with its contacts."""
    newest: dict[UUID, Customer] = {}
    for customer in customers:
        known = newest.get(customer.customer_id)
        if known is None or known.version < customer.version:
            newest[customer.customer_id] = customer
    rows = list(newest.values())
    await (await tx.connection()).execute(
        _CUSTOMERS,
        tx.tenant_id,
        [row.customer_id for row in rows],
        [row.version for row in rows],
        [row.model_dump_json() for row in rows],
    )


async def erase_customers(tx: Tx, customers: Sequence[tuple[UUID, int]]) -> None:
    """Forget who these debtors are: their snapshot, their messages' texts, their replies. Hashes and evidence stay."""
    ids = [customer for customer, _ in customers]
    connection = await tx.connection()
    await connection.execute(_ERASE, tx.tenant_id, ids, [version for _, version in customers])
    await connection.execute(_ERASE_CONTENT, ids, tx.now)
    await connection.execute(_ERASE_REPLIES, ids)
    await connection.execute(_ERASE_RAW, ids)


async def save_invoices(tx: Tx, invoices: Iterable[Invoice]) -> None:
    """Keep the newest snapshot of each invoice."""
    newest: dict[UUID, Invoice] = {}
    for invoice in invoices:
        known = newest.get(invoice.invoice_id)
        if known is None or known.version < invoice.version:
            newest[invoice.invoice_id] = invoice
    rows = list(newest.values())
    await (await tx.connection()).execute(
        _INVOICES,
        tx.tenant_id,
        [row.invoice_id for row in rows],
        [row.customer_id for row in rows],
        [row.version for row in rows],
        [row.model_dump_json() for row in rows],
    )


async def save_allocations(tx: Tx, events: Iterable[PaymentAllocated]) -> None:
    """Keep what each allocation brought to each invoice."""
    lines = {(event.allocation_id, line.invoice_id): (event, line) for event in events for line in event.lines}
    rows = list(lines.values())
    await (await tx.connection()).execute(
        _MONEY,
        tx.tenant_id,
        [event.allocation_id for event, _ in rows],
        [line.invoice_id for _, line in rows],
        [line.money_cents for _, line in rows],
        [line.principal_cents + line.discount_cents + line.abatement_cents for _, line in rows],
        [event.paid_on for event, _ in rows],
    )


async def undo_allocations(tx: Tx, events: Iterable[PaymentReversed]) -> None:
    """Mark what was undone, also where the allocation itself has not been heard of yet."""
    lines = sorted({(line.allocation_id, line.invoice_id) for event in events for line in event.undone}, key=str)
    await (await tx.connection()).execute(
        _UNDO, tx.tenant_id, [allocation for allocation, _ in lines], [invoice for _, invoice in lines]
    )


async def save_holds(tx: Tx, events: Iterable[CaseHeld]) -> None:
    """An invoice is held."""
    rows = list({event.hold_id: event for event in events}.values())
    await (await tx.connection()).execute(
        _HELD,
        tx.tenant_id,
        [row.hold_id for row in rows],
        [row.case_id for row in rows],
        [row.case_version for row in rows],
        [row.invoice_id for row in rows],
        [row.reason for row in rows],
        [row.until for row in rows],
    )


async def release_holds(tx: Tx, events: Iterable[CaseReleased]) -> None:
    """A hold ended, also where its beginning has not been heard of yet."""
    rows = list({event.hold_id: event for event in events}.values())
    await (await tx.connection()).execute(
        _RELEASED,
        tx.tenant_id,
        [row.hold_id for row in rows],
        [row.case_id for row in rows],
        [row.case_version for row in rows],
        [row.invoice_id for row in rows],
        [row.reason for row in rows],
    )


async def close_cases(tx: Tx, events: Iterable[CaseClosed]) -> None:
    """Holds of a closed case that were placed before it was closed hold nothing any more."""
    rows = list(events)
    await (await tx.connection()).execute(
        _CLOSED, tx.tenant_id, [row.case_id for row in rows], [row.case_version for row in rows]
    )
