"""Starting, recognising and stopping processes that are ours.

A process is known by its pid *and* by when it started, so a recycled pid is never taken for ours. Every process also
carries a mark in its environment (`REGUA_STACK`): one whose launcher was killed before it could write the state file
is found again by that mark.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil

from chassis.clock import monotonic_seconds

MARK = "REGUA_STACK"
Stopped = Literal["not running", "stopped", "killed"]

# Children of this very process, kept so that they can be reaped; a launcher that exits leaves them to init.
_children: dict[int, "_Child"] = {}


class _Child(subprocess.Popen[bytes]):
    """A child that is meant to outlive us, so letting go of it is no mistake to warn about."""

    def __del__(self, _maxsize: int = sys.maxsize, _warn: object = None) -> None:
        return


@dataclass(frozen=True)
class Marked:
    """A live process that carries this home's mark."""

    pid: int
    identity: str
    part: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """All that is needed to start one process; `account` is an operating-system user to run as (root only)."""

    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path
    mark: Mapping[str, object] = field(default_factory=dict)
    account: str | None = None


def identity_of(pid: int) -> str | None:
    """What tells this process from any other that had or will have its pid; `None` when it is gone or a zombie."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
    if Path("/proc/self/stat").exists():
        return _linux_identity(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


def _linux_identity(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    # Ticks since boot do not move when the wall clock is set, unlike a start time computed from them.
    return None if fields[0] in {"Z", "X"} else f"{_boot_id()}:{fields[19]}"


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def is_ours(pid: int, identity: str) -> bool:
    """Whether the process that had this identity still runs."""
    return identity_of(pid) == identity


def launch(what: Launch, home: Path) -> tuple[int, str]:
    """Start a process that outlives us, its output appended to its log; return its pid and identity."""
    what.log.parent.mkdir(parents=True, exist_ok=True)
    env = {**what.env, MARK: json.dumps({"home": str(home), "part": dict(what.mark)})}
    extra: dict[str, object] = {}
    if what.account is not None:
        extra = {"user": what.account, "group": _group_of(what.account), "extra_groups": []}
    with what.log.open("ab") as log:
        child = _Child(  # type: ignore[call-overload]
            list(what.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=what.cwd,
            env=env,
            start_new_session=True,
            **extra,
        )
    _children[child.pid] = child
    return child.pid, identity_of(child.pid) or "gone"


def _group_of(account: str) -> int:
    import pwd

    return pwd.getpwnam(account).pw_gid


def marked(home: Path) -> list[Marked]:
    """Every live process, leader of its own session, that was started for this home."""
    found = []
    for process in psutil.process_iter():
        try:
            mark = json.loads(process.environ().get(MARK, "{}"))
            if not isinstance(mark, dict) or mark.get("home") != str(home) or os.getsid(process.pid) != process.pid:
                continue
            part = mark.get("part")
        except (psutil.Error, OSError, ValueError):
            continue
        identity = identity_of(process.pid)
        if identity is not None and isinstance(part, dict):
            found.append(Marked(process.pid, identity, part))
    return sorted(found, key=lambda one: one.pid)


def wait_gone(pid: int, identity: str, seconds: float) -> bool:
    """Wait until the process is gone; false when it is still there after `seconds`."""
    end = monotonic_seconds() + seconds
    while is_ours(pid, identity):
        if monotonic_seconds() >= end:
            return False
        time.sleep(0.02)
    return True


def stop(pid: int, identity: str, *, grace_seconds: float, ask: signal.Signals = signal.SIGTERM) -> Stopped:
    """Ask the process to stop and wait; after `grace_seconds` kill it with its whole group. Never touches another's."""
    if not is_ours(pid, identity):
        return "not running"
    _send(pid, ask)
    if wait_gone(pid, identity, grace_seconds):
        return "stopped"
    kill(pid, identity)
    return "killed"


def kill(pid: int, identity: str) -> None:
    """SIGKILL the process and its session, if it is still ours."""
    if is_ours(pid, identity):
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            _send(pid, signal.SIGKILL)
        wait_gone(pid, identity, 10)


def _send(pid: int, which: signal.Signals) -> None:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return
