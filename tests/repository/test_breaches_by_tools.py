"""The gates that are ordinary tools bite too: each is run on a copy of the tree with a breach planted in it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from regua.gates import GATES, tool
from regua.guards.tree import Tree

Plant = Callable[[str, str], Tree]


def run(command: tuple[str, ...], where: Path, environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def remedy(name: str) -> str:
    return next(gate.remedy for gate in GATES if gate.name == name)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("services/dunning/src/dunning/planted.py", "import payments\n", "dunning.planted -> payments"),
        ("libs/chassis/src/chassis/planted.py", "import invoicing\n", "chassis.planted -> invoicing"),
        ("libs/brasil/src/brasil/planted.py", "import contracts\n", "brasil.planted -> contracts"),
        ("libs/contracts/src/contracts/planted.py", "import asyncpg\n", "contracts.planted -> asyncpg"),
        (
            "services/dunning/src/dunning/domain/planted.py",
            "import sqlalchemy\n",
            "dunning.domain.planted -> sqlalchemy",
        ),
    ],
)
def test_an_import_against_the_dependency_rule_stops_the_imports_gate(
    plant: Plant, copied_packages: dict[str, str], path: str, text: str, words: str
) -> None:
    root = plant(path, text).root
    code, output = run(tool("lint-imports", "--no-cache", "--no-logo"), root, copied_packages)
    assert code != 0
    assert words in " ".join(output.split()), output
    assert "publish an event in libs/contracts" in remedy("imports")


def test_reading_the_clock_stops_the_lint_gate_and_says_where_time_comes_from(
    plant: Plant, copied_packages: dict[str, str]
) -> None:
    path = "services/dunning/src/dunning/domain/planted.py"
    text = '"""A rule."""\n\nfrom datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n'
    root = plant(path, text).root
    code, output = run(tool("ruff", "check", "--no-cache", "--output-format=concise", path), root, copied_packages)
    assert code == 1
    assert "TID251" in output
    assert "only chassis/clock.py reads it" in output


def test_code_without_types_stops_the_types_gate(plant: Plant, copied_packages: dict[str, str], tmp_path: Path) -> None:
    path = "libs/brasil/src/brasil/planted.py"
    root = plant(path, "def fine(amount):\n    return amount\n").root
    command = (sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), path)
    code, output = run(command, root, {**copied_packages, "MYPYPATH": ""})
    assert code == 1
    assert f"{path}:1: error: Function is missing a type annotation" in output


def test_the_guards_command_names_the_breach_and_fails(plant: Plant, copied_packages: dict[str, str]) -> None:
    root = plant("services/payments/src/payments/planted.py", "def handle(event):\n    print(event)\n").root
    code, output = run((sys.executable, "-m", "regua.guards", str(root)), root, copied_packages)
    assert code == 1
    assert "[prints] services/payments/src/payments/planted.py:2: a service or library calls print()" in output
    assert "Use the structured log" in output
