"""Step hooks for the proof: one that records, one that kills, and a watch for driver calls outside any step."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka.client import AIOKafkaClient
from asyncpg.prepared_stmt import PreparedStatement

_inside: ContextVar[str | None] = ContextVar("step", default=None)

_HARMLESS = frozenset({"rollback", "rollback;", "reset", ";", ""})
_EFFECTIVE_REQUESTS = {"ProduceRequest": "relay.", "OffsetCommitRequest": "consumer.commit_offsets"}
"""Requests that change something at the broker, and the steps they belong to."""


@contextmanager
def unwatched() -> Iterator[None]:
    """The block's database calls are the proof's own."""
    token = _inside.set("the proof itself")
    try:
        yield
    finally:
        _inside.reset(token)


@dataclass(frozen=True, order=True)
class Point:
    """One place to die: before or after the n-th time (from 1) that a step is taken."""

    step: str
    occurrence: int
    side: str

    def __str__(self) -> str:
        return f"{self.side} {self.step} #{self.occurrence}"


class Recorder:
    """Counts the steps of a run, and the driver calls that no step surrounds."""

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.stray: Counter[str] = Counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.steps[name] += 1
        self.open[name] += 1
        token = _inside.set(name)
        try:
            yield
        finally:
            _inside.reset(token)
            self.open[name] -= 1

    def watch_drivers(self) -> None:
        """From now on, in this process for good: note database and broker calls that no step surrounds."""
        for owner, method in (
            (asyncpg.Connection, "execute"),
            (asyncpg.Connection, "executemany"),
            (asyncpg.Connection, "fetch"),
            (asyncpg.Connection, "fetchrow"),
            (asyncpg.Connection, "fetchval"),
            (asyncpg.Connection, "copy_records_to_table"),
            (PreparedStatement, "fetch"),
        ):
            self._watch_database(owner, method)
        send = AIOKafkaClient.send

        async def watched(client: Any, node_id: Any, request: Any, **more: Any) -> Any:
            name = type(request).__name__.split("_")[0]
            prefix = _EFFECTIVE_REQUESTS.get(name)
            if prefix is not None and not any(count for step, count in self.open.items() if step.startswith(prefix)):
                self.stray[f"kafka {name}"] += 1
            return await send(client, node_id, request, **more)

        AIOKafkaClient.send = watched

    def _watch_database(self, owner: Any, method: str) -> None:
        original = getattr(owner, method)

        async def watched(subject: Any, *arguments: Any, **more: Any) -> Any:
            words = str(arguments[0] if arguments else method).lower().split(maxsplit=1)
            first = words[0] if words else ""
            # Rolling back and resetting change nothing; a crash there is a crash before the next step.
            if _inside.get() is None and first not in _HARMLESS:
                self.stray[f"database {method} {first}"] += 1
            return await original(subject, *arguments, **more)

        setattr(owner, method, watched)


class Killer:
    """Kills this process with SIGKILL at one point, or does nothing."""

    def __init__(self, point: Point | None):
        self._point = point
        self._taken: Counter[str] = Counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        point = self._point
        if point is None or point.step != name:
            yield
            return
        self._taken[name] += 1
        here = self._taken[name] == point.occurrence
        if here and point.side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
