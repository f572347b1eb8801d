"""Writing and reading records: idempotence, headers, whole batches, offsets, limits, compaction."""

import asyncio

from aiokafka import TopicPartition
from aiokafka.errors import InvalidTimestampError, KafkaError, MessageSizeTooLargeError, OutOfOrderSequenceNumber
from aiokafka.structs import OffsetAndMetadata

from chassis.clock import SystemClock
from regua.conformance.base import Broker, CheckFailedError, expect, fill, read_all
from regua.stack.topics import admin

_HOUR_MS = 3_600_000


async def idempotent_producer(broker: Broker) -> str:
    """Connections are cut while thousands of records are on their way: each is in the log once, in order."""
    count, partitions, cuts = 6_000, 6, 0
    async with broker.topic("idempotence", partitions=partitions) as topic, broker.producer() as producer:
        futures = []
        for number in range(count):
            futures.append(await producer.send(topic, str(number).encode(), partition=number % partitions))
            if number % 1_000 == 500:
                await asyncio.sleep(0.01)
                for connection in list(producer.client._conns.values()):  # noqa: SLF001 - as a network would cut it
                    connection.close()
                    cuts += 1
        await asyncio.gather(*futures)
        found = await read_all(broker, topic)
    for partition, records in found.items():
        numbers = [int(record.value) for record in records]
        wanted = list(range(partition, count, partitions))
        expect(
            numbers == wanted, f"partition {partition}: {len(numbers)} records for {len(wanted)} sent, or out of order"
        )
    return f"{count} records, {cuts} connections cut, each once and in order"


async def headers(broker: Broker) -> str:
    """Headers come back as sent: order, repeated names, empty values; so do absent keys and values."""
    sent = [("ce_id", b"0190"), ("empty", b""), ("again", b"1"), ("again", b"2"), ("utf8", "régua".encode())]
    async with broker.topic("headers", partitions=1) as topic, broker.producer() as producer:
        await producer.send_and_wait(topic, b"value", key=b"key", headers=sent)
        await producer.send_and_wait(topic, None, key=b"key")
        await producer.send_and_wait(topic, b"", key=None)
        first, tombstone, keyless = (await read_all(broker, topic))[0]
    expect(list(first.headers) == sent, "headers came back changed")
    expect((first.key, first.value) == (b"key", b"value"), "key or value came back changed")
    expect(tombstone.value is None, "a record without a value came back with one")
    expect(keyless.key is None, "a record without a key came back with one")
    expect(keyless.value == b"", "an empty value came back changed")
    return f"{len(sent)} headers, a tombstone and a keyless record"


async def record_batches(broker: Broker) -> str:
    """Whole batches take consecutive offsets, and the answer names the first one."""
    async with broker.topic("batches", partitions=1) as topic, broker.producer(max_batch_size=16_384) as producer:
        written = 0
        while written < 3_000:
            batch = producer.create_batch()
            first = written
            while written < 3_000:
                headers = [("ce_id", str(written).encode())]
                if not batch.append(key=b"key", value=str(written).encode(), timestamp=None, headers=headers):
                    break
                written += 1
            batch.close()
            answer = await (await producer.send_batch(batch, topic, partition=0))
            expect(answer.offset == first, f"a batch that begins at record {first} was given offset {answer.offset}")
        records = (await read_all(broker, topic))[0]
    expect(
        [int(record.value) for record in records] == list(range(3_000)), "records of batches are lost or out of order"
    )
    expect([record.offset for record in records] == list(range(3_000)), "offsets are not consecutive")
    expect(
        all(record.headers[0][1] == record.value for record in records), "headers of batched records came back changed"
    )
    return "3000 records in whole batches, offsets consecutive"


