"""The commands of the library: `python -m brasil …`, and the pure commands of `regua`.

A command is a module of this package named in `COMMANDS` with two functions:

    def configure(parser: argparse.ArgumentParser) -> None    # adds its options and sub-commands to its own parser
    def run(args: argparse.Namespace) -> int                  # prints its answer and returns ACCEPTED or REFUSED

Only the module of the command asked for is imported, so that a command starts in a fraction of a second.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

from brasil.cli.output import ACCEPTED, REFUSED, print_error
from brasil.errors import BrasilError

# command → (module, one line of help)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "boleto": ("brasil.cli.boleto", "read and make boleto barcodes and linhas digitáveis"),
    "pix": ("brasil.cli.pix", "read and make Pix BR Codes"),
    "bank-file": ("brasil.cli.bank_file", "read CNAB, OFX and camt files"),
    "nfe": ("brasil.cli.nfe", "read the instalments of an NF-e"),
    "charges": ("brasil.cli.charges", "work out fine, interest and discounts, line by line"),
    "calendar": ("brasil.cli.calendar", "bank working days and lawful contact windows"),
    "tax-id": ("brasil.cli.tax_id", "check CPF and CNPJ"),
}


class Command(Protocol):
    """What a module named in `COMMANDS` offers."""

    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def load(name: str) -> Command:
    """Import the module of one command."""
    return cast("Command", importlib.import_module(COMMANDS[name][0]))


def build_parser(chosen: str | None, prog: str) -> argparse.ArgumentParser:
    """Return the parser of all commands; only the chosen one has its options."""
    parser = argparse.ArgumentParser(prog=prog, description="The rules of Brazilian receivables.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in COMMANDS.items():
        command_parser = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            load(name).configure(command_parser)
    return parser


def main(argv: Sequence[str] | None = None, *, prog: str = "brasil") -> int:
    """Run one command and return its exit status: 0 accepted, 2 refused, invalid or wrongly called."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    try:
        args = build_parser(chosen, prog).parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else REFUSED
    try:
        return load(args.command).run(args)
    except BrasilError as error:
        print_error(error, as_json=getattr(args, "json", False))
        return REFUSED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; a second error at interpreter exit would only be noise.
        sys.stderr.close()
        return ACCEPTED
