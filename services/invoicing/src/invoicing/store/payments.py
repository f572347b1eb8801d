"""Money applied to invoices, by allocation and day: what makes an allocation count once, and today's debt exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.db import Tx

_SEEN = """
select allocation_id, invoice_id, applied, reversal_id from invoice_payment
where tenant_id = $1 and allocation_id = any($2::uuid[])
"""
_ADD = """
insert into invoice_payment as own (tenant_id, allocation_id, invoice_id, paid_on, money_cents, applied, reversal_id,
                                    reversed_on)
select $1, v.allocation, v.invoice, v.paid_on, v.money, v.applied, v.reversal, v.reversed_on
from unnest($2::uuid[], $3::uuid[], $4::date[], $5::bigint[], $6::boolean[], $7::uuid[], $8::date[])
  as v(allocation, invoice, paid_on, money, applied, reversal, reversed_on)
on conflict (tenant_id, allocation_id, invoice_id) do update
   set reversal_id = coalesce(excluded.reversal_id, own.reversal_id),
       reversed_on = coalesce(excluded.reversed_on, own.reversed_on)
"""
_PAID = """
select paid_on, sum(money_cents)::bigint as money_cents from invoice_payment
where tenant_id = $1 and invoice_id = $2 and applied and reversal_id is null group by paid_on order by paid_on
"""


@dataclass(frozen=True)
class Applied:
    """One allocation line as it counts here. Not `applied`: its reversal came first, so it never moved anything."""

    allocation_id: UUID
    invoice_id: UUID
    paid_on: date
    money_cents: int
    applied: bool
    reversal_id: UUID | None = None
    reversed_on: date | None = None


async def seen(tx: Tx, allocation_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[bool, bool]]:
    """Of each known line (allocation, invoice): whether it was applied, whether it was reversed."""
    connection = await tx.connection()
    rows = await connection.fetch(_SEEN, tx.tenant_id, list(set(allocation_ids)))
    return {(row["allocation_id"], row["invoice_id"]): (row["applied"], row["reversal_id"] is not None) for row in rows}


async def keep(tx: Tx, lines: Sequence[Applied]) -> None:
    """Keep these lines; of one that is known only its reversal is added."""
    if not lines:
        return
    connection = await tx.connection()
    newest = {(one.allocation_id, one.invoice_id): one for one in lines}
    rows: list[Any] = list(newest.values())
    await connection.execute(
        _ADD,
        tx.tenant_id,
        [one.allocation_id for one in rows],
        [one.invoice_id for one in rows],
        [one.paid_on for one in rows],
        [one.money_cents for one in rows],
        [one.applied for one in rows],
        [one.reversal_id for one in rows],
        [one.reversed_on for one in rows],
    )


async def by_day(tx: Tx, invoice_id: UUID) -> list[tuple[date, int]]:
    """The money that stands on the invoice, by the day it was paid, in cents."""
    connection = await tx.connection()
    rows = await connection.fetch(_PAID, tx.tenant_id, invoice_id)
    return [(row["paid_on"], row["money_cents"]) for row in rows]
