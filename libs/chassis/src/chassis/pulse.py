"""Wakes the idle workers of a process when there is something to look for, so that they need not poll fast.

Whoever commits work for a worker of the same process beats its pulse. Under a virtual clock, time moves only when
somebody moves it, so a move is a beat too. Work that comes from other processes is found by the worker's own slow poll.
"""

import asyncio
from datetime import datetime

from chassis.clock import Clock, VirtualClock, monotonic_seconds

_LOOK_AT_CLOCK_SECONDS = 0.03

Seen = tuple[int, datetime | None]


class Pulse:
    """One kind of work in one process; any number of workers may wait on it."""

    def __init__(self, clock: Clock):
        self._clock = clock if isinstance(clock, VirtualClock) else None
        self._beats = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """There is something to look for now."""
        self._beats += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def seen(self) -> Seen:
        """Where the pulse is; taken before looking, so that no beat between looking and waiting is missed."""
        return self._beats, self._clock.now() if self._clock is not None else None

    async def wait(self, seen: Seen, seconds: float) -> bool:
        """Wait for a beat after `seen`, at most so long; false if there was none."""
        end = monotonic_seconds() + seconds
        loop = asyncio.get_running_loop()
        while self.seen() == seen:
            left = end - monotonic_seconds()
            if left <= 0:
                return False
            waiting = loop.create_future()
            self._waiting.add(waiting)
            timer = loop.call_later(left if self._clock is None else min(left, _LOOK_AT_CLOCK_SECONDS), _end, waiting)
            try:
                await waiting
            finally:
                timer.cancel()
                self._waiting.discard(waiting)
        return True


def _end(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)
