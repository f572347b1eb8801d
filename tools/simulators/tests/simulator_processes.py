"""Simulators as real processes in tests: started on free ports, waited for, stopped."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from chassis.clock import VirtualClock

DEADLINE_SECONDS = 60


@dataclass
class Running:
    """One simulator: its HTTP address, its other addresses, and its process."""

    process: subprocess.Popen[bytes]
    addresses: dict[str, str]
    data: Path
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30))

    @property
    def url(self) -> str:
        return self.addresses["http"]

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.get(self.url + path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        return self.client.post(self.url + path, json=body if body is not None else {}, **more)

    def truth(self, kind: str | None = None) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.get("/truth?limit=10000").text.splitlines()]
        return [line for line in lines if kind is None or line["kind"] == kind]

    def fault(self, kind: str, **more: Any) -> None:
        assert self.post("/faults", {"kind": kind, **more}).status_code == 200

    def settle(self) -> None:
        """Wait until nothing is under way."""
        wait(lambda: self.get("/internal/quiescence").json()["quiet"])


@contextmanager
def running(name: str, data: Path, clock: VirtualClock | None, *options: str, seed: int = 1) -> Iterator[Running]:
    """Run one simulator until the block ends."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "address.json").unlink(missing_ok=True)
    named = f"virtual:{clock.path}" if clock else "system"
    command = [sys.executable, "-m", "simulators", name, "--data", str(data), "--clock", named, "--seed", str(seed)]
    process = subprocess.Popen([*command, *options])
    try:
        wait(lambda: (data / "address.json").exists() or process.poll() is not None)
        assert process.poll() is None, f"{name} did not start"
        running = Running(process, json.loads((data / "address.json").read_text()), data)
        with running.client:
            yield running
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(condition: Any) -> None:
    """Wait until the condition holds; fail after a generous deadline."""
    ends = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < ends, "the condition did not come true in time"
        time.sleep(0.02)


def clock_at(folder: Path, instant: str) -> VirtualClock:
    """A virtual clock of a test."""
    return VirtualClock.create(folder / "clock", datetime.fromisoformat(instant))
