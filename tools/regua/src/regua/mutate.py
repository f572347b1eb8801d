"""`make mutate TARGET=brasil.charges`: change the rules on purpose, one small thing at a time, and count who notices.

mutmut does the work, on a copy of the member, with its tests without I/O. Every mutant that no test kills is printed as
a difference: it is a missing test, or a line that does nothing. The score is the killed share of all mutants.
Runs: minutes for one package, longer for a whole member. The last line is the score.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import indent

from regua.gates import tool
from regua.root import ROOT

TARGETS = ("brasil", "invoicing", "dunning", "notifier", "payments", "analytics")
KILLED = ("killed", "timeout", "segfault", "caught_by_type_check")
MOST_SHOWN = 40
PROFILE = """\
from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutation", deadline=None, derandomize=True, database=None, max_examples=50, suppress_health_check=list(HealthCheck)
)
"""


class TargetError(ValueError):
    """The target cannot be mutated; the sentence says which can."""


def member(target: str) -> tuple[Path, str]:
    """The folder of the target's member, and the pattern of its files that are mutated.

    `brasil` means all its rules, `brasil.charges` one package or module of them; a service means its domain.
    """
    name, _, inner = target.partition(".")
    if name not in TARGETS:
        raise TargetError(f"name a target, e.g. make mutate TARGET=brasil.charges; members: {', '.join(TARGETS)}")
    home = ROOT / ("libs" if name == "brasil" else "services") / name
    inside = inner or ("" if name == "brasil" else "domain")
    place = home / "src" / name / inside.replace(".", "/")
    if not place.is_dir() and not place.with_suffix(".py").is_file():
        raise TargetError(f"{target}: there is no {place.relative_to(ROOT)} here")
    pattern = place.relative_to(home)
    return home, f"{pattern}/*" if place.is_dir() else f"{pattern}.py"


def configuration(name: str, pattern: str) -> str:
    """mutmut's and pytest's settings for the copy."""
    return f"""\
[mutmut]
source_paths=
    src
only_mutate=
    {pattern}
do_not_mutate=
    src/{name}/cli/*
    src/{name}/fuzz.py
    src/{name}/__main__.py
pytest_add_cli_args=
    --import-mode=importlib
    -p
    no:cacheprovider
    --hypothesis-profile=mutation
    -m
    not io and not e2e and not campaign
pytest_add_cli_args_test_selection=
    tests
also_copy=
    conftest.py
    README.md
use_git_change_detection=false

[tool:pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
markers =
    io: needs servers
    e2e: needs the platform
    campaign: long
"""


def main(arguments: list[str]) -> int:
    """Run mutmut on a copy and print the score; exit code 2 when there is nothing to run."""
    try:
        home, pattern = member(arguments[0] if arguments else "")
    except TargetError as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 2
    if not any((home / "tests").rglob("test_*.py")):
        print(f"mutate: {home.relative_to(ROOT)} has no tests yet", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="regua-mutate-") as folder:
        work = Path(folder)
        for part in ("src", "tests"):
            shutil.copytree(home / part, work / part, ignore=shutil.ignore_patterns("__pycache__"))
        if (home / "README.md").exists():  # a member's tests run the examples of its page
            shutil.copyfile(home / "README.md", work / "README.md")
        (work / "setup.cfg").write_text(configuration(home.name, pattern), encoding="utf-8")
        (work / "conftest.py").write_text(PROFILE, encoding="utf-8")
        log = work / "mutmut.log"
        with log.open("wb") as sink:
            code = subprocess.run(
                tool("mutmut", "run"), cwd=work, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, check=False
            ).returncode
        subprocess.run(tool("mutmut", "export-cicd-stats"), cwd=work, capture_output=True, check=False)
        report = work / "mutants" / "mutmut-cicd-stats.json"
        if code != 0 or not report.exists():
            print(last_words(log.read_text(encoding="utf-8", errors="replace")))
            print("mutate: mutmut could not run; its last words are above", file=sys.stderr)
            return 2
        show_survivors(work)
        return score(json.loads(report.read_text(encoding="utf-8")))


def last_words(text: str) -> str:
    """What a failed run said at its end, without the turning sign that it draws on a terminal."""
    lines = [
        line for line in text.replace("\r", "\n").splitlines() if line.strip() and not "\u2800" <= line[0] <= "\u28ff"
    ]
    return "\n".join(lines[-60:])


def show_survivors(work: Path) -> None:
    """Print the difference of each mutant that lived, at most MOST_SHOWN."""
    listed = subprocess.run(tool("mutmut", "results"), cwd=work, capture_output=True, text=True, check=False).stdout
    alive = [line.split(":")[0].strip() for line in listed.splitlines() if line.rstrip().endswith("survived")]
    for mutant in alive[:MOST_SHOWN]:
        shown = subprocess.run(
            tool("mutmut", "show", mutant), cwd=work, capture_output=True, text=True, check=False
        ).stdout
        lines = [
            line for line in shown.splitlines() if line.startswith(("-", "+")) and not line.startswith(("---", "+++"))
        ]
        print(f"survived: {mutant}\n{indent(chr(10).join(lines), '    ')}")
    if len(alive) > MOST_SHOWN:
        print(f"... and {len(alive) - MOST_SHOWN} more")


def score(counts: dict[str, int]) -> int:
    """Print killed of all; mutants in code that no test reaches count as alive."""
    killed = sum(counts.get(kind, 0) for kind in KILLED)
    total = counts.get("total", 0) - counts.get("skipped", 0)
    if total == 0:
        print("mutate: there was nothing to mutate", file=sys.stderr)
        return 2
    untested = counts.get("no_tests", 0)
    print(f"mutation score {100 * killed / total:.1f} %: {killed} of {total} killed, {untested} without any test")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
