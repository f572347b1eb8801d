"""Imports: what arrived, how far it is, what was wrong. The pieces stay only until they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFoundError
from invoicing.domain.importing.cells import RowFault
from invoicing.domain.importing.pieces import Piece

_RUN = """
import_id, state, dry_run, columns, delimiter, encoding, rows_total, rows_done, issued, unchanged, refused, customers,
pieces, next_piece, principal, created_at, updated_at
"""
_BEGIN = """
insert into import_run (tenant_id, import_id, state, dry_run, columns, delimiter, encoding, principal, created_at,
                        updated_at)
values ($1, $2, 'receiving', $3, '{}', '', '', $4, $5, $5)
"""
_ADD = """
insert into import_piece (tenant_id, import_id, piece, first_line, row_count, content)
select $1, $2, v.piece, v.first_line, v.row_count, v.content
from unnest($3::integer[], $4::bigint[], $5::integer[], $6::bytea[]) as v(piece, first_line, row_count, content)
"""
_ACCEPT = """
update import_run set state = 'waiting', columns = $3::text[], delimiter = $4, encoding = $5, rows_total = $6,
       pieces = $7, updated_at = $8
where tenant_id = $1 and import_id = $2
"""
_LOAD = f"select {_RUN} from import_run where tenant_id = $1 and import_id = $2"  # noqa: S608 - constant columns
_PAGE = f"""
select {_RUN} from import_run
where tenant_id = $1 and state <> 'receiving'
  and ($2::timestamptz is null or (created_at, import_id) < ($2, $3::uuid))
order by created_at desc, import_id desc limit $4
"""  # noqa: S608 - constant columns
_PIECE = """
select first_line, row_count, content from import_piece where tenant_id = $1 and import_id = $2 and piece = $3
"""
_DROP_PIECE = "delete from import_piece where tenant_id = $1 and import_id = $2 and piece = $3"
_DONE = """
update import_run set state = $3, next_piece = next_piece + 1, rows_done = rows_done + $4, issued = issued + $5,
       unchanged = unchanged + $6, refused = refused + $7, customers = customers + $8, updated_at = $9
