"""What people list: receipts, allocations, credit; and whether the ledger agrees with the books."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.db import Tx

_RECEIPT = """
r.receipt_id, r.account_id, r.route, r.source_kind, r.file_id, r.file_line, r.occurrence, r.gross_cents, r.fee_cents,
r.paid_on, r.paid_at, r.credited_on, r.end_to_end_id, r.txid, r.bank_code, r.nosso_numero, r.document_number,
r.statement_id, r.reference, r.customer_id, r.matched, r.unapplied_cents, r.returned_cents,
jsonb_array_length(r.also_reported) as other_reports, r.received_at
"""
_RECEIPTS = f"""
select {_RECEIPT} from receipt r
where ($1::uuid is null or r.customer_id = $1) and ($2::uuid is null or r.account_id = $2)
  and ($3::text is null or r.route = $3) and ($4::boolean is null or r.matched = $4)
  and ($5::uuid is null or r.file_id = $5)
  and ($6::uuid is null or exists (select from allocation_line l where l.tenant_id = r.tenant_id
                                   and l.receipt_id = r.receipt_id and l.invoice_id = $6))
  and ($7::date is null or r.paid_on >= $7) and ($8::date is null or r.paid_on <= $8)
  and ($9::text is null or $9 in (r.end_to_end_id, r.txid, r.nosso_numero, r.document_number, r.reference))
  and ($10::timestamptz is null or (r.received_at, r.receipt_id) > ($10, $11::uuid))
order by r.received_at, r.receipt_id limit $12
"""  # noqa: S608 - constant columns
_ONE_RECEIPT = f"select {_RECEIPT} from receipt r where r.receipt_id = $1"  # noqa: S608 - constant columns
_ALLOCATION = """
a.allocation_id, a.receipt_id, a.customer_id, a.funds, a.amount_cents, a.unapplied_cents, a.outcome,
a.circumstances::text as circumstances, a.matched_invoice_ids::text as matched_invoice_ids, a.match::text as match,
a.paid_on, a.allocated_at, a.undone_at,
coalesce((select jsonb_agg(jsonb_build_object('invoice_id', l.invoice_id, 'money_cents', l.money_cents,
    'principal_cents', l.principal_cents, 'interest_cents', l.interest_cents, 'fine_cents', l.fine_cents,
    'discount_cents', l.discount_cents, 'abatement_cents', l.abatement_cents, 'counted_on', l.counted_on,
    'undone_by', l.undone_by) order by l.invoice_id)
  from allocation_line l where l.tenant_id = a.tenant_id and l.allocation_id = a.allocation_id), '[]')::text as lines
"""
_ALLOCATIONS = f"""
select {_ALLOCATION} from allocation a
where ($1::uuid is null or a.receipt_id = $1) and ($2::uuid is null or a.customer_id = $2)
  and ($3::text is null or a.outcome = $3)
  and ($4::uuid is null or exists (select from allocation_line l where l.tenant_id = a.tenant_id
                                   and l.allocation_id = a.allocation_id and l.invoice_id = $4))
  and ($5::timestamptz is null or (a.allocated_at, a.allocation_id) > ($5, $6::uuid))
order by a.allocated_at, a.allocation_id limit $7
"""  # noqa: S608 - constant columns
_CREDITS = """
select customer_id, sum(unapplied_cents)::bigint as unapplied_cents, count(*)::int as receipts
from receipt where customer_id is not null and unapplied_cents > 0
  and ($1::uuid is null or customer_id = $1) and ($2::uuid is null or customer_id > $2)
group by customer_id order by customer_id limit $3
"""
_CHECK = """
select
  (select count(*) from (select from ledger_entry group by posting_id having sum(amount_cents) <> 0) as p)
    as unbalanced_postings,
  (select coalesce(sum(amount_cents), 0)::bigint from ledger_entry) as ledger_sum_cents,
  (select coalesce(sum(gross_cents - returned_cents), 0)::bigint from receipt) as receipts_cents,
  (select coalesce(sum(amount_cents), 0)::bigint from ledger_entry where account in ('bank_clearing', 'fees'))
    as bank_and_fees_cents,
  (select count(*) from receipt r where 1 <> (select count(distinct e.posting_id) from ledger_entry e
     where e.tenant_id = r.tenant_id and e.receipt_id = r.receipt_id and e.kind = 'received'))
    as receipts_not_posted_once,
  (select coalesce(sum(unapplied_cents), 0)::bigint from receipt) as unapplied_cents,
  (select coalesce(-sum(amount_cents), 0)::bigint from ledger_entry where account = 'unapplied')
    as ledger_unapplied_cents,
  (select count(*) from receivable r left join lateral (
      select coalesce(sum(principal_cents), 0) as principal, coalesce(sum(interest_cents), 0) as interest,
             coalesce(sum(fine_cents), 0) as fine, coalesce(sum(discount_cents), 0) as discount,
             coalesce(sum(abatement_cents), 0) as abatement
      from allocation_line l where l.tenant_id = r.tenant_id and l.invoice_id = r.invoice_id and l.undone_by is null
    ) as told on true
    where (told.principal, told.interest, told.fine, told.discount, told.abatement)
       <> (r.principal_paid_cents, r.interest_paid_cents, r.fine_paid_cents, r.discount_granted_cents,
           r.abatement_granted_cents)) as invoices_with_other_balance,
  (select count(*) from receipt r where r.gross_cents - r.returned_cents - r.unapplied_cents
     - coalesce((select sum(v.amount_cents) from reversal v where v.tenant_id = r.tenant_id
                  and v.receipt_id = r.receipt_id and v.state = 'started'), 0)
     <> coalesce((select sum(l.money_cents) from allocation_line l where l.tenant_id = r.tenant_id
                   and l.receipt_id = r.receipt_id and l.undone_by is null), 0)) as receipts_that_lose_a_cent
"""


async def list_receipts(
    tx: Tx,
    *,
    customer_id: UUID | None,
    account_id: UUID | None,
    route: str | None,
    matched: bool | None,
    file_id: UUID | None,
    invoice_id: UUID | None,
    paid_from: date | None,
    paid_until: date | None,
    identifier: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Receipts in the order in which they became known."""
    received_at, receipt_id = after or (None, None)
    connection = await tx.connection()
    return list(
        await connection.fetch(
            _RECEIPTS,
            customer_id,
            account_id,
            route,
            matched,
            file_id,
            invoice_id,
            paid_from,
            paid_until,
            identifier,
            received_at,
            receipt_id,
            limit,
        )
    )


async def receipt(tx: Tx, receipt_id: UUID) -> Any:
    """One receipt, or None."""
    return await (await tx.connection()).fetchrow(_ONE_RECEIPT, receipt_id)


async def list_allocations(
    tx: Tx,
    *,
    receipt_id: UUID | None,
    customer_id: UUID | None,
    outcome: str | None,
    invoice_id: UUID | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """Allocations in the order in which they were made."""
    allocated_at, allocation_id = after or (None, None)
    connection = await tx.connection()
    return list(
        await connection.fetch(
            _ALLOCATIONS, receipt_id, customer_id, outcome, invoice_id, allocated_at, allocation_id, limit
        )
    )


async def list_credits(tx: Tx, *, customer_id: UUID | None, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """Unapplied credit by customer."""
    (last,) = after or (None,)
    return list(await (await tx.connection()).fetch(_CREDITS, customer_id, last, limit))


async def check(tx: Tx) -> dict[str, int]:
    """The numbers that have to agree, read from the tables as they stand."""
    return dict(await (await tx.connection()).fetchrow(_CHECK))
