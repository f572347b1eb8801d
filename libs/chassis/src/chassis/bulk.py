"""Many rows in one statement, inside the session's own transaction.

The models define the tables; these two functions write them without making an object per row. `insert_many` is one
`unnest` statement and can ignore or update rows that exist; `copy_rows` is COPY, faster still, and fails on the first
row that exists.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from chassis.db import Tx

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _table(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def _type_of(table: Table, column: str) -> str:
    if column not in table.c:
        raise ValueError(f"{table.name} has no column {column}")
    return table.c[column].type.compile(dialect=_DIALECT)


@lru_cache(maxsize=512)
def _insert_sql(model: type[SQLModel], columns: tuple[str, ...], on_conflict: str, returning: str) -> str:
    """The statement, from names that were checked against the model."""
    table = _table(model)
    quote = _DIALECT.identifier_preparer.quote
    names, parameters, picks = [], [], []
    for number, column in enumerate(columns, 1):
        kind = _type_of(table, column)
        if kind.endswith("[]"):
            raise ValueError(f"{table.name}.{column} is an array: unnest would flatten it; use copy_rows")
        as_text = kind in {"JSON", "JSONB"}
        names.append(quote(column))
        parameters.append(f"${number}::{'text' if as_text else kind}[]")
        picks.append(f"v.{quote(column)}::{kind}" if as_text else f"v.{quote(column)}")
    listed = ", ".join(names)
    sql = (
        f"insert into {quote(table.name)} ({listed}) select {', '.join(picks)} "  # noqa: S608 - names only
        f"from unnest({', '.join(parameters)}) as v({listed})"
    )
    if on_conflict:
        sql += f" on conflict {on_conflict}"
    if returning:
        sql += f" returning {returning}"
    return sql


def _columns_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    columns = tuple(rows[0])
    expected = set(columns)
    for row in rows:
        if row.keys() != expected:
            raise ValueError("every row of one call has the same columns")
    return columns


async def insert_many(
    tx: Tx,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[Any]:
    """Insert all rows (column name → value) by one statement; returns what `returning` names, else nothing.

    `on_conflict` is SQL after `on conflict`, such as `do nothing` or `(id) do update set …`, written in code and never
    built from input. Raises `ValueError` for unknown or array columns and for rows of different shapes.
    """
    if not rows:
        return []
    columns = _columns_of(rows)
    table = _table(model)
    arrays = []
    for column in columns:
        values = [row[column] for row in rows]
        if _type_of(table, column) in {"JSON", "JSONB"}:
            values = [None if value is None else json.dumps(value, default=str) for value in values]
        arrays.append(values)
    connection = await tx.connection()
    statement = _insert_sql(model, columns, on_conflict, returning)
    if returning:
        return list(await connection.fetch(statement, *arrays))
    await connection.execute(statement, *arrays)
    return []


async def copy_rows(tx: Tx, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """COPY all rows into the model's table; returns how many. A row that exists already fails the transaction.

    Raises `ValueError` for unknown columns and for rows of different shapes. COPY cannot write into a table under
    row-level security: use `insert_many` there.
    """
    if not rows:
        return 0
    columns = _columns_of(rows)
    table = _table(model)
    as_json = {column for column in columns if _type_of(table, column) in {"JSON", "JSONB"}}
    records = [tuple(_copied(row[column], column in as_json) for column in columns) for row in rows]
    connection = await tx.connection()
    await connection.copy_records_to_table(table.name, records=records, columns=list(columns))
    return len(records)


def _copied(value: Any, as_json: bool) -> Any:
    return json.dumps(value, default=str).encode() if as_json and value is not None else value
