"""Every point at which relay, consumer, schedules or a redrive touch database or broker, and a death at each.

A run without deaths is recorded: its steps, and how often each was taken. Then, for each step, occurrence and side, a
process forked from this warm one does the same work on a fresh copy of the world and kills itself (SIGKILL) there; a
second one finishes the work; and the checker compares the world with the promises. A step that no run reached, and a
driver call that no step surrounds, are failures: so a new step cannot be forgotten.
"""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.proof.bed import Bed
from chassis.proof.hooks import Killer, Point, Recorder
from chassis.proof.scenarios import SCENARIOS, Scenario
from chassis.proof.worlds import Worlds


@dataclass
class PointResult:
    """What came of one point: `missed` if the process ended without coming by, else the violations found."""

    scenario: str
    point: Point
    missed: bool = False
    violations: list[str] = field(default_factory=list)


@dataclass
class Report:
    """The whole table."""

    steps: dict[str, dict[str, int]] = field(default_factory=dict)
    stray: dict[str, int] = field(default_factory=dict)
    undisturbed: list[str] = field(default_factory=list)
    results: list[PointResult] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def violations(self) -> list[str]:
        """Every violation, with its point; a missed point and a stray driver call are violations too."""
        found = list(self.undisturbed)
        found += [f"{one.scenario}: {one.point}: {what}" for one in self.results for what in one.violations]
        found += [f"{one.scenario}: {one.point}: never reached" for one in self.results if one.missed]
        found += [f"driver call outside any step: {what} ({count} times)" for what, count in self.stray.items()]
        return found

    def as_json(self) -> dict[str, object]:
        return {
            "points": len(self.results),
            "steps": self.steps,
            "violations": self.violations,
            "table": self.table(),
            "seconds": round(self.seconds, 1),
        }

    def table(self) -> str:
        """Points, runs and violations per scenario and step."""
        lines = [f"{'scenario':10} {'step':28} {'points':>6} {'reached':>7} {'violations':>10}"]
        for scenario, steps in self.steps.items():
            for step in steps:
                own = [one for one in self.results if one.scenario == scenario and one.point.step == step]
                if not own:
                    continue
                reached = sum(not one.missed for one in own)
                bad = sum(bool(one.violations) for one in own)
                lines.append(f"{scenario:10} {step:28} {len(own):>6} {reached:>7} {bad:>10}")
        lines.append(
            f"{len(self.results)} points, {sum(not one.missed for one in self.results)} deaths, "
            f"{len(self.violations)} violations, {self.seconds:.0f} s"
        )
        return "\n".join(lines)


