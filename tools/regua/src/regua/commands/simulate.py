"""`regua simulate advance 1d`: let the platform and the world outside live on for a while, in virtual time."""

import asyncio
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, read_duration, refusals, say
from regua.demo.home import demo_home

app = typer.Typer(help="Let virtual time pass, with the debtors, banks and providers of the demo.")


@app.callback()
def group() -> None:
    """Let virtual time pass, with the debtors, banks and providers of the demo."""


@app.command()
def advance(
    by: Annotated[str, typer.Argument(help="How long: 1d, 12h, 90m or together, 1d12h.")], as_json: AsJson = False
) -> None:
    """Live on for a while: clock, bank files, debtors, and every service until it is quiet."""
    step = read_duration(by)
    with refusals(as_json=as_json):
        told = asyncio.run(_advance(step.total_seconds()))
    answer(told, as_json=as_json, human=lambda: print(f"it is {told['now']}; {told['events']} events happened"))


async def _advance(seconds: float) -> dict[str, Any]:
    from datetime import timedelta

    from regua.demo.resume import resumed

    async with resumed(demo_home(), say) as run:
        return await run.live(timedelta(seconds=seconds))


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="simulate")
