"""How far each producer is: the fact that lets a consumer prove that its own copy is fresh."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from contracts.base import Event, Instant, Record
from contracts.fields import Code, Count

Producer = Literal["invoicing", "payments", "dunning", "notifier", "analytics"]

_NAMESPACE = UUID("6f1d6f0e-2b6e-5d6c-9a53-7a1b7a0f5c11")


class Position(Record):
    """The last record of the lane in a partition, by the broker's own acknowledgement."""

    topic: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    partition: Count
    offset: Count


class SourceFreshness(Record):
    """An outside source (bank account, PSP), and up to when everything it had is known here."""

    source: Code
    fresh_until: Instant


class WatermarkAdvanced(Event):
    """Everything this producer's lane knew at `as_of` is at or below these positions.

    Keyed by producer and lane: the topic is compacted to the last one of each. `sources` is stated by payments.
    """

    topic: ClassVar[str] = "watermark.advanced"

    producer: Producer
    lane: Count
    lanes: Annotated[int, Field(ge=1, le=1024)]
    as_of: Instant
    positions: tuple[Position, ...]
    sources: tuple[SourceFreshness, ...] = ()

    def subject_id(self) -> UUID:
        return uuid5(_NAMESPACE, f"{self.producer}/{self.lane}")

    def partition_key(self) -> UUID:
        return self.subject_id()

    @model_validator(mode="after")
    def _parts_agree(self) -> "WatermarkAdvanced":
        if self.lane >= self.lanes:
            raise ValueError(f"watermark: lane {self.lane} of {self.lanes}: lanes are numbered from 0")
        if len({(position.topic, position.partition) for position in self.positions}) != len(self.positions):
            raise ValueError("watermark: a partition stands twice")
        return self
