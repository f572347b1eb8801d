"""The figures about money, each one set-based query; what they mean stands with the rules in `analytics.domain`."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from analytics.domain.ageing import Bucket, Owed, ageing, bucket_of
from analytics.domain.receiving import DaysToReceive
from analytics.store.standing import COUNTED, NOT_UNDONE, UNPAID, Books, fetch
from chassis.db import Tx

_OPEN_BY_DAY = """
select payable_on, count(*) as invoices, sum(open_cents)::bigint as open_cents
from standing where open_cents > 0 group by payable_on
"""
_MATURED = f"""
select coalesce(sum(amount_cents), 0)::bigint as amount_cents, coalesce(sum({UNPAID}), 0)::bigint as open_cents,
       count(*) as invoices
from standing where {COUNTED} and payable_on <= $3
"""  # noqa: S608 - constants only
# Lines whose invoice is not known yet have no day to count from; they are counted apart.
_RECEIVED = f"""
select coalesce(sum(p.principal_cents) filter (where s.invoice_id is not null), 0)::bigint as received_cents,
       coalesce(sum(p.principal_cents * (p.paid_on - s.issued_on)), 0)::numeric as from_issue,
       coalesce(sum(p.principal_cents * (p.paid_on - s.payable_on)), 0)::numeric as from_due,
       count(s.invoice_id) as payments,
       coalesce(sum(p.principal_cents) filter (where s.invoice_id is null), 0)::bigint as unknown_cents
from payment_fact p
left join standing s on s.tenant_id = p.tenant_id and s.invoice_id = p.invoice_id
where p.paid_on between $3 and $1 and p.principal_cents > 0 and {NOT_UNDONE}
"""  # noqa: S608 - constants only
_ISSUED_BY_DAY = """
select issued_on, sum(amount_cents - case when state = 'cancelled' then relieved_cents else 0 end)::bigint as cents
from standing where issued_on > $3 and issued_on <= $1 and origin <> 'agreement' group by issued_on
"""
_PORTFOLIO = """
select state, (open_cents > 0 and payable_on < $1) as overdue, count(*) as invoices,
       sum(amount_cents)::bigint as amount_cents, sum(principal_paid_cents)::bigint as principal_paid_cents,
       sum(relieved_cents)::bigint as relieved_cents, sum(open_cents)::bigint as open_cents
from standing group by 1, 2 order by 1, 2
"""
_HELD = "select count(distinct case_id) from hold_fact where released_at is null and held_at is not null"
_CASES = "select count(*) filter (where state = 'open'), count(*) filter (where state = 'closed') from case_fact"


@dataclass(frozen=True)
class Maturity:
    """Money that was payable long enough ago, and what of it did not come."""

    amount_cents: int
    unpaid_cents: int
    invoices: int


@dataclass(frozen=True)
class Receipts:
    """Principal received in a period: averages, how many payments, and what belongs to invoices not known here."""

    average: DaysToReceive | None
    payments: int
    unknown_cents: int


@dataclass(frozen=True)
class Sales:
    """What is open at the end of a period, what of it is not due, and what was issued on each day before."""

    open_cents: int
    not_due_cents: int
    issued_by_day: tuple[int, ...]


async def ageing_on(tx: Tx, books: Books) -> tuple[Bucket, ...]:
    """Open cents by days past the payable date."""
    rows = await fetch(tx, books, _OPEN_BY_DAY)
    owed = (Owed(row["payable_on"], row["open_cents"], row["invoices"]) for row in rows)
    return ageing(owed, on=books.on)


async def matured_on(tx: Tx, books: Books, *, after_days: int) -> Maturity:
    """What was payable at least so many days before the day."""
    (row,) = await fetch(tx, books, _MATURED, books.on - timedelta(days=after_days))
    return Maturity(row["amount_cents"], row["open_cents"], row["invoices"])


async def received_in(tx: Tx, books: Books, *, since: date) -> Receipts:
    """Principal paid from `since` to the day of the books, both included, that was not undone by then."""
    (row,) = await fetch(tx, books, _RECEIVED, since)
    total = row["received_cents"]
    average = None
    if total:
        from_issue, from_due = int(row["from_issue"]), int(row["from_due"])
        average = DaysToReceive(Fraction(from_issue, total), Fraction(from_due, total), total)
    return Receipts(average, row["payments"], row["unknown_cents"])


async def sales_on(tx: Tx, books: Books, *, days: int) -> Sales:
    """What days-sales-outstanding needs; `issued_by_day` goes back so many days, the last day first."""
    owed = await fetch(tx, books, _OPEN_BY_DAY)
    issued = {
        row["issued_on"]: row["cents"]
        for row in await fetch(tx, books, _ISSUED_BY_DAY, books.on - timedelta(days=days))
    }
    return Sales(
        open_cents=sum(row["open_cents"] for row in owed),
        not_due_cents=sum(
            row["open_cents"] for row in owed if bucket_of(payable_on=row["payable_on"], on=books.on) == "not_due"
        ),
        issued_by_day=tuple(issued.get(books.on - timedelta(days=back), 0) for back in range(days)),
    )


async def portfolio_on(tx: Tx, books: Books) -> list[Any]:
    """Invoices by state, overdue ones apart."""
    return await fetch(tx, books, _PORTFOLIO)


async def cases_now(tx: Tx) -> tuple[int, int, int]:
    """Cases open, closed and held, as they are now."""
    connection = await tx.connection()
    row = await connection.fetchrow(_CASES)
    return row[0], row[1], await connection.fetchval(_HELD)
