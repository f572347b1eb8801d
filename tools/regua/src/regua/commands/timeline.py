"""`regua timeline CUSTOMER`: everything that happened to one debtor, in order."""

import asyncio
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, refusals
from regua.demo.home import demo_home


def timeline(
    customer: Annotated[str, typer.Argument(help="The customer's id, or its number in your own system.")],
    as_json: AsJson = False,
) -> None:
    """Show what happened to a debtor: invoices, decisions, messages, answers and payments, the oldest first."""
    with refusals(as_json=as_json):
        found = asyncio.run(_timeline(customer))

    def human() -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("at (UTC)", "what", "details", title=f"customer {found['customer_id']}")
        for entry in found["entries"]:
            table.add_row(*row_of(entry))
        Console().print(table)

    answer(found, as_json=as_json, human=human)


def row_of(entry: dict[str, Any]) -> tuple[str, str, str]:
    """Instant, topic and the short body of an entry."""
    told = ", ".join(f"{name} {value}" for name, value in entry["body"].items() if value not in (None, "", []))
    return entry["at"][:16], entry["topic"], told


async def _timeline(customer: str) -> dict[str, Any]:
    from regua.demo.finding import customer_id_of
    from regua.demo.keys import open_api

    home = demo_home()
    async with open_api(home, "invoicing") as invoicing, open_api(home, "analytics") as analytics:
        customer_id = await customer_id_of(invoicing, customer)
        return {
            "customer_id": customer_id,
            "entries": await analytics.all(f"/v1/timelines/customers/{customer_id}"),
        }


def register(app: typer.Typer) -> None:
    app.command("timeline", short_help="Show all that happened to a debtor.")(timeline)
