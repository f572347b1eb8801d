"""Invoices as the books stood at the end of a day: the part of SQL that every figure about what is owed begins with.

`$1` is the day and `$2` the segment or null. A figure for today reads only current rows, which have an index of their
own; one for a past day finds the version that held then. An invoice without a segment has its customer's.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.db import Tx

_CURRENT = "f.until_on is null and $1::date is not null"
_PAST = "f.known_on <= $1 and (f.until_on is null or f.until_on > $1)"
_ANY = "$2::text is null"
_SEGMENT = """coalesce(f.segment, (select c.segment from customer_fact c
                where c.tenant_id = f.tenant_id and c.customer_id = f.customer_id)) = $2::text"""

COUNTED = "state not in ('cancelled', 'renegotiated')"
"""States whose money was to be paid under the invoice itself."""

UNPAID = "(open_cents + case when state = 'written_off' then relieved_cents else 0 end)"
"""Principal that did not come: what is open, and what was written off."""

NOT_UNDONE = """not exists (select from undone_fact u
  where u.tenant_id = p.tenant_id and u.allocation_id = p.allocation_id and u.invoice_id = p.invoice_id
    and u.reversed_on <= $1)"""
"""A payment line `p` that stands on the day `$1`."""


@dataclass(frozen=True)
class Books:
    """Whose books: those of the end of the day `on`, seen on `today`; of one segment, or of all."""

    on: date
    today: date
    segment: str | None = None

    @property
    def standing(self) -> str:
        """`standing as (…)`: one row for each invoice known by that day, as it was then."""
        when = _PAST if self.on < self.today else _CURRENT
        whose = _SEGMENT if self.segment is not None else _ANY
        return f"standing as (select f.* from invoice_fact f where {when} and {whose})"  # noqa: S608 - constants only


async def fetch(tx: Tx, books: Books, select: str, *more: Any) -> list[Any]:
    """The rows of a query over `standing`; its further parameters begin at `$3`."""
    connection = await tx.connection()
    return list(await connection.fetch(f"with {books.standing} {select}", books.on, books.segment, *more))
