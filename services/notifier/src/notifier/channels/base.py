"""What every way out promises: hand over once, say truthfully how that ended, and be asked later by our reference.

The difference that matters is between *surely not handed over* (it may be tried again) and *nobody knows* (it may
not). An adapter answers `Unknown` from the first byte of the message on, unless the provider itself refuses.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from chassis.clock import monotonic_seconds
from contracts.fields import Channel

Invalid = Literal["hard_bounce", "number_unassigned", "not_on_channel"]


@dataclass(frozen=True)
class Handoff:
    """One message to one recipient. `begin_until`, on the monotonic clock, is when its verdict grows too old."""

    attempt_id: UUID
    tenant_id: UUID
    channel: Channel
    recipient: str
    recipient_name: str
    subject: str | None
    text: str
    html: str | None
    claimed_at: datetime
    headers: dict[str, str] = field(default_factory=dict)
    begin_until: float = math.inf

    @property
    def too_late(self) -> bool:
        """Whether the hand-off may no longer begin."""
        return monotonic_seconds() >= self.begin_until


@dataclass(frozen=True)
class Accepted:
    """The provider has it, under this id."""

    provider_message_id: str


@dataclass(frozen=True)
class Refused:
    """It surely was not taken. `invalid`: the contact reaches nobody; `opted_out`: it is on the provider's own list."""

    failure: Literal["hard", "soft", "provider"]
    reason: str
    status_code: str | None = None
    invalid: Invalid | None = None
    opted_out: bool = False


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether it was taken."""

    reason: str


@dataclass(frozen=True)
class NotStarted:
    """Nothing was said to the provider: the verdict was too old by then, or the process is stopping."""

    reason: str


Outcome = Accepted | Refused | Unknown | NotStarted


@dataclass(frozen=True)
class Missing:
    """The provider answers that it never got such a message."""


class Provider(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """Its code in events."""

    @property
    def can_look_up(self) -> bool:
        """Whether it can be asked about a hand-off by our reference."""

    async def send(self, handoff: Handoff) -> Outcome:
        """Hand over; never raises for what a provider or the network does."""

    async def look_up(self, attempt_id: UUID) -> Accepted | Refused | Missing | None:
        """What the provider knows about our reference; None if it does not answer."""

    async def close(self) -> None:
        """Let the connections go."""
