"""Loading everything the last gate looks at, for many messages with one query a table."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from brasil.charges import Payment
from chassis.db import Tx
from contracts.customers import Customer
from contracts.invoices import Invoice
from notifier.domain.facts import DebtorFacts, InvoiceFacts, Suppressions

_CUSTOMERS = """
select customer_id, snapshot::text as snapshot, erased from customer_copy where customer_id = any($1::uuid[])
"""
_SUPPRESSED = """
select customer_id, channel, contact_id, reason from suppression
where customer_id = any($1::uuid[]) and lifted_at is null
"""
_INVOICES = """
select i.invoice_id, i.snapshot::text as snapshot,
       coalesce(money.closed_cents, 0)::bigint as closed_cents, coalesce(money.payments, '[]')::text as payments,
       exists (select from hold_copy h left join closed_case c on c.tenant_id = h.tenant_id and c.case_id = h.case_id
                where h.tenant_id = i.tenant_id and h.invoice_id = i.invoice_id and not h.released
                  and (h.until is null or h.until > $2) and h.case_version > coalesce(c.case_version, 0)) as held
from invoice_copy i
left join lateral (
  select sum(closed_cents) as closed_cents, jsonb_agg(jsonb_build_array(paid_on, money_cents)) as payments
    from received m where m.tenant_id = i.tenant_id and m.invoice_id = i.invoice_id and not m.undone) money on true
where i.invoice_id = any($1::uuid[])
"""


async def debtors(tx: Tx, customer_ids: Sequence[UUID]) -> dict[UUID, DebtorFacts]:
    """The debtors' copies with what is suppressed; one that is unknown has no customer."""
    wanted = sorted(set(customer_ids), key=str)
    connection = await tx.connection()
    rows = {row["customer_id"]: row for row in await connection.fetch(_CUSTOMERS, wanted)}
    refused: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in await connection.fetch(_SUPPRESSED, wanted):
        refused.setdefault(row["customer_id"], []).append(row)
    return {
        customer_id: DebtorFacts(
            customer=_customer(rows.get(customer_id)),
            erased=customer_id in rows and rows[customer_id]["erased"],
            suppressions=_suppressions(refused.get(customer_id, ())),
        )
        for customer_id in wanted
    }


def _customer(row: Mapping[str, Any] | None) -> Customer | None:
    if row is None or row["erased"]:
        return None
    return Customer.model_validate_json(row["snapshot"])


def _suppressions(rows: Sequence[Mapping[str, Any]]) -> Suppressions:
    contacts = [row for row in rows if row["contact_id"] is not None]
    return Suppressions(
        everything=any(row["channel"] is None for row in rows),
        channels=frozenset(row["channel"] for row in rows if row["channel"] and row["contact_id"] is None),
        opted_out=frozenset(row["contact_id"] for row in contacts if row["reason"] in {"opted_out", "operator"}),
        dead=frozenset(row["contact_id"] for row in contacts if row["reason"] in {"invalid", "wrong_person"}),
    )


async def invoices(tx: Tx, invoice_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, InvoiceFacts]:
    """The invoices' copies with what payments say and whether they are held."""
    rows = await (await tx.connection()).fetch(_INVOICES, sorted(set(invoice_ids), key=str), now)
    return {
        row["invoice_id"]: InvoiceFacts(
            invoice=Invoice.model_validate_json(row["snapshot"]),
            closed_cents=row["closed_cents"],
            payments=tuple(
                Payment(datetime.fromisoformat(paid_on).date(), cents)
                for paid_on, cents in json.loads(row["payments"])
                if paid_on is not None and cents
            ),
            held=row["held"],
        )
        for row in rows
    }
