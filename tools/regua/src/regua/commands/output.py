"""How commands speak: answers on stdout, progress on stderr, one JSON document with `--json`."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from regua.stack.errors import AskedWronglyError, StackError
from regua.stack.home import Home, find_home

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; progress goes to stderr.")]
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def say(sentence: str) -> None:
    """Progress for a person, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


def answer(data: Mapping[str, Any], *, as_json: bool, human: Callable[[], None]) -> None:
    """Print the result once: as JSON, or by `human`."""
    if as_json:
        print(json.dumps(data, indent=2, default=str))
    else:
        human()


@contextmanager
def refusals(*, as_json: bool) -> Iterator[None]:
    """Turn a refusal into one sentence and exit code 1, or 2 when what was asked for does not exist."""
    try:
        yield
    except StackError as error:
        if as_json:
            print(json.dumps({"error": str(error)}, indent=2))
        say(f"regua: {error}")
        raise typer.Exit(2 if isinstance(error, AskedWronglyError) else 1) from None
    except KeyboardInterrupt:
        say("regua: interrupted; what was started keeps running (`regua status`, `regua down`)")
        raise typer.Exit(130) from None


def this_home() -> Home:
    return find_home(os.environ)


def read_instant(text: str) -> datetime:
    """An ISO 8601 instant with an offset; raises `typer.BadParameter` with the remedy."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write an instant as 2026-01-05T09:00:00-03:00") from None
    if found.tzinfo is None:
        raise typer.BadParameter("the instant needs an offset, e.g. 2026-01-05T09:00:00-03:00 or …Z")
    return found.astimezone(UTC)


def read_duration(text: str) -> timedelta:
    """A duration as `1d12h`, `90m` or `45s`; raises `typer.BadParameter` with the remedy."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise typer.BadParameter("write a duration as 1d, 12h, 90m, 45s or together as 1d12h")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
