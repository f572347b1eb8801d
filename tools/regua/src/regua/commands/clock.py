"""`regua clock`: the virtual clock of the running stack."""

from typing import Annotated

import typer

from chassis.clock import ClockError, VirtualClock
from regua.commands.output import AsJson, answer, read_duration, read_instant, refusals, this_home
from regua.stack.errors import StackError

app = typer.Typer(help="Show, advance or set the virtual clock.")


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Show, advance or set the virtual clock."""
    if context.invoked_subcommand is None:
        show(as_json=False)


def _open() -> VirtualClock:
    try:
        return VirtualClock(this_home().clock_file)
    except ClockError as error:
        raise StackError(str(error)) from None


def _show(clock: VirtualClock, *, as_json: bool) -> None:
    text = clock.now().isoformat()
    answer({"clock": "virtual", "now": text, "path": str(clock.path)}, as_json=as_json, human=lambda: print(text))


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print the instant the whole platform lives in."""
    with refusals(as_json=as_json):
        _show(_open(), as_json=as_json)


@app.command()
def advance(
    by: Annotated[str, typer.Argument(help="How far: 1d, 12h, 90m, 45s or together, 1d12h.")], as_json: AsJson = False
) -> None:
    """Move every service on by a duration at once; follow with `regua wait-quiet`."""
    step = read_duration(by)
    with refusals(as_json=as_json):
        clock = _open()
        clock.advance(step)
        _show(clock, as_json=as_json)


@app.command("set")
def set_to(
    instant: Annotated[str, typer.Argument(help="An instant with offset, not before the present one.")],
    as_json: AsJson = False,
) -> None:
    """Move every service to an instant at once."""
    to = read_instant(instant)
    with refusals(as_json=as_json):
        clock = _open()
        try:
            clock.set(to)
        except ClockError as error:
            raise StackError(f"{error}; it shows {clock.now().isoformat()}") from None
        _show(clock, as_json=as_json)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="clock")
