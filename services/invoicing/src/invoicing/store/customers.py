"""Customers: found by id, external id or the keyed hash of their tax id; written many at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFoundError, TransientError
from contracts.customers import Customer
from invoicing.domain.places import Payer

_INSERT = """
insert into customer (tenant_id, customer_id, version, external_id, tax_id_hash, kind, name, uf, city_code, time_zone,
                      segment, snapshot, created_at, updated_at)
select $1, v.id, v.version, v.external_id, v.hash, v.kind, v.name, v.uf, v.city, v.zone, v.segment, v.snapshot::jsonb,
       $13, $13
from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[])
  as v(id, version, external_id, hash, kind, name, uf, city, zone, segment, snapshot)
on conflict do nothing returning customer_id
"""
_UPDATE = """
update customer own
   set version = v.version, external_id = v.external_id, tax_id_hash = coalesce(v.hash, own.tax_id_hash),
       kind = v.kind, name = v.name, uf = v.uf, city_code = v.city, time_zone = v.zone, segment = v.segment,
       snapshot = v.snapshot::jsonb, updated_at = $13
from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[])
  as v(id, version, external_id, hash, kind, name, uf, city, zone, segment, snapshot)
where own.tenant_id = $1 and own.customer_id = v.id
"""
_LOAD = """
select snapshot::text from customer where tenant_id = $1 and customer_id = any($2::uuid[]) order by customer_id
"""
_PLACES = """
select customer_id, external_id, tax_id_hash, uf, city_code, time_zone from customer
where tenant_id = $1
  and (customer_id = any($2::uuid[]) or external_id = any($3::text[]) or tax_id_hash = any($4::text[]))
"""
_ERASE = """
update customer set version = $3, name = '', tax_id_hash = 'erased ' || customer_id, external_id = $4,
       snapshot = $5::text::jsonb, erased_at = $6, updated_at = $6
where tenant_id = $1 and customer_id = $2
"""
_UNLINK = "update response_link set revoked_at = $3 where tenant_id = $1 and customer_id = $2 and revoked_at is null"
_END_PLANS = """
update recurring_plan set state = 'ended', version = version + 1, updated_at = $3
where tenant_id = $1 and customer_id = $2 and state <> 'ended'
"""
_OWES = """
select exists (select from invoice
               where tenant_id = $1 and customer_id = $2 and state in ('open', 'partially_paid'))
"""
_PAGE = """
select customer_id, version, external_id, kind, name, uf, city_code, time_zone, segment,
       erased_at is not null as erased, created_at, updated_at
from customer
where tenant_id = $1 and ($2::text is null or tax_id_hash = $2) and ($3::text is null or external_id = $3)
  and ($4::text is null or starts_with(lower(name), $4)) and ($5::text is null or uf = $5)
  and ($6::text is null or segment = $6)
  and ($7::timestamptz is null or (created_at, customer_id) > ($7, $8::uuid))
