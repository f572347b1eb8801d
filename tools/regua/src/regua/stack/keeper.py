"""Keeps logs small: `python -m regua.stack.keeper HOME`, one small process per stack.

Every part appends to its own `.out` file. When one grows past the limit it is copied aside and emptied; three copies
stay. It ends by itself when its home is gone. Kafka's own log rolls by itself (log4j2). Nothing depends on this
process: if it dies, `status` says so and `up` starts another.
"""

import shutil
import sys
import time
from pathlib import Path

LIMIT_BYTES = 10_000_000
KEPT = 3
PAUSE_SECONDS = 5.0


def rotate(log: Path, *, limit_bytes: int = LIMIT_BYTES, kept: int = KEPT) -> bool:
    """Copy a log that is over its limit to `.1` (older ones move to `.2` …) and empty it; true if it did.

    The writer has the file open for appending, so it goes on at the new end without being told.
    """
    if log.stat().st_size <= limit_bytes:
        return False
    for number in range(kept, 1, -1):
        older = log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as handle:
        handle.truncate(0)
    return True


def sweep(folder: Path, *, limit_bytes: int = LIMIT_BYTES) -> None:
    """Rotate every log of the folder; one that cannot be rotated now is tried again next time."""
    for log in folder.glob("*.out"):
        try:
            rotate(log, limit_bytes=limit_bytes)
        except OSError as error:
            print(f"{log.name} could not be rotated: {error.strerror}", flush=True)


def main(home: Path) -> None:
    while (home / "logs").is_dir():
        sweep(home / "logs")
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
