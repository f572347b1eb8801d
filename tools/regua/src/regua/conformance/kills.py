"""The broker is killed (SIGKILL) while records are on their way: what was acknowledged is there, once, in order."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.clock import monotonic_seconds
from regua.conformance.base import Broker, CheckFailedError, Control, expect, read_all

_PARTITIONS = 12
_LOAD_SECONDS = 1.0


class Load:
    """Writes numbered records to every partition, a window at a time; remembers what was acknowledged."""

    def __init__(self, topic: str):
        self._topic = topic
        self.sent = dict.fromkeys(range(_PARTITIONS), 0)
        self.acked: dict[int, set[int]] = {partition: set() for partition in range(_PARTITIONS)}
        self.refused: list[str] = []
        self.last_ack = 0.0
        self.enough = asyncio.Event()

    async def run(self, producer: AIOKafkaProducer) -> None:
        """One writer per partition, until `enough`."""
        await asyncio.gather(*(self._write(producer, partition) for partition in self.sent))

    async def _write(self, producer: AIOKafkaProducer, partition: int) -> None:
        while not self.enough.is_set():
            window = []
            for _ in range(50):
                number = self.sent[partition]
                self.sent[partition] += 1
                window.append((number, await producer.send(self._topic, str(number).encode(), partition=partition)))
            for number, future in window:
                try:
                    await future
                except KafkaError as error:
                    self.refused.append(type(error).__name__)
                    return
                self.acked[partition].add(number)
                self.last_ack = monotonic_seconds()
            await asyncio.sleep(0.01)

    @property
    def acknowledged(self) -> int:
        return sum(len(numbers) for numbers in self.acked.values())


def first_fault(acked: Mapping[int, Collection[int]], read: Mapping[int, Sequence[int]]) -> str | None:
    """What is wrong with the log, by partition: acknowledged numbers missing, numbers twice, or out of order."""
    for partition, numbers in read.items():
        lost = set(acked[partition]) - set(numbers)
        if lost:
            return f"{len(lost)} acknowledged records of partition {partition} are lost"
        if len(numbers) != len(set(numbers)):
            return f"partition {partition} holds {len(numbers) - len(set(numbers))} records twice"
        if list(numbers) != sorted(numbers):
            return f"partition {partition} is out of order"
    missing = [partition for partition, numbers in acked.items() if numbers and partition not in read]
    return f"partition {missing[0]} was not read" if missing else None


async def killed_under_load(broker: Broker, kills: int | None = None) -> str:
    """Kill and restart the broker during sends (each node in turn): nothing acknowledged is lost, repeated or moved."""
    control = broker.control
    if control is None:
        raise CheckFailedError("the broker is not ours to kill")
    nodes = list(control.nodes)
    rounds = kills if kills is not None else len(nodes)
    async with broker.topic("kill", partitions=_PARTITIONS) as topic:
        load = Load(topic)
        async with broker.producer(request_timeout_ms=60_000, metadata_max_age_ms=5_000) as producer:
            writing = asyncio.create_task(load.run(producer))
            try:
                recoveries = [await _kill_once(control, nodes[number % len(nodes)], load) for number in range(rounds)]
            finally:
                load.enough.set()
                await _end(writing)
        found = await read_all(broker, topic)
    read = {partition: [int(record.value) for record in records] for partition, records in found.items()}
    fault = first_fault(load.acked, read)
    expect(fault is None, fault or "")
    expect(not load.refused, f"{len(load.refused)} sends failed in the end ({', '.join(sorted(set(load.refused)))})")
    took = ", ".join(f"{seconds:.1f}" for seconds in recoveries)
    text = (
        f"{rounds} kill{'s' if rounds > 1 else ''}, {load.acknowledged} acknowledged, none lost, twice or out of order"
    )
    return f"{text}; records again after {took} s"


async def _end(writing: asyncio.Task[None]) -> None:
    try:
        await asyncio.wait_for(writing, 90)
    except TimeoutError:
        raise CheckFailedError("sends were neither acknowledged nor refused within 90 s of the last kill") from None


async def _kill_once(control: Control, node: int, load: Load) -> float:
    """Let the load run, kill the node, repair it; return how long the load went without an acknowledgement."""
    await asyncio.sleep(_LOAD_SECONDS)
    await control.kill(node)
    killed = monotonic_seconds()
    repairing = asyncio.create_task(control.repair())
    before = load.acknowledged
    while load.last_ack <= killed + 0.2 or load.acknowledged - before < 1_000:
        expect(monotonic_seconds() - killed < 90, "no record was acknowledged within 90 s of the kill")
        await asyncio.sleep(0.02)
    recovered = load.last_ack - killed
    await repairing
    return recovered
