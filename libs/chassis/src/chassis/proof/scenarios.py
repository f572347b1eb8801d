"""What the crash-point proof runs: worlds to start from, work that ends, and what must be true then."""

import secrets  # noqa: TID251 - bytes that do not compress, for a record that is too large
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from chassis import parking
from chassis.consumer import Consumer, Subscriptions
from chassis.consumer.apply import Applier
from chassis.db import Tx
from chassis.errors import InvalidError, TransientError
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, running, until
from chassis.proof.hooks import unwatched
from chassis.relay import Relay
from chassis.retry import RetryPolicy
from chassis.schedules import Scheduler
from chassis.steps import Step
from contracts.dunning import CaseClosed
from contracts.envelope import Envelope
from contracts.payments import PaymentReceived

CUSTOMERS = 8
ROUNDS = 4
POISONED = workload.customer(1)
POISON_FROM = 3
SUBJECTS = ("one", "two", "three")
LONGEST_RUN_SECONDS = 60.0
_PATIENCE = RetryPolicy(first_seconds=0.05, cap_seconds=0.2)


@dataclass(frozen=True)
class Scenario:
    """`fill` makes the template, `run` does the work to its end (again, after a death), `check` judges the world."""

    name: str
    fill: Callable[[Bed], Coroutine[Any, Any, None]]
    run: Callable[[Bed, Step], Coroutine[Any, Any, None]]
    check: Callable[[Bed], Coroutine[Any, Any, list[str]]]


