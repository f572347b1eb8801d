"""Which step and channel the money followed: each payment is credited to the last message that reached the debtor.

A payment counts for a message if it came within the window after it was handed over; one that no message preceded is
`unprompted`. Of messages handed over at one instant, the last by step and channel counts. This describes what followed
what; it does not prove a cause.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

WINDOW = timedelta(days=7)
"""How long after a message a payment still counts for it."""


@dataclass(frozen=True)
class Reached:
    """A message about an invoice that was handed over and did not fail."""

    invoice_id: UUID
    at: datetime
    step_key: str
    channel: str


@dataclass(frozen=True)
class Paid:
    """Money for an invoice."""

    invoice_id: UUID
    at: datetime
    cents: int


@dataclass(frozen=True)
class Recovered:
    """Money that followed messages of one step on one channel."""

    step_key: str
    channel: str
    payments: int
    cents: int


UNPROMPTED = ("unprompted", "none")


def recovery(*, reached: Sequence[Reached], paid: Iterable[Paid], window: timedelta = WINDOW) -> tuple[Recovered, ...]:
    """Money by step and channel, in the order of their names; together it is all the money given."""
    by_invoice: dict[UUID, list[Reached]] = {}
    for message in sorted(reached, key=lambda item: (item.at, item.step_key, item.channel)):
        by_invoice.setdefault(message.invoice_id, []).append(message)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for payment in paid:
        key = _followed(by_invoice, payment, window)
        payments, cents = found.get(key, (0, 0))
        found[key] = (payments + 1, cents + payment.cents)
    return tuple(Recovered(*key, *found[key]) for key in sorted(found))


def _followed(by_invoice: Mapping[UUID, Sequence[Reached]], payment: Paid, window: timedelta) -> tuple[str, str]:
    for message in reversed(by_invoice.get(payment.invoice_id, ())):
        if message.at <= payment.at:
            return (message.step_key, message.channel) if payment.at - message.at <= window else UNPROMPTED
    return UNPROMPTED