def in_child(work: Callable[[], Coroutine[Any, Any, None]], *, within_seconds: float) -> int:
    """Run the work in a forked process; returns its exit status (negative: the signal that ended it)."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            asyncio.run(asyncio.wait_for(work(), within_seconds))
            status = 0
        except BaseException:  # noqa: BLE001 - the child reports whatever happened and leaves without cleaning up
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    deadline = time.monotonic() + within_seconds + 10
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -999


def trace(scenario: Scenario, worlds: Worlds) -> tuple[Counter[str], Counter[str], list[str]]:
    """An undisturbed run: its steps and how often each was taken, driver calls outside any step, and violations."""
    bed = worlds.make(scenario.name)
    reading, writing = os.pipe()

    async def work() -> None:
        recorder = Recorder()
        recorder.watch_drivers()
        await scenario.run(bed, recorder)
        lines = [f"step {count} {name}" for name, count in recorder.steps.items()]
        lines += [f"stray {count} {name}" for name, count in recorder.stray.items()]
        os.write(writing, "\n".join(lines).encode())

    status = in_child(work, within_seconds=90)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = pipe.read().splitlines()
    violations = [] if status == 0 else [f"the work did not end ({status})"]
    violations += asyncio.run(scenario.check(bed))
    worlds.drop(bed)
    found: dict[str, Counter[str]] = {"step": Counter(), "stray": Counter()}
    for line in lines:
        kind, count, name = line.split(" ", 2)
        found[kind][name] = int(count)
    return found["step"], found["stray"], [f"{scenario.name}: without any death: {what}" for what in violations]


def points_of(steps: Counter[str], *, occurrences: int) -> list[Point]:
    """Both sides of the first `occurrences` times that each step was taken (0: of all times)."""
    return [
        Point(step, number, side)
        for step, count in sorted(steps.items())
        for number in range(1, (count if occurrences == 0 else min(count, occurrences)) + 1)
        for side in ("before", "after")
    ]


def one_point(scenario: Scenario, point: Point, worlds: Worlds) -> PointResult:
    """Die there, recover, check; a point that the process did not come by is tried three times."""
    result = PointResult(scenario.name, point)
    for _ in range(3):
        bed = worlds.make(scenario.name)
        status = in_child(lambda bed=bed: scenario.run(bed, Killer(point)), within_seconds=90)  # type: ignore[misc]
        if status == -signal.SIGKILL:
            result.missed = False
            result.violations = _recover_and_check(scenario, bed)
            worlds.drop(bed)
            return result
        result.missed = True
        worlds.drop(bed)
        if status != 0:
            result.violations = [f"the process ended with {status} before it came there"]
    return result


def _recover_and_check(scenario: Scenario, bed: Bed) -> list[str]:
    status = in_child(lambda: scenario.run(bed, Killer(None)), within_seconds=90)
    unfinished = [] if status == 0 else [f"the work could not be finished afterwards ({status})"]
    return unfinished + asyncio.run(scenario.check(bed))


def run(
    worlds_of: Callable[[], Worlds],
    *,
    occurrences: int,
    workers: int,
    only: Sequence[str] = (),
    steps: Sequence[str] = (),
) -> Report:
    """The whole proof. Points are shared out to so many forked workers."""
    started = time.monotonic()
    report = Report()
    todo: list[tuple[Scenario, Point]] = []
    worlds = worlds_of()
    for scenario in SCENARIOS:
        if only and scenario.name not in only:
            continue
        worlds.prepare(scenario)
        taken, stray, violations = trace(scenario, worlds)
        report.undisturbed += violations
        report.steps[scenario.name] = dict(sorted(taken.items()))
        for name, count in stray.items():
            report.stray[f"{scenario.name}: {name}"] = count
        points = points_of(taken, occurrences=occurrences)
        todo += [(scenario, point) for point in points if not steps or point.step in steps]
    pipes = []
    for number in range(workers):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _worker(worlds, todo[number::workers], writing)
        os.close(writing)
        pipes.append((pid, reading, todo[number::workers]))
    for pid, reading, share in pipes:
        with os.fdopen(reading) as pipe:
            for line in pipe:
                index, missed, *violations = line.rstrip("\n").split("\t")
                scenario, point = share[int(index)]
                report.results.append(PointResult(scenario.name, point, missed == "1", violations))
        os.waitpid(pid, 0)
    if len(report.results) != len(todo):
        report.stray[f"{len(todo) - len(report.results)} points gave no result"] = 1
    worlds.close()
    report.seconds = time.monotonic() - started
    return report


def _worker(worlds: Worlds, share: Sequence[tuple[Scenario, Point]], writing: int) -> None:
    status = 1
    try:
        with os.fdopen(writing, "w", buffering=1) as pipe:
            for index, (scenario, point) in enumerate(share):
                result = one_point(scenario, point, worlds)
                texts = [what.replace("\t", " ").replace("\n", " ") for what in result.violations]
                pipe.write("\t".join([str(index), str(int(result.missed)), *texts]) + "\n")
        status = 0
    except BaseException:  # noqa: BLE001 - missing results are noticed by whoever reads them
        traceback.print_exc()
    finally:
        os._exit(status)
