"""One service's database: its pool, and the unit of work, which is one transaction.

Load and lock, decide, save, `tx.publish(fact)`: everything inside `unit_of_work` commits together or not at all, the
facts included. The only commit of the repository is in this file. The first statement of each transaction names the
tenant for row-level security; it goes through SQLAlchemy, so that the transaction is open before anyone takes the
driver's connection.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from ssl import SSLContext
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.clock import Clock
from chassis.errors import InvalidError
from chassis.ids import Ids
from chassis.kafka.headers import pack_headers
from chassis.observe import SILENT, Observer
from chassis.outbox import OutboxFact, OutboxGauge
from chassis.pulse import Pulse
from chassis.steps import Step, no_step
from contracts import envelope as wire
from contracts import registry
from contracts.base import Event

_SET_TENANT = text("select set_config('regua.tenant', :tenant, true)")
_SET_TENANT_RAW = "select set_config('regua.tenant', $1, true)"

SESSION_SETTINGS: Mapping[str, str] = {
    # A frozen process must not hold row locks for ever, nor a lost client an advisory lock.
    "idle_in_transaction_session_timeout": "60000",
    "lock_timeout": "15000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "jit": "off",
}


class _Unit:
    """What the transaction's views of one unit of work share."""

    def __init__(self, database: "Database", session: AsyncSession, name: str):
        self.name = name
        self.database = database
        self.session = session
        self.facts: list[OutboxFact] = []
        self.written: Counter[str] = Counter()
        self.scheduled = False
        self.driver: Any = None


class Tx:
    """One open transaction as a handler sees it: a session, an instant, a tenant, and a way to publish."""

    def __init__(
        self,
        unit: _Unit,
        *,
        now: datetime,
        tenant_id: UUID | None,
        correlation_id: UUID | None,
        causation_id: UUID | None,
        correlations: Mapping[UUID, UUID] | None = None,
    ):
        self._unit = unit
        self.session = unit.session
        self.now = now
        self.tenant_id = tenant_id
        self.ids: Ids = unit.database.ids
        self.correlation_id = correlation_id
        self.causation_id = causation_id
        self._correlations = correlations or {}

    async def connection(self) -> Any:
        """The session's own asyncpg connection, inside this transaction: for COPY, `unnest` and set-based SQL."""
        unit = self._unit
        if unit.driver is None:
            raw = await (await unit.session.connection()).get_raw_connection()
            unit.driver = raw.driver_connection
        return unit.driver

    def publish(self, fact: Event, *, causation_id: UUID | None = None) -> UUID:
        """Write the fact into the outbox when this transaction commits; returns the event's id.

        The fact is encoded now. `causation_id` is the event that led to it, by default the one being handled. Raises
        `OverloadedError` while the outbox is over its limit and `InvalidError` if the encoded fact is too large.
        """
        database = self._unit.database
        if self.tenant_id is None:
            raise ValueError("a fact belongs to a tenant: open the unit of work with tenant_id")
        database.gauge.admit()
        cause = causation_id or self.causation_id
        correlation = self._correlations.get(cause) if cause else None
        if correlation is None:
            if self.correlation_id is None:
                self.correlation_id = self.ids.new_id()
            correlation = self.correlation_id
        event_id = self.ids.new_id()
        envelope = registry.wrap(
            fact,
            event_id=event_id,
            producer=database.producer_name,
            time=self.now,
            tenant_id=self.tenant_id,
            correlation_id=correlation,
            causation_id=cause,
            traceparent=database.observer.traceparent(),
        )
        payload = registry.encode(envelope)
        if len(payload) > outbox.MAX_EVENT_BYTES:
            raise InvalidError(
                "event-too-large", f"an event of {fact.topic} may have at most {outbox.MAX_EVENT_BYTES} bytes"
            )
        key = envelope.partitionkey.encode()
        headers = pack_headers(wire.headers(envelope))
        lane = outbox.lane_of(key, database.lanes)
        self._unit.facts.append(OutboxFact(lane, event_id, fact.topic, key, payload, headers))
        return event_id

    async def for_tenant(self, tenant_id: UUID, correlations: Mapping[UUID, UUID]) -> "Tx":
        """The same transaction seen as another tenant; what was pending for the previous one is written first."""
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        with self._unit.database.step(f"{self._unit.name}.tenant"):
            await (await self.connection()).execute(_SET_TENANT_RAW, str(tenant_id))
        return Tx(
            self._unit,
            now=self.now,
            tenant_id=tenant_id,
            correlation_id=None,
            causation_id=None,
            correlations=correlations,
        )

    async def write_facts(self) -> None:
        """Insert what was published so far, for a transaction with more facts than one statement should carry.

        The commit does this by itself. Whoever calls it must have locked all that these facts are about: positions
        are drawn now, and they rise in commit order per key only under that lock.
        """
        await self._unit.database.write_facts(self, self._unit)

    def scheduled_now(self) -> None:
        """This transaction put due work into the queue: look for it as soon as it is committed."""
        self._unit.scheduled = True

    @property
    def facts_published(self) -> int:
        """How many facts this transaction will write."""
        return len(self._unit.facts) + self._unit.written.total()


