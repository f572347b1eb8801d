"""`regua import FILE`: hand a CSV of invoices to invoicing, and show what came of each row."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, refusals, say
from regua.demo.home import demo_home
from regua.stack.errors import StackError

_SHOWN = 20


def import_file(
    file: Annotated[
        Path, typer.Argument(help="A CSV with a header line; services/invoicing/README.md has the columns.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import invoices from a CSV file; rows that cannot be used are listed with line, column and remedy."""
    with refusals(as_json=as_json):
        if not file.is_file():
            raise StackError(f"there is no file {file}")
        told = asyncio.run(_import(file.read_bytes(), dry_run=dry_run))

    def human() -> None:
        operation = told["operation"]
        print(f"{operation['state']}: " + ", ".join(f"{name} {value}" for name, value in told["progress"].items()))
        for error in told["errors"][:_SHOWN]:
            print(f"  line {error['line']}, {error.get('column') or 'row'}: {error.get('remedy') or error}")
        if len(told["errors"]) > _SHOWN:
            print(f"  … and {len(told['errors']) - _SHOWN} more (--json lists all)")

    answer(told, as_json=as_json, human=human)
    raise typer.Exit(1 if told["errors"] else 0)


async def _import(content: bytes, *, dry_run: bool) -> dict[str, Any]:
    from regua.demo.importing import import_csv
    from regua.demo.keys import open_api

    async with open_api(demo_home(), "invoicing") as invoicing:
        return await import_csv(invoicing, content, dry_run=dry_run, say=say)


def register(app: typer.Typer) -> None:
    app.command("import", short_help="Import invoices from a CSV file.")(import_file)
