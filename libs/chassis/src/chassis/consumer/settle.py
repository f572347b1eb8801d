"""Brings a run of records to an end, whatever its handlers do: apply, split, wait, or park.

A run that fails is split until the bad event is alone; the others go on. Trouble that passes makes its partition
wait, with all that came after, and is tried again there. What cannot be handled is parked with its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.clock import monotonic_seconds
from chassis.consumer.apply import Applied, Applier
from chassis.consumer.failures import HandlerFailedError, HandlerOverdueError, ParkingLimitError
from chassis.consumer.items import Fault, Item
from chassis.ids import jitter
from chassis.inbox import PlaceKey
from chassis.observe import Observer
from chassis.outcome import RetryAfter
from chassis.retry import Nature, RetryPolicy, classify, reason_of


@dataclass
class Waiting:
    """Records of one partition that wait to be tried again, in order, from `retry_at` (monotonic) on."""

    items: list[Item]
    retry_at: float
    attempt: int
    since: float
    outcome: RetryAfter


@dataclass
class Settled:
    """What came of it so far; filled as parts are committed, so that it is right also when an exception ends it."""

    next_offsets: dict[PlaceKey, int] = field(default_factory=dict)
    records: int = 0
    duplicates: int = 0
    parked: list[Item] = field(default_factory=list)

    def add(self, applied: Applied, records: int) -> None:
        """Note a committed part."""
        self.next_offsets.update(applied.next_offsets)
        self.records += records
        self.parked += applied.parked
        self.duplicates += sum(count for (_, how), count in applied.outcomes.items() if how == "duplicate")


@dataclass(frozen=True)
class _Hold:
    """Records that wait, once all that stood before them is settled."""

    items: list[Item]
    reason: str


_Todo = list[Item] | _Hold


class Settler:
    """Settles runs of records and remembers which partitions wait."""

    def __init__(self, applier: Applier, observer: Observer, *, policy: RetryPolicy, overdue_limit: int = 3):
        self._applier = applier
        self._observer = observer
        self._policy = policy
        self._overdue_limit = overdue_limit
        self._overdue: dict[tuple[PlaceKey, int], int] = {}
        self._last: dict[PlaceKey, Waiting] = {}
        self.waiting: dict[PlaceKey, Waiting] = {}
        self.retries = 0

    async def settle(self, items: Sequence[Item], settled: Settled) -> None:
        """Apply the records in order; afterwards each is committed, parked, or in `waiting` with its partition.

        Raises only what needs the consumer to stop: `ParkingLimitError`, cancellation, or a failure to park.
        """
        todo: list[_Todo] = [list(items)]
        while todo:
            first = todo.pop(0)
            run = self._behind_waiting(first.items if isinstance(first, _Hold) else first)
            if not run:
                continue
            if isinstance(first, _Hold):
                self._wait(run, first.reason)
                continue
            try:
                settled.add(await self._applier.apply(run), len(run))
            except ParkingLimitError:
                raise
            except Exception as error:  # noqa: BLE001 - any failure of a handler or of the database is settled here
                todo[:0] = self._after_failure(run, error)
            else:
                self._progress(run)

    @property
    def troubled(self) -> dict[PlaceKey, str]:
        """The partitions that wait or are just being tried again, with the reason."""
        return {place: last.outcome.reason for place, last in self._last.items()}

    def due(self) -> list[list[Item]]:
        """Runs whose wait is over; they leave `waiting`."""
        now = monotonic_seconds()
        ready = [place for place, waiting in self.waiting.items() if waiting.retry_at <= now]
        return [self.waiting.pop(place).items for place in ready]

    def next_due_seconds(self) -> float | None:
        """How long until the first wait is over, if any partition waits."""
        if not self.waiting:
            return None
        return max(0.0, min(waiting.retry_at for waiting in self.waiting.values()) - monotonic_seconds())

    def forget(self, place: PlaceKey) -> None:
        """The partition is no longer ours."""
        self.waiting.pop(place, None)
        self._last.pop(place, None)

    def _behind_waiting(self, run: list[Item]) -> list[Item]:
        """Records of a waiting partition join its queue; the others are returned."""
        if not self.waiting:
            return run
        free = []
        for item in run:
            waiting = self.waiting.get(item.place)
            if waiting is None:
                free.append(item)
            else:
                waiting.items.append(item)
        return free

    def _progress(self, run: Sequence[Item]) -> None:
        for item in run:
            self._last.pop(item.place, None)
            if self._overdue:
                self._overdue.pop((item.place, item.offset), None)

    def _after_failure(self, run: list[Item], error: Exception) -> list[_Todo]:
        """What to do next, in order: smaller runs, and records that have to wait."""
        culprit = error.item if isinstance(error, HandlerFailedError) else None
        cause = error.__cause__ if isinstance(error, HandlerFailedError) and error.__cause__ else error
        if isinstance(cause, HandlerOverdueError):
            return self._after_overdue(run, culprit)
        nature = classify(cause)
        if nature is Nature.OUTAGE:
            return [_Hold(run, reason_of(cause))]
        if culprit is None and len(run) == 1:
            culprit = run[0]
        if nature is Nature.PERMANENT or (culprit is not None and self._given_up(culprit.place)):
            if culprit is None:
                return _halves(run)
            if culprit.fault is not None:
                raise error  # it was being parked, not handled: there is nowhere else to put it
            reason = reason_of(cause)
            culprit.fault = Fault(reason if nature is Nature.PERMANENT else f"gave-up: {reason}", type(cause).__name__)
            return _around(run, culprit)
        return self._after_transient(run, culprit, reason_of(cause))

    def _after_transient(self, run: list[Item], culprit: Item | None, reason: str) -> list[_Todo]:
        """Only the culprit's partition waits, from the culprit on; without one, find its partition first."""
        if culprit is not None:
            at = run.index(culprit)
            stuck = [item for item in run[at:] if item.place == culprit.place]
            others = [item for item in run[at:] if item.place != culprit.place]
            return [run[:at] + others, _Hold(stuck, reason)]
        places = list(dict.fromkeys(item.place for item in run))
        if len(places) > 1:
            return [[item for item in run if item.place == place] for place in places]
        last = self._last.get(places[0])
        if last is not None and last.attempt % 3 == 0:
            # It did not pass: look for the one event, so that those before it get through.
            return _halves(run)
        return [_Hold(run, reason)]

    def _after_overdue(self, run: list[Item], culprit: Item | None) -> list[_Todo]:
        if culprit is None and len(run) > 1:
            return _halves(run)
        item = culprit or run[0]
        strikes = self._overdue.get((item.place, item.offset), 0) + 1
        self._overdue[item.place, item.offset] = strikes
        if strikes < self._overdue_limit:
            return self._after_transient(run, item, "handler-overdue")
        item.fault = Fault("handler-overdue", f"cancelled {strikes} times at its deadline")
        return _around(run, item)

    def _given_up(self, place: PlaceKey) -> bool:
        limit = self._policy.give_up_after_seconds
        last = self._last.get(place)
        return limit is not None and last is not None and monotonic_seconds() - last.since >= limit

    def _wait(self, items: Sequence[Item], reason: str) -> None:
        now = monotonic_seconds()
        by_place: dict[PlaceKey, list[Item]] = {}
        for item in items:
            by_place.setdefault(item.place, []).append(item)
        for place, queue in by_place.items():
            last = self._last.get(place)
            attempt = 1 if last is None else last.attempt + 1
            delay = self._policy.delay_seconds(attempt, jitter())
            since = now if last is None else last.since
            waiting = Waiting(queue, now + delay, attempt, since, RetryAfter(delay, reason))
            self.waiting[place] = self._last[place] = waiting
            self.retries += 1
            self._observer.retried(place[0], reason)


def _halves(run: list[Item]) -> list[_Todo]:
    middle = len(run) // 2
    return [run[:middle], run[middle:]]


def _around(run: list[Item], item: Item) -> list[_Todo]:
    at = run.index(item)
    return [run[:at], [item], run[at + 1 :]]
