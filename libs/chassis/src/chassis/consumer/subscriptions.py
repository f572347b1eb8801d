"""Which event calls which handler: a table one can read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.db import Tx
from contracts import registry
from contracts.base import Event
from contracts.envelope import Envelope

One = Callable[[Tx, Envelope[Any]], Awaitable[None]]
Many = Callable[[Tx, Sequence[Envelope[Any]]], Awaitable[None]]
OneT = TypeVar("OneT", bound=Callable[..., Awaitable[None]])
ManyT = TypeVar("ManyT", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True)
class Handler:
    """What is called for a topic: `one` event after the other, or `many` at once (never both)."""

    topic: str
    one: One | None = None
    many: Many | None = None


class Subscriptions:
    """A service's handlers by event; `name` is its consumer group.

    A handler works inside the transaction it is given and nowhere else. Raising `TransientError` asks for another
    attempt later; any other exception means that this event cannot be handled, and parks its key.
    """

    def __init__(self, name: str):
        self.name = name
        self.handlers: dict[str, Handler] = {}

    def on(self, *events: type[Event]) -> Callable[[OneT], OneT]:
        """Call the function once per event: `async def handler(tx, envelope)`, in the order of its key."""

        def register(function: OneT) -> OneT:
            for event in events:
                self._add(Handler(event.topic, one=function))
            return function

        return register

    def on_batch(self, *events: type[Event]) -> Callable[[ManyT], ManyT]:
        """Call the function with all events of one topic and tenant in a batch: `async def handler(tx, envelopes)`.

        They come in the order of their keys; work on them as a set. If it fails it is called again with fewer.
        """

        def register(function: ManyT) -> ManyT:
            for event in events:
                self._add(Handler(event.topic, many=function))
            return function

        return register

    def _add(self, handler: Handler) -> None:
        registry.topic(handler.topic)
        if handler.topic in self.handlers:
            raise ValueError(f"{self.name} has two handlers for {handler.topic}; an event has one")
        self.handlers[handler.topic] = handler

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are read, in the order in which the handlers stand."""
        return tuple(self.handlers)
