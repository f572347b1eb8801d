"""What the consumer knows of the partitions it was given: where their effects end, and what an earlier process left.

Before records are handled they are marked as started, and the mark is committed. A mark left behind by a process that
is gone shows what it was working on: those records are then taken one at a time, each with a mark of its own, so the
one that kills the process is found, and after `starts_limit` processes died on it, it is parked unhandled.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis import inbox
from chassis.consumer.items import Fault, Item
from chassis.db import Database
from chassis.inbox import PlaceKey


class Partitions:
    """The given partitions of one consumer process; `me` names the process in its marks."""

    def __init__(self, database: Database, *, me: UUID, starts_limit: int):
        self._database = database
        self._me = me
        self._starts_limit = starts_limit
        self._known: set[PlaceKey] = set()
        self._careful_to: dict[PlaceKey, int] = {}
        self._sought: set[PlaceKey] = set()
        self._connection: Any = None
        self.next_offsets: dict[PlaceKey, int] = {}

    async def _own_connection(self) -> Any:
        """A connection of our own: a mark is one statement that commits by itself, beside the pool's transactions."""
        if self._connection is None or self._connection.is_closed():
            with self._database.step("consumer.connect"):
                self._connection = await self._database.connect("consumer marks", command_timeout_seconds=15)
        return self._connection

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def forget(self, places: Iterable[PlaceKey]) -> None:
        """These are no longer ours."""
        for place in places:
            self._known.discard(place)
            self._careful_to.pop(place, None)
            self._sought.discard(place)
            self.next_offsets.pop(place, None)

    async def meet(self, found: Mapping[PlaceKey, Sequence[Item]]) -> dict[PlaceKey, int]:
        """Learn of partitions read for the first time; returns offsets that have to be read from instead.

        The position in this database holds, not the group's committed offset: after a restore from a backup the
        group may be ahead of the effects, and the records between have to be read again.
        """
        new = [place for place in found if place not in self._known]
        if not new:
            return {}
        connection = await self._own_connection()
        with self._database.step("consumer.load_positions"):
            positions = await inbox.load_positions(connection, new)
        seek: dict[PlaceKey, int] = {}
        for place in new:
            position = positions.get(place)
            first = found[place][0].offset
            if position is not None:
                if position.next_offset < first and place not in self._sought:
                    self._sought.add(place)
                    seek[place] = position.next_offset
                    continue
                self.next_offsets[place] = position.next_offset
                unfinished = position.unfinished_to
                if unfinished is not None and position.started_by != self._me:
                    self._careful_to[place] = unfinished
            self._known.add(place)
        return seek

    def careful(self, place: PlaceKey, offset: int) -> bool:
        """Whether the record has to be taken alone."""
        until = self._careful_to.get(place)
        if until is None:
            return False
        if offset >= until:
            del self._careful_to[place]
            return False
        return True

    async def mark(self, items: Sequence[Item]) -> None:
        """Commit that these records are about to be handled."""
        ranges: dict[PlaceKey, tuple[int, int]] = {}
        for item in items:
            first, _ = ranges.get(item.place, (item.offset, 0))
            ranges[item.place] = (first, item.offset + 1)
        connection = await self._own_connection()
        with self._database.step("consumer.mark_started"):
            starts = await inbox.mark_started(connection, ranges, self._me)
        if len(items) == 1 and starts[items[0].place] > self._starts_limit and items[0].fault is None:
            died = starts[items[0].place] - 1
            items[0].fault = Fault("kills-the-process", f"{died} processes ended while they handled it alone")

    async def unmark(self, places: Iterable[PlaceKey]) -> None:
        """Take the marks of these partitions back: this process goes on, or hands them over in good order."""
        wanted = list(places)
        if not wanted:
            return
        connection = await self._own_connection()
        with self._database.step("consumer.unmark_started"):
            await inbox.unmark(connection, wanted, self._me)

    def moved(self, next_offsets: Mapping[PlaceKey, int]) -> None:
        """Effects are committed up to these offsets."""
        self.next_offsets.update(next_offsets)
