"""One transaction for a run of records: skip what is known, park what must wait, handle the rest, move the positions.

Everything below happens in one transaction, so a crash at any point leaves either all of it or nothing: the locked
positions and parked keys, the inbox, the handlers' effects, the facts they publish, the parked events.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis import inbox, parking
from chassis.clock import monotonic_seconds
from chassis.consumer.failures import HandlerFailedError, HandlerOverdueError, ParkingLimitError
from chassis.consumer.items import Item
from chassis.consumer.subscriptions import Handler, Subscriptions
from chassis.db import Database, Tx
from chassis.inbox import PlaceKey
from chassis.outcome import Done, Duplicate, Outcome, Parked, label
from contracts.base import Event
from contracts.envelope import Envelope


@dataclass
class Applied:
    """What a transaction did: how many records of each topic ended how, and the keys it parked."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    parked: list[Item] = field(default_factory=list)
    next_offsets: dict[PlaceKey, int] = field(default_factory=dict)

    def count(self, topic: str, outcome: Outcome, records: int = 1) -> None:
        """Note that so many records of the topic ended so."""
        self.outcomes[topic, label(outcome)] += records


class Applier:
    """Applies runs of records for one service's subscriptions."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        *,
        handler_deadline_seconds: float = 30.0,
        parked_keys_limit: int = 100,
    ):
        self._database = database
        self._subscriptions = subscriptions
        self._deadline_seconds = handler_deadline_seconds
        self._parked_keys_limit = parked_keys_limit

    async def apply(self, items: Sequence[Item]) -> Applied:
        """Apply the records, in order per key, in one transaction.

        Raises `HandlerFailedError` around what a handler raised, `ParkingLimitError`, or the database's own errors;
        then nothing of it happened.
        """
        started = monotonic_seconds()
        applied = Applied()
        ends = applied.next_offsets
        for item in items:
            ends[item.place] = max(item.offset + 1, ends.get(item.place, 0))
        step = self._database.step
        async with self._database.unit_of_work(tenant_id=None, name="consumer") as tx:
            connection = await tx.connection()
            with step("consumer.guard"):
                parked, reached = await inbox.guard(connection, list({item.key for item in items}), list(ends))
            to_handle: list[Item] = []
            to_park: list[Item] = []
            newly: dict[bytes, Item] = {}
            for item in items:
                if item.offset < reached.get(item.place, 0):
                    applied.count(item.topic, Duplicate())
                elif item.key in parked or item.key in newly:
                    to_park.append(item)
                elif item.fault is not None:
                    newly[item.key] = item
                    to_park.append(item)
                else:
                    to_handle.append(item)
            with step("consumer.claim"):
                unseen = await inbox.claim(
                    connection, [item.event_id for item in to_handle if item.event_id is not None], ends
                )
            fresh = self._first_copies(to_handle, unseen, applied)
            if fresh:
                await self.run_handlers(tx, fresh)
            if to_park:
                with step("consumer.park"):
                    to_park = await self._park(tx, to_park, newly, applied)
                applied.parked = list(newly.values())
                for item in to_park:
                    applied.count(item.topic, Parked(item.fault.reason if item.fault else "behind"))
        seconds = monotonic_seconds() - started
        for (topic, outcome), count in applied.outcomes.items():
            self._database.observer.handled(topic, outcome, count, seconds)
        return applied

    def _first_copies(self, items: Sequence[Item], unseen: set[UUID], applied: Applied) -> list[Item]:
        fresh = []
        for item in items:
            if item.event_id in unseen:
                unseen.discard(item.event_id)
                applied.count(item.topic, Done())
                fresh.append(item)
            else:
                applied.count(item.topic, Duplicate())
        return fresh

    async def _park(self, tx: Tx, items: Sequence[Item], newly: dict[bytes, Item], applied: Applied) -> list[Item]:
        """Queue the items behind their keys; further copies of events that were applied before are left out."""
        connection = await tx.connection()
        known = await inbox.known(connection, [item.event_id for item in items if item.event_id is not None])
        waiting = []
        for item in items:
            if item.event_id in known and newly.get(item.key) is not item:
                applied.count(item.topic, Duplicate())
            else:
                waiting.append(item)
        keys = await parking.park(connection, waiting, newly, tx.now)
        if newly and keys > self._parked_keys_limit:
            raise ParkingLimitError
        return waiting

    async def run_handlers(self, tx: Tx, items: Sequence[Item]) -> None:
        """Call the handlers for events that are new: tenant by tenant, topic by topic, in order."""
        groups: dict[UUID, dict[str, list[Item]]] = {}
        correlations: dict[UUID, UUID] = {}
        for item in items:
            event = _event(item)
            groups.setdefault(event.tenantid, {}).setdefault(item.topic, []).append(item)
            correlations[event.id] = event.correlationid
        for tenant_id, by_topic in groups.items():
            view = await tx.for_tenant(tenant_id, correlations)
            for topic, handler in self._subscriptions.handlers.items():
                if topic in by_topic:
                    await self._call(view, handler, by_topic[topic])

    async def _call(self, tx: Tx, handler: Handler, items: Sequence[Item]) -> None:
        if handler.one is None:
            await self._guarded(tx, handler, items, items[0] if len(items) == 1 else None)
            return
        for item in items:
            event = _event(item)
            tx.causation_id, tx.correlation_id = event.id, event.correlationid
            await self._guarded(tx, handler, (item,), item)

    async def _guarded(self, tx: Tx, handler: Handler, items: Sequence[Item], culprit: Item | None) -> None:
        """One call of a handler: traced, timed, and blamed on the one event it was given."""
        events = [_event(item) for item in items]
        observer, step = self._database.observer, self._database.step
        deadline = asyncio.timeout(self._deadline_seconds)
        try:
            async with deadline:
                with (
                    observer.processing(
                        handler.topic, [event.id for event in events], [event.traceparent for event in events]
                    ),
                    step("consumer.handle"),
                ):
                    if handler.one is not None:
                        await handler.one(tx, events[0])
                    elif handler.many is not None:
                        await handler.many(tx, events)
                    if tx.session.new or tx.session.dirty or tx.session.deleted:
                        await tx.session.flush()
        except TimeoutError as error:
            if deadline.expired():
                raise HandlerFailedError(culprit) from HandlerOverdueError()
            raise HandlerFailedError(culprit) from error
        except Exception as error:  # whatever a handler raises is told with the event that it failed on
            raise HandlerFailedError(culprit) from error


def _event(item: Item) -> Envelope[Event]:
    if item.event is None:
        raise ValueError("an event that could not be read is never handled")
    return item.event
