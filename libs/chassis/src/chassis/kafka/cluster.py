"""One Kafka cluster and how to reach it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kafka:
    """Where the cluster is, and the client settings that are the same for all.

    `security` holds the client library's TLS and SASL arguments. `topic_prefix` is put before every topic name on the
    wire, so that several environments can share a cluster. `batch_bytes` stays below the broker's
    `message.max.bytes`. An acknowledgement later than `ack_deadline_seconds` replaces the producer.
    """

    bootstrap: str
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)
    client_id: str = "regua"
    topic_prefix: str = ""
    compression: str | None = "lz4"
    batch_bytes: int = 900_000
    request_timeout_seconds: float = 30.0
    ack_deadline_seconds: float = 60.0

    def wire_topic(self, topic: str) -> str:
        """The topic's name in the cluster."""
        return self.topic_prefix + topic

    def topic_of(self, wire_topic: str) -> str:
        """The registry's name of a topic of the cluster."""
        return wire_topic.removeprefix(self.topic_prefix)

    def client_arguments(self) -> dict[str, Any]:
        """What every client of the library is made with."""
        return {"bootstrap_servers": self.bootstrap.split(","), "client_id": self.client_id, **self.security}
