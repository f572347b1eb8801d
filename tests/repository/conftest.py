"""A temporary copy of the tree in which tests plant breaches; the checkout itself is never touched."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regua.guards.tree import Tree
from regua.root import ROOT


@pytest.fixture(scope="session")
def tree_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of every file that git knows or would add."""
    copy = tmp_path_factory.mktemp("tree")
    for name in Tree(ROOT).files:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return copy


@pytest.fixture(scope="session")
def copied_tree(tree_copy: Path) -> Tree:
    """The copy as the guards see it, read and parsed once for the whole run."""
    return Tree(tree_copy)


@pytest.fixture
def plant(copied_tree: Tree) -> Iterator[Callable[[str, str], Tree]]:
    """Write files into the copy for one test; afterwards each is as it was. Returns the copy."""
    before: dict[str, bytes | None] = {}

    def write(name: str, text: str) -> Tree:
        path = copied_tree.root / name
        before.setdefault(name, path.read_bytes() if path.exists() else None)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        copied_tree.forget(name)
        return copied_tree

    yield write
    for name, content in before.items():
        if content is None:
            (copied_tree.root / name).unlink()
        else:
            (copied_tree.root / name).write_bytes(content)
        copied_tree.forget(name)


@pytest.fixture
def copied_packages(tree_copy: Path) -> dict[str, str]:
    """The environment in which Python imports the members from the copy, not from the checkout."""
    sources = [path for home in ("libs", "services", "tools") for path in sorted(tree_copy.glob(f"{home}/*/src"))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONDONTWRITEBYTECODE": "1"}
