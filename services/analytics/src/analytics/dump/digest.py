"""One SHA-256 for each projection and one for all, over every row as canonical JSON in the order of its key.

Instants are written in UTC, keys compare byte by byte, tenants follow one another; nothing that depends on when or in
which order rows were written is part of a row. So a rebuilt database has the hash of the one that lived through it.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from analytics.store.tables import PROJECTIONS
from chassis.db import Database

_TENANTS = "select tenant_id from tenant_seen order by tenant_id"
_SETTINGS = "select set_config('TimeZone', 'UTC', true), set_config('statement_timeout', '0', true)"
_TEXT_KEYS = frozenset({"outcome", "step_key", "reason"})
_ROWS_AT_ONCE = 2_000


@dataclass
class TableDigest:
    """One projection: how many rows, and their hash."""

    rows: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, line: str) -> None:
        """Take one more row in."""
        self.rows += 1
        self.hash.update(line.encode())
        self.hash.update(b"\n")


@dataclass(frozen=True)
class Digest:
    """All projections of a database."""

    tenants: int
    tables: dict[str, TableDigest]

    @property
    def sha256(self) -> str:
        """The hash of all projections together."""
        whole = hashlib.sha256()
        for name, table in self.tables.items():
            whole.update(f"{name} {table.rows} {table.hash.hexdigest()}\n".encode())
        return whole.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """What `python -m analytics.dump` prints."""
        return {
            "sha256": self.sha256,
            "tenants": self.tenants,
            "tables": {
                name: {"rows": table.rows, "sha256": table.hash.hexdigest()} for name, table in self.tables.items()
            },
        }


async def digest(database: Database, *, write: Callable[[str, str], Any] | None = None) -> Digest:
    """Read every projection of every tenant; `write(table, line)` is given each row too. Nothing may be consuming."""
    tables = {name: TableDigest() for name in PROJECTIONS}
    async with database.unit_of_work(tenant_id=None, commit=False) as tx:
        tenants = [row["tenant_id"] for row in await (await tx.connection()).fetch(_TENANTS)]
    for tenant_id in tenants:
        async with database.unit_of_work(tenant_id=tenant_id, commit=False) as tx:
            connection = await tx.connection()
            await connection.execute(_SETTINGS)
            for name in PROJECTIONS:
                async for line in _lines(connection, name):
                    tables[name].add(line)
                    if write is not None:
                        write(name, line)
    return Digest(len(tenants), tables)


async def _lines(connection: Any, table: str) -> AsyncIterator[str]:
    order = ", ".join(f'{key} collate "C"' if key in _TEXT_KEYS else key for key in PROJECTIONS[table])
    statement = f"select to_jsonb(t)::text as line from {table} t order by {order}"  # noqa: S608 - names of our own
    async for row in connection.cursor(statement, prefetch=_ROWS_AT_ONCE):
        yield row["line"]
