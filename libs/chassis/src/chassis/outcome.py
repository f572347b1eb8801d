"""How one received record can end. The set is closed: code that handles an outcome handles all four."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Done:
    """Its effects are committed."""


@dataclass(frozen=True)
class Duplicate:
    """Its effects were committed before; nothing was done."""


@dataclass(frozen=True)
class RetryAfter:
    """Something is away; the partition waits so many seconds and then tries the same records again."""

    seconds: float
    reason: str


@dataclass(frozen=True)
class Parked:
    """It, and everything later of its key, waits in order in this service's database."""

    reason: str


Outcome: TypeAlias = Done | Duplicate | RetryAfter | Parked


def label(outcome: Outcome) -> str:
    """The outcome's name in metrics."""
    match outcome:
        case Done():
            return "done"
        case Duplicate():
            return "duplicate"
        case RetryAfter():
            return "retry"
        case Parked():
            return "parked"
