"""`make lock` resolves the members' needs into requirements.lock; `make lock-check` proves offline that both agree.

The check reads every member's dependencies and the dev group, follows the installed packages' own needs from there,
and compares with the lock: nothing needed may be missing or outside its bounds, and no pin may be needed by nobody.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from regua import pip_settings
from regua.guards.lock_text import find as foreign_lines
from regua.guards.tree import Tree
from regua.root import ROOT

LOCK = "requirements.lock"
MEMBERS = ("libs/*/pyproject.toml", "services/*/pyproject.toml", "tools/*/pyproject.toml")
REMEDY = "run `make lock` and commit requirements.lock"


@dataclass(frozen=True)
class Pin:
    """One line of the lock: an exact version, for the environments that the marker names (None: all)."""

    name: str
    version: Version
    marker: Marker | None

    @property
    def here(self) -> bool:
        return self.marker is None or self.marker.evaluate()


def pins(text: str) -> dict[str, list[Pin]]:
    """The lock's pins by canonical name; one name may have several, for different Python versions or systems."""
    found: dict[str, list[Pin]] = {}
    for line in text.splitlines():
        if line.startswith(" "):
            continue
        declared, _, marker = line.removesuffix("\\").partition(";")
        name, _, version = declared.strip().partition("==")
        pin = Pin(canonicalize_name(name), Version(version), Marker(marker.strip()) if marker.strip() else None)
        found.setdefault(pin.name, []).append(pin)
    return found


def declared(root: Path) -> list[tuple[str, Requirement]]:
    """What the members and the dev group ask for, with the file that asks; the members themselves left out."""
    asked: list[tuple[str, Requirement]] = []
    members: set[str] = set()
    for path in (path for pattern in MEMBERS for path in sorted(root.glob(pattern))):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        members.add(canonicalize_name(project["name"]))
        place = path.relative_to(root).as_posix()
        asked += [(place, Requirement(line)) for line in project.get("dependencies", [])]
    group = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    asked += [("pyproject.toml (dev)", Requirement(line)) for line in group]
    return [(place, need) for place, need in asked if canonicalize_name(need.name) not in members]


def disagreements(root: Path) -> list[str]:
    """One sentence for each thing in which the lock and the members' needs differ; empty when they agree."""
    locked = pins((root / LOCK).read_text(encoding="utf-8"))
    wanted = declared(root)
    problems = [problem for place, need in wanted for problem in _against(place, need, locked)]
    reached, deeper = _closure([need for _, need in wanted], locked)
    problems += deeper
    orphans = [name for name, versions in locked.items() if name not in reached and any(pin.here for pin in versions)]
    return problems + [f"{LOCK}: nothing needs {name} any more" for name in sorted(orphans)]


def _against(place: str, need: Requirement, locked: dict[str, list[Pin]]) -> Iterator[str]:
    versions = locked.get(canonicalize_name(need.name), [])
    if not versions:
        yield f"{place}: needs {need}, which the lock does not have"
    applies = need.marker is None or need.marker.evaluate({"extra": ""})
    relevant = [pin for pin in versions if pin.here] if applies else versions
    if versions and not any(need.specifier.contains(pin.version, prereleases=True) for pin in relevant):
        held = ", ".join(str(pin.version) for pin in relevant) or "nothing for this system"
        yield f"{place}: needs {need}, and the lock holds {held}"


def _closure(needs: Iterable[Requirement], locked: dict[str, list[Pin]]) -> tuple[set[str], list[str]]:
    """The packages that this environment needs, by following installed metadata, and what of them the lock lacks."""
    waiting = [(need, extra) for need in needs if _applies(need, "") for extra in ("", *sorted(need.extras))]
    seen: set[tuple[str, str]] = set()
    problems: list[str] = []
    while waiting:
        need, extra = waiting.pop()
        name = canonicalize_name(need.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            lines = distribution(name).requires or []
        except PackageNotFoundError:
            if name in locked:
                problems.append(f"{name} is locked but not installed here; run `make setup`")
            continue
        for inner in (Requirement(line) for line in lines):
            if _applies(inner, extra):
                problems += _against(f"{name}'s own needs", inner, locked)
                waiting += [(inner, part) for part in ("", *sorted(inner.extras))]
    return {name for name, _ in seen}, sorted(set(problems))


def _applies(need: Requirement, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def compile_lock(arguments: list[str]) -> int:
    """Resolve anew, keeping pins that still fit (`--upgrade` lets go of them). The lock is untouched if that fails."""
    before = pins((ROOT / LOCK).read_text(encoding="utf-8")) if (ROOT / LOCK).exists() else {}
    members = [path.relative_to(ROOT).as_posix() for pattern in MEMBERS for path in sorted(ROOT.glob(pattern))]
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "compile", *members, "--group", "pyproject.toml:dev",
        "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
        "--no-emit-index-url", "--no-emit-find-links", "--no-emit-package", "contracts", "--no-emit-package", "chassis",
        "--no-emit-package", "brasil", "--system-certs", "--quiet", "--output-file", LOCK, *arguments,
    ]  # fmt: skip
    environment = {**os.environ, **pip_settings.for_uv(pip_settings.read(), os.environ)}
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdin=subprocess.DEVNULL).returncode
    if code != 0:
        print(
            "lock: not changed, see uv's message above; if no registry answered, check the network and pip's settings"
        )
        return code
    for finding in foreign_lines(Tree(ROOT)):
        print(f"lock: {finding}")
        code = 1
    after = pins((ROOT / LOCK).read_text(encoding="utf-8"))
    for name in sorted(before.keys() | after.keys()):
        old, new = (", ".join(str(pin.version) for pin in side.get(name, [])) for side in (before, after))
        if old != new:
            print(f"lock: {name} {old or 'new'} -> {new or 'gone'}")
    print(f"lock: {sum(map(len, after.values()))} pins")
    return code


def check() -> int:
    """Print each disagreement; exit code 1 if there is one."""
    if not (ROOT / LOCK).exists():
        print(f"lock: {LOCK} is missing; {REMEDY}")
        return 1
    problems = disagreements(ROOT)
    for problem in problems:
        print(f"lock: {problem}")
    print(f"lock: out of date; {REMEDY}" if problems else "lock: agrees with the members' needs")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["--check"] else compile_lock(sys.argv[1:]))
