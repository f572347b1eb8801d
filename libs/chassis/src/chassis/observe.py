"""What delivery tells the outside about itself: counts, durations, alarms and spans.

Delivery code knows no metrics library and no tracer. It calls an `Observer`; the operations kit plugs Prometheus,
structured logs and OpenTelemetry in behind it. Labels are low in cardinality: topics, outcomes, reasons, never a key,
an id or a tenant.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol
from uuid import UUID

_NOTHING: AbstractContextManager[None] = nullcontext()


class Observer(Protocol):
    """Receives what happens. No method may raise, block, or keep what it is given."""

    def published(self, topic: str, count: int) -> None:
        """`count` facts were written to the outbox and committed."""

    def relayed(self, topic: str, count: int, seconds: float) -> None:
        """`count` records were acknowledged by the broker, `seconds` after they were handed to the producer."""

    def refused(self, topic: str, reason: str) -> None:
        """The broker refused one record for good; it was set aside and its key waits."""

    def producer_rebuilt(self, reason: str) -> None:
        """The Kafka producer could not go on and was replaced."""

    def lanes_held(self, count: int) -> None:
        """How many lanes this process relays now."""

    def handled(self, topic: str, outcome: str, count: int, seconds: float) -> None:
        """`count` records ended with `outcome` (done, duplicate, retry, parked), `seconds` for the transaction."""

    def retried(self, topic: str, reason: str) -> None:
        """A partition of the topic waits before the same records are tried again."""

    def scheduled_work(self, kind: str, outcome: str, count: int) -> None:
        """`count` items of due work of the kind ended with `outcome` (done, retry, failed)."""

    def alarm(self, name: str, fields: Mapping[str, str | int]) -> None:
        """Something needs a person. `name` is stable and has a runbook entry; `fields` hold no personal data."""

    def note(self, name: str, fields: Mapping[str, str | int]) -> None:
        """Something worth one log line (a rebalance, a lane taken)."""

    def traceparent(self) -> str | None:
        """The W3C `traceparent` of the work in progress, kept with each fact written now."""

    def sending(
        self, topic: str, partition: int, headers: Sequence[Sequence[tuple[str, bytes]]]
    ) -> AbstractContextManager[None]:
        """Spans around the hand-over of record batches; `headers` are those of the records, in order."""

    def processing(
        self, topic: str, event_ids: Sequence[UUID], traceparents: Sequence[str | None]
    ) -> AbstractContextManager[None]:
        """The span around one call of a handler."""


class Silent:
    """The default: nobody listens."""

    def published(self, topic: str, count: int) -> None: ...
    def relayed(self, topic: str, count: int, seconds: float) -> None: ...
    def refused(self, topic: str, reason: str) -> None: ...
    def producer_rebuilt(self, reason: str) -> None: ...
    def lanes_held(self, count: int) -> None: ...
    def handled(self, topic: str, outcome: str, count: int, seconds: float) -> None: ...
    def retried(self, topic: str, reason: str) -> None: ...
    def scheduled_work(self, kind: str, outcome: str, count: int) -> None: ...
    def alarm(self, name: str, fields: Mapping[str, str | int]) -> None: ...
    def note(self, name: str, fields: Mapping[str, str | int]) -> None: ...

    def traceparent(self) -> str | None:
        return None

    def sending(
        self,
        topic: str,  # noqa: ARG002 - the protocol's shape
        partition: int,  # noqa: ARG002
        headers: Sequence[Sequence[tuple[str, bytes]]],  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        return _NOTHING

    def processing(
        self,
        topic: str,  # noqa: ARG002
        event_ids: Sequence[UUID],  # noqa: ARG002
        traceparents: Sequence[str | None],  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        return _NOTHING


SILENT = Silent()
