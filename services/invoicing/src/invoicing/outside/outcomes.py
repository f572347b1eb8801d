"""What an answer of bank or PSP means for a registration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

Known = Literal["unknown", "registered", "removed", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What is known now. `unknown` is asked again: nobody may suppose that nothing happened. `failure` is a stable
    word. `location` and `br_code` are the PSP's own, where it gave them."""

    known: Known
    failure: str | None = None
    location: str | None = None
    br_code: str | None = None


_UNSURE = frozenset({401, 403, 404, 408, 425, 429})


def refusal(status: int) -> Outcome:
    """An answer that is no success: a lasting no, or something that may be otherwise next time."""
    if status in _UNSURE or status >= 500:
        return Outcome("unknown", f"http_{status}")
    return Outcome("refused", f"http_{status}")


def no_answer(error: Exception) -> Outcome:
    """Nothing came back in time, or not at all: what happened there is not known."""
    slow = isinstance(error, httpx2.TimeoutException | TimeoutError)
    return Outcome("unknown", "timeout" if slow else "unreachable")


def document(answer: httpx2.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; an empty one where it is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def part_of(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside of an answer; an empty one where there is none."""
    part = found.get(name)
    return part if isinstance(part, dict) else {}
