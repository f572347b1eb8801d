"""One member of a consumer group, as the consumer core wants it: explicit positions, explicit commits, no surprises."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from chassis.kafka.cluster import Kafka

if TYPE_CHECKING:

    class Place(NamedTuple):
        """A partition of a topic of the cluster, with the topic's wire name."""

        topic: str
        partition: int

else:
    Place = TopicPartition


_LEAVE_SECONDS: Final = 4.0
_STOP_JOINING_SECONDS: Final = 1.0


class Incoming(NamedTuple):
    """One record as it came."""

    place: Place
    offset: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    def __init__(self, revoked: Callable[[set[Place]], Awaitable[None]], assigned: Callable[[set[Place]], None]):
        self._revoked = revoked
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self._revoked(set(revoked))

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self._assigned(set(assigned))


class Member:
    """Joins `group`, reads from the earliest record where nothing is committed, and never commits by itself.

    `revoked` is awaited before partitions are given up: what is in progress ends or is dropped there. With
    `instance_id` membership is static (a restart within the session timeout keeps its partitions, and stopping does
    not give them up).
    """

    def __init__(
        self,
        kafka: Kafka,
        *,
        group: str,
        topics: Iterable[str],
        revoked: Callable[[set[Place]], Awaitable[None]],
        assigned: Callable[[set[Place]], None],
        instance_id: str | None = None,
        session_timeout_seconds: float = 45.0,
        max_poll_interval_seconds: float = 300.0,
    ):
        self._kafka = kafka
        self._topics = [kafka.wire_topic(topic) for topic in topics]
        self._listener = _Listener(revoked, assigned)
        self._arguments: dict[str, Any] = {
            "group_id": group,
            "group_instance_id": instance_id,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "partition_assignment_strategy": (StickyPartitionAssignor,),
            "session_timeout_ms": int(session_timeout_seconds * 1000),
            "heartbeat_interval_ms": int(min(3.0, session_timeout_seconds / 4) * 1000),
            "max_poll_interval_ms": int(max_poll_interval_seconds * 1000),
            "rebalance_timeout_ms": int(max_poll_interval_seconds * 1000),
            "request_timeout_ms": int(kafka.request_timeout_seconds * 1000),
            "max_partition_fetch_bytes": 4_000_000,
            "metadata_max_age_ms": 60_000,
            **kafka.client_arguments(),
        }
        self._inner: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Connect and begin to join; raises `KafkaError` if no broker answers."""
        inner = AIOKafkaConsumer(**self._arguments)
        self._inner = inner
        # Subscribed after the start, so that starting does not wait for the group: reading does.
        try:
            await inner.start()
            inner.subscribe(self._topics, listener=self._listener)
        except BaseException:
            await self.close()
            raise

    @property
    def _started(self) -> AIOKafkaConsumer:
        if self._inner is None:
            raise RuntimeError("the member is not started")
        return self._inner

    async def close(self) -> None:
        """Leave the group (unless membership is static) and disconnect; one that still joins is not waited for."""
        inner, self._inner = self._inner, None
        if inner is None:
            return
        try:
            async with asyncio.timeout(_LEAVE_SECONDS if inner.assignment() else _STOP_JOINING_SECONDS):
                await inner.stop()
        except (TimeoutError, KafkaError):
            # The group learns of us by the session timeout then.
            with suppress(TimeoutError, KafkaError, asyncio.CancelledError):
                async with asyncio.timeout(1):
                    await inner._fetcher.close()  # noqa: SLF001 - the library's own stop did not come so far
            await inner._client.close()  # noqa: SLF001

    async def read(self, *, max_records: int, wait_seconds: float) -> dict[Place, list[Incoming]]:
        """The next records by partition, in order; empty after `wait_seconds` without any."""
        found = await self._started.getmany(timeout_ms=int(wait_seconds * 1000), max_records=max_records)
        return {
            place: [
                Incoming(place, record.offset, record.key or b"", record.value, record.headers, record.timestamp)
                for record in records
            ]
            for place, records in found.items()
        }

    def assignment(self) -> set[Place]:
        """The partitions that are ours now."""
        return set() if self._inner is None else set(self._inner.assignment())

    async def commit(self, offsets: Mapping[Place, int]) -> bool:
        """Commit next offsets; false if the group refused because the partitions are no longer ours."""
        try:
            await self._started.commit(dict(offsets))
        except (KafkaError, IllegalStateError):
            return False
        return True

    def seek(self, place: Place, offset: int) -> None:
        """Read this partition from `offset` next."""
        self._started.seek(place, offset)

    def pause(self, place: Place) -> None:
        """Read nothing more of this partition for now."""
        if self._inner is not None and place in self._inner.assignment():
            self._inner.pause(place)

    def resume(self, place: Place) -> None:
        """Read this partition again."""
        if self._inner is not None and place in self._inner.assignment():
            self._inner.resume(place)

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """The offset after the last record of each partition, asked now."""
        wanted = list(places)
        return dict(await self._started.end_offsets(wanted)) if wanted else {}

    def highwater(self, place: Place) -> int | None:
        """The end of the partition as of the last fetch, if there was one."""
        if self._inner is None or place not in self._inner.assignment():
            return None
        mark: int | None = self._inner.highwater(place)
        return mark
