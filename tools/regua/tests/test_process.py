"""Whose process is it? By pid and start; found again by its mark; stopped without touching anybody else."""

import os
import signal
import subprocess
import sys
import time

import pytest

from regua.stack import process
from regua.stack.process import Launch


@pytest.fixture
def started(tmp_path):
    """Start shell commands for a home; whatever is left is killed."""
    running = []

    def start(script: str, mark: dict[str, object] | None = None) -> tuple[int, str]:
        what = Launch(
            argv=["/bin/sh", "-c", script],
            env=dict(os.environ),
            log=tmp_path / "part.out",
            cwd=tmp_path,
            mark=mark or {"name": "part"},
        )
        running.append(process.launch(what, tmp_path))
        return running[-1]

    yield start
    for pid, identity in running:
        process.kill(pid, identity)


def wait_for(text: str, path) -> None:
    end = time.monotonic() + 10
    while text not in path.read_text():
        assert time.monotonic() < end, f"{text!r} was never written"
        time.sleep(0.01)


def test_a_process_is_ours_only_with_its_own_start(started):
    pid, identity = started("sleep 60")
    assert process.is_ours(pid, identity)
    assert not process.is_ours(pid, identity + "0")


def test_a_recycled_pid_is_neither_asked_nor_killed(started):
    pid, identity = started("sleep 60")
    assert process.stop(pid, "another boot:1", grace_seconds=0) == "not running"
    process.kill(pid, "another boot:1")
    time.sleep(0.05)
    assert process.is_ours(pid, identity)


def test_a_stopped_process_is_not_ours_any_more_and_is_no_zombie(started):
    pid, identity = started("sleep 60")
    assert process.stop(pid, identity, grace_seconds=5) == "stopped"
    assert process.identity_of(pid) is None


def test_a_process_that_ignores_the_request_is_killed_and_it_is_said(started, tmp_path):
    pid, identity = started("trap '' TERM; echo deaf; while :; do sleep 0.1; done")
    wait_for("deaf", tmp_path / "part.out")
    assert process.stop(pid, identity, grace_seconds=0.2) == "killed"
    assert process.identity_of(pid) is None


def test_a_kill_takes_the_children_along(started, tmp_path):
    pid, identity = started("sleep 77 & echo child $!; wait")
    wait_for("child", tmp_path / "part.out")
    child = int((tmp_path / "part.out").read_text().split()[1])
    process.kill(pid, identity)
    assert process.wait_gone(child, process.identity_of(child) or "gone", 5)


def test_processes_of_a_home_are_found_by_their_mark_alone(started, tmp_path):
    pid, identity = started("sleep 60", {"name": "postgres", "ports": {"postgres": 5}})
    (found,) = process.marked(tmp_path)
    assert (found.pid, found.identity) == (pid, identity)
    assert found.part == {"name": "postgres", "ports": {"postgres": 5}}
    assert process.marked(tmp_path / "other") == []


def test_a_part_outlives_its_launcher_and_gets_no_signal_meant_for_it(tmp_path):
    script = (
        "import os, pathlib, sys; from regua.stack.process import Launch, launch;"
        "home = pathlib.Path(sys.argv[1]);"
        "launch(Launch(argv=['sleep', '60'], env=dict(os.environ), log=home / 'o', cwd=home, mark={'name': 'x'}), home);"
        "os.killpg(0, 15)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], start_new_session=True, check=False)
    assert done.returncode == -signal.SIGTERM
    (found,) = process.marked(tmp_path)
    process.kill(found.pid, found.identity)
    assert process.marked(tmp_path) == []
