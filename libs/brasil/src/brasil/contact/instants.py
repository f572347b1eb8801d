"""Instants whose local time lies in a window, in a zone whose clocks may jump.

Whether an instant is inside is decided by converting it to local time, never the other way round: a local time may
not exist (America/Sao_Paulo, 2018-11-04 00:30) or happen twice (2019-02-16 23:30).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from brasil.contact.windows import MINUTES_A_DAY, Window

_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)


def local_minute(local: datetime) -> int:
    """Return the minute of the local day."""
    return local.hour * 60 + local.minute


def first_in_window(day: date, window: Window, zone: tzinfo, not_before: datetime) -> datetime | None:
    """Return the first instant (UTC) at or after `not_before` whose local time lies in `window` on `day`, or None."""
    if window.start >= window.end:
        return None
    starts = [*_wall_times(day, window.start, zone), *_jumps(day, zone), not_before]
    lawful = [instant for instant in starts if instant >= not_before and _is_inside(instant, day, window, zone)]
    return min(lawful, default=None)


def _is_inside(instant: datetime, day: date, window: Window, zone: tzinfo) -> bool:
    local = instant.astimezone(zone)
    return local.date() == day and window.holds(local_minute(local))


def _wall_times(day: date, minute: int, zone: tzinfo) -> Iterator[datetime]:
    """Yield the instants at which clocks may show a time: two when it happens twice."""
    wall = datetime.combine(day, time(minute // 60 % 24, minute % 60), tzinfo=zone)
    for fold in (0, 1):
        yield wall.replace(fold=fold).astimezone(UTC)


def _jumps(day: date, zone: tzinfo) -> Iterator[datetime]:
    """Yield the instants at which clocks jump during or around a local day."""
    midnight = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC) - timedelta(minutes=MINUTES_A_DAY // 2)
    start, end = midnight - 3 * _HOUR, midnight + 27 * _HOUR
    if start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        return
    while start < end:
        following = start + _HOUR
        before = start.astimezone(zone).utcoffset()
        if before != following.astimezone(zone).utcoffset():
            low, high = start, following
            while high - low > _SECOND:
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
            yield high
        start = following
