"""The tables of delivery, the same in every service's database.

They hold no personal data outside the encoded facts, belong to no tenant and carry no row-level security. They are
created by `chassis.migrations.create_delivery_tables`; a test keeps these models and that revision equal.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class OutboxRow(SQLModel, table=True):
    """One fact on its way to its topic, encoded when it was written. Deleted once the broker acknowledged it."""

    __tablename__ = "outbox"

    lane: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    event_id: UUID
    topic: str = Field(sa_type=Text)
    key: bytes = Field(sa_type=LargeBinary)
    payload: bytes = Field(sa_type=LargeBinary)
    headers: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


class RefusedRow(SQLModel, table=True):
    """A fact that the broker will never take as it is. Every later fact of its key waits until a person decides."""

    __tablename__ = "outbox_refused"

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    lane: int = Field(sa_type=SmallInteger)
    event_id: UUID
    topic: str = Field(sa_type=Text)
    key: bytes = Field(sa_type=LargeBinary)
    payload: bytes = Field(sa_type=LargeBinary)
    headers: bytes = Field(sa_type=LargeBinary)
    created_at: datetime
    reason: str = Field(sa_type=Text)
    refused_at: datetime
    resolved_at: datetime | None = None
    resolution: str | None = Field(default=None, sa_type=Text)


class InboxRow(SQLModel, table=True):
    """An event whose effects are in this database, written in the same transaction as they were."""

    __tablename__ = "inbox"

    event_id: UUID = Field(primary_key=True)


class ConsumerPosition(SQLModel, table=True):
    """How far a partition's effects are in this database, and what was started beyond that.

    `next_offset` moves in the transaction of the effects. The `started_*` columns are committed before handlers run:
    a mark left by a process that is gone says which records it was working on when it died.
    """

    __tablename__ = "consumer_position"

    topic: str = Field(sa_column=Column(Text, primary_key=True))
    partition: int = Field(primary_key=True)
    next_offset: int = Field(sa_type=BigInteger)
    started_from: int | None = Field(default=None, sa_type=BigInteger)
    started_to: int | None = Field(default=None, sa_type=BigInteger)
    started_by: UUID | None = None
    starts: int = Field(default=0)


class ParkedKey(SQLModel, table=True):
    """A key whose events wait, in order, because one of them cannot be handled."""

    __tablename__ = "parked_key"

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    reason: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    topic: str = Field(sa_type=Text)
    event_id: UUID | None = None
    parked_at: datetime
    redrives: int = Field(default=0)


class ParkedEvent(SQLModel, table=True):
    """One waiting record of a parked key, as it came. A discarded one stays as a record of that decision."""

    __tablename__ = "parked_event"
    __table_args__ = (
        UniqueConstraint("topic", "partition", "record_offset", name="parked_event_record_key"),
        Index("parked_event_key_idx", "key", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    key: bytes = Field(sa_type=LargeBinary)
    topic: str = Field(sa_type=Text)
    partition: int
    record_offset: int = Field(sa_type=BigInteger)
    event_id: UUID | None = None
    payload: bytes | None = Field(default=None, sa_type=LargeBinary)
    received_at: datetime
    discarded_at: datetime | None = None
    discarded_because: str | None = Field(default=None, sa_type=Text)


class DueWork(SQLModel, table=True):
    """Work to be done once, at or after `due_at`. The row leaves in the transaction that does it."""

    __tablename__ = "due_work"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "subject", "occurrence", name="due_work_item_key"),
        Index("due_work_due_idx", "due_at", "id", postgresql_where="failed_at is null"),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    tenant_id: UUID
    subject: str = Field(sa_type=Text)
    occurrence: str = Field(default="", sa_type=Text)
    due_at: datetime
    payload: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    created_at: datetime
    failed_at: datetime | None = None
    failure: str | None = Field(default=None, sa_type=Text)


class WatermarkSeen(SQLModel, table=True):
    """The newest watermark of one producer's lane, and the newest whose offsets this database has passed."""

    __tablename__ = "watermark_seen"

    producer: str = Field(sa_column=Column(Text, primary_key=True))
    lane: int = Field(primary_key=True)
    lanes: int
    as_of: datetime
    positions: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    sources: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    passed_as_of: datetime | None = None


class DeliveryState(SQLModel, table=True):
    """Facts about this database that every process must agree on (the number of lanes)."""

    __tablename__ = "delivery_state"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_type=Text)


DELIVERY_TABLES: tuple[str, ...] = (
    "outbox",
    "outbox_refused",
    "inbox",
    "consumer_position",
    "parked_key",
    "parked_event",
    "due_work",
    "watermark_seen",
    "delivery_state",
)
