"""Set-up says one clear sentence when something is missing, and does nothing at all when all is there."""

import ast
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from regua.root import ROOT

SCRIPT = ROOT / "tools" / "bootstrap.py"
Stopped = Callable[[Callable[[], object]], str]


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stopped(capsys: pytest.CaptureFixture[str]) -> Stopped:
    def run(step: Callable[[], object]) -> str:
        with pytest.raises(SystemExit) as caught:
            step()
        assert caught.value.code == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1, "one sentence"
        return lines[0]

    return run


def test_it_still_parses_on_a_python_that_is_too_old() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 4))


def test_an_old_python_is_told_which_one_is_needed_and_how_to_name_it(
    bootstrap: ModuleType, stopped: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 18))
    sentence = stopped(bootstrap.main)
    assert sentence == (
        "setup: Python 3.11 or newer is needed and this is 3.9; install it and name it, e.g. make PYTHON=python3.12 test"
    )


def test_a_full_disk_is_told_how_much_is_needed(
    bootstrap: ModuleType, stopped: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: SimpleNamespace(free=100 << 20))
    assert "2500 MB of free disk are needed for the packages and there are 100 MB" in stopped(bootstrap.check_machine)


def test_another_system_is_told_what_works(
    bootstrap: ModuleType, stopped: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "platform", "win32")
    assert "on Windows use WSL" in stopped(bootstrap.check_machine)


def test_a_python_without_venv_is_told_what_to_install(
    bootstrap: ModuleType, stopped: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "apt install python3-venv" in stopped(bootstrap.make_environment)


def test_a_registry_that_does_not_answer_ends_in_one_sentence_after_pips_own(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.lock").write_text("regua-has-no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "python", lambda: sys.executable)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"INDEX_URL": "http://127.0.0.1:9/none", "RETRIES": "0", "NO_CACHE_DIR": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    with pytest.raises(SystemExit) as stop:
        bootstrap.install([])
    printed = capfd.readouterr().err
    assert stop.value.code == 2
    assert printed.splitlines()[-1].startswith("setup: the locked packages could not be installed")
    assert "check the network and pip's configuration" in printed
    assert "Traceback" not in printed


def test_a_second_run_does_nothing(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stamp = tmp_path / "ready"
    stamp.write_text(bootstrap.fingerprint() + "\n")
    monkeypatch.setattr(bootstrap, "STAMP", str(stamp))
    for step in ("make_environment", "install", "check_machine"):
        monkeypatch.setattr(bootstrap, step, lambda *_: pytest.fail("it set something up again"))
    bootstrap.main()


def test_a_changed_member_or_lock_sets_up_again(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requirements.lock").write_text("one\n")
    (tmp_path / "libs" / "a").mkdir(parents=True)
    (tmp_path / "libs" / "a" / "pyproject.toml").write_text("one\n")
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    prints = {bootstrap.fingerprint()}
    (tmp_path / "libs" / "a" / "pyproject.toml").write_text("two\n")
    prints.add(bootstrap.fingerprint())
    (tmp_path / "requirements.lock").write_text("two\n")
    prints.add(bootstrap.fingerprint())
    assert len(prints) == 3
