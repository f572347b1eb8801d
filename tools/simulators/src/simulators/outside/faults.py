"""Misbehaviour on command. Which things it befalls is a hash of their names, so that it is the same in every run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from simulators.outside.chance import happens, number

KINDS: Final = ("late", "duplicate", "reorder", "lose", "wrong", "truncated", "slow", "dead")
DEFAULT_MINUTES: Final = 24 * 60
LONGEST_PAUSE_SECONDS: Final = 30


class FaultError(ValueError):
    """The order to misbehave makes no sense; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`share` of all things (0 to 1), `until` an instant or for good; `minutes` is how late, `seconds` how slow."""

    kind: str
    share: float
    until: datetime | None
    minutes: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "share": self.share,
            "until": self.until.isoformat() if self.until else None,
            "minutes": self.minutes,
            "seconds": self.seconds,
        }

    @property
    def delay(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def fault_of(given: Mapping[str, Any]) -> Fault:
    """The fault that a request orders; raises `FaultError`."""
    kind = given.get("kind")
    if kind not in KINDS:
        raise FaultError(f"kind must be one of {', '.join(KINDS)}")
    share, minutes, seconds = given.get("share", 1), given.get("minutes", DEFAULT_MINUTES), given.get("seconds", 2)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise FaultError("share must be a number from 0 to 1")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 0:
        raise FaultError("minutes must be a whole number, 0 or more")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_PAUSE_SECONDS:
        raise FaultError(f"seconds must be a number from 0 to {LONGEST_PAUSE_SECONDS}")
    try:
        until = datetime.fromisoformat(given["until"]) if given.get("until") else None
    except (TypeError, ValueError):
        raise FaultError("until must be an instant, e.g. 2026-03-02T12:00:00+00:00") from None
    if until is not None and until.tzinfo is None:
        raise FaultError("until needs a time zone")
    return Fault(kind, float(share), until, minutes, float(seconds))


class Faults:
    """The orders in force, at most one of each kind."""

    def __init__(self, seed: int):
        self._seed = seed
        self._ordered: dict[str, Fault] = {}

    def order(self, fault: Fault) -> None:
        self._ordered[fault.kind] = fault

    def clear(self) -> None:
        self._ordered.clear()

    def all(self) -> list[Fault]:
        return [self._ordered[kind] for kind in KINDS if kind in self._ordered]

    def hit(self, kind: str, now: datetime, *names: object) -> Fault | None:
        """The fault of this kind if it is in force at `now` and befalls the thing of these names."""
        fault = self._ordered.get(kind)
        if fault is None or (fault.until is not None and now >= fault.until):
            return None
        return fault if happens(self._seed, fault.share, "fault", kind, *names) else None

    def shuffled_minutes(self, now: datetime, *names: object) -> int:
        """How many minutes a reordered thing waits: by its name, so that neighbours change places."""
        fault = self.hit("reorder", now, *names)
        return 0 if fault is None else number(self._seed, min(fault.minutes, 180) + 1, "reorder", *names)
