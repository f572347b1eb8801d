"""Names for every point where delivery touches the database or the broker.

Each input or output of relay, consumer and schedules runs inside `with step("relay.delete"):`. In the product the
hook does nothing. The crash-point proof replaces it: it lists the steps of a run, then kills the process just before
and just after each of them. A driver call outside any step is found by the same proof.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Step = Callable[[str], AbstractContextManager[None]]

_NOTHING: AbstractContextManager[None] = nullcontext()


def no_step(name: str) -> AbstractContextManager[None]:  # noqa: ARG001 - the hook's shape
    """The product's hook: nothing happens around a step."""
    return _NOTHING
