"""Receipts: written once under their business key, changed only in what of them is applied."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.bulk import insert_many
from chassis.db import Tx
from payments.domain.incoming import Incoming
from payments.domain.settling import Receipt
from payments.store import locks
from payments.store.tables import ReceiptRow

LINK_WINDOW = timedelta(days=3)
"""How far apart a PSP and a bank may date one payment: a Pix of Friday night is in Monday's file."""

_FIELDS = tuple(Incoming.__dataclass_fields__)
_COLUMNS = f"receipt_id, {', '.join(_FIELDS)}, customer_id, matched, unapplied_cents, returned_cents"
_PEEK = f"select {_COLUMNS} from receipt where receipt_id = any($1::uuid[]) order by receipt_id"  # noqa: S608
_LOAD = f"{_PEEK} for update"
_KNOWN = "select business_key, receipt_id from receipt where business_key = any($1::text[])"
_MOVE = """
update receipt as own set customer_id = row.customer_id, matched = row.matched, unapplied_cents = row.unapplied_cents,
  returned_cents = row.returned_cents
from unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::bigint[], $6::bigint[])
  as row(receipt_id, customer_id, matched, unapplied_cents, returned_cents)
where own.tenant_id = $1 and own.receipt_id = row.receipt_id
"""
# One payment of a slip's Pix, told by the PSP and by the bank: the invoice's identifiers tie the two together.
_OTHER_TELLING = """
select distinct on (asked.number) asked.number, r.receipt_id, r.also_reported::text as also_reported
from unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::date[])
       as asked(number, kind, value, gross_cents, paid_on)
join identifier own on own.tenant_id = $6 and own.kind = asked.kind and own.value = asked.value
join identifier other on other.tenant_id = $6 and other.invoice_id = own.invoice_id
  and other.kind = case asked.kind when 'slip' then 'txid' else 'slip' end
join receipt r on r.tenant_id = $6 and r.gross_cents = asked.gross_cents
  and abs(r.paid_on - asked.paid_on) <= $7
  and case asked.kind when 'slip' then r.txid = other.value and r.route = 'pix'
                      else r.slip_key = other.value and r.route <> 'pix' and r.paid_by_pix end
order by asked.number, r.received_at, r.receipt_id
"""
_LINK = """
update receipt as own set also_reported = row.also::jsonb
from unnest($2::uuid[], $3::text[]) as row(receipt_id, also)
where own.tenant_id = $1 and own.receipt_id = row.receipt_id
"""
_CREDITS = f"""
select {_COLUMNS} from receipt where customer_id = $1 and unapplied_cents > 0
order by received_at, receipt_id
"""  # noqa: S608 - constant columns
_LOCK_CREDITS = """
select 1 from receipt where customer_id = $1 and unapplied_cents > 0 order by receipt_id for update
"""
_OF_SLIP = """
select receipt_id from receipt
where account_id = $1 and slip_key = $2 and gross_cents = $3 and returned_cents < gross_cents
order by received_at desc, receipt_id desc
"""


@dataclass(frozen=True)
class Inserted:
    """What was new among what was told: the new receipts, and the keys that had been told before."""

    new: list[Receipt]
    known: list[str]


async def insert(tx: Tx, told: Sequence[Incoming]) -> Inserted:
    """Insert what is new; what is known stays as it is, whoever told it first."""
    if told:
        locks.hold(tx)
    first: dict[str, Incoming] = {}
    for one in told:
        first.setdefault(one.business_key, one)
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "receipt_id": tx.ids.new_id(),
            **{name: getattr(one, name) for name in _FIELDS},
            "slip_key": one.slip_key,
            "customer_id": None,
            "matched": False,
            "unapplied_cents": one.gross_cents,
            "received_at": tx.now,
        }
        for one in sorted(first.values(), key=lambda item: item.business_key)
    ]
    made = await insert_many(
        tx,
        ReceiptRow,
        rows,
        on_conflict="(tenant_id, business_key) do nothing",
        returning="business_key, receipt_id",
    )
    ids = {row["business_key"]: row["receipt_id"] for row in made}
    new = [
        Receipt(receipt_id=ids[key], incoming=one, unapplied_cents=one.gross_cents)
        for key, one in first.items()
        if key in ids
    ]
    return Inserted(new, [key for key in first if key not in ids])


