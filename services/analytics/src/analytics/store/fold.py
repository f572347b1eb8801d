"""Folding rows into a table so that neither order nor repetition matters.

Each column has one of three folds, all of them commutative, associative and idempotent:
- `chosen`: the value of the event with the highest `version` and, among equals, the smallest event id (without a
  version: the smallest event id). The chosen columns change together.
- `least` and `greatest`: the smallest or greatest value ever said; nothing said counts as nothing.

So the table after a set of events is a function of that set: a rebuild gives what live consumption gave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chassis.db import Tx


@dataclass(frozen=True, eq=False)
class Fold:
    """One table: its key besides the tenant, and each other column's SQL type under its fold."""

    table: str
    key: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, str] = field(default_factory=dict)
    greatest: Mapping[str, str] = field(default_factory=dict)
    by_version: bool = False

    @cached_property
    def columns(self) -> dict[str, str]:
        """Every column that a row may speak of, with its type."""
        rank = ({"version": "int"} if self.by_version else {}) | ({"event_id": "uuid"} if self.chosen else {})
        return {**self.key, **rank, **self.chosen, **self.least, **self.greatest}

    @cached_property
    def statement(self) -> str:
        """One statement that folds the rows given as one array for each column; `$1` is the tenant."""
        names = ", ".join(self.columns)
        keys = ", ".join(self.key)
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(self.columns.values(), 2))
        picks = ", ".join(self._pick(column) for column in self.columns)
        return (
            f"insert into {self.table} as own (tenant_id, {names}) "  # noqa: S608 - names of our own tables only
            f"select $1, {picks} from unnest({arrays}) as row({names}) group by {keys} order by {keys} "
            f"on conflict (tenant_id, {keys}) do {self._update()}"
        )

    def _pick(self, column: str) -> str:
        if column in self.key:
            return column
        if column in self.least:
            return f"(array_agg({column} order by {column} nulls last))[1]"
        if column in self.greatest:
            return f"(array_agg({column} order by {column} desc nulls last))[1]"
        rank = "version desc nulls last, event_id" if self.by_version else "event_id"
        return f"(array_agg({column} order by {rank}))[1]"

    def _update(self) -> str:
        wins = "excluded.event_id < own.event_id"
        if self.by_version:
            wins = (
                "coalesce((own.version, excluded.event_id) < (excluded.version, own.event_id), "
                "own.version is null and (excluded.version is not null or excluded.event_id < own.event_id))"
            )
        sets = [f"{name} = least(own.{name}, excluded.{name})" for name in self.least]
        sets += [f"{name} = greatest(own.{name}, excluded.{name})" for name in self.greatest]
        folded = self.key.keys() | self.least.keys() | self.greatest.keys()
        chosen = [name for name in self.columns if name not in folded]
        if not sets and not chosen:
            return "nothing"
        if not sets:
            return f"update set {', '.join(f'{name} = excluded.{name}' for name in chosen)} where {wins}"
        sets += [f"{name} = case when {wins} then excluded.{name} else own.{name} end" for name in chosen]
        return f"update set {', '.join(sets)}"


async def fold(tx: Tx, into: Fold, rows: Sequence[Mapping[str, Any]]) -> None:
    """Fold the rows, column name to value; a column that a row does not name says nothing."""
    if not rows:
        return
    unknown = set().union(*rows) - into.columns.keys()
    if unknown:
        raise ValueError(f"{into.table} has no column {', '.join(sorted(unknown))}")
    connection = await tx.connection()
    arrays = [[row.get(column) for row in rows] for column in into.columns]
    await connection.execute(into.statement, tx.tenant_id, *arrays)