class Database:
    """A service's engine and pool, and the only maker of transactions."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        ids: Ids,
        producer_name: str,
        lanes: int = 8,
        outbox_limit_rows: int = 1_000_000,
        pool_size: int = 10,
        pool_wait_seconds: float = 10.0,
        observer: Observer = SILENT,
        step: Step = no_step,
        session_settings: Mapping[str, str] = SESSION_SETTINGS,
        ssl: SSLContext | bool | None = None,
        pool_recycle_seconds: int = 3600,
    ):
        if lanes < 1:
            raise ValueError("a database needs at least one outbox lane")
        parsed = make_url(url)
        self._dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        self._session_settings = {**session_settings, "application_name": producer_name}
        self._connect_arguments: dict[str, Any] = {"server_settings": self._session_settings, "timeout": 10}
        if ssl is not None:
            self._connect_arguments["ssl"] = ssl
        self.clock = clock
        self.ids = ids
        self.producer_name = producer_name
        self.lanes = lanes
        self.observer = observer
        self.step = step
        self.gauge = OutboxGauge(lanes=lanes, limit_rows=outbox_limit_rows)
        self.facts_committed = Pulse(clock)
        self.work_committed = Pulse(clock)
        self.engine: AsyncEngine = create_async_engine(
            parsed.set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_wait_seconds,
            pool_recycle=pool_recycle_seconds,
            hide_parameters=True,
            connect_args=self._connect_arguments,
        )

    @asynccontextmanager
    async def unit_of_work(
        self,
        *,
        tenant_id: UUID | None,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        commit: bool = True,
        name: str = "unit",
    ) -> AsyncIterator[Tx]:
        """One transaction. Leaving it normally commits; an exception (or `commit=False`) rolls everything back.

        `correlation_id` and `causation_id` go into the facts published here. `name` is the prefix of its steps.
        """
        async with await self._begin(tenant_id, name) as session:
            unit = _Unit(self, session, name)
            tx = Tx(
                unit,
                now=self.clock.now(),
                tenant_id=tenant_id,
                correlation_id=correlation_id,
                causation_id=causation_id,
            )
            if self.gauge.due():
                with self.step(f"{name}.sample_outbox"):
                    await self.gauge.sample(await tx.connection())
            yield tx
            if not commit:
                await session.rollback()
                return
            await self.write_facts(tx, unit)
            with self.step(f"{name}.commit"):
                await session.commit()
            self._committed(unit)

    async def _begin(self, tenant_id: UUID | None, name: str) -> AsyncSession:
        """A session whose transaction is open and names the tenant.

        A pooled connection may have died with the server; the pool learns that here, before anything was done, and
        a second connection is tried once.
        """
        tenant = "" if tenant_id is None else str(tenant_id)
        for attempt in (1, 2):
            session = AsyncSession(self.engine, expire_on_commit=False)
            try:
                with self.step(f"{name}.begin"):
                    await (await session.connection()).execute(_SET_TENANT, {"tenant": tenant})
            except DBAPIError as error:
                await session.close()
                if attempt == 1 and error.connection_invalidated:
                    continue
                raise
            except BaseException:  # a cancelled begin must give its connection back too
                await session.close()
                raise
            return session
        raise AssertionError("unreachable")

    async def write_facts(self, tx: Tx, unit: _Unit) -> None:
        """Move the unit's facts into the outbox; `Tx.write_facts` says when."""
        facts, unit.facts = unit.facts, []
        if not facts:
            return
        if tx.session.new or tx.session.dirty or tx.session.deleted:
            # Rows are locked before positions are drawn: that keeps the order per key.
            await tx.session.flush()
        with self.step(f"{unit.name}.outbox"):
            await outbox.insert(await tx.connection(), facts, tx.now)
        unit.written.update(fact.topic for fact in facts)

    def _committed(self, unit: _Unit) -> None:
        if unit.scheduled:
            self.work_committed.beat()
        if not unit.written:
            return
        self.facts_committed.beat()
        self.gauge.added(unit.written.total())
        for topic, count in unit.written.items():
            self.observer.published(topic, count)

    async def connect(self, purpose: str, *, command_timeout_seconds: float = 60.0) -> asyncpg.Connection:
        """A connection outside the pool, for work that must own it (advisory locks). The caller closes it."""
        settings = {**self._session_settings, "application_name": f"{self.producer_name} {purpose}"}
        arguments = {**self._connect_arguments, "server_settings": settings}
        return await asyncpg.connect(self._dsn, command_timeout=command_timeout_seconds, **arguments)

    async def dispose(self) -> None:
        """Close the pool. Units of work still open fail."""
        await self.engine.dispose()
