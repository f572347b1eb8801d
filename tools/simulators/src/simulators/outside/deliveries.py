"""What a simulator sends by itself: webhooks, callbacks, bounces. Due by its clock, retried in real time, journaled."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx2

from chassis.clock import Clock, monotonic_seconds
from simulators.outside.journal import Entry, Fact

QUEUED, ARRIVED, GIVEN_UP, REFUSED = (
    "delivery.queued", "delivery.arrived", "delivery.given_up", "delivery.refused",
)  # fmt: skip
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 120.0
TIMEOUT_SECONDS: Final = 15.0
AT_ONCE: Final = 16
LOOK_SECONDS: Final = 0.05

Headers = Mapping[str, str]
Sign = Callable[[str, bytes], Headers]
"""Headers for a delivery id and its body, made anew for each attempt."""


def queued(delivery_id: str, *, lane: str, url: str, body: bytes, headers: Headers, due_at: datetime) -> Fact:
    """The fact that something is to be sent. Deliveries of one lane go one after the other, by due time."""
    return (
        QUEUED,
        delivery_id,
        {
            "lane": lane,
            "url": url,
            "body": body.decode("latin-1"),
            "headers": dict(headers),
            "due_at": due_at.isoformat(),
        },
    )


@dataclass(slots=True)
class _Waiting:
    delivery_id: str
    order: tuple[datetime, int]
    lane: str
    url: str
    body: bytes
    headers: Headers
    attempts: int = 0
    next_try: float = 0.0
    first_try: float | None = field(default=None)

    @property
    def due_at(self) -> datetime:
        return self.order[0]


class Deliveries:
    """The queue and its worker. `record` writes facts to the journal and applies them."""

    def __init__(self, clock: Clock, record: Callable[[list[Fact]], object], sign: Sign | None = None):
        self._clock = clock
        self._record = record
        self._sign = sign
        self._waiting: dict[str, _Waiting] = {}
        self._busy: set[str] = set()

    def apply(self, entry: Entry) -> None:
        """Take one fact of the journal in."""
        if entry.kind == QUEUED:
            body: Mapping[str, Any] = entry.body
            order = (datetime.fromisoformat(body["due_at"]), entry.position)
            sent = body["body"].encode("latin-1")
            self._waiting[entry.subject] = _Waiting(
                entry.subject, order, body["lane"], body["url"], sent, body["headers"]
            )
        elif entry.kind in (ARRIVED, GIVEN_UP, REFUSED):
            self._waiting.pop(entry.subject, None)

    def due(self) -> int:
        """How many deliveries are due and not at their end."""
        now = self._clock.now()
        return sum(one.due_at <= now for one in self._waiting.values())

    async def work(self) -> None:
        """Send what is due until cancelled."""
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits) as client, asyncio.TaskGroup() as tasks:
            while True:
                for one in self._ready():
                    self._busy.add(one.lane)
                    tasks.create_task(self._send(client, one))
                await asyncio.sleep(LOOK_SECONDS)

    def _ready(self) -> list[_Waiting]:
        """The first due delivery of each lane that is not busy or pausing, as many as may go at once."""
        if not self._waiting:
            return []
        now, elapsed = self._clock.now(), monotonic_seconds()
        heads: dict[str, _Waiting] = {}
        for one in self._waiting.values():
            if one.due_at <= now and one.lane not in self._busy:
                head = heads.get(one.lane)
                if head is None or one.order < head.order:
                    heads[one.lane] = one
        ready = sorted((one for one in heads.values() if one.next_try <= elapsed), key=lambda one: one.order)
        return ready[: AT_ONCE - len(self._busy)]

    async def _send(self, client: httpx2.AsyncClient, one: _Waiting) -> None:
        try:
            while True:
                await self._try(client, one)
                follower = self._follower(one)
                if follower is None:
                    return
                one = follower
        finally:
            self._busy.discard(one.lane)

    def _follower(self, one: _Waiting) -> _Waiting | None:
        """The next due delivery of the lane, unless this one must be tried again first."""
        if one.delivery_id in self._waiting:
            return None
        now = self._clock.now()
        later = [other for other in self._waiting.values() if other.lane == one.lane and other.due_at <= now]
        return min(later, key=lambda other: other.order, default=None)

    async def _try(self, client: httpx2.AsyncClient, one: _Waiting) -> None:
        one.attempts += 1
        started = monotonic_seconds()
        one.first_try = started if one.first_try is None else one.first_try
        headers = {**(self._sign(one.delivery_id, one.body) if self._sign else {}), **one.headers}
        try:
            answer = await client.post(one.url, content=one.body, headers=headers)
            status: int | None = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            status = None
        told = {"url": one.url, "status": status, "attempts": one.attempts}
        if status is not None and status < 300:
            self._record([(ARRIVED, one.delivery_id, told)])
        elif status is not None and 400 <= status < 500 and status not in (408, 425, 429):
            self._record([(REFUSED, one.delivery_id, told)])
        elif monotonic_seconds() - one.first_try > PATIENCE_SECONDS:
            self._record([(GIVEN_UP, one.delivery_id, told)])
        else:
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (one.attempts - 1))
            one.next_try = monotonic_seconds() + pause
