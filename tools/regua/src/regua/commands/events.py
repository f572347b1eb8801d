"""`regua events tail TOPIC`: read a topic as any Kafka client would, decoded and checked by the contracts."""

import asyncio
import json
from typing import Annotated, Any

import typer

from contracts import registry
from regua.commands.output import refusals
from regua.demo.home import demo_home
from regua.stack.errors import AskedWronglyError

app = typer.Typer(help="Read the topics.")


@app.callback()
def group() -> None:
    """Read the topics."""


@app.command()
def tail(
    topic: Annotated[str, typer.Argument(help="A topic, or a beginning such as `message.`; `all` for every topic.")],
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="Begin so many records before the end.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document a line, as it stands in the topic.")
    ] = False,
) -> None:
    """Print the last records of a topic, each checked against its contract; personal data is left out."""
    with refusals(as_json=as_json):
        names = matching(topic)
        asyncio.run(_tail(names, last=last, follow=follow, as_json=as_json))


def matching(wanted: str) -> list[str]:
    """The topics a person means; raises `AskedWronglyError` naming a few when there is none."""
    known = [name for name in registry.topics() if name != "watermark.advanced" or wanted == name]
    names = known if wanted == "all" else [name for name in known if name == wanted or name.startswith(wanted)]
    if not names:
        some = ", ".join(list(registry.topics())[:6])
        raise AskedWronglyError(f"there is no topic called {wanted[:60]!r}; some are {some}; `all` reads every one")
    return names


async def _tail(names: list[str], *, last: int, follow: bool, as_json: bool) -> None:
    from regua.demo.tailing import records

    async for name, raw in records(demo_home(), names, last=last, follow=follow):
        print(line_of(name, raw, as_json=as_json), flush=True)


def line_of(name: str, raw: bytes, *, as_json: bool) -> str:
    """One record on one line: as JSON, or instant, topic, subject and a few fields. Never the personal block."""
    document = _without_person(json.loads(raw))
    if as_json:
        return json.dumps(document, ensure_ascii=False)
    try:
        registry.decode(name, raw)
        mark = ""
    except ValueError:
        mark = " (breaks its contract)"
    data = document.get("data", {})
    told = ", ".join(f"{key} {value}" for key, value in data.items() if isinstance(value, str | int) and value != "")
    return f"{document.get('time', '')[:19]}  {name:<20}  {told[:160]}{mark}"


def _without_person(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_person(value) for key, value in document.items() if key != "personal"}
    if isinstance(document, list):
        return [_without_person(item) for item in document]
    return document


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="events")
