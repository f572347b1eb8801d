"""Events of the example service."""

from typing import ClassVar
from uuid import UUID

from contracts.base import Event, PositiveCents


class EntryRecorded(Event):
    """An entry exists."""

    topic: ClassVar[str] = "entry.recorded"

    entry_id: UUID
    customer_id: UUID
    amount_cents: PositiveCents

    def subject_id(self) -> UUID:
        return self.entry_id

    def partition_key(self) -> UUID:
        return self.customer_id
