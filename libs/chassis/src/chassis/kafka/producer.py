"""Sends whole record batches, in order, and knows when the producer underneath is dead."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError, KafkaError, MessageSizeTooLargeError, PolicyViolationError

from chassis.kafka.cluster import Kafka
from chassis.kafka.headers import unpack_headers

log = logging.getLogger(__name__)

_REFUSALS: tuple[type[KafkaError], ...] = (MessageSizeTooLargeError, InvalidTimestampError, PolicyViolationError)


class Record(NamedTuple):
    """One record to send; `headers` as `pack_headers` makes them."""

    key: bytes
    value: bytes
    headers: bytes


@dataclass(frozen=True)
class Sent:
    """What became of a run of records for one partition: the first `acked` are in the log, up to `last_offset`.

    `last_offset` is None when the broker confirmed a repeat without naming its place. `error` stopped the rest.
    """

    acked: int
    last_offset: int | None = None
    error: BaseException | None = None

    @property
    def refused(self) -> bool:
        """The broker refuses the first missing record for good, or one that was in the same batch with it."""
        return is_refusal(self.error)


class DeadProducerError(Exception):
    """The producer cannot send any more; what was not acknowledged has to be sent again by a new one."""


def is_refusal(error: BaseException | None) -> bool:
    """Whether the broker refuses the record itself: another attempt with the same bytes cannot succeed."""
    return isinstance(error, _REFUSALS)


class Producer:
    """An idempotent producer with `acks=all`.

    `dead` turns true when the client library can no longer keep its sequence (after a refused record, or an error
    that it does not survive) or when an acknowledgement is overdue; it stays true, and the owner makes a new one.
    """

    def __init__(self, kafka: Kafka):
        self._kafka = kafka
        self._inner: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._death: str | None = None

    @property
    def dead(self) -> bool:
        """Whether it has to be replaced."""
        return self.death is not None

    @property
    def death(self) -> str | None:
        """Why it has to be replaced: the name of an error."""
        if self._death is None and self._inner is not None:
            task = self._inner._sender.sender_task  # noqa: SLF001 - the library does not tell that its sender ended
            if task is not None and task.done():
                self._death = "SenderStopped"
        return self._death

    async def start(self) -> None:
        """Connect and get a producer id; raises `KafkaError` or `TimeoutError` if no broker answers."""
        kafka = self._kafka
        self._inner = AIOKafkaProducer(
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            compression_type=kafka.compression,
            max_batch_size=kafka.batch_bytes,
            request_timeout_ms=int(kafka.request_timeout_seconds * 1000),
            metadata_max_age_ms=60_000,
            **kafka.client_arguments(),
        )
        try:
            async with asyncio.timeout(kafka.request_timeout_seconds):
                await self._inner.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go at once; what is unacknowledged stays so. (The library's own stop waits for an absent broker.)"""
        inner, self._inner = self._inner, None
        if inner is None:
            return
        inner._closed = True  # noqa: SLF001 - see above
        inner._message_accumulator.fail_all(DeadProducerError("closed"))  # noqa: SLF001
        try:
            async with asyncio.timeout(2):
                await inner._sender.close()  # noqa: SLF001
        except (TimeoutError, KafkaError, DeadProducerError):
            log.debug("the producer's sender did not end in time")
        await inner.client.close()

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; raises `KafkaError` or `TimeoutError` if that cannot be learnt."""
        known = self._partitions.get(topic)
        if known is None:
            if self._inner is None:
                raise DeadProducerError("not started")
            async with asyncio.timeout(self._kafka.request_timeout_seconds):
                known = len(await self._inner.partitions_for(self._kafka.wire_topic(topic)))
            self._partitions[topic] = known
        return known

    async def send(self, topic: str, partition: int, records: Sequence[tuple[bytes, bytes, bytes]]) -> Sent:
        """Send the records in order, as whole batches, each only after the one before it was acknowledged.

        Never raises for a failed delivery: the result says how many are in the log and what stopped the rest.
        """
        acked = 0
        last_offset: int | None = None
        while acked < len(records):
            if self.dead or self._inner is None:
                return Sent(acked, last_offset, DeadProducerError(self.death))
            batch = self._inner.create_batch()
            filled = acked
            while filled < len(records):
                key, value, headers = records[filled]
                if batch.append(key=key, value=value, timestamp=None, headers=unpack_headers(headers)) is None:
                    break
                filled += 1
            batch.close()
            try:
                async with asyncio.timeout(self._kafka.ack_deadline_seconds):
                    pending = await self._inner.send_batch(batch, self._kafka.wire_topic(topic), partition=partition)
                    place = await pending
            except TimeoutError as error:
                self._death = "AcknowledgementOverdue"
                return Sent(acked, last_offset, error)
            except (KafkaError, DeadProducerError) as error:
                # The failed batch leaves a hole in the sequence, which the broker never forgives this producer.
                self._death = type(error).__name__
                return Sent(acked, last_offset, error)
            count = filled - acked
            last_offset = place.offset + count - 1 if place is not None and place.offset >= 0 else None
            acked = filled
        return Sent(acked, last_offset)
