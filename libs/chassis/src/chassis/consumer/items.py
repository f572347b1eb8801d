"""One received record on its way through the consumer."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from chassis.inbox import PlaceKey
from chassis.kafka import Incoming
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope


@dataclass(frozen=True)
class Fault:
    """Why an event cannot be handled: a stable reason, and details without data."""

    reason: str
    detail: str


@dataclass(slots=True, eq=False)
class Item:
    """A record, decoded if it could be. A `fault` sends it to be parked instead of handled."""

    place: PlaceKey
    offset: int
    key: bytes
    value: bytes | None
    event: Envelope[Event] | None
    event_id: UUID | None
    fault: Fault | None = None

    @property
    def topic(self) -> str:
        """The registry's topic name."""
        return self.place[0]


def decode(topic: str, record: Incoming) -> Item:
    """Read one record; what cannot be read becomes an item with a fault, never an exception."""
    place = (topic, record.place.partition)
    # A record without a key cannot make others wait: it is parked under a key of its own.
    key = record.key or f"no-key {topic} {record.place.partition} {record.offset}".encode()
    if record.value is None:
        fault = Fault("no-value", "the record has no value")
        return Item(place, record.offset, key, None, None, _header_id(record), fault)
    try:
        event = registry.decode(topic, record.value)
    except ValidationError as error:
        return Item(place, record.offset, key, record.value, None, _header_id(record), undecodable(error))
    return Item(place, record.offset, key, record.value, event, event.id)


def undecodable(error: ValidationError) -> Fault:
    """The fault of bytes that are no event of the topic: where and what kind, never what stood there."""
    places = [
        f"{'.'.join(str(part) for part in one['loc']) or 'record'}: {one['type']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:3]
    ]
    return Fault("undecodable", "; ".join(places))


def _header_id(record: Incoming) -> UUID | None:
    for name, value in record.headers:
        if name == "ce_id":
            try:
                return UUID(value.decode("ascii"))
            except ValueError:
                return None
    return None