async def _value(bed: Bed, query: str) -> Any:
    with unwatched():
        connection = await asyncpg.connect(bed.admin_url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()


def _failing(group: str = "proof", *, poison: bool = True) -> Subscriptions:
    """The workload's handlers, with one event that can never be handled and one that fails at first."""
    subs = Subscriptions(group)
    failed: set[UUID] = set()

    @subs.on_batch(PaymentReceived)
    async def apply(tx: Tx, events: list[Envelope[PaymentReceived]]) -> None:
        await workload.apply_payments(tx, events)
        for event in events:
            sequence = event.data.gross_cents
            if poison and event.data.customer_id == POISONED and sequence == POISON_FROM:
                raise InvalidError("proof-poison", "this event can never be handled")
            if event.data.customer_id == workload.customer(2) and sequence == 2 and event.id not in failed:
                failed.add(event.id)
                raise TransientError("proof-transient", "this event fails once in each process")

    @subs.on(CaseClosed)
    async def hear(tx: Tx, event: Envelope[CaseClosed]) -> None:
        data = event.data
        connection = await tx.connection()
        await connection.execute(workload.EFFECTS, tx.tenant_id, [event.id], [data.customer_id], [data.case_version])

    return subs


async def _fill_deliver(bed: Bed) -> None:
    database = bed.database()
    await workload.write_many(database, customers=CUSTOMERS, rounds=ROUNDS)
    await workload.schedule(database, workload.work(), SUBJECTS)
    await database.dispose()


async def _run_deliver(bed: Bed, step: Step) -> None:
    """Relay, consumer and schedules together until nothing is left but what is parked."""
    database = bed.database(step=step)
    relay = Relay(database, bed.kafka, chunk_rows=8, watermark_interval_seconds=0.2)
    consumer = Consumer(
        database, _failing(), bed.kafka, batch_events=10, policy=_PATIENCE, instance_id="proof-1", starts_limit=1000
    )
    scheduler = Scheduler(database, workload.work(), idle_poll_seconds=0.05)
    # The poisoned customer's later facts wait with it, those on the other topic too if they came after it.
    facts = 2 * CUSTOMERS * ROUNDS - (ROUNDS - POISON_FROM + 1)
    query = f"""select (select count(*) from proof_fact) = {facts} and not exists (select from outbox)
                       and not exists (select from due_work)
                       and (select count(*) from inbox) + (select count(distinct event_id) from parked_event) = {facts}
                       and (select coalesce(sum(next_offset), 0) from consumer_position) >= {facts}"""  # noqa: S608
    try:
        async with running(relay, consumer, scheduler):
            await until(lambda: _value(bed, query), within_seconds=LONGEST_RUN_SECONDS, what="the work did not end")
            await until(lambda: relay.status().watermarks > 0, within_seconds=LONGEST_RUN_SECONDS, what="no watermark")
    finally:
        await database.dispose()


async def _check_deliver(bed: Bed) -> list[str]:
    verdict = await checker.check(bed.admin_url, bed.kafka)
    subjects = await _value(bed, "select array_agg(subject order by subject) from proof_work")
    verdict.expect(subjects == sorted(SUBJECTS), "C5", f"due work done: {subjects}")
    parked = await _value(bed, "select array_agg(distinct record_offset) is not null from parked_event")
    reasons = await _value(bed, "select array_agg(reason) from parked_key")
    verdict.expect(bool(parked) and reasons == ["proof-poison"], "C8", f"parked keys say {reasons}")
    total = await _value(bed, "select sum(total_cents)::bigint from proof_state")
    expected = CUSTOMERS * ROUNDS * (ROUNDS + 1) // 2 - sum(range(POISON_FROM, ROUNDS + 1))
    verdict.expect(total == expected, "C5", f"the sum of all effects is {total}, not {expected}")
    return verdict.violations


async def _fill_refused(bed: Bed) -> None:
    database = bed.database()
    await workload.write_many(database, customers=4, rounds=3)
    await database.dispose()
    connection = await asyncpg.connect(bed.admin_url)
    try:
        await connection.execute(
            """update outbox set payload = payload || $2 where event_id =
               (select event_id from proof_fact where customer_id = $1 and sequence = 2)""",
            workload.customer(0),
            secrets.token_bytes(200_000),
        )
    finally:
        await connection.close()


async def _run_refused(bed: Bed, step: Step) -> None:
    """A relay whose broker refuses one record for good, until everything else is sent."""
    database = bed.database(step=step)
    relay = Relay(database, bed.kafka, chunk_rows=8, watermark_interval_seconds=None)
    query = "select (select count(*) from outbox) = 1 and (select count(*) from outbox_refused) = 1"
    try:
        async with running(relay):
            await until(lambda: _value(bed, query), within_seconds=LONGEST_RUN_SECONDS, what="it did not get so far")
    finally:
        await database.dispose()


async def _check_refused(bed: Bed) -> list[str]:
    verdict = await checker.check(bed.admin_url, bed.kafka, consumed=(), drained=False)
    waiting = await _value(
        bed,
        """select array_agg(sequence order by sequence) from proof_fact f
           where event_id in (select event_id from outbox union all select event_id from outbox_refused)""",
    )
    verdict.expect(waiting == [2, 3], "C3", f"of the refused fact's key, {waiting} wait instead of [2, 3]")
    verdict.expect(verdict.counts[f"records {workload.RECEIVED}"] >= 10, "C1", "others were held up")
    return verdict.violations


async def _fill_redrive(bed: Bed) -> None:
    """Eight events of one key are parked; nothing else is there."""
    database = bed.database()
    async with database.unit_of_work(tenant_id=workload.TENANTS[0]) as tx:
        connection = await tx.connection()
        for sequence in range(1, 9):
            await connection.execute(
                "insert into proof_fact values ($1, $2, $3, $4, $5)",
                workload.TENANTS[0],
                tx.publish(workload.payment(workload.customer(0), sequence)),
                workload.RECEIVED,
                workload.customer(0),
                sequence,
            )
    admin = await asyncpg.connect(bed.admin_url)
    try:
        await admin.execute(
            """insert into parked_key select key, 'proof', 'proof', topic, event_id, created_at
               from outbox order by position limit 1;
               insert into parked_event (key, topic, partition, record_offset, event_id, payload, received_at)
               select key, topic, 0, row_number() over (order by position) - 1, event_id, payload, created_at
               from outbox order by position;
               delete from outbox"""
        )
    finally:
        await admin.close()
        await database.dispose()


async def _run_redrive(bed: Bed, step: Step) -> None:
    """Redrive the parked key until it is released."""
    database = bed.database(step=step)
    applier = Applier(database, _failing(poison=False))
    key = str(workload.customer(0))
    try:
        while await _value(bed, "select count(*) from parked_key"):
            await parking.redrive(database, applier, key, dry_run=True)
            await parking.redrive(database, applier, key, dry_run=False)
    finally:
        await database.dispose()


async def _check_redrive(bed: Bed) -> list[str]:
    verdict = checker.Verdict()
    effects = await _value(bed, "select array_agg(sequence order by id) from proof_effect")
    verdict.expect(effects == list(range(1, 9)), "C5", f"effects are {effects}")
    facts = await _value(bed, "select count(*) from outbox")
    verdict.expect(facts == 8, "C1", f"{facts} further facts were published, not 8")
    left = await _value(bed, "select (select count(*) from parked_event) + (select count(*) from parked_key)")
    verdict.expect(left == 0, "C8", f"{left} rows are still parked")
    return verdict.violations


SCENARIOS = (
    Scenario("deliver", _fill_deliver, _run_deliver, _check_deliver),
    Scenario("refused", _fill_refused, _run_refused, _check_refused),
    Scenario("redrive", _fill_redrive, _run_redrive, _check_redrive),
)
