"""What recipients did with the messages that were handed over: by channel, or by hour of the creditor's day.

Every attempt counts once under each heading, whatever number of times it was opened. `human` counts only what was
judged to be a person; the raw number, with proxies and scanners, stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analytics.domain.days import ZONE


@dataclass(frozen=True)
class Handed:
    """One attempt that a provider accepted, and the first instant of each thing that followed."""

    channel: str
    sent_at: datetime
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    opened_human_at: datetime | None = None
    clicked_at: datetime | None = None
    clicked_human_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True)
class Engaged:
    """Attempts of one group, and to how many of them each thing happened."""

    group: str
    sent: int
    delivered: int
    opened_human: int
    opened_all: int
    clicked_human: int
    clicked_all: int
    failed: int


def hour_of(instant: datetime) -> str:
    """The hour of the day in São Paulo, 00 to 23."""
    return f"{instant.astimezone(ZONE).hour:02d}"


def engagement(handed: Iterable[Handed], *, by: str) -> tuple[Engaged, ...]:
    """The attempts by `channel`, or by `hour` in which they were sent; groups in order, none empty."""
    groups: dict[str, list[Handed]] = {}
    for item in handed:
        groups.setdefault(item.channel if by == "channel" else hour_of(item.sent_at), []).append(item)
    return tuple(_engaged(name, groups[name]) for name in sorted(groups))


def _engaged(name: str, items: list[Handed]) -> Engaged:
    def happened(what: str) -> int:
        return sum(getattr(item, what) is not None for item in items)

    return Engaged(
        group=name,
        sent=len(items),
        delivered=happened("delivered_at"),
        opened_human=happened("opened_human_at"),
        opened_all=happened("opened_at"),
        clicked_human=happened("clicked_human_at"),
        clicked_all=happened("clicked_at"),
        failed=happened("failed_at"),
    )
