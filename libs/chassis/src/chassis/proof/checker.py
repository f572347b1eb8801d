"""The invariants of delivery, checked from outside: database, topics and group against each other.

C1 every committed fact is in its topic; C2 nothing else is; C3 per key the first copies are in order, without a gap;
C4 the inbox is the set of events that were read (and are neither parked nor given up); C5 every event has exactly one
effect, in the order of its key; C6 committed offsets are not ahead of the effects, and effects not ahead of the topic;
C7 nothing is left over: outbox empty, positions at the end; C8 what is parked has a key that says why.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from chassis.kafka import Kafka, TopicRecord, committed_offsets, read_all
from chassis.proof import workload
from contracts import registry


@dataclass
class Verdict:
    """What a check found: one line per violation, and counts that show that there was something to check."""

    violations: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def expect(self, holds: bool, invariant: str, sentence: str) -> None:
        """Note a violation of the invariant unless it holds."""
        if not holds and len(self.violations) < 200:
            self.violations.append(f"{invariant}: {sentence}")


@dataclass
class _Stream:
    """One topic as read: per partition in order, (event id, customer, sequence), and records that are no events."""

    events: list[tuple[int, UUID, UUID, int]] = field(default_factory=list)
    unreadable: int = 0
    ends: dict[int, int] = field(default_factory=dict)


def _stream(topic: str, records: Sequence[TopicRecord]) -> _Stream:
    stream = _Stream()
    for record in records:
        try:
            event = registry.decode(topic, record.value or b"")
        except ValidationError:
            stream.unreadable += 1
            continue
        who = event.data.partition_key()
        stream.events.append((record.partition, event.id, who, workload.sequence_of(event.data)))
    return stream


async def check(
    admin_url: str,
    kafka: Kafka,
    *,
    group: str = "proof",
    consumed: Sequence[str] = (workload.RECEIVED, workload.CLOSED),
    foreign_ids: frozenset[UUID] = frozenset(),
    drained: bool = True,
) -> Verdict:
    """Check everything; `admin_url` is a role that sees all tenants. `foreign_ids` were put into topics by a test.

    With `drained` the workload is expected to be over; without it, C1, C4, C5 and C7 only check what must hold always.
    """
    verdict = Verdict()
    connection = await asyncpg.connect(admin_url)
    try:
        topics = (workload.RECEIVED, workload.CLOSED)
        raw = await read_all(kafka, topics)
        streams = {topic: _stream(topic, raw[topic]) for topic in topics}
        facts = await connection.fetch("select event_id, topic, customer_id, sequence from proof_fact")
        waiting = {row[0] for row in await connection.fetch("select event_id from outbox")}
        waiting |= {row[0] for row in await connection.fetch("select event_id from outbox_refused")}
        for topic in topics:
            committed = {row["event_id"] for row in facts if row["topic"] == topic}
            _check_topic(verdict, topic, streams[topic], committed, must=committed - (set() if drained else waiting))
            _check_order(verdict, topic, streams[topic], foreign_ids)
            strange = {event_id for _, event_id, _, _ in streams[topic].events} - committed - foreign_ids
            verdict.expect(not strange, "C2", f"{len(strange)} records of {topic} have no committed fact")
        await _check_effects(verdict, connection, streams, consumed, drained)
        ends = _ends(raw, consumed)
        positions = await _check_positions(verdict, connection, await committed_offsets(kafka, group), ends)
        await _check_parked(verdict, connection)
        verdict.counts["facts"] = len(facts)
        if drained:
            left = await connection.fetchval("select count(*) from outbox")
            verdict.expect(left == 0, "C7", f"{left} facts are still in the outbox")
            for place, end in ends.items():
                reached = positions.get(place, 0)
                verdict.expect(reached == end, "C7", f"{place}: effects to {reached} of {end}")
    finally:
        await connection.close()
    return verdict


def _check_topic(verdict: Verdict, topic: str, stream: _Stream, committed: set[UUID], *, must: set[UUID]) -> None:
    present = Counter(event_id for _, event_id, _, _ in stream.events)
    missing = must - present.keys()
    verdict.expect(not missing, "C1", f"{len(missing)} of {len(committed)} committed facts are not in {topic}")
    verdict.counts[f"records {topic}"] = sum(present.values())
    verdict.counts["copies"] = verdict.counts.get("copies", 0) + sum(present.values()) - len(present)


def _check_order(verdict: Verdict, topic: str, stream: _Stream, foreign_ids: frozenset[UUID]) -> None:
    seen: set[UUID] = set()
    last: dict[UUID, int] = defaultdict(int)
    places: dict[UUID, int] = {}
    for partition, event_id, who, sequence in stream.events:
        if event_id in seen or event_id in foreign_ids:
            continue
        seen.add(event_id)
        verdict.expect(sequence == last[who] + 1, "C3", f"{topic}/{partition}: {who}: {sequence} after {last[who]}")
        verdict.expect(places.setdefault(who, partition) == partition, "C3", f"{topic}: {who} is in two partitions")
        last[who] = sequence


async def _check_effects(
    verdict: Verdict, connection: Any, streams: Mapping[str, _Stream], consumed: Sequence[str], drained: bool
) -> None:
    inbox = {row[0] for row in await connection.fetch("select event_id from inbox")}
    parked = {row[0] for row in await connection.fetch("select event_id from parked_event where event_id is not null")}
    effects = await connection.fetch("select event_id, customer_id, sequence from proof_effect order by id")
    per_event = Counter(row["event_id"] for row in effects)
    read = {event_id for topic in consumed for _, event_id, _, _ in streams[topic].events}
    twice = [one for one, count in per_event.items() if count > 1]
    verdict.expect(not twice, "C5", f"{len(twice)} events have more than one effect")
    verdict.expect(inbox <= read | parked, "C4", f"{len(inbox - read - parked)} inbox rows name no event")
    if drained:
        unread = read - inbox - parked
        verdict.expect(not unread, "C4", f"{len(unread)} events were never applied")
        without = (read - parked) - per_event.keys()
        verdict.expect(not without, "C5", f"{len(without)} events have no effect")
    discarded = {
        row[0] for row in await connection.fetch("select event_id from parked_event where discarded_at is not null")
    }
    without_row = set(per_event) ^ (inbox - discarded)
    verdict.expect(not without_row, "C4", f"{len(without_row)} events have effect or inbox row without the other")
    topic_of = {event_id: topic for topic in consumed for _, event_id, _, _ in streams[topic].events}
    last: dict[tuple[str, UUID], int] = defaultdict(int)
    for row in effects:
        key = topic_of.get(row["event_id"], ""), row["customer_id"]
        verdict.expect(row["sequence"] > last[key], "C5", f"effects of {key[1]} on {key[0]} are out of order")
        last[key] = row["sequence"]
    verdict.counts["effects"] = len(effects)
    verdict.counts["parked"] = len(parked - discarded)


async def _check_positions(
    verdict: Verdict, connection: Any, committed: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], int]:
    positions = {
        (row["topic"], row["partition"]): row["next_offset"]
        for row in await connection.fetch("select topic, partition, next_offset from consumer_position")
    }
    for place, offset in committed.items():
        reached = positions.get(place, 0)
        if place in ends:
            verdict.expect(offset <= reached, "C6", f"{place}: committed {offset}, effects only to {reached}")
    for place, reached in positions.items():
        if place in ends:
            verdict.expect(reached <= ends[place], "C6", f"{place}: effects to {reached}, topic ends at {ends[place]}")
    return positions


def _ends(raw: Mapping[str, Sequence[TopicRecord]], topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """The offset after the last record of each partition, where there is one."""
    ends: dict[tuple[str, int], int] = {}
    for topic in topics:
        for record in raw[topic]:
            ends[topic, record.partition] = max(ends.get((topic, record.partition), 0), record.offset + 1)
    return ends


async def _check_parked(verdict: Verdict, connection: Any) -> None:
    orphans = await connection.fetchval(
        """select count(*) from parked_event e where discarded_at is null
           and not exists (select from parked_key k where k.key = e.key)"""
    )
    verdict.expect(orphans == 0, "C8", f"{orphans} parked events have no parked key")
    wordless = await connection.fetchval("select count(*) from parked_key where reason = ''")
    verdict.expect(wordless == 0, "C8", f"{wordless} parked keys give no reason")