order by created_at, customer_id limit $9
"""


def _columns(customers: Sequence[Customer], hashes: Mapping[UUID, str | None]) -> list[list[Any]]:
    personal = [customer.readable for customer in customers]
    return [
        [one.customer_id for one in customers],
        [one.version for one in customers],
        [one.external_id for one in customers],
        [hashes.get(one.customer_id) for one in customers],
        [one.kind for one in customers],
        [one.name if one else "" for one in personal],
        [one.uf for one in customers],
        [one.city_code for one in customers],
        [one.time_zone for one in customers],
        [one.segment for one in customers],
        [one.model_dump_json() for one in customers],
    ]


async def insert(tx: Tx, customers: Sequence[Customer], hashes: Mapping[UUID, str | None]) -> None:
    """Add new customers; `hashes` are their keyed tax-id hashes by customer.

    Raises `TransientError` if another request registered one of them meanwhile: look again and decide again.
    """
    if not customers:
        return
    connection = await tx.connection()
    done = await connection.fetch(_INSERT, tx.tenant_id, *_columns(customers, hashes), tx.now)
    if len(done) != len(customers):
        raise TransientError("customer-registered-meanwhile", "Somebody registered it meanwhile; repeat.")


async def update(tx: Tx, customers: Sequence[Customer], hashes: Mapping[UUID, str | None] | None = None) -> None:
    """Keep these next versions. A hash left out stays as it is."""
    if customers:
        connection = await tx.connection()
        await connection.execute(_UPDATE, tx.tenant_id, *_columns(customers, hashes or {}), tx.now)


async def owes(tx: Tx, customer_id: UUID) -> bool:
    """Whether an invoice of the customer is open."""
    found: bool = await (await tx.connection()).fetchval(_OWES, tx.tenant_id, customer_id)
    return found


async def erase(tx: Tx, customer: Customer) -> None:
    """Keep the customer without name and tax id; end its plans and response links."""
    connection = await tx.connection()
    names = (tx.tenant_id, customer.customer_id)
    snapshot = customer.model_dump_json()
    await connection.execute(_ERASE, *names, customer.version, customer.external_id, snapshot, tx.now)
    await connection.execute(_UNLINK, *names, tx.now)
    await connection.execute(_END_PLANS, *names, tx.now)


async def load_many(tx: Tx, customer_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Customer]:
    """The snapshots of those that exist, by id; locked in the order of their ids."""
    connection = await tx.connection()
    statement = _LOAD + (" for update" if lock else "")
    rows = await connection.fetch(statement, tx.tenant_id, list(set(customer_ids)))
    found = [Customer.model_validate_json(row[0]) for row in rows]
    return {one.customer_id: one for one in found}


async def load(tx: Tx, customer_id: UUID, *, lock: bool = False) -> Customer:
    """One snapshot; raises `NotFoundError`."""
    found = await load_many(tx, [customer_id], lock=lock)
    if customer_id not in found:
        raise NotFoundError("not-found", "There is no such customer.")
    return found[customer_id]


class Directory:
    """Payers by every way in which a caller may name them."""

    def __init__(self, rows: Sequence[Any]):
        self.by_id: dict[UUID, Payer] = {}
        self.by_external_id: dict[str, Payer] = {}
        self.by_hash: dict[str, Payer] = {}
        self.hash_of: dict[UUID, str] = {}
        self.external_id_of: dict[UUID, str] = {}
        for row in rows:
            payer = Payer(row["customer_id"], row["uf"], row["city_code"], row["time_zone"])
            self.add(payer, row["external_id"], row["tax_id_hash"])

    def add(self, payer: Payer, external_id: str, tax_id_hash: str) -> None:
        """Know one more."""
        self.by_id[payer.customer_id] = payer
        self.by_external_id[external_id] = payer
        self.by_hash[tax_id_hash] = payer
        self.hash_of[payer.customer_id] = tax_id_hash
        self.external_id_of[payer.customer_id] = external_id


async def directory(
    tx: Tx,
    *,
    ids: Sequence[UUID] = (),
    external_ids: Sequence[str] = (),
    hashes: Sequence[str] = (),
) -> Directory:
    """The payers among these names that exist."""
    connection = await tx.connection()
    return Directory(await connection.fetch(_PLACES, tx.tenant_id, list(ids), list(external_ids), list(hashes)))


async def page(
    tx: Tx,
    *,
    tax_id_hash: str | None = None,
    external_id: str | None = None,
    name_prefix: str | None = None,
    uf: str | None = None,
    segment: str | None = None,
    after: Sequence[Any] | None = None,
    limit: int,
) -> list[Any]:
    """Customers by the instant they became known."""
    created_at, customer_id = after or (None, None)
    connection = await tx.connection()
    prefix = None if name_prefix is None else name_prefix.lower()
    filters = (tx.tenant_id, tax_id_hash, external_id, prefix, uf, segment)
    return list(await connection.fetch(_PAGE, *filters, created_at, customer_id, limit))
