"""Copies of invoices with their books, what they are found by, and payers, written and read set by set."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from brasil.charges import Payment
from chassis.bulk import insert_many
from chassis.db import Tx
from contracts.invoices import Invoice, InvoiceBalance
from payments.domain.books import Books
from payments.store import locks
from payments.store.tables import ReceivableRow

_BALANCE = (
    "amount_cents",
    "principal_paid_cents",
    "interest_paid_cents",
    "fine_paid_cents",
    "discount_granted_cents",
    "abatement_granted_cents",
    "relieved_cents",
    "open_cents",
)
_COLUMNS = f"invoice_id, customer_id, version, snapshot::text as snapshot, {', '.join(_BALANCE)}"
_LOAD = f"select {_COLUMNS} from receivable where invoice_id = any($1::uuid[]) order by invoice_id"  # noqa: S608
_LOAD_LOCKED = f"{_LOAD} for update"
_PAID = """
select invoice_id, counted_on, money_cents from allocation_line
where invoice_id = any($1::uuid[]) and undone_by is null and money_cents > 0 order by allocation_id
"""
_KEEP = "(tenant_id, invoice_id) do update set " + ", ".join(
    f"{column} = excluded.{column}" for column in ("customer_id", "version", "snapshot", "due_on", "state", *_BALANCE)
)
_BOOK = (
    "update receivable as own set state = row.state, "  # noqa: S608 - column names of this file
    + ", ".join(f"{column} = row.{column}" for column in _BALANCE)
    + " from unnest($2::uuid[], $3::text[], "
    + ", ".join(f"${number}::bigint[]" for number in range(4, 4 + len(_BALANCE)))
    + f") as row(invoice_id, state, {', '.join(_BALANCE)})"
    + " where own.tenant_id = $1 and own.invoice_id = row.invoice_id"
)
_IDENTIFIERS = """
insert into identifier (tenant_id, kind, value, invoice_id)
select $1, kind, value, invoice_id from unnest($2::text[], $3::text[], $4::uuid[]) as row(kind, value, invoice_id)
on conflict do nothing
"""
_FIND = """
select distinct asked.number, i.invoice_id
from unnest($1::int[], $2::text[], $3::text[]) as asked(number, kind, value)
join identifier i on i.tenant_id = $4 and i.kind = asked.kind and i.value = asked.value
"""
_LOCK_NAMED = """
select 1 from receivable
where tenant_id = $3 and invoice_id in (
  select i.invoice_id from unnest($1::text[], $2::text[]) as asked(kind, value)
  join identifier i on i.tenant_id = $3 and i.kind = asked.kind and i.value = asked.value)
order by invoice_id for update
"""
_BY_PAYER = """
select asked.number, r.invoice_id
from unnest($1::int[], $2::text[]) as asked(number, hash)
join payer p on p.tenant_id = $3 and p.tax_id_hash = asked.hash
join receivable r on r.tenant_id = $3 and r.customer_id = p.customer_id and r.open_cents > 0
"""
_BY_AMOUNT = """
select asked.number, r.invoice_id
from unnest($1::int[], $2::bigint[]) as asked(number, amount_cents)
cross join lateral (select invoice_id from receivable
                    where tenant_id = $3 and open_cents = asked.amount_cents and open_cents > 0
                    order by due_on, invoice_id limit 10) as r
"""
_PAYERS = """
insert into payer as own (tenant_id, customer_id, version, tax_id_hash)
select $1, customer_id, version, hash from unnest($2::uuid[], $3::int[], $4::text[]) as row(customer_id, version, hash)
on conflict (tenant_id, customer_id) do update
   set version = excluded.version, tax_id_hash = coalesce(excluded.tax_id_hash, own.tax_id_hash)
where own.version < excluded.version and not own.erased
"""
_ERASE = """
insert into payer as own (tenant_id, customer_id, version, erased)
select $1, customer_id, version, true from unnest($2::uuid[], $3::int[]) as row(customer_id, version)
on conflict (tenant_id, customer_id) do update set version = excluded.version, tax_id_hash = null, erased = true
"""
_HASHES = "select customer_id, tax_id_hash from payer where customer_id = any($1::uuid[]) and tax_id_hash is not null"
_OPEN_OF = """
select invoice_id from receivable where customer_id = $1 and open_cents > 0 order by due_on, invoice_id
"""
_WAITING = """
select distinct r.receipt_id from receipt r
where not r.matched and r.unapplied_cents > 0 and r.unapplied_cents + r.returned_cents = r.gross_cents
  and (r.txid = any($1::text[]) or r.slip_key = any($2::text[])
    or ltrim(upper(r.document_number), '0') = any($3::text[]) or ltrim(upper(r.reference), '0') = any($3::text[])
    or r.payer_tax_id_hash in (select tax_id_hash from payer where customer_id = any($4::uuid[])))
"""


async def lock_named(tx: Tx, named: Iterable[tuple[str, str]]) -> None:
    """Lock the books of every invoice that has one of these identifiers (kind, value), in the order of their ids."""
    asked = sorted(set(named))
    if asked:
        locks.hold(tx)
        kinds, values = zip(*asked, strict=True)
        await (await tx.connection()).execute(_LOCK_NAMED, kinds, values, tx.tenant_id)


async def load_books(tx: Tx, invoice_ids: Iterable[UUID], *, lock: bool) -> dict[UUID, Books]:
    """The books of these invoices, as far as they are known here; locked in the order of their ids."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    if lock:
        locks.hold(tx)
    connection = await tx.connection()
    rows = await connection.fetch(_LOAD_LOCKED if lock else _LOAD, wanted)
    paid: dict[UUID, list[Payment]] = {}
    for row in await connection.fetch(_PAID, wanted):
        paid.setdefault(row["invoice_id"], []).append(Payment(row["counted_on"], row["money_cents"]))
    return {row["invoice_id"]: _books(row, paid.get(row["invoice_id"], ())) for row in rows}


