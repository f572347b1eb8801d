"""`tax-id check`, `tax-id mask`."""

from __future__ import annotations

import argparse

from brasil import taxid
from brasil.cli.output import ACCEPTED, REFUSED, print_fields, print_json, print_problems
from brasil.errors import BrasilError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, summary in (("check", "say whether a CPF or CNPJ is one"), ("mask", "hide its ends for display")):
        command = commands.add_parser(action, help=summary)
        command.add_argument("number", metavar="CPF_OR_CNPJ", help="with or without punctuation")
        command.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Carry out one action."""
    try:
        found = taxid.parse(args.number)
    except BrasilError as error:
        if args.json:
            print_json({"valid": False, "kind": None, "number": None, "problems": [error.problem]})
        else:
            print_fields([("valid", "no")])
            print_problems([error.problem])
        return REFUSED
    number = found.masked if args.action == "mask" else found.formatted
    if args.json:
        print_json({"valid": True, "kind": found.kind, "number": number, "problems": []})
    else:
        print_fields([("valid", "yes"), ("kind", found.kind.upper()), ("number", number)])
    return ACCEPTED
