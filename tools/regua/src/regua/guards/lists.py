"""Every list of services matches the folders: whoever adds or renames one is told each place that was forgotten."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

COMPOSE = "docker-compose.yml"
COMPOSE_OTHERS = frozenset({"kafka", "postgres", "topics", "prometheus"})
KUBERNETES = "deploy/k8s"
CATALOGUE = "libs/contracts/src/contracts/catalogue.py"
PAGES = ("README.md", "README.pt-BR.md", "docs/architecture.md")
SERVICE_FILES = ("pyproject.toml", "README.md", "src/{name}/__init__.py", "src/{name}/py.typed", "src/{name}/main.py")
ROOT = "pyproject.toml"


def services(tree: Tree) -> tuple[str, ...]:
    """The folders of services/."""
    return tuple(
        sorted({path.split("/")[1] for path in tree.files if path.startswith("services/") and path.count("/") > 1})
    )


def packages(tree: Tree) -> tuple[str, ...]:
    """Every member's import name: the folders of libs/ and services/, and the command."""
    libs = {path.split("/")[1] for path in tree.files if path.startswith("libs/") and path.count("/") > 1}
    tools = {path.split("/")[1] for path in tree.files if path.startswith("tools/") and path.count("/") > 1}
    return tuple(sorted(libs | tools | set(services(tree))))


def find(tree: Tree) -> Iterator[Finding]:
    """Every list that lacks a service or member, or names one that is not there."""
    names = services(tree)
    yield from _folders(tree, names)
    yield from _root(tree, names, packages(tree))
    yield from _compose(tree, names)
    yield from _kubernetes(tree, names)
    yield from _catalogue(tree, names)
    for page in PAGES:
        text = (tree.text(page) or "").lower()
        for name in names:
            if not re.search(rf"\b{name}\b", text):
                yield Finding(page, 1, f"service {name} is not mentioned", f"Say on that page what {name} is for.")


def _folders(tree: Tree, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        for pattern in SERVICE_FILES:
            path = f"services/{name}/{pattern.format(name=name)}"
            if path not in tree.files:
                yield Finding(
                    path, 1, f"service {name} lacks this file", "Copy it from another service and fill it in."
                )
        project = tomllib.loads(tree.text(f"services/{name}/pyproject.toml") or "").get("project", {})
        if project and project.get("name") != name:
            path = f"services/{name}/pyproject.toml"
            yield Finding(path, 1, "the package's name is not the folder's", f'Write name = "{name}".')


def _root(tree: Tree, names: tuple[str, ...], members: tuple[str, ...]) -> Iterator[Finding]:
    tool = tomllib.loads(tree.text(ROOT) or "").get("tool", {})
    linter = tool.get("importlinter", {})
    sources = {f"{home}/{member}/src" for member, home in _homes(tree, members).items()}
    yield from _same("tool.mypy.packages", tool.get("mypy", {}).get("packages"), members)
    yield from _same("tool.mypy.mypy_path", tool.get("mypy", {}).get("mypy_path"), sources)
    yield from _same(
        "tool.coverage.run.source_pkgs", tool.get("coverage", {}).get("run", {}).get("source_pkgs"), members
    )
    yield from _same("tool.importlinter.root_packages", linter.get("root_packages"), members)
    rows = [row for contract in linter.get("contracts", []) for row in contract.get("layers", [])]
    beside = [row for row in rows if set(re.findall(r"\w+", row)) & set(names)]
    yield from _same("tool.importlinter: the row of services", re.findall(r"\w+", " ".join(beside)), names)
    inside = [contract["containers"] for contract in linter.get("contracts", []) if "containers" in contract]
    yield from _same("tool.importlinter: containers", [name for row in inside for name in row], names)
    pure = [module for contract in linter.get("contracts", []) for module in contract.get("source_modules", [])]
    yield from _same(
        "tool.importlinter: rules",
        [module for module in pure if module.endswith(".domain")],
        {f"{n}.domain" for n in names},
    )


def _homes(tree: Tree, members: tuple[str, ...]) -> Mapping[str, str]:
    return {
        member: home for member in members for home in ("libs", "services", "tools")
        if any(path.startswith(f"{home}/{member}/") for path in tree.files)
    }  # fmt: skip


def _same(place: str, listed: object, expected: object) -> Iterator[Finding]:
    have = set(listed) if isinstance(listed, list) else set()
    want = set(expected) if isinstance(expected, tuple | set | frozenset) else set()
    for name in sorted(want - have):
        yield Finding(ROOT, 1, f"{place} lacks {name}", f"Add {name} there.")
    for name in sorted(have - want):
        yield Finding(
            ROOT, 1, f"{place} names {name}, which is not in the tree", "Take it out there, or add its folder."
        )


def _compose(tree: Tree, names: tuple[str, ...]) -> Iterator[Finding]:
    document: dict[str, Any] = yaml.safe_load(tree.text(COMPOSE) or "") or {}
    listed = set(document.get("services", {}))
    for name in sorted(set(names) - listed):
        yield Finding(
            COMPOSE, 1, f"service {name} is not in compose", "Copy another service's block and change its name."
        )
    for name in sorted(listed - set(names) - COMPOSE_OTHERS):
        if not (name.startswith("migrate") and name.removeprefix("migrate-") in {*names, "migrate"}):
            yield Finding(
                COMPOSE, 1, f"compose has {name}, which is no service here", "Take it out, or add its folder."
            )


def _kubernetes(tree: Tree, names: tuple[str, ...]) -> Iterator[Finding]:
    """Every service has its manifests, and the base takes each of them."""
    base = f"{KUBERNETES}/base/kustomization.yaml"
    document: dict[str, Any] = yaml.safe_load(tree.text(base) or "") or {}
    listed = {path.rpartition("/")[2] for path in document.get("resources", []) if "/services/" in path}
    folder = f"{KUBERNETES}/services/"
    have = {path.removeprefix(folder).partition("/")[0] for path in tree.files if path.startswith(folder)}
    for name in sorted(set(names) - have):
        remedy = "Copy another service's folder there and change its name."
        yield Finding(f"{folder}{name}/kustomization.yaml", 1, f"service {name} has no manifests", remedy)
    for name in sorted(set(names) - listed):
        yield Finding(base, 1, f"service {name} is not in the base", f"Add ../services/{name} to its resources.")
    for name in sorted((have | listed) - set(names)):
        yield Finding(base, 1, f"there are manifests of {name}, which is no service here", "Take them out.")


def _catalogue(tree: Tree, names: tuple[str, ...]) -> Iterator[Finding]:
    """The producers and consumers that the topics name are services, and every service produces or consumes."""
    text = tree.text(CATALOGUE)
    if text is None:
        yield Finding(CATALOGUE, 1, "the catalogue of topics is missing", "Restore it: every topic is declared there.")
        return
    mentioned: dict[str, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value):
            mentioned.setdefault(node.value, node.lineno)
        elif isinstance(node, ast.keyword) and node.arg in ("producers", "consumers", "producer"):
            for part in ast.walk(node.value):
                named = part.value if isinstance(part, ast.Constant) else None
                if isinstance(named, str) and named not in names:
                    remedy = "Write a service's folder name."
                    yield Finding(
                        CATALOGUE, node.value.lineno, f"{node.arg} names {named}, which is no service", remedy
                    )
    for name in names:
        if name not in mentioned:
            remedy = "Declare the topics it produces or consumes; a service that does neither does not belong here."
            yield Finding(CATALOGUE, 1, f"service {name} neither produces nor consumes a topic", remedy)


GUARD = Guard("lists", "every list of services and members matches the folders", find)
