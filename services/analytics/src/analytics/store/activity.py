"""What the platform did: money that came by route or day, messages by what became of them, decisions by outcome."""

from datetime import date
from typing import Any, Final, Literal

from analytics.domain.days import end_of, start_of
from chassis.db import Tx

ReceiptsBy = Literal["route", "day"]
MessagesBy = Literal["step", "tone", "purpose"]
DecisionsBy = Literal["outcome", "step", "reason", "day"]

_RECEIPTS = """
select {group} as name, count(*) as receipts, sum(gross_cents)::bigint as gross_cents,
       sum(fee_cents)::bigint as fee_cents, sum(credited_cents)::bigint as credited_cents
from receipt_fact where paid_on between $1 and $2 group by 1 order by 1
"""
# A message counts on the day it was asked for; attempts are looked at message by message.
_MESSAGES = """
select coalesce({group}, '') as name, count(*) as requested,
       count(*) filter (where a.sent) as sent, count(*) filter (where a.delivered) as delivered,
       count(*) filter (where m.suppressed_at is not null) as suppressed,
       count(*) filter (where a.failed and not a.reached) as failed,
       count(*) filter (where a.sent is null and m.suppressed_at is null) as waiting
from message_fact m
left join lateral (
  select bool_or(sent_at is not null) as sent, bool_or(delivered_at is not null) as delivered,
         bool_or(failed_at is not null) as failed, bool_or(sent_at is not null and failed_at is null) as reached
  from attempt_fact a where a.tenant_id = m.tenant_id and a.message_id = m.message_id
) a on true
where m.requested_at >= $1 and m.requested_at <= $2 group by 1 order by 1
"""
_SUPPRESSED = """
select suppressed_because as name, count(*) as messages from message_fact
where requested_at >= $1 and requested_at <= $2 and suppressed_at is not null group by 1 order by 1
"""
_DECISIONS = """
select {group} as name, sum(decisions)::bigint as decisions
from decision_count where day between $1 and $2 group by 1 order by 1
"""
_RECEIPT_GROUPS: Final[dict[str, str]] = {"route": "route", "day": "paid_on::text"}
_MESSAGE_GROUPS: Final[dict[str, str]] = {"step": "m.step_key", "tone": "m.tone", "purpose": "m.purpose"}
_DECISION_GROUPS: Final[dict[str, str]] = {
    "outcome": "outcome",
    "step": "step_key",
    "reason": "reason",
    "day": "day::text",
}


async def receipts(tx: Tx, *, by: ReceiptsBy, since: date, until: date) -> list[Any]:
    """Money that came, by the bank's day of payment."""
    connection = await tx.connection()
    return list(await connection.fetch(_RECEIPTS.format(group=_RECEIPT_GROUPS[by]), since, until))


async def messages(tx: Tx, *, by: MessagesBy, since: date, until: date) -> list[Any]:
    """Messages asked for in the period, and what became of them."""
    connection = await tx.connection()
    statement = _MESSAGES.format(group=_MESSAGE_GROUPS[by])
    return list(await connection.fetch(statement, start_of(since), end_of(until)))


async def suppressions(tx: Tx, *, since: date, until: date) -> list[Any]:
    """Why messages asked for in the period were kept back."""
    connection = await tx.connection()
    return list(await connection.fetch(_SUPPRESSED, start_of(since), end_of(until)))


async def decisions(tx: Tx, *, by: DecisionsBy, since: date, until: date) -> list[Any]:
    """Decisions taken in the period."""
    connection = await tx.connection()
    return list(await connection.fetch(_DECISIONS.format(group=_DECISION_GROUPS[by]), since, until))
