"""`regua conformance`: does this Kafka do what the product needs?"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from regua.commands.output import AsJson, answer, refusals, say, this_home
from regua.stack.home import Home

if TYPE_CHECKING:
    from regua.conformance.base import Broker
    from regua.conformance.run import Outcome


def conformance(
    nodes: Annotated[int, typer.Option(help="Nodes of the Kafka started for the test: 1 or 3.")] = 1,
    kills: Annotated[int | None, typer.Option(help="Kills under load; by default each node once.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Test the Kafka that KAFKA_BOOTSTRAP names, else one started for this and deleted afterwards.

    One line per check; exit 0 if none failed. A broker that is not ours is never killed. On a named cluster the checks
    use topics and groups of their own, which they delete.
    """
    if nodes not in {1, 3}:
        raise typer.BadParameter("1 or 3", param_hint="--nodes")
    from regua.conformance.run import run_all

    def report(outcome: "Outcome") -> None:
        mark = {True: "pass", False: "FAIL", None: "----"}[outcome.passed]
        line = f"{mark}  {outcome.check:<25} {outcome.seconds:6.2f} s  {outcome.detail}"
        say(line) if as_json else print(line, flush=True)

    with refusals(as_json=as_json), _broker(nodes) as broker:
        outcomes = asyncio.run(run_all(broker, report, kill_count=kills))
    failed = [outcome for outcome in outcomes if outcome.passed is False]
    seconds = sum(outcome.seconds for outcome in outcomes)

    def human() -> None:
        print(f"{len(outcomes) - len(failed)} of {len(outcomes)} without failure in {seconds:.0f} s")

    told = {"conforms": not failed, "nodes": nodes if broker.control else None, "seconds": round(seconds, 2)}
    answer({**told, "checks": [asdict(outcome) for outcome in outcomes]}, as_json=as_json, human=human)
    raise typer.Exit(1 if failed else 0)


@contextmanager
def _broker(nodes: int) -> Iterator["Broker"]:
    from regua.conformance.base import Broker
    from regua.conformance.run import HomeControl
    from regua.conformance.security import security_from
    from regua.stack.down import down
    from regua.stack.up import Wish, up

    named = os.environ.get("KAFKA_BOOTSTRAP", "").strip()
    if named:
        yield Broker(bootstrap=named, security=security_from(os.environ))
        return
    env = {name: value for name, value in os.environ.items() if not name.startswith("REGUA_PORT_")}
    home = Home(this_home().root / "conformance")
    down(home, env, say, wipe=True, hurry=True)
    try:
        wish = Wish(nodes=nodes, only=frozenset({"kafka"}), registry_topics=False)
        started = up(home, env, say, wish)
        yield Broker(bootstrap=started.kafka_bootstrap or "", control=HomeControl(home, env))
    finally:
        down(home, env, lambda _: None, wipe=True, hurry=True)


def register(app: typer.Typer) -> None:
    app.command(short_help="Test whether a Kafka does what the product needs.")(conformance)