async def offsets(broker: Broker) -> str:
    """Committed offsets, ends, seeks and look-ups by time are what was written."""
    group = broker.name("offsets")
    async with broker.topic("offsets", partitions=2) as topic:
        await fill(broker, topic, 100, 2)
        places = [TopicPartition(topic, number) for number in range(2)]
        consumer = broker.consumer(group=group)
        await consumer.start()
        try:
            consumer.assign(places)
            expect(
                await consumer.beginning_offsets(places) == dict.fromkeys(places, 0), "a new topic does not begin at 0"
            )
            expect(
                await consumer.end_offsets(places) == dict.fromkeys(places, 50),
                "the ends are not where writing stopped",
            )
            expect(await consumer.committed(places[0]) is None, "a new group has a committed offset")
            await consumer.commit({places[0]: OffsetAndMetadata(20, "régua"), places[1]: OffsetAndMetadata(7, "")})
            expect(await consumer.committed(places[0]) == 20, "the committed offset is not the one written")
            consumer.seek(places[0], 42)
            record = await asyncio.wait_for(consumer.getone(places[0]), 20)
            expect(record.offset == 42, f"a seek to 42 read {record.offset}")
            by_time = await consumer.offsets_for_times(dict.fromkeys(places, 0))
            expect(all(by_time[place].offset == 0 for place in places), "the look-up by time missed the first record")
        finally:
            await consumer.stop()
        async with admin(broker.bootstrap, broker.security) as client:
            told = await client.list_consumer_group_offsets(group)
        expect(
            {place: one.offset for place, one in told.items()} == {places[0]: 20, places[1]: 7},
            "the admin sees other offsets",
        )
    return "commit, ends, seek, time look-up and admin agree"


async def limits(broker: Broker) -> str:
    """What the broker refuses is refused with its own error, nothing of it is kept, and a new producer goes on."""
    clock = SystemClock()
    async with broker.topic("limits", partitions=1, config={"max.message.bytes": "100000"}) as topic:
        async with broker.producer(max_request_size=5_000_000, compression_type=None) as producer:
            await producer.send_and_wait(topic, b"before", partition=0)
            await _refused(
                producer.send_and_wait(topic, b"x" * 200_000, partition=0), MessageSizeTooLargeError, "too large"
            )
        async with broker.producer() as producer:
            await producer.send_and_wait(topic, b"between", partition=0)
            future_ms = int(clock.now().timestamp() * 1000) + 2 * _HOUR_MS
            late = producer.send_and_wait(topic, b"tomorrow", partition=0, timestamp_ms=future_ms)
            await _refused(late, InvalidTimestampError, "stamped two hours ahead")
            dead = await _is_dead(producer, topic)
        async with broker.producer() as producer:
            await producer.send_and_wait(topic, b"after", partition=0)
        values = [record.value for record in (await read_all(broker, topic))[0]]
    wanted = [b"before", b"between", *([] if dead else [b"same producer"]), b"after"]
    expect(values == wanted, f"the log holds {len(values)} records where {len(wanted)} were accepted, or other ones")
    how = "the refused producer had to be replaced" if dead else "the refused producer went on"
    return f"too large and future stamps refused; {how}"


async def _refused(sending: object, error: type[KafkaError], what: str) -> None:
    try:
        await asyncio.wait_for(sending, 30)  # type: ignore[arg-type]
    except error:
        return
    except KafkaError as other:
        raise CheckFailedError(
            f"a record {what} was refused with {type(other).__name__}, not {error.__name__}"
        ) from None
    raise CheckFailedError(f"a record {what} was accepted")


async def _is_dead(producer: object, topic: str) -> bool:
    try:
        await asyncio.wait_for(producer.send_and_wait(topic, b"same producer", partition=0), 30)  # type: ignore[attr-defined]
    except OutOfOrderSequenceNumber:
        return True
    return False


async def compaction(broker: Broker) -> str:
    """A compacted topic forgets older values of a key and keeps the newest of each."""
    config = {
        "cleanup.policy": "compact",
        "segment.ms": "200",
        "min.cleanable.dirty.ratio": "0.01",
        "max.compaction.lag.ms": "500",
    }
    async with broker.topic("compaction", partitions=1, config=config) as topic, broker.producer() as producer:
        for number in range(200):
            await producer.send(topic, str(number).encode(), key=f"key-{number % 4}".encode(), partition=0)
        await producer.flush()
        left, records = 200, []
        for _ in range(80):
            await asyncio.sleep(0.5)
            await producer.send_and_wait(topic, b"", key=b"roll", partition=0)
            records = [record for record in (await read_all(broker, topic))[0] if record.key != b"roll"]
            left = len(records)
            if left == 4:
                break
        newest = {record.key: int(record.value) for record in records}
    expect(newest == {f"key-{n}".encode(): 196 + n for n in range(4)}, "the newest value of a key was not kept")
    expect(left == 4, f"{left} records are left of 200 where 4 are the newest of their keys")
    return "200 records of 4 keys became 4, the newest"
