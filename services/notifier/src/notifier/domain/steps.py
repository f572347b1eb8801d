"""What may come next for a message: pure decisions between hand-offs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from notifier.domain.gate import Verdict

RECIPIENT_REASONS: Final = frozenset({"opted_out", "no_usable_contact", "already_sent"})
"""Refusals that speak of one recipient: another channel may still be right."""

PASSING_REASONS: Final = frozenset({"outside_window", "stale_facts", "held", "amount_changed", "expired", "superseded"})
"""Refusals after which dunning may ask for the same step again."""

SOFT_WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
)
"""How long to wait before each further try after a failure that may pass."""

RESOLVE_WAITS: Final = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long to wait before each question about an unknown hand-off; after the last it waits for a person."""

_SHORTEST_STALE_WAIT: Final = timedelta(seconds=1)
_LONGEST_STALE_WAIT: Final = timedelta(seconds=30)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)

MISSING_TIMES: Final = 3
"""So many times a provider has to say that it never got a message before that is believed: it may be on its way."""


@dataclass(frozen=True)
class ChannelAnswer:
    """What the gate says about one channel as a whole."""

    act: Literal["send", "hold", "suppress", "next"]
    verdict: Verdict


def of_channel(verdicts: Sequence[Verdict]) -> ChannelAnswer:
    """One answer from the verdicts on each recipient: any may send, else any may wait, else it is over here."""
    sending = [verdict for verdict in verdicts if verdict.act == "send"]
    if sending:
        return ChannelAnswer("send", sending[0])
    holding = [verdict for verdict in verdicts if verdict.act == "hold"]
    if holding:
        return ChannelAnswer("hold", min(holding, key=lambda verdict: verdict.ask_again_at or _LATEST))
    for verdict in verdicts:
        if verdict.reason not in RECIPIENT_REASONS:
            return ChannelAnswer("suppress", verdict)
    return ChannelAnswer("next", verdicts[-1])


def retry_at(tries: int, *, now: datetime, not_after: datetime) -> datetime | None:
    """When to try again after `tries` soft failures; None when there is no time or no try left."""
    if tries >= len(SOFT_WAITS):
        return None
    again = now + SOFT_WAITS[tries]
    return again if again < not_after else None


def ask_again_at(tries: int, *, now: datetime) -> datetime | None:
    """When to ask the provider again about an unknown hand-off; None when a person has to look."""
    return now + RESOLVE_WAITS[tries] if tries < len(RESOLVE_WAITS) else None


def stale_again_at(stale_since: datetime | None, *, now: datetime) -> datetime:
    """When to ask again about stale facts: after a second, then ever more rarely, at least twice a minute.

    Thousands of messages may wait for one producer; asking all of them each second would keep it from coming back.
    """
    waited = timedelta(0) if stale_since is None else now - stale_since
    return now + min(_LONGEST_STALE_WAIT, max(_SHORTEST_STALE_WAIT, waited / 10))


def closes_as_failed(reason: str, *, had_left: bool) -> bool:
    """Whether a message with failed hand-offs ends as failed, where the gate lets no other channel pass.

    One that had left a provider's hands before it failed may have been seen: if the message ended as kept back, its
    step would be asked for again, and the same words could leave twice.
    """
    return reason in RECIPIENT_REASONS or (had_left and reason in PASSING_REASONS)


Ending = Literal["sent", "unknown", "retry", "next_channel", "failed"]


def after_handoffs(outcomes: Iterable[str], *, retry: datetime | None, has_next: bool, accepted_before: bool) -> Ending:
    """Where a message stands after its hand-offs: `accepted`, `unknown`, `soft`, `refused` or `not_started` each."""
    kinds = set(outcomes)
    if "accepted" in kinds:
        return "sent"
    if "unknown" in kinds:
        return "unknown"
    if "not_started" in kinds or ("soft" in kinds and retry is not None):
        return "retry"
    if has_next:
        return "next_channel"
    return "sent" if accepted_before else "failed"
