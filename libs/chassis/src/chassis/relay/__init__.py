"""Carries committed facts from the outbox to their topics: at least once, per key in the order of writing."""

from chassis.relay.loop import Relay, RelayStatus
from chassis.relay.refused import Refusal, discard_refused, list_refused, retry_refused

__all__ = ["Refusal", "Relay", "RelayStatus", "discard_refused", "list_refused", "retry_refused"]
