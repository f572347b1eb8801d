"""What the forecast is made of, and each day's forecast as it was said, beside what came."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from analytics.domain.days import end_of
from analytics.domain.forecast import (
    HISTORY_DAYS,
    SETTLED_AFTER_DAYS,
    ExpectedDay,
    History,
    OpenInvoice,
    forecast,
    kept_share,
)
from analytics.store.standing import COUNTED, UNPAID, Books, fetch
from chassis.db import Tx

# A promise counts for its own amount, spread over its invoices as they are open; what it leaves goes by history.
# An invoice under several promises that stand follows the last one made.
_OPEN = """
, promised as (
  select distinct on (i.invoice_id) i.invoice_id, p.promise_id, p.promised_on, p.promised_cents
  from promise_fact p join promise_invoice i on i.tenant_id = p.tenant_id and i.promise_id = p.promise_id
  where p.promised_on >= $4 and p.made_at <= $3 and (p.kept_at is null or p.kept_at > $3)
    and (p.broken_at is null or p.broken_at > $3)
  order by i.invoice_id, p.made_at desc, p.promise_id desc
), owed as (
  select s.payable_on, s.open_cents, p.promised_on, p.promised_cents,
         sum(s.open_cents) over (partition by p.promise_id) as together_cents
  from standing s left join promised p on p.invoice_id = s.invoice_id
  where s.open_cents > 0
), split as (
  select payable_on, promised_on, open_cents,
         case when promised_on is null then 0
              else floor(open_cents * least(promised_cents, together_cents) / together_cents)::bigint end as under_cents
  from owed
)
select payable_on, promised_on, sum(under_cents)::bigint as cents from split
where under_cents > 0 group by 1, 2
union all
select payable_on, null, sum(open_cents - under_cents)::bigint from split
where open_cents > under_cents group by 1
order by 1, 2 nulls last
"""
_COHORT = f"""
, cohort as (
  select tenant_id, invoice_id, payable_on, {UNPAID} as unpaid_cents from standing
  where {COUNTED} and payable_on between $3 and $4
)
select p.paid_on - c.payable_on as delay, sum(p.principal_cents)::bigint as cents
from cohort c join payment_fact p on p.tenant_id = c.tenant_id and p.invoice_id = c.invoice_id
where p.known_on <= $1 and p.principal_cents > 0
  and not exists (select from undone_fact u
    where u.tenant_id = p.tenant_id and u.allocation_id = p.allocation_id and u.invoice_id = p.invoice_id
      and u.known_on <= $1)
group by 1
union all
select null, coalesce(sum(unpaid_cents), 0)::bigint from cohort
"""  # noqa: S608 - constants only
_PROMISED = """
select coalesce(sum(promised_cents), 0)::bigint as promised_cents,
       coalesce(sum(least(coalesce(paid_cents, 0), promised_cents)), 0)::bigint as kept_cents
from promise_fact where kept_at <= $1 or broken_at <= $1
"""
_KEEP = """
insert into forecast_day (tenant_id, made_on, expected_on, promised_cents, by_history_cents)
select $1, $2, * from unnest($3::date[], $4::bigint[], $5::bigint[])
on conflict do nothing
"""
# Money counts for a forecast if its invoice had been issued by the day the forecast was made.
_GRADED = """
with kept as (
  select * from forecast_day
  where made_on between $1 and $2 and expected_on < $3 and ($4::date is null or (made_on, expected_on) > ($4, $5))
  order by made_on, expected_on limit $6
), came as (
  select p.paid_on, i.issued_on, sum(p.principal_cents)::bigint as cents
  from payment_fact p
  join invoice_fact i on i.tenant_id = p.tenant_id and i.invoice_id = p.invoice_id and i.until_on is null
  where p.paid_on between (select min(expected_on) from kept) and (select max(expected_on) from kept)
    and not exists (select from undone_fact u
      where u.tenant_id = p.tenant_id and u.allocation_id = p.allocation_id and u.invoice_id = p.invoice_id)
  group by 1, 2
)
select k.made_on, k.expected_on, k.promised_cents, k.by_history_cents,
       coalesce(sum(c.cents), 0)::bigint as received_cents
from kept k left join came c on c.paid_on = k.expected_on and c.issued_on <= k.made_on
group by 1, 2, 3, 4 order by 1, 2
"""


async def expected(
    tx: Tx, books: Books, *, start: date, days: int
) -> tuple[tuple[ExpectedDay, ...], History, Fraction]:
    """The expected money of each of the days from `start` on, with the history and kept share it rests on.

    Everything is as it was known at the end of the books' day; what became known later, of whatever day, is left out.
    """
    connection = await tx.connection()
    known_until = end_of(books.on)
    rows = await fetch(tx, books, _OPEN, known_until, start)
    last = start - timedelta(days=SETTLED_AFTER_DAYS + 1)
    past = await fetch(tx, books, _COHORT, last - timedelta(days=HISTORY_DAYS), last)
    promises = await connection.fetchrow(_PROMISED, known_until)
    history = History(
        {row["delay"]: row["cents"] for row in past if row["delay"] is not None},
        sum(row["cents"] for row in past if row["delay"] is None),
    )
    kept = kept_share(promised_cents=promises["promised_cents"], kept_cents=promises["kept_cents"])
    made = forecast(
        invoices=[OpenInvoice(row["payable_on"], row["cents"], row["promised_on"]) for row in rows],
        history=history,
        start=start,
        days=days,
        kept_share=kept,
    )
    return made, history, kept


async def keep(tx: Tx, *, made_on: date, days: Sequence[ExpectedDay]) -> None:
    """Keep what was said on a day; what was said before on that day stays."""
    connection = await tx.connection()
    await connection.execute(
        _KEEP,
        tx.tenant_id,
        made_on,
        [day.on for day in days],
        [day.promised_cents for day in days],
        [day.by_history_cents for day in days],
    )


async def graded(
    tx: Tx, *, since: date, until: date, before: date, after: Sequence[Any] | None = None, limit: int | None = None
) -> list[Any]:
    """Kept forecasts made in the period, for days before `before`, each beside what came on that day."""
    made_on, expected_on = after or (None, None)
    connection = await tx.connection()
    return list(await connection.fetch(_GRADED, since, until, before, made_on, expected_on, limit))
