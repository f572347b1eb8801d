"""How every command prints: one JSON document (or one per line), or a readable table."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from brasil.errors import BrasilError, Problem

ACCEPTED: Final = 0
REFUSED: Final = 2


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Problem):
        return value.as_dict()
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def print_json(document: Mapping[str, Any], *, one_line: bool = False) -> None:
    """Print one document; dates as ISO text, problems as objects, unknown as null."""
    text = json.dumps(document, default=_plain, ensure_ascii=False, indent=None if one_line else 2)
    sys.stdout.write(text + "\n")


def print_fields(rows: Iterable[tuple[str, object]]) -> None:
    """Print labels and values in two columns; an unknown value is a dash."""
    shown = [(label, "-" if value is None else str(value)) for label, value in rows]
    width = max((len(label) for label, _ in shown), default=0)
    for label, value in shown:
        sys.stdout.write(f"{label:<{width}}  {value}\n")


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table whose columns are as wide as their widest cell; whole numbers stand to the right."""
    body = [list(row) for row in rows]
    texts = [["-" if cell is None else str(cell) for cell in row] for row in body]
    widths = [max(len(line[i]) for line in [list(header), *texts]) for i in range(len(header))]
    lines = [[name.ljust(width) for name, width in zip(header, widths, strict=True)]]
    for row, text in zip(body, texts, strict=True):
        lines.append(
            [
                shown.rjust(width) if isinstance(cell, int) else shown.ljust(width)
                for cell, shown, width in zip(row, text, widths, strict=True)
            ]
        )
    for line in lines:
        sys.stdout.write("  ".join(line).rstrip() + "\n")


def print_problems(problems: Iterable[Problem]) -> None:
    """Print each problem on a line: severity, code, place, sentence."""
    for problem in problems:
        place = "".join(
            f" {name} {value}"
            for name, value in (("line", problem.line), ("field", problem.field), ("position", problem.position))
            if value is not None
        )
        sys.stdout.write(f"{problem.severity}: [{problem.code}]{place}: {problem.message}\n")


def print_error(error: BrasilError, *, as_json: bool = False) -> None:
    """Say why a command could not be carried out at all: a sentence on standard error, or a JSON document."""
    if as_json:
        print_json({"valid": False, "problems": [error.problem]})
    else:
        place = f" {error.problem.field}" if error.problem.field else ""
        sys.stderr.write(f"error: [{error.code}]{place}: {error.message}\n")


def money(cents: int | None) -> str | None:
    """Return an amount for reading, e.g. `R$ 1.234,56`."""
    if cents is None:
        return None
    reais, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}R$ {reais:,}".replace(",", ".") + f",{rest:02d}"
