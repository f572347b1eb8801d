"""Whether Kafka can take records: a metadata request, not a pid and not an open port."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class KafkaHealth:
    """What one broker knows of the cluster: brokers, partitions without a leader, partitions short of replicas."""

    brokers: int
    leaderless: int
    under_replicated: int

    def healthy(self, nodes: int) -> bool:
        return self.brokers >= nodes and self.leaderless == 0

    @property
    def sentence(self) -> str:
        text = f"{self.brokers} broker{'s' if self.brokers != 1 else ''} in the cluster"
        if self.leaderless:
            text += f", {self.leaderless} partitions without a leader"
        if self.under_replicated:
            text += f", {self.under_replicated} partitions short of replicas"
        return text


@contextmanager
def quiet_client() -> Iterator[None]:
    """The client logs every refused connection as an error; while we wait for a start those say nothing."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


async def ask(host: str, port: int, timeout_seconds: float = 5) -> KafkaHealth | None:
    """Ask one broker for the metadata of all topics; `None` when it does not answer in time."""
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError
    from aiokafka.protocol.metadata import MetadataRequest

    connection = None
    with quiet_client():
        try:
            async with asyncio.timeout(timeout_seconds):
                connection = await create_conn(host, port, request_timeout_ms=int(timeout_seconds * 1000))
                answer = await connection.send(MetadataRequest(None, allow_auto_topic_creation=False))
        except (KafkaError, OSError, TimeoutError):
            return None
        finally:
            if connection is not None:
                connection.close()
    leaderless = short = 0
    for topic in answer.topics:
        for partition in topic[-1]:
            leader, replicas, in_sync = partition[2:5]
            leaderless += leader < 0
            short += len(in_sync) < len(replicas)
    return KafkaHealth(len(answer.brokers), leaderless, short)


async def wait_ready(host: str, port: int, nodes: int) -> KafkaHealth:
    """Ask until the broker answers for `nodes` brokers and every partition has a leader."""
    while True:
        health = await ask(host, port, timeout_seconds=2)
        if health is not None and health.healthy(nodes):
            return health
        await asyncio.sleep(0.05)
