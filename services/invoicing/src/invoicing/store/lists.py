"""What people read: invoices in keyset order, the status board, registrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx

BOARD: Final = """
case when i.state in ('paid', 'cancelled', 'written_off', 'renegotiated') then i.state
     when b.disputed_at is not null then 'disputed'
     when i.overdue_told_on = i.payable_on then 'overdue'
     when i.due_told_on = i.payable_on then 'due'
     when b.message_rank = 3 then 'opened' when b.message_rank = 2 then 'delivered'
     when b.message_rank = 1 then 'sent' else 'not_sent' end
"""
"""Where an invoice stands; the first that holds counts."""

_LINE = f"""
i.invoice_id, i.version, i.customer_id, i.external_id, i.document_number, i.instalment_number, i.instalment_count,
i.state, {BOARD} as board, i.amount_cents, i.open_cents, i.issued_on, i.due_on, i.payable_on, i.origin, i.plan_id,
i.segment, i.product, b.sent_at, b.delivered_at, b.opened_at, b.failed_at, b.disputed_at
"""
_JOINED = "invoice i left join invoice_board b on b.tenant_id = i.tenant_id and b.invoice_id = i.invoice_id"
_PAGE = f"""
select {_LINE} from {_JOINED}
where i.tenant_id = $1 and ($2::text is null or i.state = $2) and ($3::text is null or {BOARD} = $3)
  and ($4::uuid is null or i.customer_id = $4) and ($5::text is null or i.external_id = $5)
  and ($6::text is null or i.document_number = $6) and ($7::date is null or i.due_on >= $7)
  and ($8::date is null or i.due_on <= $8)
  and ($9::text is null or strpos(lower(i.document_number), $9) > 0 or strpos(lower(i.external_id), $9) > 0)
  and ($10::date is null or (i.due_on, i.invoice_id) > ($10, $11::uuid))
  and ($13::uuid is null or i.plan_id = $13)
order by i.due_on, i.invoice_id limit $12
"""  # noqa: S608 - constant columns
_ONE = f"select {_LINE} from {_JOINED} where i.tenant_id = $1 and i.invoice_id = $2"  # noqa: S608 - constant columns
_COUNTS = f"""
select {BOARD} as board, count(*) as invoices, sum(i.amount_cents)::bigint as amount_cents,
       sum(i.open_cents)::bigint as open_cents
from {_JOINED}
where i.tenant_id = $1 and ($2::date is null or i.due_on >= $2) and ($3::date is null or i.due_on <= $3)
group by 1
"""  # noqa: S608 - constant columns
_REGISTRATIONS = """
select option_id, kind, wanted, known, attempts, failure, updated_at from charge_registration
where tenant_id = $1 and invoice_id = $2 order by option_id
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a clerk looks for; None asks for nothing."""

    state: str | None = None
    board: str | None = None
    customer_id: UUID | None = None
    external_id: str | None = None
    document_number: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    q: str | None = None
    plan_id: UUID | None = None


async def page(tx: Tx, wanted: Wanted, *, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """Invoices by due date."""
    due_on, invoice_id = after or (None, None)
    connection = await tx.connection()
    return list(
        await connection.fetch(
            _PAGE,
            tx.tenant_id,
            wanted.state,
            wanted.board,
            wanted.customer_id,
            wanted.external_id,
            wanted.document_number,
            wanted.due_from,
            wanted.due_to,
            None if wanted.q is None else wanted.q.lower(),
            due_on,
            invoice_id,
            limit,
            wanted.plan_id,
        )
    )


async def line(tx: Tx, invoice_id: UUID) -> Any:
    """One invoice as it stands in the list, or None."""
    return await (await tx.connection()).fetchrow(_ONE, tx.tenant_id, invoice_id)


async def counts(tx: Tx, *, due_from: date | None, due_to: date | None) -> list[Any]:
    """How many invoices, and how much, in each column of the board."""
    return list(await (await tx.connection()).fetch(_COUNTS, tx.tenant_id, due_from, due_to))


async def registrations(tx: Tx, invoice_id: UUID) -> list[Any]:
    """What bank and PSP know of the invoice's slips."""
    return list(await (await tx.connection()).fetch(_REGISTRATIONS, tx.tenant_id, invoice_id))
