"""How far messages about invoices came, and which invoices are disputed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx

_MESSAGES = """
insert into invoice_board as own (tenant_id, invoice_id, message_rank, sent_at, delivered_at, opened_at, failed_at)
select $1, v.invoice, max(v.rank), min(v.at) filter (where v.rank = 1), min(v.at) filter (where v.rank = 2),
       min(v.at) filter (where v.rank = 3), max(v.at) filter (where v.rank = 0)
from unnest($2::uuid[], $3::smallint[], $4::timestamptz[]) as v(invoice, rank, at)
where exists (select from invoice i where i.tenant_id = $1 and i.invoice_id = v.invoice)
group by v.invoice order by v.invoice
on conflict (tenant_id, invoice_id) do update
   set message_rank = greatest(own.message_rank, excluded.message_rank),
       sent_at = least(own.sent_at, excluded.sent_at), delivered_at = least(own.delivered_at, excluded.delivered_at),
       opened_at = least(own.opened_at, excluded.opened_at), failed_at = greatest(own.failed_at, excluded.failed_at)
"""
_DISPUTE = """
insert into invoice_board as own (tenant_id, invoice_id, disputed_at, disputed_by)
select $1, v.invoice, $3, $4 from unnest($2::uuid[]) as v(invoice)
on conflict (tenant_id, invoice_id) do update
   set disputed_at = coalesce(own.disputed_at, excluded.disputed_at),
       disputed_by = coalesce(own.disputed_by, excluded.disputed_by)
"""
_RESOLVE = "update invoice_board set disputed_at = null, disputed_by = null where tenant_id = $1 and disputed_by = $2"

FAILED, SENT, DELIVERED, OPENED = range(4)


async def messages(tx: Tx, steps: Sequence[tuple[UUID, int, datetime]]) -> None:
    """Note how far messages came: invoice, rank, instant. The furthest rank and each rank's first instant count."""
    if steps:
        connection = await tx.connection()
        columns: list[Any] = [list(column) for column in zip(*steps, strict=True)]
        await connection.execute(_MESSAGES, tx.tenant_id, *columns)


async def dispute(tx: Tx, invoice_ids: Sequence[UUID], *, response_id: UUID, at: datetime) -> None:
    """These invoices are disputed from now on, unless they are already."""
    await (await tx.connection()).execute(_DISPUTE, tx.tenant_id, sorted(set(invoice_ids)), at, response_id)


async def resolve(tx: Tx, response_id: UUID) -> None:
    """What this answer disputed is disputed no more."""
    await (await tx.connection()).execute(_RESOLVE, tx.tenant_id, response_id)
