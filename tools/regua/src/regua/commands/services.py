"""`regua wait-quiet`, `env`, `parked`, `redrive`: commands about the running services."""

import asyncio
import os
import subprocess
from typing import Annotated

import typer

from regua.commands.output import AsJson, answer, refusals, this_home
from regua.stack.errors import StackError

_PASS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def wait_quiet(
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most.", min=0)] = 60,
    as_json: AsJson = False,
) -> None:
    """Wait until every outbox is empty, every event is read and no work is due; exit 1 with the reasons if not."""
    from regua.quiet import ask_over_http
    from regua.stack.table import running_services

    with refusals(as_json=as_json):
        waited = asyncio.run(ask_over_http(running_services(this_home()), timeout))

    def human() -> None:
        if waited.quiet:
            parked = f"; {waited.parked_keys} keys are parked (`regua parked`)" if waited.parked_keys else ""
            print(f"quiet after {waited.seconds:.2f} s{parked}")
        for name, reasons in waited.reasons.items():
            for reason in reasons:
                print(f"{name}: {reason}")

    told = {"quiet": waited.quiet, "seconds": round(waited.seconds, 3), "rounds": waited.rounds}
    told["parked_keys"] = waited.parked_keys
    answer({**told, "reasons": {k: list(v) for k, v in waited.reasons.items()}}, as_json=as_json, human=human)
    raise typer.Exit(0 if waited.quiet else 1)


def env() -> None:
    """Print addresses and API key for a shell.

    eval "$(regua env)" sets INVOICING, DUNNING, … KAFKA, TENANT, AUTH_INVOICING, … (and AUTH where one key
    is good for all); then curl -H "$AUTH" $INVOICING/v1/invoices
    """
    from regua.stack import credentials
    from regua.stack.table import kafka_bootstrap, running_services

    with refusals(as_json=False):
        home = this_home()
        services, found = running_services(home), credentials.read(home)
        lines = [f"export {name.upper()}={url}" for name, url in services.items()]
        lines.append(f"export KAFKA={kafka_bootstrap(home, os.environ)}")
        if found is not None:
            lines.append(f"export TENANT={found.tenant_id}")
            texts = found.texts
            lines += [f"export AUTH_{name.upper()}='Authorization: Bearer {texts[name]}'" for name in services]
            if len(set(texts.values())) == 1:
                lines.append(f"export AUTH='Authorization: Bearer {next(iter(texts.values()))}'")
    print("\n".join(lines))


def parked(context: typer.Context) -> None:
    """Show what each service parked, with the reason (`regua parked payments --help` for its options)."""
    _delegate("parked", context.args)


def redrive(context: typer.Context) -> None:
    """Handle parked events again, in order; a dry run first (`regua redrive payments --help`)."""
    _delegate("redrive", context.args)


def _delegate(command: str, arguments: list[str]) -> None:
    from regua.stack.databases import SERVICES
    from regua.stack.table import programs_of

    named = [word for word in arguments[:1] if not word.startswith("-")]
    if named and named[0] not in SERVICES:
        raise typer.BadParameter(
            f"there is no service called {named[0][:40]!r}; the services are {', '.join(SERVICES)}"
        )
    if command == "redrive" and not named:
        raise typer.BadParameter(f"name the service first: {', '.join(SERVICES)}")
    rest = arguments[1:] if named else arguments
    with refusals(as_json=False):
        programs = programs_of(this_home(), os.environ, named or None)
        if not programs:
            raise StackError("no service was started here; `regua up` starts them")
        code = 0
        for program in programs:
            done = subprocess.run([*program.argv[:-1], command, *rest], env=program.whole_env(os.environ), check=False)
            code = max(code, abs(done.returncode))
    raise typer.Exit(code)


def register(app: typer.Typer) -> None:
    app.command("wait-quiet", short_help="Wait until nothing is left to do.")(wait_quiet)
    app.command("env", short_help="Print addresses and API key for a shell.")(env)
    app.command(
        "parked", short_help="Show the events that wait for a person.", context_settings=_PASS, add_help_option=False
    )(parked)
    app.command(
        "redrive", short_help="Handle parked events again, in order.", context_settings=_PASS, add_help_option=False
    )(redrive)
