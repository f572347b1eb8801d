"""The service's copies of debtors, receivables and money, written set by set; the highest version seen is kept.

A debtor's copy leaves out the personal block: dunning never knows who somebody is.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from contracts.customers import Customer
from contracts.invoices import Invoice
from contracts.payments import PaymentAllocated, PaymentReversed

_DEBTORS = """
insert into debtor as own (tenant_id, customer_id, version, snapshot)
select $1, customer_id, version, snapshot::jsonb
from unnest($2::uuid[], $3::int[], $4::text[]) as row(customer_id, version, snapshot)
on conflict (tenant_id, customer_id) do update set version = excluded.version, snapshot = excluded.snapshot
where own.version < excluded.version and not own.erased
"""
_ERASE = """
insert into debtor (tenant_id, customer_id, version, snapshot, erased)
select $1, customer_id, version, '{}', true from unnest($2::uuid[], $3::int[]) as row(customer_id, version)
on conflict (tenant_id, customer_id) do update set version = excluded.version, snapshot = '{}', erased = true
"""
_RECEIVABLES = """
insert into receivable as own (tenant_id, invoice_id, customer_id, version, snapshot)
select $1, invoice_id, customer_id, version, snapshot::jsonb
from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[]) as row(invoice_id, customer_id, version, snapshot)
on conflict (tenant_id, invoice_id) do update
   set version = excluded.version, snapshot = excluded.snapshot, customer_id = excluded.customer_id
where own.version < excluded.version
"""
_MONEY = """
insert into received as own
  (tenant_id, allocation_id, invoice_id, customer_id, money_cents, closed_cents, paid_on, known_at)
select $1, allocation_id, invoice_id, customer_id, money_cents, closed_cents, paid_on, $8
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::date[])
     as row(allocation_id, invoice_id, customer_id, money_cents, closed_cents, paid_on)
on conflict (tenant_id, allocation_id, invoice_id) do update
   set money_cents = excluded.money_cents, closed_cents = excluded.closed_cents, paid_on = excluded.paid_on,
       known_at = excluded.known_at, customer_id = excluded.customer_id
"""
_UNDO = """
insert into received (tenant_id, allocation_id, invoice_id, money_cents, closed_cents, undone)
select $1, allocation_id, invoice_id, 0, 0, true
from unnest($2::uuid[], $3::uuid[]) as row(allocation_id, invoice_id)
on conflict (tenant_id, allocation_id, invoice_id) do update set undone = true
"""
_CLOSE_CONTACT = """
insert into debtor as own (tenant_id, customer_id, version, snapshot, closed_contacts)
values ($1, $2, 0, '{}', $3::jsonb)
on conflict (tenant_id, customer_id) do update set closed_contacts = own.closed_contacts || excluded.closed_contacts
"""


async def save_customers(tx: Tx, customers: Iterable[Customer]) -> None:
    """Keep the newest snapshot of each debtor, without its personal block."""
    newest: dict[UUID, Customer] = {}
    for customer in customers:
        known = newest.get(customer.customer_id)
        if known is None or known.version < customer.version:
            newest[customer.customer_id] = customer
    rows = list(newest.values())
    connection = await tx.connection()
    await connection.execute(
        _DEBTORS,
        tx.tenant_id,
        [row.customer_id for row in rows],
        [row.version for row in rows],
        [row.model_dump_json(exclude={"personal"}) for row in rows],
    )


async def erase_customers(tx: Tx, customers: Sequence[tuple[UUID, int]]) -> None:
    """Forget everything about these debtors but that they are erased."""
    connection = await tx.connection()
    await connection.execute(
        _ERASE, tx.tenant_id, [customer for customer, _ in customers], [version for _, version in customers]
    )


async def save_invoices(tx: Tx, invoices: Iterable[Invoice]) -> None:
    """Keep the newest snapshot of each invoice."""
    newest: dict[UUID, Invoice] = {}
    for invoice in invoices:
        known = newest.get(invoice.invoice_id)
        if known is None or known.version < invoice.version:
            newest[invoice.invoice_id] = invoice
    rows = list(newest.values())
    connection = await tx.connection()
    await connection.execute(
        _RECEIVABLES,
        tx.tenant_id,
        [row.invoice_id for row in rows],
        [row.customer_id for row in rows],
        [row.version for row in rows],
        [row.model_dump_json() for row in rows],
    )


async def save_allocations(tx: Tx, events: Iterable[PaymentAllocated], *, known_at: datetime) -> None:
    """Keep what each allocation brought to each invoice."""
    lines = [(event, line) for event in events for line in event.lines]
    connection = await tx.connection()
    await connection.execute(
        _MONEY,
        tx.tenant_id,
        [event.allocation_id for event, _ in lines],
        [line.invoice_id for _, line in lines],
        [event.customer_id for event, _ in lines],
        [line.money_cents for _, line in lines],
        [line.principal_cents + line.discount_cents + line.abatement_cents for _, line in lines],
        [event.paid_on for event, _ in lines],
        known_at,
    )


async def undo_allocations(tx: Tx, events: Iterable[PaymentReversed]) -> None:
    """Mark what was undone, also where the allocation itself has not been heard of yet."""
    lines = [line for event in events for line in event.undone]
    connection = await tx.connection()
    await connection.execute(
        _UNDO, tx.tenant_id, [line.allocation_id for line in lines], [line.invoice_id for line in lines]
    )


async def close_contact(tx: Tx, customer_id: UUID, *, contact_id: UUID | None, channel: str | None) -> None:
    """Never use this contact, or this channel, or (with neither) any channel of the debtor again."""
    key = f"contact:{contact_id}" if contact_id else f"channel:{channel or 'all'}"
    connection = await tx.connection()
    await connection.execute(_CLOSE_CONTACT, tx.tenant_id, customer_id, json.dumps({key: True}))
