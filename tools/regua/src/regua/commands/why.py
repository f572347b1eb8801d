"""`regua why INVOICE`: what was decided about an invoice, when, and why, in one sentence each."""

import asyncio
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, refusals
from regua.demo.home import demo_home


def why(
    invoice: Annotated[str, typer.Argument(help="The invoice's id, or its number in your own system.")],
    english: Annotated[bool, typer.Option("--english", help="Sentences in English.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say why each message about an invoice was sent, or was not: every decision of the régua in its order."""
    with refusals(as_json=as_json):
        found = asyncio.run(_decisions(invoice))

    def human() -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("at (UTC)", "outcome", "step", "why", title=f"invoice {found['invoice_id']}")
        for decision in found["decisions"]:
            sentence = decision["sentence_en" if english else "sentence_pt"]
            table.add_row(decision["evaluated_at"][:16], decision["outcome"], decision["step_key"] or "", sentence)
        Console().print(table)

    answer(found, as_json=as_json, human=human)


async def _decisions(invoice: str) -> dict[str, Any]:
    from regua.demo.finding import invoice_id_of
    from regua.demo.keys import open_api

    home = demo_home()
    async with open_api(home, "invoicing") as invoicing, open_api(home, "dunning") as dunning:
        invoice_id = await invoice_id_of(invoicing, invoice)
        return {"invoice_id": invoice_id, "decisions": await dunning.all("/v1/decisions", invoice_id=invoice_id)}


def register(app: typer.Typer) -> None:
    app.command("why", short_help="Say why an invoice's messages were sent or not.")(why)
