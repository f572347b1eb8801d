"""`bank-file inspect FILE`: what a CNAB, OFX or camt file says, and whether it may be posted."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from brasil.bank_files.detect import LARGEST_FILE_BYTES, inspect
from brasil.bank_files.result import InspectionResult
from brasil.cli.batch import lines
from brasil.cli.output import ACCEPTED, REFUSED, print_json
from brasil.errors import BrasilError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add `inspect` and its options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = actions.add_parser("inspect", help="read a file and judge it whole")
    source = action.add_mutually_exclusive_group(required=True)
    source.add_argument("file", nargs="?", metavar="FILE", help="the file to read")
    source.add_argument("--batch", metavar="FILE", help="one path a line (-: standard input), one JSON object a line")
    action.add_argument("--json", action="store_true", help="print the whole result as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the result of one file, or of each file of a list in its order."""
    if args.batch is not None:
        return _run_batch(args.batch)
    result = inspect(_read(Path(args.file)))
    if args.json:
        print_json(result.to_json())
    else:
        from brasil.bank_files.report import report

        sys.stdout.write(report(result))
    return ACCEPTED if result.accepted else REFUSED


def _run_batch(source: str) -> int:
    status = ACCEPTED
    for path in lines(source):
        try:
            result = inspect(_read(Path(path)))
        except BrasilError as error:
            result = InspectionResult(None, problems=(error.problem,))
        print_json(result.to_json(), one_line=True)
        status = status if result.accepted else REFUSED
    return status


def _read(path: Path) -> bytes:
    """Return the bytes of a file, one more than may be read if it is larger. Raises BrasilError if it cannot."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise BrasilError("bank_file.unreadable", f"The file cannot be read: {reason}.", found=path) from None
