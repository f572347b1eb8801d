"""What bank and PSP are asked for each payment option, and what is known of it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.db import Tx

_WANT = """
insert into charge_registration as own (tenant_id, option_id, invoice_id, kind, wanted, known, updated_at)
select $1, v.option_id, v.invoice_id, v.kind, v.wanted, 'unknown', $6
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as v(option_id, invoice_id, kind, wanted)
on conflict (tenant_id, option_id) do update
   set wanted = excluded.wanted, attempts = 0, updated_at = excluded.updated_at
   where own.wanted <> excluded.wanted
returning option_id, wanted
"""
_LOAD = """
select option_id, invoice_id, kind, wanted, known, attempts from charge_registration
where tenant_id = $1 and option_id = any($2::uuid[]) order by option_id
"""
_CLAIM = """
select option_id from (select distinct option_id from unnest($1::uuid[]) as v(option_id) order by option_id) as asked
where pg_try_advisory_xact_lock(hashtextextended(option_id::text, 4711))
"""
_SAVE = """
update charge_registration own
   set known = v.known, attempts = v.attempts, failure = v.failure, updated_at = $6
from unnest($2::uuid[], $3::text[], $4::integer[], $5::text[]) as v(option_id, known, attempts, failure)
where own.tenant_id = $1 and own.option_id = v.option_id
"""


@dataclass(frozen=True)
class Registration:
    """One payment option at its provider."""

    option_id: UUID
    invoice_id: UUID
    kind: str
    wanted: str
    known: str
    attempts: int


async def want(tx: Tx, asked: Sequence[tuple[UUID, UUID, str, str]]) -> list[tuple[UUID, str]]:
    """Ask for these states (option, invoice, kind, wanted); returns option and wanted state where that is news."""
    if not asked:
        return []
    connection = await tx.connection()
    columns: list[Any] = [list(column) for column in zip(*asked, strict=True)]
    rows = await connection.fetch(_WANT, tx.tenant_id, *columns, tx.now)
    return [(row[0], row[1]) for row in rows]


async def claim(tx: Tx, option_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the options that nobody else is asking about; they are ours until the transaction ends."""
    rows = await (await tx.connection()).fetch(_CLAIM, list(option_ids))
    return [row[0] for row in rows]


async def load(tx: Tx, option_ids: Sequence[UUID]) -> list[Registration]:
    """These registrations."""
    connection = await tx.connection()
    return [Registration(**dict(row)) for row in await connection.fetch(_LOAD, tx.tenant_id, list(option_ids))]


async def save(tx: Tx, results: Sequence[tuple[UUID, str, int, str | None]]) -> None:
    """Keep what became of them: option, known state, attempts, the failure's name."""
    if results:
        connection = await tx.connection()
        columns: list[Any] = [list(column) for column in zip(*results, strict=True)]
        await connection.execute(_SAVE, tx.tenant_id, *columns, tx.now)