where tenant_id = $1 and import_id = $2
"""
_KEYS = """
insert into import_key (tenant_id, import_id, external_id, line)
select $1, $2, v.external_id, v.line from unnest($3::text[], $4::bigint[]) as v(external_id, line)
on conflict do nothing returning external_id
"""
_LINES = """
select external_id, line from import_key where tenant_id = $1 and import_id = $2 and external_id = any($3::text[])
"""
_PAYERS = """
insert into import_payer (tenant_id, import_id, external_id)
select $1, $2, v.external_id from unnest($3::text[]) as v(external_id) on conflict do nothing returning external_id
"""
_ERRORS = """
insert into import_row_error (tenant_id, import_id, line, position, column_name, value_kind, code, remedy)
select $1, $2, v.line, v.position, v.column_name, v.kind, v.code, v.remedy
from unnest($3::bigint[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[])
  as v(line, position, column_name, kind, code, remedy)
"""
_ERROR_PAGE = """
select line, position, column_name, value_kind, code, remedy from import_row_error
where tenant_id = $1 and import_id = $2 and (line, position) > ($3, $4) order by line, position limit $5
"""
_TEMPORARY: Final = ("import_piece", "import_key", "import_payer")


@dataclass(frozen=True)
class Run:
    """One import as it is kept; `columns` has an empty name for a column that is not read."""

    import_id: UUID
    state: str
    dry_run: bool
    columns: list[str]
    delimiter: str
    encoding: str
    rows_total: int
    rows_done: int
    issued: int
    unchanged: int
    refused: int
    customers: int
    pieces: int
    next_piece: int
    principal: str
    created_at: Any
    updated_at: Any


async def receive(tx: Tx, import_id: UUID, *, dry_run: bool, principal: str) -> None:
    """A file begins to arrive."""
    await (await tx.connection()).execute(_BEGIN, tx.tenant_id, import_id, dry_run, principal, tx.now)


async def add(tx: Tx, import_id: UUID, first: int, pieces: Sequence[Piece]) -> None:
    """Keep pieces, numbered from `first` on."""
    await (await tx.connection()).execute(
        _ADD,
        tx.tenant_id,
        import_id,
        list(range(first, first + len(pieces))),
        [one.first_line for one in pieces],
        [one.row_count for one in pieces],
        [one.content for one in pieces],
    )


async def accept(
    tx: Tx, import_id: UUID, *, columns: Sequence[str | None], delimiter: str, encoding: str, rows: int, pieces: int
) -> None:
    """The file is here whole."""
    names = [name or "" for name in columns]
    connection = await tx.connection()
    await connection.execute(_ACCEPT, tx.tenant_id, import_id, names, delimiter, encoding, rows, pieces, tx.now)


async def forget(tx: Tx, import_id: UUID, *, run: bool) -> None:
    """Delete what was kept for reading; with `run` the import itself, too."""
    connection = await tx.connection()
    for table in (*_TEMPORARY, *(("import_run",) if run else ())):
        await connection.execute(
            f"delete from {table} where tenant_id = $1 and import_id = $2",  # noqa: S608 - constant names
            tx.tenant_id,
            import_id,
        )


async def load(tx: Tx, import_id: UUID, *, lock: bool = False) -> Run:
    """One import; raises `NotFoundError`."""
    row = await (await tx.connection()).fetchrow(_LOAD + (" for update" if lock else ""), tx.tenant_id, import_id)
    if row is None:
        raise NotFoundError("not-found", "There is no such import.")
    return Run(**dict(row))


async def page(tx: Tx, *, after: Sequence[Any] | None, limit: int) -> list[Run]:
    """Imports, the newest first."""
    created_at, import_id = after or (None, None)
    rows = await (await tx.connection()).fetch(_PAGE, tx.tenant_id, created_at, import_id, limit)
    return [Run(**dict(row)) for row in rows]


async def piece(tx: Tx, import_id: UUID, number: int) -> Piece:
    """One piece that was not read yet."""
    row = await (await tx.connection()).fetchrow(_PIECE, tx.tenant_id, import_id, number)
    return Piece(**dict(row))


async def piece_done(tx: Tx, run: Run, counts: Mapping[str, int], *, finished: bool) -> None:
    """The next piece is read; the work goes on behind it."""
    connection = await tx.connection()
    await connection.execute(_DROP_PIECE, tx.tenant_id, run.import_id, run.next_piece)
    await connection.execute(
        _DONE,
        tx.tenant_id,
        run.import_id,
        "finished" if finished else "running",
        counts["rows"],
        counts["issued"],
        counts["unchanged"],
        counts["refused"],
        counts["customers"],
        tx.now,
    )


async def claim_keys(tx: Tx, import_id: UUID, lines: Mapping[str, int]) -> dict[str, int]:
    """Note the external ids of rows by their lines; returns those that stood in the file before, with that line."""
    connection = await tx.connection()
    names = list(lines)
    new = await connection.fetch(_KEYS, tx.tenant_id, import_id, names, [lines[name] for name in names])
    known = set(names) - {row[0] for row in new}
    if not known:
        return {}
    rows = await connection.fetch(_LINES, tx.tenant_id, import_id, list(known))
    return {row["external_id"]: row["line"] for row in rows}


async def claim_payers(tx: Tx, import_id: UUID, external_ids: Sequence[str]) -> int:
    """How many of these payers a trial run meets for the first time."""
    connection = await tx.connection()
    return len(await connection.fetch(_PAYERS, tx.tenant_id, import_id, list(external_ids)))


async def add_errors(tx: Tx, import_id: UUID, faults: Sequence[tuple[int, int, RowFault]]) -> None:
    """Keep what was wrong: line, position in the line's list, fault."""
    if faults:
        await (await tx.connection()).execute(
            _ERRORS,
            tx.tenant_id,
            import_id,
            [line for line, _, _ in faults],
            [position for _, position, _ in faults],
            [fault.column for _, _, fault in faults],
            [fault.value_kind for _, _, fault in faults],
            [fault.code for _, _, fault in faults],
            [fault.remedy for _, _, fault in faults],
        )


async def errors(tx: Tx, import_id: UUID, *, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """What was wrong, by line."""
    line, position = after or (0, -1)
    connection = await tx.connection()
    return list(await connection.fetch(_ERROR_PAGE, tx.tenant_id, import_id, line, position, limit))
