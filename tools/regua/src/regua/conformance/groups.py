"""Consumer groups: members share the partitions, come, leave and die, and nobody's work is lost or done twice."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError

from chassis.clock import monotonic_seconds
from regua.conformance.base import Broker, CheckFailedError, eventually, expect, fill

_LOST = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError, RebalanceInProgressError)
_MARK = "MEMBER "


class Member(ConsumerRebalanceListener):  # type: ignore[misc]  # the client has no types
    """One group member as the product runs it: handles, then commits; on a revoke it commits what it handled."""

    def __init__(self, broker: Broker, topic: str, group: str, *, commit_each: bool = True):
        self.seen: list[tuple[int, int]] = []
        self.assigned: set[int] = set()
        self.error: BaseException | None = None
        self._commit_each = commit_each
        self._handled: dict[TopicPartition, int] = {}
        self._topic = topic
        self._work = asyncio.Lock()
        self.consumer: AIOKafkaConsumer = broker.consumer(
            group=group,
            session_timeout_ms=6_000,
            max_poll_records=50,
            partition_assignment_strategy=[StickyPartitionAssignor],
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.consumer.start()
        self.consumer.subscribe([self._topic], listener=self)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the group after committing what was handled."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._commit()
        await self.consumer.stop()
        if self.error is not None:
            raise self.error

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        async with self._work:
            await self._commit()
            self._handled.clear()
            self.assigned -= {place.partition for place in revoked}

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.assigned = {place.partition for place in assigned}

    async def _run(self) -> None:
        try:
            while True:
                batch = await self.consumer.getmany(timeout_ms=100)
                async with self._work:
                    for place, records in batch.items():
                        if place.partition not in self.assigned:
                            continue  # revoked while it was fetched: its next owner reads it
                        self.seen += [(place.partition, int(record.value)) for record in records]
                        self._handled[place] = records[-1].offset + 1
                    if self._commit_each:
                        await self._commit()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - kept for the check, which raises it
            self.error = error

    async def _commit(self) -> None:
        if not self._handled:
            return
        try:
            await self.consumer.commit(dict(self._handled))
        except _LOST:
            return  # somebody else has the partitions now and begins at the last commit


@asynccontextmanager
async def members(broker: Broker, topic: str, count: int, **options: Any) -> AsyncIterator[list[Member]]:
    """Members of one new group that share the topic, started together, stopped at the end."""
    group = broker.name("group")
    crew = [Member(broker, topic, group, **options) for _ in range(count)]
    await asyncio.gather(*(member.start() for member in crew))
    try:
        yield crew
    finally:
        await asyncio.gather(*(member.stop() for member in crew))


def shared(crew: list[Member], partitions: int) -> bool:
    """Whether the members hold all partitions, each one once, in equal parts."""
    held = [partition for member in crew for partition in member.assigned]
    sizes = {len(member.assigned) for member in crew}
    return sorted(held) == list(range(partitions)) and max(sizes) - min(sizes) <= 1


def all_seen(crew: list[Member]) -> list[int]:
    return sorted(number for member in crew for _, number in member.seen)


def in_order(crew: list[Member]) -> bool:
    for member in crew:
        last: dict[int, int] = {}
        for partition, number in member.seen:
            if number <= last.get(partition, -1):
                return False
            last[partition] = number
    return True


async def _group_of(broker: Broker, count: int) -> str:
    records = 1_200
    async with broker.topic(f"group-of-{count}", partitions=6) as topic:
        async with members(broker, topic, count) as crew:
            await eventually(lambda: shared(crew, 6), f"{count} members did not share 6 partitions equally")
            await fill(broker, topic, records, 6)
            await eventually(lambda: len(all_seen(crew)) >= records, "the group did not read every record")
            expect(all(member.seen for member in crew), "a member with partitions read nothing")
        expect(all_seen(crew) == list(range(records)), "a record was read twice or not at all")
        expect(in_order(crew), "records of one partition were read out of order")
    return f"{records} records, {6 // count} partitions each, every record once"


async def group_of_two(broker: Broker) -> str:
    """Two members share the partitions equally and read every record once."""
    return await _group_of(broker, 2)


async def group_of_three(broker: Broker) -> str:
    """Three members share the partitions equally and read every record once."""
    return await _group_of(broker, 3)


async def rebalance(broker: Broker) -> str:
    """Members join and leave under load: the partitions are shared anew each time, no record is lost or repeated."""
    async with broker.topic("rebalance", partitions=6) as topic:
        group = broker.name("rebalance")
        crew = [Member(broker, topic, group) for _ in range(3)]
        enough = asyncio.Event()
        load = asyncio.create_task(_load(broker, topic, enough))
        try:
            await crew[0].start()
            await eventually(lambda: shared(crew[:1], 6), "one member did not get all partitions")
            await asyncio.gather(crew[1].start(), crew[2].start())
            await eventually(lambda: shared(crew, 6), "three members did not share the partitions")
            await asyncio.gather(crew[1].stop(), crew[2].stop())
            await eventually(lambda: shared(crew[:1], 6), "the member that stayed did not get the partitions back")
        finally:
            enough.set()
            sent = await load
        await eventually(lambda: len(set(all_seen(crew))) >= sent, "records were lost in a rebalance")
        await crew[0].stop()
        expect(all_seen(crew) == list(range(sent)), f"{len(all_seen(crew)) - sent} records were read twice")
    return f"1 → 3 → 1 members under load, {sent} records, each once"


async def _load(broker: Broker, topic: str, enough: asyncio.Event) -> int:
    """Write numbers until there are enough; return how many were acknowledged."""
    sent = 0
    async with broker.producer() as producer:
        while not enough.is_set():
            futures = [await producer.send(topic, str(sent + n).encode(), partition=(sent + n) % 6) for n in range(30)]
            await asyncio.gather(*futures)
            sent += 30
            await asyncio.sleep(0.02)
    return sent


async def commit_on_revoke(broker: Broker) -> str:
    """A member that only commits when its partitions are taken hands them over exactly where it stopped."""
    async with broker.topic("revoke", partitions=4) as topic:
        await fill(broker, topic, 400, 4)
        group = broker.name("revoke")
        first = Member(broker, topic, group, commit_each=False)
        second = Member(broker, topic, group, commit_each=False)
        await first.start()
        await eventually(lambda: len(first.seen) == 400, "the first member did not read what was there")
        await second.start()
        await eventually(lambda: shared([first, second], 4), "the second member got no share")
        async with broker.producer() as producer:
            for number in range(400, 440):
                await producer.send(topic, str(number).encode(), partition=number % 4)
            await producer.flush()
        await eventually(
            lambda: len(set(all_seen([first, second]))) == 440, "records after the hand-over were not read"
        )
        await asyncio.gather(first.stop(), second.stop())
        expect(all_seen([first, second]) == list(range(440)), "the new owner began elsewhere than the commit on revoke")
    return "400 uncommitted records handed over, none repeated"


async def member_killed(broker: Broker) -> str:
    """A member's process is killed (SIGKILL) in mid-work: the other takes its partitions from its last commit."""
    async with broker.topic("killed", partitions=4) as topic:
        group = broker.name("killed")
        survivor = Member(broker, topic, group)
        await survivor.start()
        child = await _start_child(broker, topic, group)
        try:
            await eventually(lambda: len(survivor.assigned) == 2, "the member in another process got no share")
            await fill(broker, topic, 200, 4)
            seen = await _read_child(child, 100)
            os.kill(child.pid, signal.SIGKILL)
            killed = monotonic_seconds()
            await fill(broker, topic, 200, 4)
            await eventually(lambda: len(survivor.assigned) == 4, "a killed member's partitions were not taken over")
            took = monotonic_seconds() - killed
            await eventually(lambda: len(survivor.seen) + len(seen) >= 400, "records of the killed member were lost")
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()
            await survivor.stop()
        # The child reports before it commits, so what it reported last may come again, but nothing may be missing.
        counted = {number: [n for _, n in survivor.seen].count(number) for number in range(200)}
        for number in seen:
            counted[number] += 1
        expect(min(counted.values()) >= 2, "a record was read by nobody")
    return f"its partitions were taken over after {took:.1f} s, nothing missing"


async def _start_child(broker: Broker, topic: str, group: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "regua.conformance.member", broker.bootstrap, topic, group,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def _read_child(child: asyncio.subprocess.Process, count: int) -> list[int]:
    if child.stdout is None:
        raise CheckFailedError("the other process has no output")
    seen: list[int] = []
    try:
        async with asyncio.timeout(30):
            while len(seen) < count:
                line = (await child.stdout.readline()).decode()
                expect(line, "the member in another process ended by itself")
                if line.startswith(_MARK):
                    seen.append(int(line.removeprefix(_MARK)))
    except TimeoutError:
        raise CheckFailedError(f"the member in another process read {len(seen)} of {count} records in 30 s") from None
    return seen
