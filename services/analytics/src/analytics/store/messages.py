"""What followed messages: money by the last message before it, and what recipients did."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from analytics.domain.days import ZONE, end_of, start_of
from analytics.domain.engagement import Engaged
from analytics.domain.recovery import UNPROMPTED, WINDOW, Recovered
from chassis.db import Tx

# A payment known only by its day counts from the end of that day. `$3` is the day up to which undoing counts.
_RECOVERY = """
with paid as (
  select p.tenant_id, p.invoice_id, p.money_cents,
         coalesce(r.paid_at, ((p.paid_on + 1)::timestamp at time zone $5) - interval '1 microsecond') as at
  from payment_fact p
  left join receipt_fact r on r.tenant_id = p.tenant_id and r.receipt_id = p.receipt_id
  where p.paid_on between $1 and $2 and p.money_cents > 0
    and not exists (select from undone_fact u
      where u.tenant_id = p.tenant_id and u.allocation_id = p.allocation_id and u.invoice_id = p.invoice_id
        and u.reversed_on <= $3)
)
select coalesce(m.step_key, $6) as step_key, coalesce(m.channel, $7) as channel,
       count(*) as payments, sum(paid.money_cents)::bigint as cents
from paid
left join lateral (
  select a.step_key, a.channel from message_invoice i
  join attempt_fact a on a.tenant_id = i.tenant_id and a.message_id = i.message_id
  where i.tenant_id = paid.tenant_id and i.invoice_id = paid.invoice_id
    and a.sent_at <= paid.at and a.sent_at >= paid.at - $4::interval and a.failed_at is null
  order by a.sent_at desc, a.step_key desc, a.channel desc limit 1
) m on true
group by 1, 2 order by 1, 2
"""
_ENGAGEMENT = """
select {group} as name, count(*) as sent, count(delivered_at) as delivered,
       count(opened_human_at) as opened_human, count(opened_at) as opened_all,
       count(clicked_human_at) as clicked_human, count(clicked_at) as clicked_all, count(failed_at) as failed
from attempt_fact where sent_at >= $1 and sent_at <= $2 and $3::text is not null
group by 1 order by 1
"""
_BY_CHANNEL = _ENGAGEMENT.format(group="channel")
_BY_HOUR = _ENGAGEMENT.format(group="to_char(sent_at at time zone $3, 'HH24')")
_OPENED_IN_HOUR = """
select to_char(at at time zone $3, 'HH24') as hour, count(*) as opens
from (select opened_human_at as at from attempt_fact where opened_human_at >= $1 and opened_human_at <= $2) as opened
group by 1
"""


async def recovered(tx: Tx, *, since: date, until: date) -> tuple[Recovered, ...]:
    """Money paid in the period by step and channel of the last message that reached the debtor before it."""
    connection = await tx.connection()
    rows = await connection.fetch(_RECOVERY, since, until, until, WINDOW, ZONE.key, *UNPROMPTED)
    found = (Recovered(row["step_key"], row["channel"], row["payments"], row["cents"]) for row in rows)
    return tuple(sorted(found, key=lambda item: (item.step_key, item.channel)))


async def engaged(tx: Tx, *, by: Literal["hour", "channel"], since: date, until: date) -> tuple[Engaged, ...]:
    """What happened to the attempts sent in the period, by channel or by hour of sending."""
    rows = await _fetch(tx, _BY_CHANNEL if by == "channel" else _BY_HOUR, since, until)
    return tuple(Engaged(*row) for row in rows)


async def opened_by_hour(tx: Tx, *, since: date, until: date) -> dict[str, int]:
    """Attempts first opened by a person in the period, by the hour of opening."""
    return {row["hour"]: row["opens"] for row in await _fetch(tx, _OPENED_IN_HOUR, since, until)}


async def _fetch(tx: Tx, statement: str, since: date, until: date) -> Sequence[Any]:
    first: datetime = start_of(since)
    connection = await tx.connection()
    return list(await connection.fetch(statement, first, end_of(until), ZONE.key))
