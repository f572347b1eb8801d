"""The last records of topics, and what comes after them."""

from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts import registry
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.table import kafka_bootstrap


def bootstrap_of(home: Home) -> str:
    """The Kafka of a home; raises `StackError` when none was started there."""
    found = kafka_bootstrap(home, {})
    if not found:
        raise StackError(f"no Kafka was started in {home.root}; `regua up` starts it")
    return found


async def records(home: Home, names: Sequence[str], *, last: int, follow: bool) -> AsyncIterator[tuple[str, bytes]]:
    """The last `last` records of the topics together, by broker time, then (with `follow`) each new one."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_of(home).split(","), enable_auto_commit=False, fetch_max_wait_ms=100
    )
    await consumer.start()
    try:
        places = [TopicPartition(name, number) for name in names for number in range(registry.topic(name).partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        for place in places:
            consumer.seek(place, max(begins[place], ends[place] - last))
        left = {place for place in places if ends[place] > max(begins[place], ends[place] - last)}
        found = []
        while left:
            for place, batch in (await consumer.getmany(timeout_ms=500)).items():
                found += [(one.timestamp, place.topic, one.value) for one in batch if one.offset < ends[place]]
                if batch[-1].offset >= ends[place] - 1:
                    left.discard(place)
        found.sort(key=lambda one: one[0])
        for _, name, value in found[-last:] if last else []:
            yield name, value
        while follow:
            async for record in consumer:
                yield record.topic, record.value
    finally:
        await consumer.stop()
