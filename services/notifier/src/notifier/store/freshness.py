"""How fresh our copies are about many debtors at once: the chassis's proof, asked set by set.

Payments cannot know a Pix that its PSP has not told yet. So what payments says counts only as long as its last sweep of
each of the tenant's PSPs allows: after an outage nobody is reminded before the sweep has caught up.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.outbox import lane_of
from chassis.watermark import sources_fresh_until

BELIEVED: Final[Mapping[str, tuple[str, ...]]] = {
    "payments": ("payment.allocated", "payment.reversed"),
    "invoicing": (
        "customer.registered",
        "customer.updated",
        "customer.erased",
        "invoice.issued",
        "invoice.amended",
        "invoice.due",
        "invoice.overdue",
        "invoice.settled",
        "invoice.cancelled",
        "invoice.written_off",
        "debtor.responded",
    ),
    "dunning": ("message.requested", "case.held", "case.released", "case.closed"),
}
"""Whose word the last gate needs, and the topics of theirs that this service reads."""

TOPICS: Final = tuple(topic for topics in BELIEVED.values() for topic in topics)

SWEEP_ALLOWANCE: Final = timedelta(minutes=15)
"""How old the last sweep of a PSP may be; longer than the pause between two sweeps, which webhooks bridge."""

_LANES = """
with wanted as (select producer, topics::text[] as topics from unnest($1::text[], $2::text[]) as row(producer, topics)),
newest as (select distinct on (producer) producer, lanes from watermark_seen order by producer, as_of desc)
select seen.producer, seen.lane, seen.lanes,
       case when coalesce((
              select bool_and(coalesce(own.next_offset, 0) > (named.value ->> 2)::bigint)
                from jsonb_array_elements(seen.positions) as named(value)
                left join consumer_position own
                  on own.topic = named.value ->> 0 and own.partition = (named.value ->> 1)::int
               where named.value ->> 0 = any(wanted.topics)), true)
            then seen.as_of else seen.passed_as_of end as fresh_until
from watermark_seen seen
join wanted using (producer)
join newest on newest.producer = seen.producer and newest.lanes = seen.lanes
"""
_PARKED = "select key from parked_key where key = any($1::bytea[])"


async def fresh_until(tx: Tx, customer_ids: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """For each debtor, the instant before which all that the three producers committed about it is applied here.

    None where that cannot be proven: a producer never spoke, its offsets are not reached, or the key is parked.
    """
    connection = await tx.connection()
    swept = await _swept_until(tx)
    keys = {customer_id: str(customer_id).encode() for customer_id in customer_ids}
    parked = {row["key"] for row in await connection.fetch(_PARKED, list(keys.values()))}
    arrays = ["{" + ",".join(topics) + "}" for topics in BELIEVED.values()]
    marks: dict[str, dict[int, datetime | None]] = {producer: {} for producer in BELIEVED}
    lanes: dict[str, int] = {}
    for row in await connection.fetch(_LANES, list(BELIEVED), arrays):
        marks[row["producer"]][row["lane"]] = row["fresh_until"]
        lanes[row["producer"]] = row["lanes"]
    found: dict[UUID, datetime | None] = {}
    for customer_id, key in keys.items():
        known = [marks[producer].get(lane_of(key, lanes.get(producer, 1))) for producer in BELIEVED]
        instants = [instant for instant in known if instant is not None]
        proven = len(instants) == len(BELIEVED) and key not in parked
        found[customer_id] = min([*instants, *swept]) if proven else None
    return found


async def _swept_until(tx: Tx) -> list[datetime]:
    """Until when the word of payments counts, for each PSP of the tenant."""
    assert tx.tenant_id is not None  # noqa: S101 - messages belong to a tenant
    sources = await sources_fresh_until(tx, producer="payments")
    mine = f"psp.{tx.tenant_id.hex}."
    return [until + SWEEP_ALLOWANCE for name, until in sources.items() if name.startswith(mine)]
