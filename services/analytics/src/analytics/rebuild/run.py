"""The rebuild from beginning to end: nobody else at work, forget, replay, done. Stopped anywhere, it goes on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from analytics.rebuild import reset
from analytics.rebuild.replay import Progress, Replay
from chassis.consumer.subscriptions import Subscriptions
from chassis.db import Database
from chassis.errors import ConflictError
from chassis.kafka import Kafka, end_offsets

_LOCK_KEY = 0x52454255494C44  # "REBUILD": one at a time in one database
_EMPTY_STATES = frozenset({"Empty", "Dead", ""})


class BusyError(ConflictError):
    """Somebody else consumes, or rebuilds, into this database."""


async def rebuild(
    database: Database,
    owner: Database,
    kafka: Kafka,
    subscriptions: Subscriptions,
    *,
    say: Callable[[Progress], None],
    afresh: bool = False,
    wait_seconds: int = 0,
) -> Progress:
    """Make the projections anew. An unfinished rebuild goes on, unless `afresh` begins again.

    Raises `BusyError` if another rebuild runs, or processes of the service are still in its consumer group after
    `wait_seconds`: one that was killed stays a member until its session ends.
    """
    lock = await owner.connect("rebuild")
    try:
        if not await lock.fetchval("select pg_try_advisory_lock($1)", _LOCK_KEY):
            raise BusyError("rebuild-runs", "Another rebuild of this database is running; wait for its end.")
        await _nobody_consumes(kafka, kafka.topic_prefix + subscriptions.name, wait_seconds=wait_seconds)
        ends = await end_offsets(kafka, subscriptions.topics)
        if afresh or not await reset.unfinished(database):
            await reset.forget(owner, ends)
        done = await Replay(database, subscriptions, kafka).run(
            reached=await reset.reached(database), ends=ends, say=say
        )
        await reset.finished(database)
        return done
    finally:
        await lock.close()


async def _nobody_consumes(kafka: Kafka, group: str, *, wait_seconds: int) -> None:
    """A live consumer would go on behind its own place while the positions go back: records between would be lost."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        for left_seconds in range(wait_seconds, -1, -1):
            described: Sequence[Any] = await admin.describe_consumer_groups([group])
            if all(state in _EMPTY_STATES for answer in described for _, _, state, *_ in answer.groups):
                return
            if left_seconds:
                await asyncio.sleep(1)
    finally:
        await admin.close()
    raise BusyError("consumers-run", f"Processes of the service consume as group {group}: stop them, then rebuild.")
