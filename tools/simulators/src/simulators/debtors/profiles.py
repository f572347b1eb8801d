"""How debtors are: a few habits, given out by seed, in the shares of an ordinary portfolio."""

from typing import Final, Literal

from simulators.outside.chance import number

Profile = Literal["punctual", "forgetful", "tight", "chronic", "disputing", "wrong_address"]

SHARES: Final[tuple[tuple[Profile, int], ...]] = (
    ("punctual", 38),
    ("forgetful", 28),
    ("tight", 15),
    ("chronic", 8),
    ("disputing", 5),
    ("wrong_address", 6),
)
"""Per cent of all debtors. Punctual pay by the due date; forgetful ones pay after a reminder; tight ones promise and
pay late; chronic ones promise and break it; disputing ones contest; wrong addresses reach nobody who owes."""


def profile_of(seed: int, customer_external_id: str) -> Profile:
    """The habit of this debtor."""
    drawn = number(seed, 100, "profile", customer_external_id)
    for profile, share in SHARES:
        drawn -= share
        if drawn < 0:
            return profile
    raise AssertionError("the shares add up to 100")
