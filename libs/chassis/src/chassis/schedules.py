"""Work to be done once, at an instant: the time-indexed queue of a service.

`schedules.at(tx, …)` puts one item into the queue in the caller's transaction; a pending item of the same kind,
subject and occurrence is moved instead. When the chassis clock reaches `due_at`, some process takes the item out and
calls its handler in one transaction: so its effect happens exactly once, or it is still in the queue. Nothing scans
the subjects themselves.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from chassis.clock import monotonic_seconds
from chassis.db import Database, Tx
from chassis.errors import NotFoundError
from chassis.ids import jitter
from chassis.retry import Nature, RetryPolicy, classify, reason_of

_AT = """
insert into due_work as own (id, kind, tenant_id, subject, occurrence, due_at, payload, created_at)
select id, kind, $2, subject, occurrence, due_at, payload::jsonb, $8
from unnest($1::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
     as row(id, kind, subject, occurrence, due_at, payload)
on conflict (tenant_id, kind, subject, occurrence) do update
   set due_at = excluded.due_at, payload = excluded.payload, failed_at = null, failure = null
"""
_CANCEL = "delete from due_work where tenant_id = $1 and kind = $2 and subject = $3 and occurrence = $4 returning 1"
_TAKE = """
delete from due_work where id in (
  select id from due_work
  where failed_at is null and due_at <= $1 and kind = any($2::text[]) {chosen}
  order by due_at, id limit $3 for update skip locked
)
returning id, kind, tenant_id, subject, occurrence, due_at, payload::text as payload
"""
_TAKE_ANY = _TAKE.format(chosen="and not (id = any($4::uuid[]))")
_TAKE_THESE = _TAKE.format(chosen="and id = any($4::uuid[])")
_FAIL = "update due_work set failed_at = $2, failure = $3 where id = $1"
_RETRY = "update due_work set failed_at = null, failure = null where id = $1 and failed_at is not null returning 1"
_FAILED = """select id, kind, subject, occurrence, due_at, failed_at, failure from due_work
             where failed_at is not null order by failed_at, id"""
_DUE = "select count(*), min(due_at) from due_work where failed_at is null and due_at <= $1 and kind = any($2::text[])"


@dataclass(frozen=True)
class Work:
    """One item: what (`kind`, `subject`, `occurrence`), when it was due, and what was left for the handler."""

    id: UUID
    kind: str
    tenant_id: UUID
    subject: str
    occurrence: str
    due_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """One item to schedule with `at_many`."""

    kind: str
    subject: str
    due_at: datetime
    payload: Mapping[str, Any] | None = None
    occurrence: str = ""


@dataclass(frozen=True)
class FailedWork:
    """An item that cannot be done and waits for a person."""

    id: UUID
    kind: str
    subject: str
    occurrence: str
    due_at: datetime
    failed_at: datetime
    failure: str


One = Callable[[Tx, Work], Awaitable[None]]
Many = Callable[[Tx, Sequence[Work]], Awaitable[None]]
OneT = TypeVar("OneT", bound=Callable[..., Awaitable[None]])
ManyT = TypeVar("ManyT", bound=Callable[..., Awaitable[None]])


class Schedules:
    """A service's kinds of due work and their handlers."""

    def __init__(self) -> None:
        self.one: dict[str, One] = {}
        self.many: dict[str, Many] = {}

    @property
    def kinds(self) -> list[str]:
        """Every kind that has a handler."""
        return [*self.one, *self.many]

    def on(self, kind: str) -> Callable[[OneT], OneT]:
        """Call `async def handler(tx, work)` for each item of the kind."""

        def register(function: OneT) -> OneT:
            self._check_new(kind)
            self.one[kind] = function
            return function

        return register

    def on_batch(self, kind: str) -> Callable[[ManyT], ManyT]:
        """Call `async def handler(tx, works)` with all items of the kind and one tenant that were taken together."""

        def register(function: ManyT) -> ManyT:
            self._check_new(kind)
            self.many[kind] = function
            return function

        return register

    def _check_new(self, kind: str) -> None:
        if kind in self.one or kind in self.many:
            raise ValueError(f"due work {kind!r} has two handlers; it has one")

    async def at(
        self,
        tx: Tx,
        *,
        kind: str,
        subject: str,
        due_at: datetime,
        payload: Mapping[str, Any] | None = None,
        occurrence: str = "",
    ) -> None:
        """Have the kind's handler called for the subject at `due_at` (at once, if that is past).

        A pending item of the same kind, subject and occurrence moves to the new instant and payload.
        """
        await self.at_many(tx, [Plan(kind, subject, due_at, payload, occurrence)])

    async def at_many(self, tx: Tx, plans: Sequence[Plan]) -> None:
        """`at` for many items in one statement; of several with the same identity the last one counts."""
        if tx.tenant_id is None:
            raise ValueError("due work belongs to a tenant: open the unit of work with tenant_id")
        last: dict[tuple[str, str, str], Plan] = {}
        for plan in plans:
            if plan.kind not in self.one and plan.kind not in self.many:
                raise ValueError(f"no handler is registered for due work {plan.kind!r}")
            if plan.due_at.tzinfo is None:
                raise ValueError("due_at needs a time zone")
            last[plan.kind, plan.subject, plan.occurrence] = plan
        chosen = list(last.values())
        if not chosen:
            return
        connection = await tx.connection()
        await connection.execute(
            _AT,
            [tx.ids.new_id() for _ in chosen],
            tx.tenant_id,
            [plan.kind for plan in chosen],
            [plan.subject for plan in chosen],
            [plan.occurrence for plan in chosen],
            [plan.due_at for plan in chosen],
            [json.dumps(plan.payload or {}, default=str) for plan in chosen],
            tx.now,
        )
        if any(plan.due_at <= tx.now for plan in chosen):
            tx.scheduled_now()

    async def cancel(self, tx: Tx, *, kind: str, subject: str, occurrence: str = "") -> bool:
        """Take the item out of the queue; false if it is not there (done, never scheduled, or cancelled)."""
        if tx.tenant_id is None:
            raise ValueError("due work belongs to a tenant: open the unit of work with tenant_id")
        connection = await tx.connection()
        return await connection.fetchval(_CANCEL, tx.tenant_id, kind, subject, occurrence) is not None


@dataclass
class SchedulerStatus:
    """How the scheduler is, at one instant."""

    running: bool = False
    done: int = 0
    failed: int = 0
    waiting: int = 0
    trouble: str | None = None


class Scheduler:
    """Does the due work of one database; run one per process, any number of processes."""

    def __init__(
        self,
        database: Database,
        schedules: Schedules,
        *,
        batch_items: int = 200,
        handler_deadline_seconds: float = 60.0,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - frozen
        busy_poll_seconds: float = 0.05,
        idle_poll_seconds: float = 0.5,
    ):
        self._database = database
        self._schedules = schedules
        self._batch_items = batch_items
        self._deadline_seconds = handler_deadline_seconds
        self._policy = policy
        self._busy_poll_seconds = busy_poll_seconds
        self._idle_poll_seconds = idle_poll_seconds
        self._held: dict[UUID, tuple[float, int, float]] = {}
        self._status = SchedulerStatus()

    def status(self) -> SchedulerStatus:
        """A snapshot for readiness and metrics."""
        self._status.waiting = len(self._held)
        return self._status

    async def run(self, stop: asyncio.Event) -> None:
        """Do due work until `stop` is set; the items in progress are finished first."""
        if not self._schedules.kinds:
            await stop.wait()
            return
        self._status.running = True
        pause = self._idle_poll_seconds
        committed = self._database.work_committed
        stopped = asyncio.create_task(stop.wait())
        stopped.add_done_callback(lambda _: committed.beat())
        try:
            while not stop.is_set():
                seen = committed.seen()
                try:
                    taken = await self.turn()
                    self._status.trouble = None
                    pause = self._busy_poll_seconds if taken else min(self._idle_poll_seconds, pause * 1.5)
                    if taken == self._batch_items:
                        continue
                except Exception as error:  # noqa: BLE001 - the queue outlives whatever the database does
                    self._status.trouble = type(error).__name__
                    self._database.observer.note("scheduler-trouble", {"error": type(error).__name__})
                    pause = self._policy.delay_seconds(3, jitter())
                if not stop.is_set():
                    await committed.wait(seen, pause)
        finally:
            stopped.cancel()
            self._status.running = False

    async def turn(self) -> int:
        """Take one batch of due items and do them; returns how many were taken, done or not."""
        now = monotonic_seconds()
        held = [item for item, (until, _, _) in self._held.items() if until > now]
        taken: list[Work] = []
        try:
            await self._do(_TAKE_ANY, held, self._batch_items, taken)
        except Exception as error:  # any failure of a handler is settled by halving
            if not taken or classify(error) is Nature.OUTAGE:
                raise
            await self._after_failure(taken, error)
        return len(taken)

    async def _do(self, statement: str, ids: Sequence[UUID], limit: int, taken: list[Work]) -> None:
        """Take and do, in one transaction; `taken` tells which items it was about also when it fails."""
        step = self._database.step
        async with self._database.unit_of_work(tenant_id=None, name="schedule") as tx:
            connection = await tx.connection()
            with step("schedule.take"):
                rows = await connection.fetch(statement, tx.now, self._schedules.kinds, limit, list(ids))
            works = [_work(row) for row in rows]
            works.sort(key=lambda work: (work.due_at, work.id))
            taken[:] = works
            by_tenant: dict[UUID, list[Work]] = {}
            for work in works:
                by_tenant.setdefault(work.tenant_id, []).append(work)
            for tenant_id, own in by_tenant.items():
                view = await tx.for_tenant(tenant_id, {})
                async with asyncio.timeout(self._deadline_seconds):
                    await self._call(view, own)
        for work in taken:
            self._held.pop(work.id, None)
            self._database.observer.scheduled_work(work.kind, "done", 1)
        self._status.done += len(taken)

    async def _call(self, tx: Tx, works: Sequence[Work]) -> None:
        """Items one by one in order of their instants; neighbours of a batch kind together."""
        at = 0
        while at < len(works):
            kind = works[at].kind
            with self._database.step("schedule.handle"):
                one = self._schedules.one.get(kind)
                if one is not None:
                    await one(tx, works[at])
                    at += 1
                else:
                    end = at
                    while end < len(works) and works[end].kind == kind:
                        end += 1
                    await self._schedules.many[kind](tx, works[at:end])
                    at = end
            if tx.session.new or tx.session.dirty or tx.session.deleted:
                await tx.session.flush()

    async def _after_failure(self, works: Sequence[Work], error: Exception) -> None:
        """Halve until the failing item is alone; it waits or is set aside, the others are done."""
        if len(works) > 1:
            middle = len(works) // 2
            for half in (works[:middle], works[middle:]):
                try:
                    await self._do(_TAKE_THESE, [work.id for work in half], len(half), [])
                except Exception as inner:  # settled by halving on
                    if classify(inner) is Nature.OUTAGE:
                        raise
                    await self._after_failure(half, inner)
            return
        work = works[0]
        now = monotonic_seconds()
        _, attempt, since = self._held.get(work.id, (0.0, 0, now))
        limit = self._policy.give_up_after_seconds
        if classify(error) is Nature.TRANSIENT and (limit is None or now - since < limit):
            delay = self._policy.delay_seconds(attempt + 1, jitter())
            self._held[work.id] = (now + delay, attempt + 1, since)
            self._database.observer.scheduled_work(work.kind, "retry", 1)
            return
        self._held.pop(work.id, None)
        async with self._database.unit_of_work(tenant_id=None, name="schedule") as tx:
            await (await tx.connection()).execute(_FAIL, work.id, tx.now, reason_of(error))
        self._status.failed += 1
        self._database.observer.scheduled_work(work.kind, "failed", 1)
        self._database.observer.alarm("due-work-failed", {"kind": work.kind, "reason": reason_of(error)})


def _work(row: Any) -> Work:
    return Work(
        row["id"],
        row["kind"],
        row["tenant_id"],
        row["subject"],
        row["occurrence"],
        row["due_at"],
        json.loads(row["payload"]),
    )


async def due_count(connection: Any, schedules: Schedules, now: datetime) -> tuple[int, datetime | None]:
    """How many items are due at `now`, and since when the oldest is."""
    row = await connection.fetchrow(_DUE, now, schedules.kinds)
    return row[0], row[1]


async def list_failed(database: Database) -> list[FailedWork]:
    """Items that could not be done, the longest waiting first."""
    async with database.unit_of_work(tenant_id=None, name="schedule") as tx:
        rows = await (await tx.connection()).fetch(_FAILED)
    return [FailedWork(**dict(row)) for row in rows]


async def retry_failed(database: Database, work_id: UUID) -> None:
    """Put a failed item back into the queue; raises `NotFoundError` if no such item failed."""
    async with database.unit_of_work(tenant_id=None, name="schedule") as tx:
        if await (await tx.connection()).fetchval(_RETRY, work_id) is None:
            raise NotFoundError("failed-work-unknown", "No failed work with this id; list the failed work first.")
