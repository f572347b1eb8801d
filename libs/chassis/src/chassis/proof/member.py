"""One process of the proof: `python -m chassis.proof.member <json>` relays or consumes until it is told to stop.

It can be told to die or to hang while it handles one particular event, as a defective handler would.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chassis.consumer import Consumer, Subscriptions
from chassis.db import Tx
from chassis.kafka import Kafka
from chassis.proof import workload
from chassis.proof.bed import Bed
from chassis.relay import Relay
from chassis.retry import RetryPolicy
from contracts.dunning import CaseClosed
from contracts.envelope import Envelope
from contracts.payments import PaymentReceived


@dataclass(frozen=True, kw_only=True)
class Part:
    """What the process is: `role` relay or consumer, where, and what its handler does at one event.

    `mischief` is (customer number, sequence, what): `exit` ends the process, `hang` never returns.
    """

    role: str
    bed: dict[str, str]
    mischief: tuple[int, int, str] | None = None
    instance_id: str | None = None
    session_timeout_seconds: float = 6.0
    handler_deadline_seconds: float = 30.0
    batch_events: int = 50
    pause_seconds: float = 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def part(bed: Bed, role: str, **more: Any) -> Part:
    """A part that works on the bed."""
    where = {"admin_url": bed.admin_url, "owner_url": bed.owner_url, "app_url": bed.app_url}
    where |= {"bootstrap": bed.kafka.bootstrap, "prefix": bed.kafka.topic_prefix}
    return Part(role=role, bed=where, **more)


def _subscriptions(wanted: Part) -> Subscriptions:
    subs = Subscriptions("proof")

    @subs.on_batch(PaymentReceived)
    async def apply(tx: Tx, events: Sequence[Envelope[PaymentReceived]]) -> None:
        if wanted.pause_seconds:
            await asyncio.sleep(wanted.pause_seconds)
        await workload.apply_payments(tx, events)
        for event in events:
            if wanted.mischief is not None:
                number, sequence, what = wanted.mischief
                if event.data.customer_id == workload.customer(number) and event.data.gross_cents == sequence:
                    await _misbehave(what)

    @subs.on(CaseClosed)
    async def hear(tx: Tx, event: Envelope[CaseClosed]) -> None:
        data = event.data
        connection = await tx.connection()
        await connection.execute(workload.EFFECTS, tx.tenant_id, [event.id], [data.customer_id], [data.case_version])

    return subs


async def _misbehave(what: str) -> None:
    if what == "exit":
        os._exit(70)
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.sleep(3600)


async def _main(wanted: Part) -> None:
    where = wanted.bed
    kafka = Kafka(where["bootstrap"], topic_prefix=where["prefix"])
    database = Bed(where["admin_url"], where["owner_url"], where["app_url"], kafka).database()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner: Relay | Consumer
    if wanted.role == "relay":
        runner = Relay(database, kafka)
    else:
        runner = Consumer(
            database,
            _subscriptions(wanted),
            kafka,
            batch_events=wanted.batch_events,
            policy=RetryPolicy(first_seconds=0.1, cap_seconds=1.0),
            instance_id=wanted.instance_id,
            session_timeout_seconds=wanted.session_timeout_seconds,
            handler_deadline_seconds=wanted.handler_deadline_seconds,
        )
    await runner.run(stop)
    await database.dispose()


if __name__ == "__main__":
    asyncio.run(_main(Part(**json.loads(sys.argv[1]))))
