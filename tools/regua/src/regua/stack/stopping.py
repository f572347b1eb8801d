"""How each kind of part is asked to stop, and how long it may take."""

import signal

from regua.stack import process
from regua.stack.state import Part

_GRACE_SECONDS = {"service": 12.0, "program": 5.0, "kafka": 20.0, "postgres": 20.0, "keeper": 3.0}


def stop_part(part: Part, *, grace_seconds: float | None = None, hurry: bool = False) -> process.Stopped:
    """Stop one part, cleanly, or at once with `hurry` (for data that is about to be deleted anyway)."""
    seconds = _GRACE_SECONDS[part.kind] if grace_seconds is None else grace_seconds
    return process.stop(part.pid, part.identity, grace_seconds=seconds, ask=_signal(part, hurry=hurry))


def _signal(part: Part, *, hurry: bool) -> signal.Signals:
    if part.kind == "postgres":
        # SIGTERM would wait for idle clients for ever; SIGINT disconnects them and stops cleanly; SIGQUIT is
        # immediate, and unlike SIGKILL leaves none of the server's children behind.
        return signal.SIGQUIT if hurry else signal.SIGINT
    return signal.SIGKILL if hurry else signal.SIGTERM
