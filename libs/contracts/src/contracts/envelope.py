"""The envelope around every event: CloudEvents 1.0, structured mode, with the same attributes as `ce_*` headers.

Source: CloudEvents 1.0 and its Kafka protocol binding (§3.3 structured mode). Extension attributes are lower-case
letters only, as the specification asks.
"""

from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Event, Instant

EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"


class Envelope(BaseModel, Generic[EventT_co]):
    """One event as it stands on the wire. `id` is made once, with the fact, and never again.

    `tenantid` is `contracts.base.PLATFORM_TENANT` for facts of the platform itself. `time` is when the fact became
    true by the platform's clock; Kafka's own record timestamp is when it was sent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=r"^/services/[a-z]+$")]
    type: str
    subject: Annotated[str, Field(min_length=1)]
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    tenantid: UUID
    partitionkey: Annotated[str, Field(min_length=1)]
    correlationid: UUID
    causationid: UUID | None = None
    traceparent: Annotated[str, Field(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None = None
    data: EventT_co


def headers(envelope: Envelope[Event]) -> list[tuple[str, bytes]]:
    """The Kafka headers of an event: the content type, then the envelope's attributes for consumers that filter."""
    pairs = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", envelope.specversion),
        ("ce_id", str(envelope.id)),
        ("ce_source", envelope.source),
        ("ce_type", envelope.type),
        ("ce_subject", envelope.subject),
        ("ce_time", envelope.time.isoformat().replace("+00:00", "Z")),
        ("ce_dataschema", envelope.dataschema),
        ("ce_tenantid", str(envelope.tenantid)),
        ("ce_partitionkey", envelope.partitionkey),
        ("ce_correlationid", str(envelope.correlationid)),
    ]
    if envelope.causationid is not None:
        pairs.append(("ce_causationid", str(envelope.causationid)))
    if envelope.traceparent is not None:
        pairs.append(("traceparent", envelope.traceparent))
    return [(name, value.encode()) for name, value in pairs]
