"""Compiles a daylight-saving law that does not exist into a time zone, as `zic` would."""

import io
import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

STANDARD, SUMMER = -3 * 3600, -2 * 3600


def compile_zone(transitions: list[tuple[datetime, int]], name: str = "Future/Brasilia") -> ZoneInfo:
    """Return a zone (TZif version 2, RFC 8536) at -03 that changes its offset at these UTC instants."""
    offsets = [STANDARD, SUMMER]
    times = b"".join(struct.pack(">q", int(instant.timestamp())) for instant, _ in transitions)
    kinds = bytes(offsets.index(offset) for _, offset in transitions)
    types = struct.pack(">iBB", STANDARD, 0, 0) + struct.pack(">iBB", SUMMER, 1, 4)
    names = b"-03\0-02\0"
    header = struct.pack(">4sc15x6I", b"TZif", b"2", 0, 0, 0, len(transitions), len(offsets), len(names))
    empty = struct.pack(">4sc15x6I", b"TZif", b"2", 0, 0, 0, 0, 1, 1) + struct.pack(">iBB", 0, 0, 0) + b"\0"
    data = empty + header + times + kinds + types + names + b"\n<-03>3\n"
    return ZoneInfo.from_file(io.BytesIO(data), key=name)


def summer_time_of_2027() -> ZoneInfo:
    """Return a law by which clocks go forward on 2027-10-17 at 00:00 and back on 2028-02-20 at 00:00."""
    return compile_zone(
        [(datetime(2027, 10, 17, 3, tzinfo=UTC), SUMMER), (datetime(2028, 2, 20, 2, tzinfo=UTC), STANDARD)]
    )
