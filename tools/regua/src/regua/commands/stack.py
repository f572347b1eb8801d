"""`regua up`, `status`, `logs`, `down`: the embedded stack."""

import json
import os
from typing import Annotated

import typer

from regua.commands.output import AsJson, answer, read_instant, refusals, say, this_home

Only = Annotated[
    str | None,
    typer.Option(
        "--only", help="Parts by name, with commas: kafka, postgres, or services (which bring both).", metavar="PARTS"
    ),
]


def _names(only: str | None) -> frozenset[str] | None:
    return None if only is None else frozenset(name.strip() for name in only.split(",") if name.strip())


def up(
    nodes: Annotated[int | None, typer.Option(help="Kafka nodes: 1, or 3 with replication 3 and min ISR 2.")] = None,
    only: Only = None,
    virtual: Annotated[
        str | None,
        typer.Option(help="Give the services a virtual clock that begins at this instant.", metavar="INSTANT"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start Kafka, PostgreSQL and the services; repair what is not healthy; leave the rest alone.

    KAFKA_BOOTSTRAP and DATABASE_URL_<SERVICE> name servers to use instead. REGUA_PORT_KAFKA, REGUA_PORT_POSTGRES and
    REGUA_PORT_<SERVICE> choose ports. Data stays in .regua (or REGUA_HOME) until `regua down --wipe`.
    """
    from regua.stack.up import Wish
    from regua.stack.up import up as bring_up

    if nodes not in {None, 1, 3}:
        raise typer.BadParameter("1 or 3", param_hint="--nodes")
    instant = read_instant(virtual) if virtual else None
    with refusals(as_json=as_json):
        started = bring_up(this_home(), os.environ, say, Wish(nodes=nodes, only=_names(only), virtual=instant))

    def human() -> None:
        if started.kafka_bootstrap:
            print(f"Kafka       {started.kafka_bootstrap}")
        if started.postgres_admin_url:
            print(f"PostgreSQL  127.0.0.1:{started.parts['postgres']['ports']['postgres']}")  # type: ignore[index]
        for name, url in started.services.items():
            print(f"{name:<11} {url}")
        if started.api_keys:
            print('API key     eval "$(regua env)", then curl -H "$AUTH" $INVOICING/v1/…')
        print(f"healthy after {started.seconds:.1f} s; data and logs in {started.home}")

    answer(started.as_dict(), as_json=as_json, human=human)


def status(as_json: AsJson = False) -> None:
    """Ask each part whether it is healthy; exit 0 if all are, else 1."""
    from regua.stack.status import status as look

    found = look(this_home(), os.environ)

    def human() -> None:
        for part in found.parts:
            mark = "ok  " if part.healthy else "SICK"
            ports = " ".join(f"{name}:{port}" for name, port in part.ports.items() if not name.endswith("-controller"))
            print(f"{mark} {part.name:<12} {part.detail}{'  ' + ports if ports else ''}")
        print(found.detail)

    answer(found.as_dict(), as_json=as_json, human=human)
    raise typer.Exit(0 if found.healthy else 1)


def logs(
    parts: Annotated[list[str] | None, typer.Argument(help="kafka, postgres or a service; all without a name.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written, until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Last lines of each file.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the last lines of the logs of the stack's parts."""
    from regua.stack import logs as reading

    with refusals(as_json=as_json):
        paths = reading.choose(this_home(), parts or [])

    def show(name: str, line: str) -> None:
        print(json.dumps({"file": name, "line": line}) if as_json else f"{name}: {line}", flush=True)

    for path in paths:
        for line in reading.tail(path, lines):
            show(path.name, line)
    try:
        if follow:
            for path, line in reading.follow(paths):
                show(path.name, line)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Delete this home's data, logs and passwords as well.")] = False,
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Stop what `regua up` started, cleanly, and nothing else; data stays unless --wipe is given."""
    from regua.stack.down import down as bring_down

    if wipe and only:
        raise typer.BadParameter(
            "everything has to stop before the data is deleted; leave out --only", param_hint="--wipe"
        )
    with refusals(as_json=as_json):
        outcomes = bring_down(this_home(), os.environ, say, wipe=wipe, only=_names(only))

    def human() -> None:
        killed = [name for name, outcome in outcomes.items() if outcome == "killed"]
        if not outcomes:
            print("nothing was running")
        elif killed:
            print(f"stopped; {', '.join(killed)} had to be killed")
        else:
            print("stopped")

    answer({"parts": outcomes, "wiped": wipe}, as_json=as_json, human=human)


def register(app: typer.Typer) -> None:
    app.command(short_help="Start Kafka, PostgreSQL and the services, or repair them.")(up)
    app.command(short_help="Ask each part whether it is healthy.")(status)
    app.command(short_help="Show the logs of the parts.")(logs)
    app.command(short_help="Stop what was started; --wipe deletes its data.")(down)
