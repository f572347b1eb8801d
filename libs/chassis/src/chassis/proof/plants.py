"""Defects planted on purpose, to show that the proof finds them.

Each replaces one part of delivery in this process, as a plausible mistake would have written it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis import inbox
from chassis.ids import RandomIds
from chassis.kafka import Sent
from chassis.relay.loop import Relay


def _delete_before_the_acknowledgement() -> None:
    group = Relay._group  # noqa: SLF001 - a plant changes what is inside

    async def hasty(self: Relay, rows: Sequence[Any]) -> Any:
        runs = await group(self, rows)
        for run in runs:
            run.sent = Sent(len(run.rows))
        await self._delete(runs)
        return runs

    Relay._group = hasty  # type: ignore[method-assign]  # noqa: SLF001


def _a_new_id_at_each_sending() -> None:
    send = Relay._send  # noqa: SLF001

    async def renaming(self: Relay, run: Any) -> None:
        rows = []
        for row in run.rows:
            document = json.loads(row[4])
            document["id"] = str(RandomIds().new_id())
            rows.append((*row[:4], json.dumps(document).encode(), row[5]))
        run.rows = rows
        await send(self, run)

    Relay._send = renaming  # type: ignore[method-assign]  # noqa: SLF001


def _no_inbox() -> None:
    claim = inbox.claim

    async def blind(connection: Any, event_ids: Sequence[UUID], next_offsets: Mapping[Any, int]) -> set[UUID]:
        await claim(connection, event_ids, next_offsets)
        return set(event_ids)

    inbox.claim = blind


def _park_the_event_and_not_its_key() -> None:
    guard = inbox.guard

    async def careless(
        connection: Any, keys: Sequence[bytes], places: Sequence[Any]
    ) -> tuple[set[bytes], dict[Any, int]]:
        _, reached = await guard(connection, keys, places)
        return set(), reached

    inbox.guard = careless


def _positions_ahead_of_the_effects() -> None:
    claim = inbox.claim

    async def ahead(connection: Any, event_ids: Sequence[UUID], next_offsets: Mapping[Any, int]) -> set[UUID]:
        return await claim(connection, event_ids, {place: offset + 1 for place, offset in next_offsets.items()})

    inbox.claim = ahead


PLANTS: Mapping[str, Callable[[], None]] = {
    "delete-before-ack": _delete_before_the_acknowledgement,
    "new-id-at-each-sending": _a_new_id_at_each_sending,
    "no-inbox": _no_inbox,
    "park-event-not-key": _park_the_event_and_not_its_key,
    "positions-ahead": _positions_ahead_of_the_effects,
}
