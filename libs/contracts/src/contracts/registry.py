"""Every topic, once: who produces it, what keys it, how long it lives; and the codec of its events.

The registry is the only source for the topics that `regua up`, compose and Kubernetes create, for AsyncAPI and for
`docs/events.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, Union
from uuid import UUID

from pydantic import Field, TypeAdapter, create_model

from contracts.base import Event, Instant
from contracts.envelope import Envelope


class UnknownTopicError(LookupError):
    """The topic is not in the registry: add it to `contracts/catalogue.py`, then run `make events`."""


class StaleEventError(TypeError):
    """A fact of a superseded major version was about to be published: publish the current class."""


def event_type(payload: type[Event]) -> str:
    """CloudEvents `type` of an event class."""
    return f"br.regua.{payload.topic}.v{payload.version}"


def dataschema(payload: type[Event]) -> str:
    """CloudEvents `dataschema` of an event class."""
    return f"urn:regua:schema:{payload.topic}:{payload.version}"


def envelope_class(payload: type[Event]) -> type[Envelope[Event]]:
    """The envelope of one event class, in which `type` and `dataschema` can only be that class's."""
    fields: dict[str, Any] = {
        "type": (Literal[event_type(payload)], ...),
        "dataschema": (Literal[dataschema(payload)], ...),
    }
    generic: Any = Envelope
    make: Any = create_model
    made: type[Envelope[Event]] = make(
        f"{payload.__name__}Envelope", __base__=generic[payload], __doc__=payload.__doc__, **fields
    )
    return made


@dataclass(frozen=True, kw_only=True, eq=False)
class Topic:
    """One topic and its one event type.

    `retention_days=None` keeps records for ever. `reads` are the superseded major versions that may still be in the
    topic, by number; each class has an `upcast` to the next. `cleanup_policy` is Kafka's word for the two together.
    """

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
        return event_type(self.payload)

    @property
    def dataschema(self) -> str:
        return dataschema(self.payload)

    @property
    def cleanup_policy(self) -> tuple[str, ...]:
        if self.compacted:
            return ("compact",) if self.retention_days is None else ("compact", "delete")
        return ("delete",)

    @property
    def retention_ms(self) -> int:
        """Kafka's `retention.ms`; -1 is for ever."""
        return -1 if self.retention_days is None else self.retention_days * 86_400_000

    @cached_property
    def envelope(self) -> type[Envelope[Event]]:
        """The current version's envelope class, built once."""
        return envelope_class(self.payload)

    @cached_property
    def adapter(self) -> TypeAdapter[Envelope[Event]]:
        """The codec, built once. With older versions to read, the envelope's `type` selects one in the same pass."""
        if not self.reads:
            return TypeAdapter(self.envelope)
        known = (self.envelope, *(envelope_class(older) for older in self.reads.values()))
        either: Any = Annotated[Union[known], Field(discriminator="type")]  # noqa: UP007
        return TypeAdapter(either)

    def wrap(
        self,
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
        if type(event) is not self.payload:
            raise StaleEventError(f"{self.name} publishes {self.payload.__name__}, not {type(event).__name__}")
        return self.envelope.model_construct(
            specversion="1.0",
            id=event_id,
            source=f"/services/{producer}",
            type=self.event_type,
            subject=str(event.subject_id()),
            time=time,
            datacontenttype="application/json",
            dataschema=self.dataschema,
            tenantid=tenant_id,
            partitionkey=str(event.partition_key()),
            correlationid=correlation_id,
            causationid=causation_id,
            traceparent=traceparent,
            data=event,
        )

    def decode(self, raw: bytes) -> Envelope[Event]:
        """Read a record in one pass; unknown fields are ignored at every level. Raises pydantic's `ValidationError`."""
        envelope = self.adapter.validator.validate_json(raw, extra="ignore")
        data = envelope.data
        if data.version == self.payload.version:
            return envelope  # type: ignore[no-any-return]
        while data.version < self.payload.version:
            data = data.upcast()
        current: dict[str, Any] = {**dict(envelope), "type": self.event_type, "dataschema": self.dataschema}
        return self.envelope.model_construct(**{**current, "data": data})


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


def adapter(name: str) -> TypeAdapter[Envelope[Event]]:
    """The codec of a topic, built once."""
    return topic(name).adapter


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
    """Put a fact into the envelope of its topic; see `Topic.wrap`."""
    return topic(event.topic).wrap(
        event,
        event_id=event_id,
        producer=producer,
        time=time,
        tenant_id=tenant_id,
        correlation_id=correlation_id,
        causation_id=causation_id,
        traceparent=traceparent,
    )


def encode(envelope: Envelope[Event]) -> bytes:
    """The record's bytes; done once, when the fact is written."""
    return envelope.__pydantic_serializer__.to_json(envelope)


def decode(name: str, raw: bytes) -> Envelope[Event]:
    """Read a record of the topic in one pass; unknown fields are ignored. Raises pydantic's `ValidationError`."""
    return topic(name).decode(raw)
