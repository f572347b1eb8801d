"""`nfe read`: the instalments of an NF-e."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from brasil.cli.output import ACCEPTED, REFUSED, money, print_fields, print_json, print_problems, print_table
from brasil.errors import BrasilError
from brasil.nfe import read

_UNREADABLE: Final[dict[str, Any]] = {
    "access_key": None,
    "valid": False,
    "issuer": {"tax_id": None},
    "payer": {"tax_id": None},
    "issued_on": None,
    "total_cents": None,
    "instalments": [],
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    commands = parser.add_subparsers(dest="nfe_command", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "read", help="issuer, payer and instalments of an NF-e 4.0", epilog="exit status: 0 valid, 2 refused."
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Read the file and print what it says about money."""
    try:
        document = read(_bytes(args.file))
    except BrasilError as error:
        if args.json:
            print_json({**_UNREADABLE, "problems": [error.problem]})
        else:
            print_problems([error.problem])
        return REFUSED
    if args.json:
        print_json(document.as_dict())
    else:
        print_fields(
            [
                ("access key", document.access_key),
                ("issuer", document.issuer.tax_id),
                ("payer", document.payer.tax_id),
                ("issued on", document.issued_on),
                ("total", money(document.total_cents)),
            ]
        )
        print_table(
            ("instalment", "due on", "amount"),
            [(one.number, one.due_on, money(one.amount_cents)) for one in document.instalments],
        )
        print_problems(document.problems)
    return ACCEPTED if document.valid else REFUSED


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BrasilError("file.unreadable", "The file cannot be read: check its path and rights.") from error
