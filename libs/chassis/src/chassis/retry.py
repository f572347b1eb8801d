"""Which failures pass by themselves, and how long to wait for them."""

from dataclasses import dataclass
from enum import Enum

import asyncpg
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis.errors import OverloadedError, TransientError


class Nature(Enum):
    """What a failure says about another attempt.

    OUTAGE: the database is away, whatever is attempted; TRANSIENT: this work met trouble that passes;
    PERMANENT: the same work fails again.
    """

    OUTAGE = "outage"
    TRANSIENT = "transient"
    PERMANENT = "permanent"


_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    OSError,
    PoolTimeoutError,
    DisconnectionError,
)
_TRANSIENT = (
    TransientError,
    OverloadedError,
    TimeoutError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
)


def classify(error: BaseException) -> Nature:
    """The nature of a failure; a driver's error is found inside SQLAlchemy's."""
    for each in _inside(error):
        if isinstance(each, TimeoutError | TransientError):
            return Nature.TRANSIENT
        if isinstance(each, _OUTAGES):
            return Nature.OUTAGE
        if isinstance(each, _TRANSIENT):
            return Nature.TRANSIENT
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Nature.OUTAGE
    return Nature.PERMANENT


def _inside(error: BaseException) -> list[BaseException]:
    """The error itself and, under SQLAlchemy's wrapping, the driver's own."""
    found: list[BaseException] = [error]
    if isinstance(error, DBAPIError):
        deeper: BaseException | None = error.orig
        while deeper is not None and len(found) < 6:
            found.append(deeper)
            deeper = deeper.__cause__
    return found


def reason_of(error: BaseException) -> str:
    """A failure's name for logs, metrics and parked keys: a class or a slug, never a text that may hold data."""
    slug = getattr(error, "slug", None)
    return slug if isinstance(slug, str) else type(_inside(error)[-1]).__name__


@dataclass(frozen=True)
class RetryPolicy:
    """Waits grow from `first_seconds` by `factor` up to `cap_seconds`, spread by jitter over their upper half.

    After `give_up_after_seconds` a transient failure of one event counts as permanent; None waits for ever. Outages
    of the service's own database are always waited out.
    """

    first_seconds: float = 0.2
    factor: float = 2.0
    cap_seconds: float = 30.0
    give_up_after_seconds: float | None = 3600.0

    def delay_seconds(self, attempt: int, jitter: float) -> float:
        """The wait before attempt `attempt` + 1 (attempts count from 1); `jitter` is in [0, 1)."""
        full = min(self.cap_seconds, self.first_seconds * self.factor ** min(attempt - 1, 60))
        return full * (0.5 + jitter / 2)
