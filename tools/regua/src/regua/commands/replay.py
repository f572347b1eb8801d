"""`regua replay`: take every recorded decision again by today's code, and say which come out otherwise."""

import asyncio
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, refusals, say
from regua.demo.home import demo_home

_AT_ONCE = 16
_TOLD_EVERY = 1000


def replay(
    invoice: Annotated[str | None, typer.Option(help="Only the decisions about one invoice.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the decision records: the same facts have to give the same decisions. Exit 1 if one differs."""
    with refusals(as_json=as_json):
        told = asyncio.run(_replay(invoice))

    def human() -> None:
        print(f"{told['decisions']} decisions replayed, {len(told['different'])} came out otherwise")
        for one in told["different"]:
            print(f"  {one['decision_id']}: recorded {one['recorded']}, now {one['replayed']}")

    answer(told, as_json=as_json, human=human)
    raise typer.Exit(1 if told["different"] else 0)


async def _replay(invoice: str | None) -> dict[str, Any]:
    from regua.demo.finding import invoice_id_of
    from regua.demo.keys import open_api

    home = demo_home()
    async with open_api(home, "invoicing") as invoicing, open_api(home, "dunning") as dunning:
        wanted = None if invoice is None else await invoice_id_of(invoicing, invoice)
        different: list[dict[str, Any]] = []
        count = 0
        batch: list[str] = []
        async for decision in dunning.every("/v1/decisions", invoice_id=wanted):
            batch.append(decision["decision_id"])
            count += 1
            if len(batch) == _AT_ONCE:
                different += await _again(dunning, batch)
                batch = []
            if count % _TOLD_EVERY == 0:
                say(f"{count} decisions replayed")
        different += await _again(dunning, batch)
    return {"decisions": count, "different": different}


async def _again(dunning: Any, decision_ids: list[str]) -> list[dict[str, Any]]:
    answers = await asyncio.gather(*(dunning.get(f"/v1/decisions/{one}/replay") for one in decision_ids))
    return [one for one in answers if not one["equal"]]


def register(app: typer.Typer) -> None:
    app.command("replay", short_help="Take every recorded decision again and compare.")(replay)
