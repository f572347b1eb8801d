"""What may be recorded, and what it adds up to."""

from chassis.errors import Fault, InvalidError

LARGEST_CENTS = 10**12


def check_amount(amount_cents: int) -> None:
    """Raise `InvalidError` unless the amount is above zero and within the largest."""
    if not 0 < amount_cents <= LARGEST_CENTS:
        fault = Fault("/amount_cents", "amount", f"must be between 1 and {LARGEST_CENTS}")
        raise InvalidError("invalid-input", "The amount cannot be recorded.", faults=(fault,))


def added(total_cents: int, amounts_cents: list[int]) -> int:
    """The total after these amounts."""
    return total_cents + sum(amounts_cents)
