"""`--batch FILE`: one code or path a line in, one JSON object a line out, in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from brasil.errors import BrasilError

LONGEST_LINE: Final = 10_000


def lines(source: str) -> Iterator[str]:
    """Yield the lines of a file (`-`: standard input) without their ends; blank lines are left out.

    Bytes that are not UTF-8 become replacement characters: the codes themselves are ASCII and say so when they are
    not. Raises BrasilError `cli.file` if the file cannot be read.
    """
    if source == "-":
        yield from _stripped(iter(sys.stdin))
        return
    try:
        with Path(source).open(encoding="utf-8-sig", errors="replace") as file:
            yield from _stripped(iter(file))
    except OSError as error:
        raise BrasilError("cli.file", f"The file cannot be read: {error.strerror}.", found=source) from error


def _stripped(raw: Iterator[str]) -> Iterator[str]:
    for line in raw:
        text = line.strip()
        if text:
            yield text[:LONGEST_LINE]
