"""Keys that wait: parked in order, shown, tried again in order, or given up by a person.

When an event cannot be handled, it and every later event of its key are kept here as they came, across all topics,
while other keys flow. A redrive works one key at a time and each event in a transaction of its own, oldest first,
and stops at the first that fails again; it may run beside a running consumer, because both lock the parked key
before anything else. An event redriven twice is applied once: the inbox decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError

from chassis import inbox
from chassis.consumer.failures import HandlerFailedError
from chassis.consumer.items import Fault, Item, undecodable
from chassis.db import Database, Tx
from chassis.errors import NotFoundError
from chassis.retry import Nature, classify, reason_of
from contracts import registry

_PARK_KEYS = """
insert into parked_key (key, reason, detail, topic, event_id, parked_at)
select key, reason, detail, topic, event_id, $6
from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as k(key, reason, detail, topic, event_id)
on conflict (key) do nothing
"""
_PARK_EVENTS = """
insert into parked_event (key, topic, partition, record_offset, event_id, payload, received_at)
select key, topic, partition, record_offset, event_id, payload, $7
from unnest($1::bytea[], $2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::bytea[])
     with ordinality as e(key, topic, partition, record_offset, event_id, payload, turn)
order by turn
on conflict (topic, partition, record_offset) do nothing
"""
_LIST = """
select k.key, k.reason, k.detail, k.topic, k.event_id, k.parked_at, k.redrives,
       (select count(*) from parked_event e where e.key = k.key and e.discarded_at is null) as events
