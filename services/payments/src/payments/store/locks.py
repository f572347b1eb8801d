"""What a transaction has behind it: rows that requests wait for, time spent asking the outside.

With either, nothing slow may follow in it.
"""

from typing import Final

from chassis.clock import monotonic_seconds
from chassis.db import Tx

_HOLDS: Final = "payments.holds_rows"
_ASKS_SINCE: Final = "payments.asks_since"
LONGEST_SECONDS: Final = 20.0
"""How long one transaction may wait for answers from outside, over all its work."""


def hold(tx: Tx) -> None:
    """Receipts or books are locked, or new ones are not committed, from here to the end of the transaction."""
    tx.session.info[_HOLDS] = True


def ask(tx: Tx) -> float:
    """The outside is asked now; returns how many seconds of the transaction's time for that are left."""
    since: float = tx.session.info.setdefault(_ASKS_SINCE, monotonic_seconds())
    return max(0.0, LONGEST_SECONDS - (monotonic_seconds() - since))


def busy(tx: Tx) -> bool:
    """Whether asking the outside has to wait for another transaction."""
    since: float | None = tx.session.info.get(_ASKS_SINCE)
    tired = since is not None and monotonic_seconds() - since >= LONGEST_SECONDS / 2
    return tired or bool(tx.session.info.get(_HOLDS))
