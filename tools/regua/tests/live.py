"""What the tests of the running stack share: a home of its own, the command as a process, and killing for real."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regua.stack import process
from regua.stack.down import down
from regua.stack.home import Home

PATIENCE_SECONDS = 240


class Live:
    """One home and the command that works on it."""

    def __init__(self, root: Path):
        foreign = ("REGUA_", "KAFKA_", "DATABASE_", "HTTP_")
        self.home = Home(root)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.env["REGUA_HOME"] = str(root)

    def begin(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "regua", *arguments]
        return subprocess.Popen(
            command, env={**self.env, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments: str, **env: str) -> tuple[int, Any, str]:
        """Exit code, the JSON document on stdout, and what was said on stderr."""
        return finish(self.begin(*arguments, "--json", **env))

    def parts(self) -> dict[str, dict[str, Any]]:
        """Each part as `regua status --json` tells of it."""
        return {part["name"]: part for part in self.run("status")[1]["parts"]}

    def processes(self) -> dict[str, list[int]]:
        """The pids that carry this home's mark, by part: the truth that the command has to tell."""
        found: dict[str, list[int]] = {}
        for one in process.marked(self.home.root):
            found.setdefault(str(one.part["name"]), []).append(one.pid)
        return found

    def kill(self, part: str) -> int:
        """SIGKILL the one process of a part, and only it."""
        (pid,) = self.processes()[part]
        identity = process.identity_of(pid) or ""
        os.kill(pid, signal.SIGKILL)
        assert process.wait_gone(pid, identity, PATIENCE_SECONDS)
        return pid

    def clear(self) -> None:
        down(self.home, self.env, lambda _: None, wipe=True, hurry=True)


def finish(running: subprocess.Popen[str]) -> tuple[int, Any, str]:
    told, said = running.communicate(timeout=PATIENCE_SECONDS)
    return running.returncode, json.loads(told) if told.strip() else None, said


def wait_until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE_SECONDS} s"
        time.sleep(0.02)
