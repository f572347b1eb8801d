"""Every topic, once: who produces it, what keys it, how long it lives; and the codec of its events.

The registry is the only source for the topics that `regua up`, compose and Kubernetes create, for AsyncAPI and for
`docs/events.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from contracts.base import Event, Instant
from contracts.envelope import Envelope


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic and its one event type. `retention_days=None` keeps records for ever."""

    name: str
    payload: type[Event]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    key: str
    description: str
    partitions: int = 12
    retention_days: int | None = None
    compacted: bool = False
    reads: Mapping[int, type[Event]] = field(default_factory=dict)

    @property
    def event_type(self) -> str:
        return f"br.regua.{self.name}.v{self.payload.version}"

    @property
    def dataschema(self) -> str:
        return f"urn:regua:schema:{self.name}:{self.payload.version}"


class UnknownTopicError(LookupError):
    """The topic is not in the registry: add it to `contracts/catalogue.py`, then run `make events`."""


def topics() -> Mapping[str, Topic]:
    """Every topic by name."""
    from contracts.catalogue import TOPICS

    return TOPICS


def topic(name: str) -> Topic:
    """The topic of that name; raises `UnknownTopicError`."""
    try:
        return topics()[name]
    except KeyError:
        raise UnknownTopicError(f"topic {name!r} is not in contracts/catalogue.py") from None


@cache
def adapter(name: str) -> TypeAdapter[Envelope[Event]]:
    """The codec of a topic's current event version, built once."""
    return TypeAdapter(Envelope[topic(name).payload])  # type: ignore[name-defined]


def wrap(
    event: Event,
    *,
    event_id: UUID,
    producer: str,
    time: Instant,
    tenant_id: UUID,
    correlation_id: UUID,
    causation_id: UUID | None = None,
    traceparent: str | None = None,
) -> Envelope[Event]:
    """Put a fact into its envelope. Nothing is validated again: the fact was validated when it was made."""
    described = topic(event.topic)
    values: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/services/{producer}",
        "type": described.event_type,
        "subject": str(event.subject_id()),
        "time": time,
        "datacontenttype": "application/json",
        "dataschema": described.dataschema,
        "tenantid": tenant_id,
        "partitionkey": str(event.partition_key()),
        "correlationid": correlation_id,
        "causationid": causation_id,
        "traceparent": traceparent,
        "data": event,
    }
    return Envelope[described.payload].model_construct(**values)  # type: ignore[name-defined]


def encode(envelope: Envelope[Event]) -> bytes:
    """The record's bytes; done once, when the fact is written."""
    return adapter(envelope.data.topic).dump_json(envelope, exclude_none=False)


def decode(name: str, raw: bytes) -> Envelope[Event]:
    """Read a record of the topic in one pass; unknown fields are ignored. Raises pydantic's `ValidationError`."""
    return adapter(name).validate_json(raw, extra="ignore")