def _books(row: Mapping[str, Any], paid: Sequence[Payment]) -> Books:
    return Books(
        invoice=Invoice.model_validate_json(row["snapshot"]),
        # Every row was checked when it was written, and is by the table.
        balance=InvoiceBalance.model_construct(**{column: row[column] for column in _BALANCE}),
        paid=tuple(paid),
    )


async def save_snapshots(tx: Tx, changed: Sequence[Books]) -> None:
    """Write whole books: the snapshot too. The caller holds the newest snapshot."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "invoice_id": books.invoice.invoice_id,
            "customer_id": books.invoice.customer_id,
            "version": books.invoice.version,
            "snapshot": json.loads(books.invoice.model_dump_json()),
            "due_on": books.invoice.due_on,
            "state": books.state,
            **{column: getattr(books.balance, column) for column in _BALANCE},
        }
        for books in sorted(changed, key=lambda one: one.invoice.invoice_id)
    ]
    await insert_many(tx, ReceivableRow, rows, on_conflict=_KEEP)


async def save_balances(tx: Tx, changed: Iterable[Books]) -> None:
    """Write what money changed; the snapshots stay."""
    rows = sorted(changed, key=lambda one: one.invoice.invoice_id)
    if not rows:
        return
    connection = await tx.connection()
    await connection.execute(
        _BOOK,
        tx.tenant_id,
        [one.invoice.invoice_id for one in rows],
        [one.state for one in rows],
        *([getattr(one.balance, column) for one in rows] for column in _BALANCE),
    )


async def save_identifiers(tx: Tx, found: Iterable[tuple[str, str, UUID]]) -> None:
    """Remember under what each invoice's money may be reported; nothing is ever forgotten."""
    rows = sorted(set(found))
    if rows:
        connection = await tx.connection()
        kinds, values, invoice_ids = zip(*rows, strict=True)
        await connection.execute(_IDENTIFIERS, tx.tenant_id, kinds, values, invoice_ids)


async def find(tx: Tx, asked: Sequence[tuple[int, str, str]]) -> dict[int, set[UUID]]:
    """The invoices that have these identifiers: of (number, kind, value), by number."""
    if not asked:
        return {}
    numbers, kinds, values = zip(*asked, strict=True)
    connection = await tx.connection()
    return _grouped(await connection.fetch(_FIND, numbers, kinds, values, tx.tenant_id))


async def find_by_payer(tx: Tx, asked: Sequence[tuple[int, str]]) -> dict[int, set[UUID]]:
    """Open invoices of the payers with these hashes: of (number, hash), by number."""
    if not asked:
        return {}
    numbers, hashes = zip(*asked, strict=True)
    connection = await tx.connection()
    return _grouped(await connection.fetch(_BY_PAYER, numbers, hashes, tx.tenant_id))


async def find_by_amount(tx: Tx, asked: Sequence[tuple[int, int]]) -> dict[int, set[UUID]]:
    """Up to ten open invoices of exactly these amounts: of (number, cents), by number."""
    if not asked:
        return {}
    numbers, amounts = zip(*asked, strict=True)
    connection = await tx.connection()
    return _grouped(await connection.fetch(_BY_AMOUNT, numbers, amounts, tx.tenant_id))


def _grouped(rows: Iterable[Any]) -> dict[int, set[UUID]]:
    found: dict[int, set[UUID]] = {}
    for row in rows:
        found.setdefault(row["number"], set()).add(row["invoice_id"])
    return found


async def save_payers(tx: Tx, payers: Sequence[tuple[UUID, int, str | None]]) -> None:
    """Keep (customer, version, hash of the tax id or None while it is sealed); the newest version counts."""
    newest: dict[UUID, tuple[UUID, int, str | None]] = {}
    for one in payers:
        if one[0] not in newest or newest[one[0]][1] < one[1]:
            newest[one[0]] = one
    if newest:
        connection = await tx.connection()
        await connection.execute(_PAYERS, tx.tenant_id, *zip(*newest.values(), strict=True))


async def erase_payers(tx: Tx, payers: Sequence[tuple[UUID, int]]) -> None:
    """Forget whose money these customers' is told by."""
    connection = await tx.connection()
    await connection.execute(_ERASE, tx.tenant_id, *zip(*payers, strict=True))


async def hashes(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The tax-id hash of each customer that has one."""
    connection = await tx.connection()
    rows = await connection.fetch(_HASHES, sorted(set(customer_ids)))
    return {row["customer_id"]: row["tax_id_hash"] for row in rows}


async def open_of(tx: Tx, customer_id: UUID) -> list[UUID]:
    """The customer's open invoices, the oldest due date first."""
    connection = await tx.connection()
    return [row["invoice_id"] for row in await connection.fetch(_OPEN_OF, customer_id)]


async def waiting_receipts(
    tx: Tx, *, identifiers: Iterable[tuple[str, str]], customer_ids: Iterable[UUID]
) -> list[UUID]:
    """Receipts that wait unmatched and that one of these identifiers or payers may be meant by."""
    by_kind: dict[str, list[str]] = {"txid": [], "slip": [], "reference": []}
    for kind, value in identifiers:
        by_kind[kind].append(value)
    connection = await tx.connection()
    rows = await connection.fetch(
        _WAITING, by_kind["txid"], by_kind["slip"], by_kind["reference"], sorted(set(customer_ids))
    )
    return [row["receipt_id"] for row in rows]
