"""The runner behind `make check`: it counts what ran, fails when it must, and leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from regua import chaos, check, gates
from regua.gates import TIERS, Gate, Outcome, Runner, Tier, fast

PASSING = "def test_one():\n    assert True\n\n\ndef test_two():\n    assert True\n"
FAILING = PASSING + "\n\ndef test_three():\n    assert 1 == 2\n"
SKIPPED = "import pytest\n\n\n@pytest.mark.skip(reason='no broker')\ndef test_one():\n    assert True\n"


@pytest.fixture(autouse=True)
def plain_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner runs start without plug-ins, which take most of their time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def tier(folder: Path, text: str, *, may_be_empty: bool = False, skips_fail: bool = False) -> Tier:
    (folder / "test_planted.py").write_text(text)
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
    )
    return Tier("planted", (*command, str(folder)), "mend it", may_be_empty=may_be_empty, skips_fail=skips_fail)


def outcome(gate: Gate, code: int = 0, passed: int = 0, failed: int = 0) -> Outcome:
    return Outcome(gate, 0.1, code, "", passed, failed)


GATE = Gate("gate", ("true",), "mend it")
FAST = fast("quick")


def test_a_tier_counts_its_tests(tmp_path: Path) -> None:
    result = Runner().run(tier(tmp_path, FAILING))
    assert (result.passed, result.failed, result.ok) == (2, 1, False)
    assert "assert 1 == 2" in result.output, "failing output is kept whole"


def test_a_tier_without_tests_passes_only_where_that_is_allowed(tmp_path: Path) -> None:
    assert Runner().run(tier(tmp_path, "", may_be_empty=True)).ok
    assert not Runner().run(tier(tmp_path, "")).ok
    assert not FAST.may_be_empty


def test_a_skipped_test_is_a_failure_under_ci_where_real_servers_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipping = tier(tmp_path, SKIPPED, skips_fail=True)
    monkeypatch.setenv("CI", "true")
    assert Runner().run(skipping).failed == 1
    monkeypatch.setenv("CI", "")
    assert Runner().run(skipping).ok


def test_a_gate_that_cannot_start_a_tool_is_a_failure_not_a_crash() -> None:
    result = Runner().run(Gate("typo", (sys.executable, "-m", "no_such_module_here"), "mend it"))
    assert not result.ok
    assert "No module named" in result.output


def test_a_gate_has_no_standard_input() -> None:
    reads = "import sys; sys.exit(len(sys.stdin.read()))"
    assert Runner().run(Gate("reads", (sys.executable, "-c", reads), "-")).ok


def test_the_last_line_adds_up_tests_and_gates(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        outcome(FAST, passed=10),
        outcome(GATE),
        outcome(GATE, code=1),
        outcome(TIERS[0], code=1, passed=3, failed=2),
    ]
    assert check.report(results, 1.0) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "14 passed, 3 failed"


def test_tests_that_died_without_a_report_count_as_one_failure() -> None:
    assert check.totals([outcome(TIERS[0], code=-9)]) == (0, 1)


def test_all_green_exits_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.report([outcome(FAST, passed=10), outcome(GATE)], 1.0) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "11 passed, 0 failed"


def test_a_failure_is_shown_with_its_output_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    check.show(Outcome(GATE, 0.1, 1, "line 3: wrong\n"))
    printed = capsys.readouterr().out
    assert printed.startswith("FAIL gate")
    assert "line 3: wrong" in printed
    assert "what to do: mend it" in printed


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["--everything"]) == 2
    assert "the only one is --all" in capsys.readouterr().out


def test_closing_the_runner_ends_a_gate_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    nested = f"import subprocess,sys,time,pathlib; p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)']); pathlib.Path({str(marker)!r}).write_text(str(p.pid)); time.sleep(60)"
    script = f"import threading,sys\nfrom regua.gates import Runner, Gate\nr=Runner()\nt=threading.Thread(target=r.run, args=(Gate('slow',(sys.executable,'-c',{nested!r}),'-'),))\nt.start()\nimport time, pathlib\nwhile not pathlib.Path({str(marker)!r}).exists(): time.sleep(0.05)\nr.close()\nt.join(20)\nprint('closed', t.is_alive())\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "closed False" in done.stdout
    child = int(marker.read_text())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and alive(child):
        time.sleep(0.05)
    assert not alive(child)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_gate_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "LONGEST_MINUTES", 0.01)
    started = time.monotonic()
    result = Runner().run(Gate("stuck", (sys.executable, "-c", "import time; time.sleep(60)"), "-"))
    assert result.code == 124
    assert time.monotonic() - started < 30


def test_every_tier_asks_for_marks_that_do_not_overlap() -> None:
    marks = [gate.command[gate.command.index("-m", 3) + 1] for gate in (FAST, *TIERS)]
    for io in (False, True):
        for e2e in (False, True):
            for campaign in (False, True):
                has = {"io": io, "e2e": e2e, "campaign": campaign}.__getitem__
                chosen = [mark for mark in marks if Expression.compile(mark).evaluate(has)]
                assert len(chosen) == 1, (io, e2e, campaign)


def test_the_campaign_that_is_not_built_yet_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert chaos.main() == 2
    assert "not built yet" in capsys.readouterr().err


def test_an_interrupt_stops_the_check_at_once(tmp_path: Path) -> None:
    started = tmp_path / "started"
    sleeper = f"import pathlib,time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    script = (
        "import sys\nfrom regua import check\nfrom regua.gates import Gate\n"
        f"check.GATES = ()\ncheck.fast = lambda effort: Gate('slow', (sys.executable, '-c', {sleeper!r}), '-')\n"
        "sys.exit(check.main([]))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not started.exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == check.INTERRUPTED, output
    assert output.rstrip().endswith("check: interrupted")
