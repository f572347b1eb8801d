"""Puts the commands of `regua` together. `regua.__main__` decides whether this module is needed at all."""

import importlib
import sys
from typing import Any

import typer
from typer.exceptions import Abort, TyperException

from regua.stack.errors import StackError

COMMANDS = (
    "regua.commands.stack",
    "regua.commands.clock",
    "regua.commands.services",
    "regua.commands.conformance",
    "regua.commands.demo",
    "regua.commands.import_",
    "regua.commands.simulate",
    "regua.commands.timeline",
    "regua.commands.why",
    "regua.commands.events",
    "regua.commands.replay",
)
_PURE = {
    "boleto": "Read and make boleto barcodes and linhas digitáveis.",
    "pix": "Read and make Pix BR Codes.",
    "bank-file": "Read CNAB, OFX and camt files.",
    "nfe": "Read the instalments of an NF-e.",
    "charges": "Work out fine, interest and discounts, line by line.",
    "calendar": "Bank working days and lawful contact windows.",
    "tax-id": "Check CPF and CNPJ.",
    "contracts": "Generate and check schemas, AsyncAPI and docs/events.md.",
}
HELP = """Régua on this machine: the stack, its clock, its checks, and the rules as commands.

Start with `regua up`, look with `regua status`, end with `regua down`. Every command has --help, and those that answer
with data have --json. Exit codes: 0 good, 1 it went wrong, 2 it was called wrongly.
"""


def build() -> typer.Typer:
    """The application with every command."""
    app = typer.Typer(name="regua", help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    for module in COMMANDS:
        importlib.import_module(module).register(app)
    for name, text in _PURE.items():
        app.command(name, help=text, rich_help_panel="Rules")(_dispatched)
    return app


def _dispatched() -> None:
    """Listed in the help only: `regua.__main__` runs these before this module is imported."""
    raise StackError("run it as `regua COMMAND …`")


def run(arguments: list[str]) -> int:
    """Run one command; a wrong call is one sentence and exit code 2."""
    command: Any = typer.main.get_command(build())
    try:
        result = command.main(args=arguments or ["--help"], prog_name="regua", standalone_mode=False)
    except Abort:
        return 130
    except TyperException as error:
        asked = " ".join(["regua", *(word for word in arguments[:1] if not word.startswith("-"))])
        if "No such command" in error.format_message():
            asked = "regua"
        print(f"regua: {error.format_message().rstrip('.')}; `{asked} --help` explains", file=sys.stderr)
        return error.exit_code
    return result if isinstance(result, int) else 0
