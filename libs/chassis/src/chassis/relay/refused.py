"""Facts that the broker refuses for good, set aside so that the others flow.

The rule: one refused fact stops its key, not the lane and not the service. It moves to `outbox_refused` with an
alarm; every later fact of that key stays in the outbox, in order, until a person decides. `retry_refused` puts it
back at its old place (after the broker's limit was raised, or the clock set right), so the key goes on in the order in
which it was written. `discard_refused` gives it up, on record, and lets the later ones go. Nothing is given up
without a person: a consumer that sees the later facts without this one would draw wrong conclusions about the debtor.
While a lane has a refused fact its watermark stands still, because "all I knew is in the topic" would be untrue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Database
from chassis.errors import NotFoundError

_SET_ASIDE = """
with gone as (delete from outbox where lane = $1 and position = $2 returning *)
insert into outbox_refused (position, lane, event_id, topic, key, payload, headers, created_at, reason, refused_at)
select position, lane, event_id, topic, key, payload, headers, created_at, $3, $4 from gone
on conflict (position) do update
   set reason = excluded.reason, refused_at = excluded.refused_at, resolved_at = null, resolution = null
"""
_WAITING = "select lane, position, key from outbox_refused where resolved_at is null"
_LIST = """
select r.position, r.event_id, r.topic, r.reason, r.refused_at, length(r.payload) as payload_bytes,
       (select count(*) from outbox o where o.lane = r.lane and o.key = r.key) as behind
from outbox_refused r where r.resolved_at is null order by r.position
"""
_RETRY = """
with back as (update outbox_refused set resolved_at = $2, resolution = 'retried'
              where event_id = $1 and resolved_at is null returning *)
insert into outbox (lane, position, event_id, topic, key, payload, headers, created_at) overriding system value
select lane, position, event_id, topic, key, payload, headers, created_at from back
returning position
"""
_DISCARD = """update outbox_refused set resolved_at = $2, resolution = 'discarded: ' || $3
              where event_id = $1 and resolved_at is null returning position"""


@dataclass(frozen=True)
class Refusal:
    """A fact that waits for a person, and how many later facts of its key wait behind it."""

    event_id: UUID
    topic: str
    reason: str
    refused_at: datetime
    payload_bytes: int
    behind: int


class Blocked:
    """The keys that wait, as this relay knows them."""

    def __init__(self) -> None:
        self._lowest: dict[int, int] = {}
        self.keys: set[bytes] = set()
        self.count = 0

    async def load(self, connection: Any) -> None:
        """Learn what waits now (another process may have resolved something)."""
        rows = await connection.fetch(_WAITING)
        self.count = len(rows)
        self.keys = {row["key"] for row in rows}
        self._lowest = {}
        for row in rows:
            lane = row["lane"]
            self._lowest[lane] = min(row["position"], self._lowest.get(lane, row["position"]))

    def lowest(self, lane: int) -> int | None:
        """The lowest position that waits in the lane: it may come back to the outbox."""
        return self._lowest.get(lane)

    async def set_aside(
        self, connection: Any, *, lane: int, position: int, key: bytes, reason: str, now: datetime
    ) -> None:
        """Move one row out of the outbox and stop its key, in one statement."""
        await connection.execute(_SET_ASIDE, lane, position, reason, now)
        self.keys.add(key)
        self.count += 1
        self._lowest[lane] = min(position, self._lowest.get(lane, position))


async def list_refused(database: Database) -> Sequence[Refusal]:
    """What waits for a person, oldest first."""
    async with database.unit_of_work(tenant_id=None, name="refused") as tx:
        rows = await (await tx.connection()).fetch(_LIST)
    return [
        Refusal(row["event_id"], row["topic"], row["reason"], row["refused_at"], row["payload_bytes"], row["behind"])
        for row in rows
    ]


async def retry_refused(database: Database, event_id: UUID) -> None:
    """Put the fact back at its old place; the relay tries it again, and its key goes on if the broker takes it.

    Raises `NotFoundError` if no such fact waits.
    """
    async with database.unit_of_work(tenant_id=None, name="refused") as tx:
        if await (await tx.connection()).fetchval(_RETRY, event_id, tx.now) is None:
            raise _unknown()


async def discard_refused(database: Database, event_id: UUID, *, because: str) -> None:
    """Give the fact up, keeping it with the reason on record; its key goes on without it.

    Raises `NotFoundError` if no such fact waits.
    """
    async with database.unit_of_work(tenant_id=None, name="refused") as tx:
        if await (await tx.connection()).fetchval(_DISCARD, event_id, tx.now, because) is None:
            raise _unknown()


def _unknown() -> NotFoundError:
    return NotFoundError("refused-fact-unknown", "No refused fact with this id waits; list them first.")
