"""A person who exists only in tests, and a watch over everything that is logged while tests run.

Tests put the canary's data where people's data would stand. `Watch` listens to every logger through the product's own
formatter, so that what it sees is what would have been written; `scan` reads what processes wrote into files. Any
hit is a leak.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chassis import logs

NAME: Final = "Zuleica Quaresma Canário"
CPF: Final = "837.465.100-82"
EMAIL: Final = "zuleica.quaresma@canary.example"
PHONE: Final = "+5511987650123"
CARD: Final = "4539578763621486"
TOKEN: Final = "rk_test_00000000c0ffee00c0ffee00_CanaryCanaryCanaryCanaryCanaryCanaryCanary1"  # noqa: S105 - nobody's

_FORMS: Final = (
    NAME,
    "Zuleica",
    CPF,
    "83746510082",
    EMAIL,
    EMAIL.replace("@", "%40"),
    PHONE,
    "11987650123",
    "(11) 98765-0123",
    CARD,
    TOKEN,
    TOKEN.rsplit("_", 1)[1],
)


@dataclass(frozen=True)
class Hit:
    """One leak: which form was found, and where."""

    form: str
    place: str


def hits(text: str, place: str) -> Iterator[Hit]:
    """Every form of the canary in a text."""
    return (Hit(form, place) for form in _FORMS if form in text)


def scan(paths: Iterable[Path]) -> list[Hit]:
    """Every form of the canary in the files, folders read to their leaves."""
    found: list[Hit] = []
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found += hits(file.read_text(encoding="utf-8", errors="replace"), str(file))
    return found


class Watch(logging.Handler):
    """Sees every line that the product's formatter would write; `leaks` collects the hits, `lines` counts."""

    def __init__(self, *, exception_texts: bool = False):
        super().__init__(logging.DEBUG)
        self.leaks: list[Hit] = []
        self.lines = 0
        self.setFormatter(logs.json_formatter("watch", exception_texts=exception_texts))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += 1
        self.leaks += hits(self.format(logging.makeLogRecord(record.__dict__)), f"{record.name}:{record.lineno}")

    def __enter__(self) -> "Watch":
        logs.ensure()
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
