"""What a suppressed message means for its step."""

from typing import Final

PASSING: Final = frozenset({"outside_window", "stale_facts", "held", "amount_changed", "expired", "superseded"})
"""Reasons of `message.suppressed` that the next review may find gone."""


def may_be_decided_anew(reason: str) -> bool:
    """Whether the step counts as not taken.

    For any other reason (no usable contact, a template that cannot be rendered, paid by a fact that arrives here
    later, …) the same request would be refused the same way again: the step counts as tried, and the régua goes on.
    """
    return reason in PASSING
