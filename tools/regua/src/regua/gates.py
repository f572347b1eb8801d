"""The gates that a change must pass, and how one of them is run and counted."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree

from regua.root import ROOT

BIN = Path(sys.executable).parent
NOTHING_COLLECTED = 5
LONGEST_MINUTES: float = 45


@dataclass(frozen=True)
class Gate:
    """One command that passes or fails. `remedy` is what a newcomer does about a failure."""

    name: str
    command: tuple[str, ...]
    remedy: str


@dataclass(frozen=True)
class Tier(Gate):
    """A gate that runs tests. `may_be_empty`: no tests of this kind yet is not a failure."""

    may_be_empty: bool = False
    skips_fail: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a gate ended; for tests, how many of each kind."""

    gate: Gate
    seconds: float
    code: int
    output: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ok(self) -> bool:
        return self.code == 0 and self.failed == 0


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """The command line of a tool that the environment holds."""
    return (str(BIN / name), *arguments)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """The command line of a Python module in this environment."""
    return (sys.executable, "-m", name, *arguments)


def pytest_with(marks: str, *more: str, effort: str = "thorough") -> tuple[str, ...]:
    """The command line of pytest for the tests with these marks; `effort` names a profile of `property_profiles`."""
    profile = ("-p", "regua.property_profiles", f"--hypothesis-profile={effort}")
    return module("pytest", "-q", "-m", marks, *profile, *more)


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


GATES = (
    Gate("types", module("mypy"), "Say the type that is meant; an ignore needs its code and a reason."),
    Gate("format", tool("ruff", "format", "--check", "--quiet", "--output-format=concise", "."), "Run `make format`."),
    Gate(
        "lint",
        tool("ruff", "check", "--output-format=concise", "."),
        "Run `make format`; what it cannot mend is named above, with the line.",
    ),
    Gate(
        "imports",
        tool("lint-imports", "--no-logo"),
        "A service never imports another: publish an event in libs/contracts, or move the shared rule to libs/brasil. "
        "Inside a service: main, then api and consumers, handlers, store, domain; a rule imports no I/O.",
    ),
    Gate("guards", module("regua.guards"), "Each finding above says what to do instead."),
    Gate("contracts", module("regua", "contracts", "check"), "Run `make events` and commit what it writes."),
    Gate("lock", module("regua.lock", "--check"), "Run `make lock` and commit requirements.lock."),
)


def fast(effort: str) -> Tier:
    """The tests without I/O, on all processors."""
    marks = "not io and not e2e and not campaign"
    command = pytest_with(marks, "-n", str(cores()), "--dist", "worksteal", effort=effort)
    return Tier("tests without I/O", command, "Run one with `.venv/bin/pytest path::name`.")


def on_servers() -> Tier:
    """The tests on real servers, two files at a time: each has databases and topics of its own, and waits often."""
    command = pytest_with("io and not e2e and not campaign", "-n", "2", "--dist", "loadfile")
    return Tier(
        "tests on real Kafka and PostgreSQL",
        command,
        "Run one with `.venv/bin/pytest path::name`; `make status` says what runs.",
        may_be_empty=True,
        skips_fail=True,
    )


TIERS = (
    on_servers(),
    Tier(
        "tests of the whole platform",
        pytest_with("e2e and not campaign"),
        "Run one with `.venv/bin/pytest path::name`; `make logs` shows the services.",
        may_be_empty=True,
        skips_fail=True,
    ),
    Tier("small campaigns", pytest_with("campaign"), "The seed is printed; run it again with it.", may_be_empty=True),
)


class Runner:
    """Runs gates as processes of their own, and ends what is still running when it is closed."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def run(self, gate: Gate, *, live: bool = False) -> Outcome:
        """Run to the end. Output is kept for the report, or shown as it comes (`live`).

        It goes to a file, not a pipe: a server that a test left behind must not keep us waiting.
        """
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="regua-check-") as folder:
            report, log = Path(folder) / "tests.xml", Path(folder) / "output"
            command = [*gate.command, f"--junitxml={report}"] if isinstance(gate, Tier) else list(gate.command)
            with log.open("wb") as sink:
                code = self._wait(command, None if live else sink.fileno())
            text = log.read_text(encoding="utf-8", errors="replace")
            passed, failed, skipped = _counts(report)
        if isinstance(gate, Tier):
            if code == NOTHING_COLLECTED and gate.may_be_empty:
                code = 0
            if gate.skips_fail and skipped and _in_ci():
                text += f"\n{skipped} skipped: under CI a test that cannot run is a failure"
                failed, skipped = failed + skipped, 0
        return Outcome(gate, time.monotonic() - started, code, text, passed, failed, skipped)

    def _wait(self, command: list[str], output: int | None) -> int:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with self._lock:
            self._running.add(process)
        try:
            return process.wait(timeout=LONGEST_MINUTES * 60)
        except subprocess.TimeoutExpired:
            end(process)
            return 124
        finally:
            with self._lock:
                self._running.discard(process)

    def close(self) -> None:
        """End every gate that still runs, with its own children."""
        with self._lock:
            running = list(self._running)
        for process in running:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the process and the group it leads: first politely, after ten seconds for certain."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return


def _counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped of a JUnit report; zeros when there is none."""
    if not report.exists() or report.stat().st_size == 0:
        return 0, 0, 0
    document = ElementTree.parse(report).getroot()
    suites = [] if document is None else list(document.iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
