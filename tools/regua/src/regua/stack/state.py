"""What is running, as written down: one JSON file, replaced whole, readable by its owner only."""

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal["kafka", "postgres", "service", "program", "keeper"]


class Part(BaseModel):
    """One process of the stack: which one it is (pid and start), where it listens, what it was started with.

    `health_url` answers 200 when it is well; servers that are asked in their own language have none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Kind
    pid: int
    identity: str
    ports: dict[str, int] = Field(default_factory=dict)
    fingerprint: str = ""
    health_url: str = ""


class State(BaseModel):
    """The stack of one home. Everything but `parts` outlives the processes: a restart keeps its addresses."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    kafka_nodes: int = 0
    cluster_id: str = ""
    clock: Literal["", "system", "virtual"] = ""
    ports: dict[str, int] = Field(default_factory=dict)
    parts: dict[str, Part] = Field(default_factory=dict)
    migrated: dict[str, str] = Field(default_factory=dict)
    keyed: set[str] = Field(default_factory=set)


class UnreadableStateError(Exception):
    """The file is there but is not a state of ours."""


def parse(text: str) -> State:
    """Read a state file's text; raises `UnreadableStateError` for anything else."""
    try:
        return State.model_validate_json(text)
    except ValidationError:
        raise UnreadableStateError from None


def load(path: Path) -> State:
    """The written state, or an empty one when there is no file; raises `UnreadableStateError`."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    except (OSError, UnicodeDecodeError):
        raise UnreadableStateError from None


def save(path: Path, state: State) -> None:
    """Replace the file whole: a reader sees the old or the new state, also after a crash."""
    write_private(path, state.model_dump_json(indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)


def set_aside(path: Path) -> Path:
    """Move an unreadable file out of the way and return its new place; nothing is deleted."""
    number = 1
    while (aside := path.with_name(f"{path.name}.unreadable-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


def read_secrets(path: Path) -> dict[str, str]:
    """The passwords made for this home, by role; empty when none were made yet."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise UnreadableStateError from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UnreadableStateError
    return found


def dump_secrets(secrets: dict[str, str]) -> str:
    return json.dumps(secrets, indent=2, sort_keys=True) + "\n"
