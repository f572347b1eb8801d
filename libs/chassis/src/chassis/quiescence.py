"""Whether a service has nothing left to do, and if not, why.

A whole platform is quiet when every service is quiet at two looks in a row with the same activity count: a fact on
its way is always in some outbox, behind some position, or in the work just being done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis import inbox, schedules
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.kafka import Ends, Kafka, KafkaError
from chassis.relay import Relay
from chassis.schedules import Scheduler, Schedules
from contracts.watermark import WatermarkAdvanced

_OUTBOX = """
select (select count(*) from (
          select from outbox o
          where not exists (select from outbox_refused r where r.key = o.key and r.resolved_at is null) limit 10000
        ) as counted) as rows,
       (select count(*) from parked_key) as parked,
       (select count(*) from outbox_refused where resolved_at is null) as refused
"""


@dataclass(frozen=True)
class Reason:
    """One thing still to do: `kind` is stable (outbox, lag, due-work, broker-away), `count` how much of it."""

    kind: str
    detail: str
    count: int


@dataclass(frozen=True)
class Report:
    """The answer: quiet when there is no reason. What waits for a person is not a reason, but it is told."""

    reasons: Sequence[Reason]
    activity: int
    parked_keys: int
    refused_facts: int

    @property
    def quiet(self) -> bool:
        """Nothing is left to do without a person or the clock."""
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """The body of `GET /internal/quiescence`."""
        return {
            "quiet": self.quiet,
            "activity": self.activity,
            "reasons": [{"kind": one.kind, "detail": one.detail, "count": one.count} for one in self.reasons],
            "parked_keys": self.parked_keys,
            "refused_facts": self.refused_facts,
        }


class Quiescence:
    """Looks at one service, all its processes together: by its database and by the ends of the topics it reads."""

    def __init__(
        self,
        database: Database,
        kafka: Kafka,
        *,
        topics: Sequence[str] = (),
        work: Schedules | None = None,
        relay: Relay | None = None,
        consumer: Consumer | None = None,
        scheduler: Scheduler | None = None,
    ):
        self._database = database
        self._ends = Ends(kafka)
        # Watermarks tick with the clock; they are never over.
        self._topics = [topic for topic in topics if topic != WatermarkAdvanced.topic]
        self._work = work
        self._relay = relay
        self._consumer = consumer
        self._scheduler = scheduler

    async def close(self) -> None:
        """Let go of the broker."""
        await self._ends.close()

    async def report(self) -> Report:
        """Ask database and broker now."""
        reasons: list[Reason] = []
        ends: dict[tuple[str, int], int] = {}
        if self._topics:
            try:
                ends = await self._ends.of(self._topics)
            except (KafkaError, OSError) as error:
                reasons.append(Reason("broker-away", type(error).__name__, 1))
        async with self._database.unit_of_work(tenant_id=None, name="quiescence") as tx:
            connection = await tx.connection()
            counts = await connection.fetchrow(_OUTBOX)
            positions = await inbox.load_positions(connection, ends) if ends else {}
            if self._work is not None and self._work.kinds:
                due, _ = await schedules.due_count(connection, self._work, tx.now)
                if due:
                    reasons.append(Reason("due-work", "due and not done", due))
        if counts["rows"]:
            reasons.append(Reason("outbox", "facts not yet in their topics", counts["rows"]))
        for place, end in ends.items():
            position = positions.get(place)
            behind = end - (position.next_offset if position else 0)
            if behind > 0:
                reasons.append(Reason("lag", f"{place[0]}/{place[1]}", behind))
        return Report(reasons, self._activity(), counts["parked"], counts["refused"])

    def _activity(self) -> int:
        total = 0
        if self._relay is not None:
            total += self._relay.status().sent
        if self._consumer is not None:
            total += self._consumer.status().records
        if self._scheduler is not None:
            total += self._scheduler.status().done
        return total
