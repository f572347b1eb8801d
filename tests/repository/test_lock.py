"""The lock check works without a network and says what to do; pip's settings reach uv and no file."""

from pathlib import Path

import pytest

from regua import lock, pip_settings
from regua.root import ROOT

MEMBER = '[project]\nname = "{name}"\nversion = "0"\ndependencies = [{needs}]\n'
HASH = "    --hash=sha256:" + "0" * 64


def checkout(folder: Path, *, needs: str, pins: list[str], dev: str = "") -> Path:
    for home, name in (("libs", "contracts"), ("services", "dunning"), ("tools", "regua")):
        path = folder / home / name
        path.mkdir(parents=True)
        asked = needs if name == "dunning" else ""
        (path / "pyproject.toml").write_text(MEMBER.format(name=name, needs=asked))
    (folder / "pyproject.toml").write_text(f"[dependency-groups]\ndev = [{dev}]\n")
    (folder / "requirements.lock").write_text("".join(f"{pin} \\\n{HASH}\n" for pin in pins))
    return folder


def test_this_repository_agrees_with_its_lock() -> None:
    assert lock.disagreements(ROOT) == []


def test_a_lock_that_holds_what_is_needed_agrees(tmp_path: Path) -> None:
    folder = checkout(tmp_path, needs='"contracts", "iniconfig>=1"', pins=["iniconfig==2.3.0"])
    assert lock.disagreements(folder) == []


def test_a_new_need_that_was_not_locked_is_named_with_its_file(tmp_path: Path) -> None:
    folder = checkout(tmp_path, needs='"iniconfig>=1", "tzdata"', pins=["iniconfig==2.3.0"])
    assert lock.disagreements(folder) == ["services/dunning/pyproject.toml: needs tzdata, which the lock does not have"]


def test_a_pin_outside_a_changed_bound_is_named(tmp_path: Path) -> None:
    folder = checkout(tmp_path, needs='"iniconfig>=99"', pins=["iniconfig==2.3.0"])
    assert lock.disagreements(folder) == [
        "services/dunning/pyproject.toml: needs iniconfig>=99, and the lock holds 2.3.0"
    ]


def test_a_pin_that_nothing_needs_any_more_is_named(tmp_path: Path) -> None:
    folder = checkout(tmp_path, needs="", pins=["iniconfig==2.3.0"], dev='"tzdata"')
    assert lock.disagreements(folder) == [
        "pyproject.toml (dev): needs tzdata, which the lock does not have",
        "requirements.lock: nothing needs iniconfig any more",
    ]


def test_a_pin_for_another_system_is_not_an_orphan(tmp_path: Path) -> None:
    pins = ["colorama==0.4.6 ; sys_platform == 'win32'", "iniconfig==2.3.0"]
    assert lock.disagreements(checkout(tmp_path, needs='"iniconfig"', pins=pins)) == []


def test_what_a_locked_package_needs_itself_must_be_locked_too(tmp_path: Path) -> None:
    folder = checkout(tmp_path, needs='"jinja2"', pins=["jinja2==3.1.6"])
    assert any("jinja2's own needs: needs markupsafe" in problem.lower() for problem in lock.disagreements(folder))


def test_the_same_version_twice_for_different_pythons_is_read_by_its_marker() -> None:
    text = f"a==1.0 ; python_full_version < '3' \\\n{HASH}\na==2.0 ; python_full_version >= '3' \\\n{HASH}\n"
    assert [str(pin.version) for pin in lock.pins(text)["a"] if pin.here] == ["2.0"]


def test_a_stale_lock_tells_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "ROOT", checkout(tmp_path, needs='"tzdata"', pins=[]))
    assert lock.check() == 1
    assert capsys.readouterr().out.endswith("lock: out of date; run `make lock` and commit requirements.lock\n")


LISTING = """\
:env:.cert='/etc/ssl/own.pem'
global.index-url='https://index.example/pypi'
global.extra-index-url='\\nhttps://one.example/x\\nhttps://two.example/y'
global.find-links='/wheels /more'
install.index-url='https://install.example/pypi'
global.timeout='60'
"""


def test_pips_settings_become_uvs_variables_and_the_nearer_section_wins() -> None:
    assert pip_settings.for_uv(LISTING, {}) == {
        "SSL_CERT_FILE": "/etc/ssl/own.pem",
        "UV_DEFAULT_INDEX": "https://install.example/pypi",
        "UV_INDEX": "https://one.example/x https://two.example/y",
        "UV_FIND_LINKS": "/wheels,/more",
    }


def test_a_variable_of_uv_that_is_set_already_is_left_alone() -> None:
    assert "UV_DEFAULT_INDEX" not in pip_settings.for_uv(LISTING, {"UV_DEFAULT_INDEX": "https://mine.example/"})
