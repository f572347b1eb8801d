"""Reading the stack's logs."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from regua.stack.errors import AskedWronglyError, StackError
from regua.stack.home import Home


def parts_with_logs(home: Home) -> dict[str, list[Path]]:
    """The log files of each part that ever ran here."""
    found: dict[str, list[Path]] = {}
    for path in sorted([*home.logs.glob("*.log"), *home.logs.glob("*.out")]):
        found.setdefault(path.stem, []).append(path)
    return found


def choose(home: Home, names: list[str]) -> list[Path]:
    """The files of the parts asked for, all without a name; raises `StackError` naming those there are."""
    found = parts_with_logs(home)
    if not found:
        raise StackError(f"there are no logs in {home.logs} yet; `regua up` starts the stack")
    wanted = []
    for name in names or list(found):
        matching = [part for part in found if part == name or part.rpartition("-")[0] == name]
        if not matching:
            raise AskedWronglyError(f"there is no log of {name[:40]!r}; the logs are {', '.join(found)}")
        wanted += [path for part in matching for path in found[part]]
    return wanted


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a file, read from its end."""
    if lines <= 0:
        return []
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        start, data = size, b""
        while start > 0 and data.count(b"\n") <= lines:
            step = min(65536, start)
            start -= step
            handle.seek(start)
            data = handle.read(step) + data
    return data.decode(errors="replace").splitlines()[-lines:]


def follow(paths: list[Path], pause: Callable[[], None] = lambda: time.sleep(0.2)) -> Iterator[tuple[Path, str]]:
    """New lines of the files as they are written; a file that was rotated is read from its start."""
    positions = {path: path.stat().st_size for path in paths}
    rest = dict.fromkeys(paths, b"")
    while True:
        for path in paths:
            if not path.exists():
                positions[path] = 0
                continue
            size = path.stat().st_size
            if size < positions[path]:
                positions[path], rest[path] = 0, b""
            if size > positions[path]:
                with path.open("rb") as handle:
                    handle.seek(positions[path])
                    data = rest[path] + handle.read(size - positions[path])
                positions[path] = size
                *whole, rest[path] = data.split(b"\n")
                for line in whole:
                    yield path, line.decode(errors="replace")
        pause()
