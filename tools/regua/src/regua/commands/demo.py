"""`regua demo`: from nothing to a result a manager understands."""

import asyncio
import os
from datetime import timedelta
from typing import Annotated, Any

import typer

from regua.commands.output import AsJson, answer, refusals, say
from regua.demo.home import demo_root


def demo(  # noqa: PLR0917 - each is an option of the command
    days: Annotated[int, typer.Option(min=1, max=400, help="Virtual days.")] = 60,
    customers: Annotated[int, typer.Option(min=1, max=100_000, help="Debtors.")] = 300,
    invoices: Annotated[int, typer.Option(min=1, max=1_000_000, help="Invoices among them.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same result.")] = 1,
    fresh: Annotated[bool, typer.Option(help="Begin with empty data; what an earlier demo left is deleted.")] = True,
    stop: Annotated[bool, typer.Option("--stop", help="Stop everything and delete its data at the end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start everything under a virtual clock, import a portfolio, live through the days, and tell what came of it.

    Kafka, PostgreSQL, five services and the world outside (bank, PSP, mail, messages, debtors) run as processes of
    this machine, in .regua/demo or REGUA_HOME. They go on running afterwards, so that you can look around.
    """
    from regua.demo.run import Options
    from regua.demo.whole import Finished, whole_run

    options = Options(days=days, customers=customers, invoices=invoices, seed=seed)
    with refusals(as_json=as_json):
        done: Finished = asyncio.run(whole_run(demo_root(), options, dict(os.environ), say, fresh=fresh, stop=stop))

    def human() -> None:
        from regua.demo.printing import print_report

        print_report(done)

    told: dict[str, Any] = {"options": done.options_dict(), **done.verdict.as_dict()}
    answer(told, as_json=as_json, human=human)
    for rule, breaches in done.verdict.findings.by_rule.items():
        for breach in breaches:
            say(f"broken: {rule}: {breach}")
    say(f"{timedelta(seconds=round(done.seconds))} in all")
    raise typer.Exit(0 if done.verdict.findings.clean else 1)


def register(app: typer.Typer) -> None:
    app.command("demo", short_help="Start everything, live through virtual days, print the result.")(demo)
