"""Catching everything hides the error nobody foresaw: it needs a reason that a reader can judge."""

import ast
import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Module, Tree

PLACES = ("services/*/src", "libs/*/src", "tools/*/src")
BROAD = frozenset({"Exception", "BaseException"})
REMEDY = (
    "Name the classes that can really come, or say why everything is meant, on that line: "
    "`except Exception as error:  # noqa: BLE001 - <reason>`."
)
REASON = re.compile(r"#\s*(?:noqa:\s*[A-Z0-9, ]+?\s*[-–:]\s*)?(?!noqa)\S.{9,}")


def find(tree: Tree) -> Iterator[Finding]:
    """Every handler of everything that neither ends by raising again nor has a reason beside it."""
    for module in tree.modules(*PLACES):
        for node in module.nodes(ast.ExceptHandler):
            swallows = _broad(node.type) and not isinstance(node.body[-1], ast.Raise)
            if swallows and not _reason(module, node):
                yield Finding(module.path, node.lineno, "a broad except without a reason", REMEDY)


def _broad(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(_broad(part) for part in kind.elts)
    return kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD)


def _reason(module: Module, node: ast.ExceptHandler) -> bool:
    """A comment of ten characters or more on the line, or on the lines between it and the first statement."""
    first = node.body[0].lineno
    return any(REASON.search(line) for line in module.lines[node.lineno - 1 : max(node.lineno, first - 1)])


GUARD = Guard("broad except", "catching everything has a reason beside it", find)
