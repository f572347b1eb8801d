"""How far a producer is, said by its relay, and how fresh a consumer's own copy therefore is.

A watermark says: everything that was committed at the producer before `as_of`, in this lane, is at or below these
offsets. The relay reads the clock, then takes the snapshot that finds what is unsent, then waits for the
acknowledgements; so nothing that was committed before that reading can be missing. A consumer whose own positions
have passed the offsets has applied all of it: its copy is fresh as of `as_of`, unless the key in question is parked.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from chassis.db import Tx
from chassis.ids import Ids
from chassis.kafka import Record, pack_headers
from chassis.outbox import lane_of
from contracts import envelope as wire
from contracts import registry
from contracts.envelope import Envelope
from contracts.watermark import Position, Producer, SourceFreshness, WatermarkAdvanced

Sources = Callable[[Tx], Awaitable[Mapping[str, datetime]]]
"""How fresh each outside source is, by name; asked before watermarks are said, in a transaction without a tenant."""

PLATFORM_TENANT = UUID(int=0)
"""The tenant of facts about the platform itself."""


class LaneMarks:
    """What one relay knows of its lanes: the highest acknowledged offsets, and as of when each lane is complete."""

    def __init__(self, producer_name: str, lanes: int):
        self._producer_name = producer_name
        self._lanes = lanes
        self._offsets: dict[int, dict[tuple[str, int], int]] = {}
        self._as_of: dict[int, datetime] = {}
        self._said: dict[int, tuple[datetime, Mapping[str, datetime]]] = {}

    def topics(self) -> list[str]:
        """The topics that this producer writes through its outbox."""
        return [
            name
            for name, topic in registry.topics().items()
            if self._producer_name in topic.producers and name != WatermarkAdvanced.topic
        ]

    def lanes_without_base(self, held: Iterable[int]) -> list[int]:
        """Held lanes whose earlier offsets are unknown: they need `set_base` before they can say anything."""
        return [lane for lane in held if lane not in self._offsets]

    def set_base(self, lanes: Iterable[int], ends: Mapping[tuple[str, int], int]) -> None:
        """Start lanes from the ends of the topics: whoever held the lane before, its records are below them."""
        for lane in lanes:
            known = self._offsets.setdefault(lane, {})
            for place, end in ends.items():
                if end > 0:
                    known[place] = max(end - 1, known.get(place, -1))

    def acknowledged(self, lane: int, topic: str, partition: int, offset: int | None) -> None:
        """A record of the lane is in the log at (or, if None, at an unknown place before the end of) the partition."""
        known = self._offsets.get(lane)
        if known is None:
            return
        if offset is None:
            del self._offsets[lane]
        elif offset > known.get((topic, partition), -1):
            known[topic, partition] = offset

    def complete(self, lane: int, as_of: datetime) -> None:
        """All that was committed in the lane before `as_of` is acknowledged."""
        self._as_of[lane] = max(as_of, self._as_of.get(lane, as_of))

    def forget(self) -> None:
        """The lanes are no longer ours."""
        self._offsets.clear()
        self._as_of.clear()
        self._said.clear()

    def due(self, held: Iterable[int], sources: Mapping[str, datetime]) -> list[int]:
        """Lanes that have something new to say."""
        return [
            lane
            for lane in held
            if lane in self._offsets and lane in self._as_of and self._said.get(lane) != (self._as_of[lane], sources)
        ]

    def records(self, lanes: Sequence[int], sources: Mapping[str, datetime], ids: Ids) -> list[tuple[int, Record]]:
        """The watermarks of the lanes as records, and what `said` has to be told once they are acknowledged."""
        return [(lane, self._record(lane, sources, ids)) for lane in lanes]

    def said(self, lane: int, as_of: datetime, sources: Mapping[str, datetime]) -> None:
        """The lane's watermark of that instant is in the log."""
        self._said[lane] = as_of, sources

    def as_of(self, lane: int) -> datetime:
        """As of when the lane is complete."""
        return self._as_of[lane]

    def _record(self, lane: int, sources: Mapping[str, datetime], ids: Ids) -> Record:
        fact = WatermarkAdvanced(
            producer=cast("Producer", self._producer_name),
            lane=lane,
            lanes=self._lanes,
            as_of=self._as_of[lane],
            positions=tuple(
                Position(topic=topic, partition=partition, offset=offset)
                for (topic, partition), offset in sorted(self._offsets[lane].items())
            ),
            sources=tuple(SourceFreshness(source=name, fresh_until=until) for name, until in sorted(sources.items())),
        )
        event_id = ids.new_id()
        envelope = registry.wrap(
            fact,
            event_id=event_id,
            producer=self._producer_name,
            time=self._as_of[lane],
            tenant_id=PLATFORM_TENANT,
            correlation_id=event_id,
        )
        return Record(envelope.partitionkey.encode(), registry.encode(envelope), pack_headers(wire.headers(envelope)))


