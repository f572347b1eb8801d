"""Timelines as people read them: one debtor's or one invoice's facts, in the order of their instants."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.db import Tx

_LINE = "t.at, t.event_id, t.topic, t.customer_id, t.invoice_ids, t.body::text as body"
_CUSTOMER = f"""
select {_LINE} from debtor_timeline t
where t.customer_id = $1 and ($2::text[] is null or t.topic = any($2))
  and ($3::timestamptz is null or (t.at, t.event_id) {{side}} ($3, $4::uuid))
order by t.at {{order}}, t.event_id {{order}} limit $5
"""  # noqa: S608 - constants only
_INVOICE = f"""
select {_LINE} from invoice_timeline i
join debtor_timeline t on t.tenant_id = i.tenant_id and t.event_id = i.event_id
where i.invoice_id = $1 and ($2::text[] is null or t.topic = any($2))
  and ($3::timestamptz is null or (i.at, i.event_id) {{side}} ($3, $4::uuid))
order by i.at {{order}}, i.event_id {{order}} limit $5
"""  # noqa: S608 - constants only
_KNOWN = """
select exists (select from debtor_timeline where customer_id = $1)
    or exists (select from invoice_timeline where invoice_id = $1)
"""


async def of_customer(
    tx: Tx,
    customer_id: UUID,
    *,
    topics: Sequence[str] | None,
    newest_first: bool,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """The debtor's facts."""
    return await _read(tx, _CUSTOMER, newest_first, customer_id, topics, *_place(after), limit)


async def of_invoice(
    tx: Tx,
    invoice_id: UUID,
    *,
    topics: Sequence[str] | None,
    newest_first: bool,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """The facts that concern the invoice."""
    return await _read(tx, _INVOICE, newest_first, invoice_id, topics, *_place(after), limit)


async def known(tx: Tx, subject: UUID) -> bool:
    """Whether anything was ever told about this customer or invoice."""
    found: bool = await (await tx.connection()).fetchval(_KNOWN, subject)
    return found


def _place(after: Sequence[Any] | None) -> Sequence[Any]:
    return after or (None, None)


async def _read(tx: Tx, text: str, newest_first: bool, *asked: Any) -> list[Any]:
    statement = text.format(side="<", order="desc") if newest_first else text.format(side=">", order="asc")
    return list(await (await tx.connection()).fetch(statement, *asked))
