"""Writing projections, set by set: timelines, facts, decision counts, and until when an invoice's version held."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from analytics.domain.entries import Entry
from analytics.store.fold import fold
from analytics.store.tables import FOLDS
from chassis.db import Tx

_ENTRIES = """
insert into debtor_timeline (tenant_id, event_id, customer_id, at, topic, invoice_ids, body)
select $1, event_id, customer_id, at, topic, string_to_array(invoice_ids, ',')::uuid[], body::jsonb
from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
     as row(event_id, customer_id, at, topic, invoice_ids, body)
order by event_id on conflict do nothing returning event_id
"""
_PLACES = """
insert into invoice_timeline (tenant_id, invoice_id, at, event_id)
select $1, * from unnest($2::uuid[], $3::timestamptz[], $4::uuid[]) as row(invoice_id, at, event_id)
order by 2, 3, 4 on conflict do nothing
"""
# A version holds from the day it was known until the first day on which a later one was; of a day's versions, the
# last. Written from all versions of the invoice, so the order in which they came does not matter; `invoice_head`, which
# was written before, keeps other writers of the same invoice waiting, so none is overlooked.
_UNTIL = """
update invoice_fact as own set until_on = found.until_on
from (select invoice_id, version, min(known_on) over (
               partition by invoice_id order by version rows between 1 following and unbounded following) as until_on
      from invoice_fact where invoice_id = any($1::uuid[])) as found
where own.invoice_id = found.invoice_id and own.version = found.version
  and own.until_on is distinct from found.until_on
"""
_COUNT = """
insert into decision_count as own (tenant_id, day, outcome, step_key, reason, decisions)
select $1, * from unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::bigint[])
       as row(day, outcome, step_key, reason, decisions)
order by 2, 3, 4, 5
on conflict (tenant_id, day, outcome, step_key, reason) do update set decisions = own.decisions + excluded.decisions
"""
_TENANT = "insert into tenant_seen (tenant_id) values ($1) on conflict do nothing returning tenant_id"


async def meet_tenant(tx: Tx) -> bool:
    """Remember the transaction's tenant; true if nothing was known of it before. Takes no lock once it is known."""
    return await (await tx.connection()).fetchval(_TENANT, tx.tenant_id) is not None


async def add_entries(tx: Tx, entries: Sequence[Entry]) -> set[UUID]:
    """Put the entries on their timelines; returns the ids of those that were not there yet."""
    connection = await tx.connection()
    rows = await connection.fetch(
        _ENTRIES,
        tx.tenant_id,
        [entry.event_id for entry in entries],
        [entry.customer_id for entry in entries],
        [entry.at for entry in entries],
        [entry.topic for entry in entries],
        [",".join(map(str, entry.invoice_ids)) for entry in entries],
        [json.dumps(entry.body) for entry in entries],
    )
    places = [(invoice_id, entry) for entry in entries for invoice_id in entry.invoice_ids]
    if places:
        await connection.execute(
            _PLACES,
            tx.tenant_id,
            [invoice_id for invoice_id, _ in places],
            [entry.at for _, entry in places],
            [entry.event_id for _, entry in places],
        )
    return {row["event_id"] for row in rows}


async def add_facts(tx: Tx, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Fold rows into their tables, in the order of `FOLDS`; invoices then know until when each version held."""
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for table, row in rows:
        by_table.setdefault(table, []).append(row)
    for table in FOLDS:
        await fold(tx, FOLDS[table], by_table.get(table, ()))
    invoices = by_table.get("invoice_fact")
    if invoices:
        connection = await tx.connection()
        await connection.execute(_UNTIL, sorted({row["invoice_id"] for row in invoices}))


async def count_decisions(tx: Tx, decisions: Iterable[tuple[date, str, str, str]]) -> None:
    """Count decisions by day, outcome, step and reason; each must be new, or it counts twice."""
    found = Counter(decisions)
    if not found:
        return
    connection = await tx.connection()
    columns = [[key[index] for key in found] for index in range(4)]
    await connection.execute(_COUNT, tx.tenant_id, *columns, list(found.values()))
