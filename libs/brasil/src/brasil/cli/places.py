"""Options about places: whose holidays count, and a tenant's own; and instants, which belong to a place."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from brasil.errors import BrasilError

if TYPE_CHECKING:
    from brasil.calendar.bank import BankCalendar
    from brasil.calendar.local import HolidayTable


def instant(text: str) -> datetime:
    """Read an ISO instant with its offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no instant; write 2026-11-23T12:00:00Z") from error
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant needs its offset, e.g. 2026-11-23T12:00:00-03:00")
    return found


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose whose holidays count."""
    parser.add_argument("--uf", metavar="UF", help="state: its holidays count too")
    parser.add_argument("--city", metavar="IBGE", help="city: its holidays count too, if --holidays knows them")
    parser.add_argument(
        "--holidays",
        metavar="FILE",
        help="local holidays: CSV or JSON rows of place, day, name[, since, until, source]",
    )


def _rows(path: Path) -> list[Mapping[str, object]]:
    try:
        text = path.read_text("utf-8-sig")
        rows = json.loads(text) if path.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise BrasilError("holiday.file", "The file of holidays cannot be read as CSV or JSON in UTF-8.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BrasilError("holiday.file", "The file of holidays is a list of rows with place, day and name.")
    return rows


def table_of(args: argparse.Namespace) -> HolidayTable | None:
    """Return the states' holidays with those of the file, or None if there is no file."""
    if args.holidays is None:
        return None
    from brasil.calendar.local import state_table

    return state_table().with_rows(_rows(Path(args.holidays)))


def calendar_of(args: argparse.Namespace) -> BankCalendar:
    """Return the calendar of the place the options name; of the banks if they name none."""
    from brasil.calendar.bank import BankCalendar

    return BankCalendar(uf=args.uf, city=args.city, table=table_of(args))