from parked_key k order by k.parked_at, k.key
"""
_LOCK = "select 1 from parked_key where key = $1 for update"
_WAITING = """select id, topic, partition, record_offset, event_id, payload from parked_event
              where key = $1 and discarded_at is null order by id limit $2"""
_FAILED_AGAIN = """update parked_key set reason = $2, detail = $3, topic = $4, event_id = $5, redrives = redrives + 1
                   where key = $1"""
_DISCARD = "update parked_event set discarded_at = $2, discarded_because = $3 where id = $1"


class NotParkedError(NotFoundError):
    """The key is not parked (any more)."""

    def __init__(self) -> None:
        super().__init__("key-not-parked", "This key is not parked; list the parked keys first.")


class Applies(Protocol):
    """Runs the handler of one event inside a transaction (`chassis.consumer.apply.Applier`)."""

    async def run_handlers(self, tx: Tx, items: Sequence[Item]) -> None: ...


@dataclass(frozen=True)
class ParkedKeyInfo:
    """One waiting key: why, since when, at which event, and how many events wait."""

    key: str
    reason: str
    detail: str
    topic: str
    event_id: UUID | None
    parked_at: datetime
    redrives: int
    events: int


@dataclass
class RedriveReport:
    """What a redrive of one key did, or in a dry run would do: events done, known before, and what stopped it."""

    key: str
    dry_run: bool
    done: int = 0
    duplicates: int = 0
    waiting: int = 0
    stopped_by: Fault | None = None
    events: list[str] = field(default_factory=list)

    @property
    def released(self) -> bool:
        """The key no longer waits."""
        return not self.dry_run and self.stopped_by is None and self.waiting == 0


async def park(connection: Any, items: Sequence[Item], newly: dict[bytes, Item], now: datetime) -> int:
    """Add the items, in order, to their keys' queues; `newly` are the first items of keys not parked until now.

    Returns how many keys are parked afterwards. In the consumer's transaction, after the keys were locked.
    """
    await connection.execute(
        _PARK_EVENTS,
        [item.key for item in items],
        [item.topic for item in items],
        [item.place[1] for item in items],
        [item.offset for item in items],
        [item.event_id for item in items],
        [item.value for item in items],
        now,
    )
    if newly:
        firsts = list(newly.values())
        faults = [item.fault or Fault("unknown", "") for item in firsts]
        await connection.execute(
            _PARK_KEYS,
            [item.key for item in firsts],
            [fault.reason for fault in faults],
            [fault.detail for fault in faults],
            [item.topic for item in firsts],
            [item.event_id for item in firsts],
            now,
        )
    count: int = await connection.fetchval("select count(*) from parked_key")
    return count


async def parked_counts(connection: Any) -> tuple[int, int]:
    """How many keys wait, and how many events behind them."""
    row = await connection.fetchrow(
        """select (select count(*) from parked_key) as keys,
                  (select count(*) from parked_event where discarded_at is null) as events"""
    )
    return row["keys"], row["events"]


async def list_parked(database: Database) -> list[ParkedKeyInfo]:
    """Every waiting key, the longest waiting first."""
    async with database.unit_of_work(tenant_id=None, name="parking") as tx:
        rows = await (await tx.connection()).fetch(_LIST)
    return [
        ParkedKeyInfo(
            _shown(row["key"]),
            row["reason"],
            row["detail"],
            row["topic"],
            row["event_id"],
            row["parked_at"],
            row["redrives"],
            row["events"],
        )
        for row in rows
    ]


def _shown(key: bytes) -> str:
    """A key as text; one that is no text as hexadecimal digits."""
    try:
        text = key.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    return text if text.isprintable() and text else f"0x{key.hex()}"


def key_of(shown: str) -> bytes:
    """The key that `list_parked` showed so."""
    return bytes.fromhex(shown[2:]) if shown.startswith("0x") else shown.encode()


def _item(row: Any, key: bytes) -> Item:
    place = (row["topic"], row["partition"])
    item = Item(place, row["record_offset"], key, row["payload"], None, row["event_id"])
    if row["payload"] is None:
        item.fault = Fault("no-value", "the record has no value")
        return item
    try:
        item.event = registry.decode(row["topic"], row["payload"])
        item.event_id = item.event.id
    except ValidationError as error:
        item.fault = undecodable(error)
    return item


async def redrive(database: Database, applies: Applies, shown_key: str, *, dry_run: bool = True) -> RedriveReport:
    """Handle the key's waiting events in order and release it when none is left.

    A dry run handles them too, in one transaction that is rolled back, and reports the same. Stops at the first
    event that fails; the key then waits on with the new reason. Raises `NotParkedError` if the key is not parked.
    """
    key = key_of(shown_key)
    report = RedriveReport(shown_key, dry_run)
    if dry_run:
        async with database.unit_of_work(tenant_id=None, name="redrive", commit=False) as tx:
            await _require(tx, key, database)
            connection = await tx.connection()
            with database.step("redrive.next"):
                rows = await connection.fetch(_WAITING, key, 10_000)
            for row in rows:
                if report.stopped_by is not None:
                    report.waiting += 1
                    continue
                try:
                    await _redrive_one(tx, applies, _item(row, key), report, database)
                except Exception as error:  # noqa: BLE001 - whatever a handler raises is the answer here
                    report.stopped_by = _fault_of(error)
                    report.waiting += 1
        return report
    while await _redrive_next(database, applies, key, report):
        pass
    return report


async def _require(tx: Tx, key: bytes, database: Database) -> None:
    with database.step("redrive.lock"):
        if await (await tx.connection()).fetchval(_LOCK, key) is None:
            raise NotParkedError


async def _redrive_next(database: Database, applies: Applies, key: bytes, report: RedriveReport) -> bool:
    """Handle the oldest waiting event in a transaction of its own; false when there is nothing more to do."""
    item: Item | None = None
    step = database.step
    try:
        async with database.unit_of_work(tenant_id=None, name="redrive") as tx:
            await _require(tx, key, database)
            connection = await tx.connection()
            with step("redrive.next"):
                rows = await connection.fetch(_WAITING, key, 1)
            if not rows:
                with step("redrive.release"):
                    await connection.execute("delete from parked_key where key = $1", key)
                return False
            item = _item(rows[0], key)
            await _redrive_one(tx, applies, item, report, database)
            with step("redrive.remove"):
                await connection.execute("delete from parked_event where id = $1", rows[0]["id"])
    except NotParkedError:
        if report.done + report.duplicates == 0:
            raise
        return False  # another redrive released it meanwhile
    except Exception as error:  # whatever a handler raises keeps the key parked, with the new reason
        if item is None or classify(error) is Nature.OUTAGE:
            raise
        report.stopped_by = item.fault or _fault_of(error)
        await _note_failure(database, key, item, report)
        return False
    return True


def _fault_of(error: BaseException) -> Fault:
    cause = error.__cause__ if isinstance(error, HandlerFailedError) and error.__cause__ else error
    return Fault(reason_of(cause), type(cause).__name__)


async def _redrive_one(tx: Tx, applies: Applies, item: Item, report: RedriveReport, database: Database) -> None:
    report.events.append(f"{item.topic} {item.event_id}")
    if item.event is None or item.event_id is None:
        item.fault = item.fault or Fault("undecodable", "")
        raise ValueError(item.fault.reason)
    with database.step("redrive.claim"):
        unseen = await inbox.claim_one(await tx.connection(), item.event_id)
    if not unseen:
        report.duplicates += 1
        return
    await applies.run_handlers(tx, [item])
    report.done += 1


async def _note_failure(database: Database, key: bytes, item: Item, report: RedriveReport) -> None:
    fault = report.stopped_by or Fault("unknown", "")
    async with database.unit_of_work(tenant_id=None, name="redrive") as tx:
        connection = await tx.connection()
        with database.step("redrive.note_failure"):
            await connection.execute(_FAILED_AGAIN, key, fault.reason, fault.detail, item.topic, item.event_id)
            report.waiting = await connection.fetchval(
                "select count(*) from parked_event where key = $1 and discarded_at is null", key
            )


async def discard_first(database: Database, shown_key: str, *, because: str) -> UUID | None:
    """Give up the event that stops the key, keeping it on record with the reason; returns its id if it has one.

    The later ones stay parked: redrive the key next. Raises `NotFoundError` if the key is not parked or is empty.
    """
    key = key_of(shown_key)
    async with database.unit_of_work(tenant_id=None, name="parking") as tx:
        await _require(tx, key, database)
        connection = await tx.connection()
        rows = await connection.fetch(_WAITING, key, 1)
        if not rows:
            raise NotFoundError("nothing-parked", "No event of this key waits; redrive the key to release it.")
        item = _item(rows[0], key)
        await connection.execute(_DISCARD, rows[0]["id"], tx.now, because)
        if item.event_id is not None:
            await inbox.claim_one(connection, item.event_id)
        return item.event_id
