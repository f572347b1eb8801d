"""What a rule of `brasil` refuses, as an answer with the place; never with the value."""

from collections.abc import Iterable

from brasil.errors import BrasilError
from chassis.errors import Fault, InvalidError


def fault(error: BrasilError, pointer: str) -> Fault:
    """One refusal at a place of the input."""
    return Fault(pointer, error.code, error.message)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `InvalidError` with all faults, if there are any."""
    listed = tuple(faults)
    if listed:
        raise InvalidError("invalid-input", "Correct what `errors` points at.", faults=listed)


def refused(error: BrasilError, pointer: str) -> InvalidError:
    """The error of one refusal."""
    return InvalidError("invalid-input", error.message, faults=(fault(error, pointer),))
