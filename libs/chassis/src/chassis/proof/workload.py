"""The smallest service that uses all of delivery: writes facts, consumes them, publishes further facts, does due work.

Each customer's facts are numbered 1, 2, 3 … under a row lock, so that order and completeness can be read off. A fact
committed is a row of `proof_fact`; an effect applied is a row of `proof_effect`, without any unique key, so that an
effect applied twice is seen.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from chassis.consumer import Subscriptions
from chassis.db import Database, Tx
from chassis.kafka import Kafka, create_topics
from chassis.schedules import Schedules, Work
from contracts.base import Event
from contracts.dunning import CaseClosed
from contracts.envelope import Envelope
from contracts.payments import PaymentReceived, ReceiptIds, ReceiptSource

MIGRATIONS = Path(__file__).parent / "migrations"
TENANTS = (UUID(int=0xA1), UUID(int=0xB2))
RECEIVED = PaymentReceived.topic
CLOSED = CaseClosed.topic
TOPICS = (RECEIVED, CLOSED, "watermark.advanced")
_CUSTOMERS = UUID("5b6cf1de-9a7d-4f0e-8f3c-0d8d7a8f6b11")
_DAY = date(2026, 3, 2)


def customer(number: int) -> UUID:
    """The id of the n-th customer."""
    return uuid5(_CUSTOMERS, str(number))


def tenant_of(number: int) -> UUID:
    """The tenant of the n-th customer."""
    return TENANTS[number % len(TENANTS)]


def payment(customer_id: UUID, sequence: int) -> PaymentReceived:
    """A customer's n-th payment: of n cents."""
    return PaymentReceived(
        receipt_id=uuid5(customer_id, str(sequence)),
        customer_id=customer_id,
        route="transfer",
        source=ReceiptSource(kind="manual", account_id=_CUSTOMERS),
        ids=ReceiptIds(reference=f"proof-{sequence}"),
        currency="BRL",
        gross_cents=sequence,
        credited_cents=sequence,
        paid_on=_DAY,
    )


def closed(customer_id: UUID, sequence: int) -> CaseClosed:
    """What the handler publishes for a customer's n-th payment."""
    return CaseClosed(
        case_id=uuid5(customer_id, f"case {sequence}"),
        case_version=sequence,
        customer_id=customer_id,
        invoice_id=uuid5(customer_id, "invoice"),
        reason="paid",
        steps_done=0,
        messages_requested=0,
    )


def sequence_of(event: Event) -> int:
    """The number that a fact of this workload carries."""
    if isinstance(event, PaymentReceived):
        return event.gross_cents
    if isinstance(event, CaseClosed):
        return event.case_version
    raise TypeError(type(event).__name__)


_NEXT = """
insert into proof_counter as c (tenant_id, customer_id, sequence) values ($1, $2, 1)
on conflict (customer_id) do update set sequence = c.sequence + 1 returning sequence
"""
_NOTE = "insert into proof_fact (tenant_id, event_id, topic, customer_id, sequence) values ($1, $2, $3, $4, $5)"
NOTE_MANY = """
insert into proof_fact (tenant_id, event_id, topic, customer_id, sequence)
select $1, * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[])
"""
EFFECTS = """
insert into proof_effect (tenant_id, event_id, customer_id, sequence)
select $1, * from unnest($2::uuid[], $3::uuid[], $4::bigint[])
"""
STATE = """
insert into proof_state as s (tenant_id, customer_id, sequence, total_cents)
select $1, customer_id, max(sequence), sum(sequence)
from unnest($2::uuid[], $3::bigint[]) as e(customer_id, sequence) group by customer_id order by customer_id
on conflict (customer_id) do update
   set sequence = greatest(s.sequence, excluded.sequence), total_cents = s.total_cents + excluded.total_cents
"""


async def write(database: Database, numbers: Sequence[int]) -> list[UUID]:
    """One unit of work: the next payment of each of these customers (of one tenant); returns the events' ids."""
    tenant_id = tenant_of(numbers[0])
    ids = []
    async with database.unit_of_work(tenant_id=tenant_id, name="write") as tx:
        connection = await tx.connection()
        for number in sorted(numbers):
            who = customer(number)
            sequence = await connection.fetchval(_NEXT, tenant_id, who)
            event_id = tx.publish(payment(who, sequence))
            ids.append(event_id)
            await connection.execute(_NOTE, tenant_id, event_id, RECEIVED, who, sequence)
    return ids


async def write_many(database: Database, *, customers: int, rounds: int) -> int:
    """`rounds` payments of each customer, in units of work of one round and tenant; returns how many."""
    for _ in range(rounds):
        for offset in range(len(TENANTS)):
            numbers = range(offset, customers, len(TENANTS))
            if numbers:
                await write(database, numbers)
    return customers * rounds


def subscriptions(group: str = "proof") -> Subscriptions:
    """The consumer's side: effects by a batch handler, and a further fact for each."""
    subs = Subscriptions(group)

    @subs.on_batch(PaymentReceived)
    async def apply(tx: Tx, events: Sequence[Envelope[PaymentReceived]]) -> None:
        await apply_payments(tx, events)

    @subs.on(CaseClosed)
    async def hear(tx: Tx, event: Envelope[CaseClosed]) -> None:
        connection = await tx.connection()
        data = event.data
        await connection.execute(EFFECTS, tx.tenant_id, [event.id], [data.customer_id], [data.case_version])

    return subs


def payments_only(group: str) -> Subscriptions:
    """Only the payments, for measuring one topic."""
    subs = Subscriptions(group)

    @subs.on_batch(PaymentReceived)
    async def apply(tx: Tx, events: Sequence[Envelope[PaymentReceived]]) -> None:
        await apply_payments(tx, events)

    return subs


async def apply_payments(tx: Tx, events: Sequence[Envelope[PaymentReceived]]) -> None:
    """Record effects and state of the payments, and publish one further fact for each."""
    connection = await tx.connection()
    customers = [event.data.customer_id for event in events]
    sequences = [event.data.gross_cents for event in events]
    await connection.execute(EFFECTS, tx.tenant_id, [event.id for event in events], customers, sequences)
    await connection.execute(STATE, tx.tenant_id, customers, sequences)
    published = []
    for event in events:
        who = event.data.customer_id
        if who is not None:
            published.append(tx.publish(closed(who, event.data.gross_cents), causation_id=event.id))
    await connection.execute(NOTE_MANY, tx.tenant_id, published, [CLOSED] * len(published), customers, sequences)


def work() -> Schedules:
    """Due work of the workload: each item leaves one row."""
    schedules = Schedules()

    @schedules.on("proof")
    async def done(tx: Tx, item: Work) -> None:
        await (await tx.connection()).execute(
            "insert into proof_work (tenant_id, subject) values ($1, $2)", tx.tenant_id, item.subject
        )

    return schedules


async def schedule(database: Database, schedules: Schedules, subjects: Sequence[str]) -> None:
    """Items that are due at once."""
    async with database.unit_of_work(tenant_id=TENANTS[0], name="plan") as tx:
        for subject in subjects:
            await schedules.at(tx, kind="proof", subject=subject, due_at=tx.now - timedelta(seconds=1))


async def make_topics(kafka: Kafka, *, partitions: int = 4) -> None:
    """The topics of the workload, under the prefix of `kafka`."""
    await create_topics(kafka, {RECEIVED: partitions, CLOSED: partitions, "watermark.advanced": 1})
    await asyncio.sleep(0)