async def known(tx: Tx, keys: Iterable[str]) -> dict[str, UUID]:
    """The receipts that already stand under these business keys."""
    connection = await tx.connection()
    return {row["business_key"]: row["receipt_id"] for row in await connection.fetch(_KNOWN, list(keys))}


async def load(tx: Tx, receipt_ids: Iterable[UUID]) -> list[Receipt]:
    """These receipts, locked in the order of their ids."""
    locks.hold(tx)
    connection = await tx.connection()
    return [_receipt(row) for row in await connection.fetch(_LOAD, sorted(set(receipt_ids)))]


def _receipt(row: Mapping[str, Any]) -> Receipt:
    return Receipt(
        receipt_id=row["receipt_id"],
        incoming=Incoming(**{name: row[name] for name in _FIELDS}),
        unapplied_cents=row["unapplied_cents"],
        returned_cents=row["returned_cents"],
        customer_id=row["customer_id"],
        matched=row["matched"],
    )


async def move(tx: Tx, receipts: Sequence[Receipt]) -> None:
    """Write what of these receipts is applied, and whose they are."""
    if not receipts:
        return
    rows = sorted(receipts, key=lambda one: one.receipt_id)
    connection = await tx.connection()
    await connection.execute(
        _MOVE,
        tx.tenant_id,
        [one.receipt_id for one in rows],
        [one.customer_id for one in rows],
        [one.matched for one in rows],
        [one.unapplied_cents for one in rows],
        [one.returned_cents for one in rows],
    )


async def peek(tx: Tx, receipt_ids: Iterable[UUID]) -> dict[UUID, Receipt]:
    """These receipts as they stand, for whoever does not change them."""
    rows = await (await tx.connection()).fetch(_PEEK, sorted(set(receipt_ids)))
    return {row["receipt_id"]: _receipt(row) for row in rows}


async def told_otherwise(tx: Tx, told: Sequence[Incoming]) -> dict[str, UUID]:
    """Which of these the other side has told already: business key → the receipt that stands for it.

    Only a slip that the bank says was paid by Pix and a Pix charge of the same invoice can be one payment, of one
    amount, a few days apart; each receipt stands for one such telling at most. A slip paid otherwise is other money.
    """
    asked = [(number, *_other_key(one), one) for number, one in enumerate(told) if _other_key(one) is not None]  # type: ignore[misc]
    if not asked:
        return {}
    connection = await tx.connection()
    rows = await connection.fetch(
        _OTHER_TELLING,
        [number for number, _, _, _ in asked],
        [kind for _, kind, _, _ in asked],
        [value for _, _, value, _ in asked],
        [one.gross_cents for _, _, _, one in asked],
        [one.paid_on for _, _, _, one in asked],
        tx.tenant_id,
        LINK_WINDOW.days,
    )
    found: dict[str, UUID] = {}
    taken: dict[UUID, list[str]] = {}
    new: dict[UUID, str] = {}
    for row in rows:
        key = told[row["number"]].business_key
        also = taken.setdefault(row["receipt_id"], json.loads(row["also_reported"]))
        if key not in also:
            if also:
                continue
            also.append(key)
            new[row["receipt_id"]] = json.dumps(also)
        found[key] = row["receipt_id"]
    if new:
        await connection.execute(_LINK, tx.tenant_id, list(new), list(new.values()))
    return found


def _other_key(one: Incoming) -> tuple[str, str] | None:
    if one.slip_key is not None and one.paid_by_pix:
        return "slip", one.slip_key
    return ("txid", one.txid) if one.route == "pix" and one.txid is not None else None


async def credits_of(tx: Tx, customer_id: UUID) -> list[Receipt]:
    """The customer's receipts with unapplied money, the oldest first; locked in the order of their ids."""
    connection = await tx.connection()
    await connection.execute(_LOCK_CREDITS, customer_id)
    return [_receipt(row) for row in await connection.fetch(_CREDITS, customer_id)]


async def of_slip(tx: Tx, *, account_id: UUID, slip_key: str, gross_cents: int) -> list[UUID]:
    """Receipts of a slip with this amount that were not taken back, the newest first."""
    connection = await tx.connection()
    return [row["receipt_id"] for row in await connection.fetch(_OF_SLIP, account_id, slip_key, gross_cents)]
