"""The bases that every event model shares, and the field types of the wire.

A producer's model is closed: an extra field is a mistake of ours and is refused. A consumer reads the same model open:
`contracts.registry.decode` ignores fields it does not know, so that a producer may add optional ones at any time.
Money is integer cents, a day is a date, an instant is aware and in UTC.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

PLATFORM_TENANT = UUID(int=0)
"""The tenant of facts that belong to the platform itself (`watermark.advanced`), never to a tenant."""


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the instant lies outside the years 1 to 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware instant, always held in UTC."""

Cents = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]
"""An amount in cents of the named currency; may be negative where the field says so."""

PositiveCents = Annotated[int, Field(strict=True, gt=0, le=10**15)]
NonNegativeCents = Annotated[int, Field(strict=True, ge=0, le=10**15)]


class Record(BaseModel):
    """A closed, immutable part of an event."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Event(Record):
    """The `data` of one event: what happened, in the past tense.

    A subclass names its topic and major version, and where its aggregate id and its partition key stand. When a new
    major version takes over, the class of the older one stays readable and gets an `upcast`.
    """

    topic: ClassVar[str]
    version: ClassVar[int] = 1

    def subject_id(self) -> UUID:
        """The aggregate that the fact is about (CloudEvents `subject`)."""
        raise NotImplementedError

    def partition_key(self) -> UUID:
        """What the record is keyed by: the customer (payer) wherever there is one."""
        raise NotImplementedError

    def upcast(self) -> "Event":
        """The same fact in the next major version; only classes of superseded versions have one."""
        raise NotImplementedError(f"{type(self).__name__} is the current version of {self.topic}")
