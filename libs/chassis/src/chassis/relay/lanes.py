"""Which lanes this process relays, and below which position each lane is certainly empty.

A lane is held by a session-level advisory lock on the relay's own connection, which also does all its reading and
deleting: when the connection is lost the lock is lost with it, and nothing more can be read or deleted under it.
What was already handed to the broker may then be sent again by the next holder: with the same id, and in an order
that leaves the first copies of a key in order, because nobody sends a row before all earlier ones of its key were
acknowledged.

The floor keeps the ordered read from walking over the index entries of deleted rows. It may only pass a position
under which no transaction can still insert: every transaction has its id before it draws a position (see
`chassis.outbox.INSERT`), so once all transactions are over that were running when a position was seen, nothing new
can appear at or below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_LOCK_CLASS = 0x5247  # ours, among the two-number advisory locks of a service's database
_TAKE = "select lane from unnest($2::int[]) as wanted(lane) where pg_try_advisory_lock($1, lane)"
_SNAPSHOT = """
select pg_snapshot_xmin(seen)::text::bigint as oldest_running, pg_snapshot_xmax(seen)::text::bigint as next
from pg_current_snapshot() as seen
"""


@dataclass
class Lane:
    """One held lane: its floor, and the position that the floor may rise to once `settled_at` is reached."""

    number: int
    floor: int = 0
    seen: int = 0
    candidate: int | None = None
    settled_at: int | None = None

    def before_read(self, oldest_running: int, next_transaction: int) -> bool:
        """Take note of a snapshot taken before a read; true if the candidate is settled as of that read."""
        if self.candidate is None:
            if self.seen > self.floor:
                self.candidate, self.settled_at = self.seen, next_transaction
            return False
        return self.settled_at is not None and oldest_running >= self.settled_at

    def after_read(self, *, settled: bool, positions: Sequence[int], keep_above: int | None) -> None:
        """Raise the floor if the read proved that it may rise; `keep_above` is a position that must stay above it."""
        if positions:
            self.seen = max(self.seen, positions[-1])
        if not settled or self.candidate is None:
            return
        floor = self.candidate
        if positions:
            floor = min(floor, positions[0] - 1)
        if keep_above is not None:
            floor = min(floor, keep_above - 1)
        self.floor = max(self.floor, floor)
        self.candidate = self.settled_at = None


async def take_lanes(connection: Any, wanted: Iterable[int]) -> list[Lane]:
    """Lock those of the lanes that nobody holds; they stay ours until the connection ends."""
    rows = await connection.fetch(_TAKE, _LOCK_CLASS, list(wanted))
    return [Lane(row["lane"]) for row in rows]


async def snapshot(connection: Any) -> tuple[int, int]:
    """The oldest running transaction's id and the next one to be given."""
    row = await connection.fetchrow(_SNAPSHOT)
    return row["oldest_running"], row["next"]
