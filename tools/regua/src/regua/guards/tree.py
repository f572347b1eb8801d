"""The files of a checkout as the guards see them: those git knows or would add, read and parsed once."""

import ast
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

NodeT = TypeVar("NodeT", bound=ast.AST)

NOT_OURS = frozenset(
    {
        ".git",
        ".venv",
        ".regua",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        "__pycache__",
        "node_modules",
        "mutants",
        "dist",
    }
)


@dataclass(frozen=True)
class Module:
    """One Python file that parses. `path` is relative to the root, with forward slashes."""

    path: str
    text: str
    syntax: ast.Module

    @cached_property
    def _by_kind(self) -> Mapping[type[ast.AST], list[ast.AST]]:
        kinds: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.syntax):
            kinds.setdefault(type(node), []).append(node)
        return kinds

    def nodes(self, *kinds: type[NodeT]) -> Iterator[NodeT]:
        """Every node of these kinds, kind by kind, outermost first. The syntax is walked once for all guards."""
        for kind in kinds:
            yield from cast("list[NodeT]", self._by_kind.get(kind, []))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def prose(self) -> frozenset[int]:
        """The ids of the string nodes that are docstrings or stand alone: text for people, not for a database."""
        return frozenset(
            id(node.value)
            for node in self.nodes(ast.Expr)
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )

    def strings(self) -> Iterator[ast.Constant]:
        """Every string literal that the program uses, f-string parts included, docstrings not."""
        for node in self.nodes(ast.Constant):
            if isinstance(node.value, str) and id(node) not in self.prose:
                yield node


class Tree:
    """A checkout rooted at `root`. Outside git (an unpacked archive, a temporary copy) every file counts."""

    def __init__(self, root: Path):
        self.root = root
        self._texts: dict[str, str | None] = {}
        self._modules: dict[str, Module | None] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Relative paths, sorted."""
        named = _git_files(self.root) if (self.root / ".git").exists() else None
        return tuple(sorted(named if named is not None else _walk(self.root)))

    def forget(self, path: str) -> None:
        """Read `path`, and the list of files, anew when next asked: the file was written, or is gone."""
        self._texts.pop(path, None)
        self._modules.pop(path, None)
        self.__dict__.pop("files", None)

    def text(self, path: str) -> str | None:
        """The file's text, or None when it is not there or not UTF-8."""
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self._texts[path] = None
        return self._texts[path]

    def modules(self, *patterns: str, tests: bool = False) -> Iterator[Module]:
        """The Python files under one of the patterns (`libs/*/src`), without tests unless asked for.

        A file that does not parse is left out: ruff reports it by name.
        """
        for path in self.files:
            if (
                path.endswith(".py")
                and (tests or not is_test(path))
                and any(under(path, pattern) for pattern in patterns)
            ):
                module = self._module(path)
                if module is not None:
                    yield module

    def _module(self, path: str) -> Module | None:
        if path not in self._modules:
            text = self.text(path)
            try:
                self._modules[path] = None if text is None else Module(path, text, ast.parse(text, path))
            except SyntaxError:
                self._modules[path] = None
        return self._modules[path]


def is_test(path: str) -> bool:
    """Whether the file is there to test, not to run: in a `tests` folder, or a pytest file by name."""
    pure = PurePosixPath(path)
    return "tests" in pure.parts or pure.name == "conftest.py" or pure.name.startswith("test_")


def under(path: str, pattern: str) -> bool:
    """Whether `path` is the file, or inside the folder, that `pattern` names; `*` stands for one part."""
    parts, wanted = PurePosixPath(path).parts, PurePosixPath(pattern).parts
    return len(parts) >= len(wanted) and all(
        expected in ("*", part) for part, expected in zip(parts, wanted, strict=False)
    )


def _git_files(root: Path) -> list[str] | None:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def _walk(root: Path) -> list[str]:
    found: list[str] = []
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in NOT_OURS and not name.endswith(".egg-info")]
        found += [(Path(folder) / name).relative_to(root).as_posix() for name in files if not name.endswith(".pyc")]
    return found