_PASSED = """
(select bool_and(coalesce(own.next_offset, 0) > (named.value ->> 2)::bigint)
   from jsonb_array_elements({positions}) as named(value)
   left join consumer_position own
     on own.topic = named.value ->> 0 and own.partition = (named.value ->> 1)::int
  where named.value ->> 0 = any({topics}))
"""
_RECORD = f"""
insert into watermark_seen as seen (producer, lane, lanes, as_of, positions, sources)
values ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
on conflict (producer, lane) do update
   set passed_as_of = case when coalesce({_PASSED.format(positions="seen.positions", topics="$7::text[]")}, true)
                           then seen.as_of else seen.passed_as_of end,
       lanes = excluded.lanes, as_of = excluded.as_of, positions = excluded.positions, sources = excluded.sources
 where seen.as_of <= excluded.as_of
"""  # noqa: S608 - no value is put into the text
_SOURCES = "select sources::text as sources from watermark_seen where producer = $1"
_LANES = "select lanes from watermark_seen where producer = $1 order by as_of desc limit 1"
_FRESH = f"""
select case when coalesce({_PASSED.format(positions="seen.positions", topics="$4::text[]")}, true)
            then as_of else passed_as_of end as fresh_until, sources
from watermark_seen as seen
where producer = $1 and lane = $2 and lanes = $3
"""  # noqa: S608 - no value is put into the text


async def record_watermarks(tx: Tx, events: Sequence[Envelope[WatermarkAdvanced]], *, topics: Sequence[str]) -> None:
    """Keep the newest watermark of each producer's lane; the handler of `watermark.advanced` calls this.

    `topics` are those this service consumes: offsets of others say nothing about its copy.
    """
    newest: dict[tuple[str, int], WatermarkAdvanced] = {}
    for event in events:
        mark = event.data
        known = newest.get((mark.producer, mark.lane))
        if known is None or known.as_of <= mark.as_of:
            newest[mark.producer, mark.lane] = mark
    connection = await tx.connection()
    rows = [
        (
            mark.producer,
            mark.lane,
            mark.lanes,
            mark.as_of,
            json.dumps([[place.topic, place.partition, place.offset] for place in mark.positions]),
            json.dumps({source.source: source.fresh_until.isoformat() for source in mark.sources}),
            list(topics),
        )
        for mark in newest.values()
    ]
    await connection.executemany(_RECORD, rows)


async def fresh_until(tx: Tx, *, producer: str, key: UUID, topics: Sequence[str]) -> datetime | None:
    """Everything `producer` committed about `key` before the returned instant is applied in this database.

    None when that cannot be proven: no watermark yet, its offsets not reached, or the key is parked. `topics` are
    those of the producer's topics that this service consumes.
    """
    connection = await tx.connection()
    raw = str(key).encode()
    if await connection.fetchval("select 1 from parked_key where key = $1", raw) is not None:
        return None
    lanes = await connection.fetchval(_LANES, producer)
    if lanes is None:
        return None
    row = await connection.fetchrow(_FRESH, producer, lane_of(raw, lanes), lanes, list(topics))
    return None if row is None else cast("datetime | None", row["fresh_until"])


async def sources_fresh_until(tx: Tx, *, producer: str) -> dict[str, datetime]:
    """How fresh each outside source of the producer is, by its newest watermarks (the least fresh lane counts)."""
    connection = await tx.connection()
    found: dict[str, datetime] = {}
    rows = await connection.fetch(_SOURCES, producer)
    for row in rows:
        for name, until in json.loads(row["sources"]).items():
            instant = datetime.fromisoformat(until)
            found[name] = min(instant, found.get(name, instant))
    return found
