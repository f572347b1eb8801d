"""Where the stack keeps everything: `.regua/` of the checkout, or the folder `REGUA_HOME` names."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chassis.clock import monotonic_seconds
from regua.stack.errors import StackError

Say = Callable[[str], None]


class Home:
    """The folder of one stack; two homes never share a process, a port or a byte of data."""

    def __init__(self, root: Path):
        self.root = root.absolute()

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def clock_file(self) -> Path:
        return self.root / "clock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def kafka(self, node: int) -> Path:
        return self.root / f"kafka-{node}"

    def make(self) -> None:
        """Create the folder; raises `StackError` when that is impossible."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StackError(
                f"{self.root} cannot be made ({error.strerror}); set REGUA_HOME to a folder you may write"
            ) from None
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StackError(f"{self.root} is not writable; set REGUA_HOME to a folder you may write")

    @contextmanager
    def locked(self, say: Say, wait_seconds: float = 180) -> Iterator[None]:
        """Hold this home alone. A second caller waits and says so; a killed holder lets go by itself."""
        self.make()
        with held(self.root / "lock", say, wait_seconds):
            yield


@contextmanager
def held(lock: Path, say: Say, wait_seconds: float = 180) -> Iterator[None]:
    """Hold a lock file alone; the file says who does. Raises `StackError` after `wait_seconds` of waiting."""
    with lock.open("a+") as handle:
        end = monotonic_seconds() + wait_seconds
        told = False
        while not _try_lock(handle.fileno()):
            if not told:
                handle.seek(0)
                say(f"another regua (pid {handle.read().strip() or 'unknown'}) is at work in {lock.parent}: waiting")
                told = True
            if monotonic_seconds() >= end:
                raise StackError(
                    f"another regua has held {lock.parent} for {wait_seconds:.0f} s; "
                    "wait for it or stop it, then run again"
                )
            time.sleep(0.1)
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def checkout_root() -> Path | None:
    """The checkout this command was installed from, if it is one."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "requirements.lock").exists() and (folder / "tools" / "regua").is_dir():
            return folder
    return None


def find_home(env: Mapping[str, str]) -> Home:
    """`REGUA_HOME` if set, else `.regua` in the checkout, else `.regua` in the current folder."""
    named = env.get("REGUA_HOME", "").strip()
    if named:
        return Home(Path(named).expanduser())
    return Home((checkout_root() or Path.cwd()) / ".regua")
