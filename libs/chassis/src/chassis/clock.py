"""The only source of time, for Python and, as a parameter, for SQL.

`SystemClock` is real time. `VirtualClock` is one instant shared by every process that maps the same file: outside
production, a year of collections can run in minutes and gives the same result each time. It never moves by itself
and never goes back. Settings refuse it in production.
"""

import mmap
import os
import struct
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAYOUT = struct.Struct("<q")


class Clock(Protocol):
    """Reads the present instant, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """Wall-clock time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ClockError(ValueError):
    """The virtual clock was asked for something it cannot do; the sentence says what."""


class VirtualClock:
    """One instant in a small file, shared by all processes that open it (microseconds since 1970, little endian)."""

    def __init__(self, path: Path):
        self.path = path
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            raise ClockError(
                f"there is no virtual clock at {path}; create it with `regua up --virtual INSTANT`"
            ) from None
        try:
            if os.fstat(handle).st_size != _LAYOUT.size:
                raise ClockError(f"{path} is not a virtual clock: {_LAYOUT.size} bytes expected")
            self._map = mmap.mmap(handle, _LAYOUT.size)
        finally:
            os.close(handle)

    @classmethod
    def create(cls, path: Path, start: datetime) -> "VirtualClock":
        """Make the clock file at `start`; an existing clock is kept as it is if it already shows a later instant."""
        if path.exists():
            clock = cls(path)
            clock.set(max(start, clock.now()))
            return clock
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(_LAYOUT.pack(_microseconds(start)))
        fresh.rename(path)
        return cls(path)

    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=_LAYOUT.unpack_from(self._map)[0])

    def set(self, instant: datetime) -> None:
        """Move to `instant`; raises `ClockError` if that is before now."""
        if _microseconds(instant) < _microseconds(self.now()):
            raise ClockError("a virtual clock never goes back")
        _LAYOUT.pack_into(self._map, 0, _microseconds(instant))

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by`, which may not be negative, and return the new instant."""
        self.set(self.now() + by)
        return self.now()


def _microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ClockError("an instant needs a time zone")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day at `instant` in `zone`."""
    return instant.astimezone(zone).date()


def monotonic_seconds() -> float:
    """Elapsed-time reading for timeouts and metrics; never for a rule."""
    return time.monotonic()
