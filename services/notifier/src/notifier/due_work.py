"""The due work of notifier: send a message, look whether it arrived, ask about an unknown, apply a callback."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Plan, Schedules

schedules = Schedules()

SEND: Final = "send_message"
FALLBACK: Final = "fallback_check"
RESOLVE: Final = "resolve_unknown"
CALLBACK: Final = "apply_callback"


async def send_at(tx: Tx, instants: Iterable[tuple[UUID, datetime]]) -> None:
    """Look at each message at its instant; a plan for the same message moves there."""
    await schedules.at_many(tx, [Plan(SEND, str(message_id), at) for message_id, at in instants])


async def check_at(tx: Tx, instants: Iterable[tuple[UUID, datetime]]) -> None:
    """Look whether each message has arrived by then."""
    await schedules.at_many(tx, [Plan(FALLBACK, str(message_id), at) for message_id, at in instants])


async def resolve_at(tx: Tx, instants: Iterable[tuple[UUID, datetime]]) -> None:
    """Ask the provider about each attempt."""
    await schedules.at_many(tx, [Plan(RESOLVE, str(attempt_id), at) for attempt_id, at in instants])


async def apply_at(
    tx: Tx, callback_id: UUID, at: datetime, *, tries: int = 0, about: Mapping[str, str] | None = None
) -> None:
    """Apply a stored callback; `about` names the attempt and the kind of address of a mail."""
    payload = {"tries": tries, "about": dict(about) if about else None}
    await schedules.at(tx, kind=CALLBACK, subject=str(callback_id), due_at=at, payload=payload)


async def send_no_more(tx: Tx, message_id: UUID) -> None:
    """The message needs no further hand-off."""
    await schedules.cancel(tx, kind=SEND, subject=str(message_id))
    await schedules.cancel(tx, kind=FALLBACK, subject=str(message_id))
