"""The consumer of one service: reads its group's partitions, settles what it reads, then commits the offsets.

Offsets are committed after the effects, never before; a crash between the two means that records come again, and are
known. A rebalance waits for the batch in progress; what waits for another attempt is dropped then and read again by
whoever gets the partition. A process that lost its partitions without noticing can do no harm: the position's row
lock and the inbox make its batch a duplicate.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from chassis import inbox, parking
from chassis.clock import monotonic_seconds
from chassis.consumer.apply import Applier
from chassis.consumer.failures import ParkingLimitError
from chassis.consumer.items import Item, decode
from chassis.consumer.partitions import Partitions
from chassis.consumer.settle import Settled, Settler
from chassis.consumer.subscriptions import Subscriptions
from chassis.db import Database
from chassis.ids import jitter
from chassis.inbox import PlaceKey
from chassis.kafka import Incoming, Kafka, KafkaError, Member, Place
from chassis.retry import Nature, RetryPolicy, classify

_READ_WAIT_SECONDS = 0.25
_RECHECK_PARKED_SECONDS = 5.0


@dataclass
class ConsumerStatus:
    """How the consumer is, at one instant.

    `lag` is per partition, as of the last fetch. `waiting` names partitions that wait for another attempt, with the
    reason. `alarm` means that it stopped itself and needs a person. `stalled` partitions have records to read and
    did not move for longer than they should.
    """

    running: bool = False
    assigned: int = 0
    lag: dict[PlaceKey, int] = field(default_factory=dict)
    waiting: dict[PlaceKey, str] = field(default_factory=dict)
    stalled: list[PlaceKey] = field(default_factory=list)
    records: int = 0
    duplicates: int = 0
    retries: int = 0
    parked: int = 0
    rebalances: int = 0
    trouble: str | None = None
    alarm: str | None = None


class Consumer:
    """One member of a service's consumer group; run one per process."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        kafka: Kafka,
        *,
        batch_events: int = 500,
        handler_deadline_seconds: float = 30.0,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        starts_limit: int = 2,
        parked_keys_limit: int = 100,
        parked_ratio_limit: float = 0.05,
        parked_ratio_from_keys: int = 20,
        instance_id: str | None = None,
        session_timeout_seconds: float = 45.0,
        max_poll_interval_seconds: float = 300.0,
        stall_seconds: float = 120.0,
    ):
        self._database = database
        self._subscriptions = subscriptions
        self._kafka = kafka
        self._observer = database.observer
        self._batch_events = batch_events
        self._parked_keys_limit = parked_keys_limit
        self._parked_ratio_limit = parked_ratio_limit
        self._parked_ratio_from_keys = parked_ratio_from_keys
        self._instance_id = instance_id
        self._session_timeout_seconds = session_timeout_seconds
        self._max_poll_interval_seconds = max_poll_interval_seconds
        self._stall_seconds = stall_seconds
        self.applier = Applier(
            database,
            subscriptions,
            handler_deadline_seconds=handler_deadline_seconds,
            parked_keys_limit=parked_keys_limit,
        )
        self._settler = Settler(self.applier, self._observer, policy=policy)
        self._partitions = Partitions(database, me=database.ids.new_id(), starts_limit=starts_limit)
        self._member: Member | None = None
        self._busy = asyncio.Lock()
        self._committing: asyncio.Task[None] | None = None
        self._to_commit: dict[Place, int] = {}
        self._moved_at: dict[PlaceKey, float] = {}
        self._recent: deque[tuple[int, int]] = deque(maxlen=20)
        self._status = ConsumerStatus()
        self._stopping = False
        self._stop = asyncio.Event()

    def status(self) -> ConsumerStatus:
        """A snapshot for readiness and metrics."""
        status = self._status
        assigned = self._member.assignment() if self._member else set()
        status.assigned = len(assigned)
        status.waiting = self._settler.troubled
        status.retries = self._settler.retries
        status.lag = {}
        for place in assigned:
            end = self._member.highwater(place) if self._member else None
            known = self._partitions.next_offsets.get(self._key(place))
            if end is not None and known is not None:
                status.lag[self._key(place)] = max(0, end - known)
        now = monotonic_seconds()
        status.stalled = [
            place
            for place, lag in status.lag.items()
            if lag and place not in status.waiting and now - self._moved_at.get(place, now) > self._stall_seconds
        ]
        return status

    async def lag(self) -> dict[PlaceKey, int]:
        """Records not yet applied in each of this process's partitions, by the ends asked of the broker now."""
        if self._member is None:
            return {}
        ends = await self._member.ends(self._member.assignment())
        assigned = [self._key(place) for place in ends]
        async with self._database.unit_of_work(tenant_id=None, name="consumer.lag") as tx:
            positions = await inbox.load_positions(await tx.connection(), assigned)
        found = {}
        for place, end in ends.items():
            position = positions.get(self._key(place))
            found[self._key(place)] = max(0, end - (position.next_offset if position else 0))
        return found

    async def run(self, stop: asyncio.Event, *, grace_seconds: float = 8.0) -> None:
        """Consume until `stop` is set; the batch in progress then has `grace_seconds` to end."""
        self._status.running, self._stopping, self._stop = True, False, stop
        work = asyncio.create_task(self._forever(), name="consumer")
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            self._stopping = True
            if not work.done():
                await asyncio.wait({work}, timeout=grace_seconds)
            if work.done():
                work.result()
        finally:
            stopped.cancel()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self._status.running = False
            await self._leave()

    async def _forever(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                await self._wait_for_room()
                await self._join()
                while not self._stopping:
                    await self._turn()
                    self._status.trouble, failures = None, 0
            except ParkingLimitError:
                self._status.alarm = "parking-limit"
                self._observer.alarm("consumer-stopped", {"group": self._subscriptions.name, "reason": "parking-limit"})
                await self._leave()
            except Exception as error:  # noqa: BLE001 - the consumer outlives whatever broker and database do
                if not isinstance(error, KafkaError) and classify(error) is Nature.PERMANENT:
                    self._status.alarm = type(error).__name__
                    self._observer.alarm("consumer-failing", {"error": type(error).__name__})
                self._status.trouble = type(error).__name__
                self._observer.note("consumer-trouble", {"error": type(error).__name__})
                failures += 1
                await self._leave()
                await self._nap(min(5.0, 0.1 * 2**failures) * (0.5 + jitter() / 2))

    async def _wait_for_room(self) -> None:
        """After a stop by the parking limit: go on once enough keys were redriven or given up."""
        enough = self._parked_keys_limit
        if self._status.alarm == "parking-ratio":
            enough = min(enough, self._parked_ratio_from_keys)
        while not self._stopping:
            async with self._database.unit_of_work(tenant_id=None, name="consumer.room") as tx:
                with self._database.step("consumer.count_parked"):
                    keys, _ = await parking.parked_counts(await tx.connection())
            if keys < enough:
                self._status.alarm = None
                self._recent.clear()
                return
            self._status.alarm = self._status.alarm or "parking-limit"
            await self._nap(_RECHECK_PARKED_SECONDS)

    async def _nap(self, seconds: float) -> None:
        """Sleep, but not beyond the order to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()

    async def _join(self) -> None:
        member = Member(
            self._kafka,
            group=self._kafka.topic_prefix + self._subscriptions.name,
            topics=self._subscriptions.topics,
            revoked=self._revoked,
            assigned=self._assigned,
            instance_id=self._instance_id,
            session_timeout_seconds=self._session_timeout_seconds,
            max_poll_interval_seconds=self._max_poll_interval_seconds,
        )
        with self._database.step("consumer.join"):
            await member.start()
        self._member = member

    def _present(self) -> Member:
        if self._member is None:
            raise RuntimeError("the consumer is no member of its group")
        return self._member

    async def _leave(self) -> None:
        member, self._member = self._member, None
        if member is None:
            return
        waiting = list(self._settler.waiting)
        for place in waiting:
            self._settler.forget(place)
        try:
            await self._partitions.unmark(waiting)
            await self._commit_now(member)
        except Exception as error:  # noqa: BLE001 - leaving must succeed; what is lost here is only repeated work
            self._observer.note("consumer-leave", {"error": type(error).__name__})
        with self._database.step("consumer.leave"):
            await member.close()
        await self._partitions.close()
        self._partitions.forget(list(self._partitions.next_offsets))
        self._to_commit.clear()

    async def _turn(self) -> None:
        """Read once, settle what came and what waited long enough."""
        member = self._present()
        wait = self._settler.next_due_seconds()
        with self._database.step("consumer.read"):
            found = await member.read(
                max_records=self._batch_events,
                wait_seconds=_READ_WAIT_SECONDS if wait is None else min(wait + 0.001, _READ_WAIT_SECONDS),
            )
        async with self._busy:
            items = await self._accept(found) if found else []
            runs = self._settler.due()
            if items:
                runs.append(items)
            for run in runs:
                await self._settle(run)

    async def _accept(self, found: Mapping[Place, Sequence[Incoming]]) -> list[Item]:
        """Decode what is still ours and not yet applied; records read too far ahead are read again."""
        member = self._present()
        ours = member.assignment()
        decoded: dict[PlaceKey, list[Item]] = {}
        for place, records in found.items():
            if place in ours and records:
                topic = self._kafka.topic_of(place.topic)
                decoded[topic, place.partition] = [decode(topic, record) for record in records]
        seek = await self._partitions.meet(decoded)
        for key, offset in seek.items():
            decoded.pop(key)
            self._observer.note("consumer-read-again", {"topic": key[0], "partition": key[1], "offset": offset})
            member.seek(self._place(key), offset)
        return [item for items in decoded.values() for item in items]

    async def _settle(self, items: list[Item]) -> None:
        """Settle a run, taking alone whatever an earlier process left unfinished."""
        together: list[Item] = []
        for item in items:
            if self._partitions.careful(*self._at(item)):
                await self._settle_run([item])
            else:
                together.append(item)
        if together:
            await self._settle_run(together)

    @staticmethod
    def _at(item: Item) -> tuple[PlaceKey, int]:
        return item.place, item.offset

    async def _settle_run(self, items: list[Item]) -> None:
        before = set(self._settler.waiting)
        settled = Settled()
        try:
            await self._partitions.mark(items)
            await self._settler.settle(items, settled)
        finally:
            self._note(settled)
        newly = [place for place in self._settler.waiting if place not in before]
        self._hold_back(newly)
        if newly:
            await self._partitions.unmark(newly)
        self._check_ratio(settled)

    def _note(self, settled: Settled) -> None:
        """Positions are committed in the database: let the broker know, beside the next batch."""
        self._partitions.moved(settled.next_offsets)
        now = monotonic_seconds()
        for key, offset in settled.next_offsets.items():
            self._moved_at[key] = now
            self._to_commit[self._place(key)] = offset
            if self._member is not None and key not in self._settler.waiting:
                self._member.resume(self._place(key))
        self._status.records += settled.records
        self._status.duplicates += settled.duplicates
        self._status.parked += len(settled.parked)
        for item in settled.parked:
            fault = item.fault
            self._observer.alarm(
                "key-parked", {"topic": item.topic, "reason": fault.reason if fault else "", "offset": item.offset}
            )
        if self._to_commit and (self._committing is None or self._committing.done()):
            self._committing = asyncio.create_task(self._commit_now(self._member))

    def _hold_back(self, places: Iterable[PlaceKey]) -> None:
        for place in places:
            if self._member is not None:
                self._member.pause(self._place(place))

    def _check_ratio(self, settled: Settled) -> None:
        self._recent.append((settled.records, len(settled.parked)))
        records = sum(one for one, _ in self._recent)
        parked = sum(one for _, one in self._recent)
        if parked >= self._parked_ratio_from_keys and parked > records * self._parked_ratio_limit:
            self._status.alarm = "parking-ratio"
            raise ParkingLimitError

    async def _commit_now(self, member: Member | None) -> None:
        """Commit all offsets whose effects are committed; refused ones belong to somebody else by now."""
        if self._committing is not None and self._committing is not asyncio.current_task():
            await asyncio.wait({self._committing})
        while self._to_commit and member is not None:
            offsets, self._to_commit = self._to_commit, {}
            with self._database.step("consumer.commit_offsets"):
                if not await member.commit(offsets):
                    self._observer.note("consumer-commit-refused", {"partitions": len(offsets)})

    async def _revoked(self, places: set[Place]) -> None:
        """Called while the group waits: let the batch end, hand over in good order."""
        self._status.rebalances += 1
        async with self._busy:
            keys = [self._key(place) for place in places]
            waiting = [key for key in keys if key in self._settler.waiting]
            for key in keys:
                self._settler.forget(key)
            try:
                await self._partitions.unmark(waiting)
                await self._commit_now(self._member)
            except Exception as error:  # noqa: BLE001 - a rebalance must go on; the next owner meets known records
                self._observer.note("consumer-revoke", {"error": type(error).__name__})
            self._partitions.forget(keys)

    def _assigned(self, places: set[Place]) -> None:
        now = monotonic_seconds()
        for place in places:
            self._moved_at[self._key(place)] = now
        self._observer.note("consumer-assigned", {"partitions": len(places)})

    def _key(self, place: Place) -> PlaceKey:
        return self._kafka.topic_of(place.topic), place.partition

    def _place(self, key: PlaceKey) -> Place:
        return Place(self._kafka.wire_topic(key[0]), key[1])
