"""A service speaks through its log, which is structured and redacted; print() is neither."""

import ast
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.pure_rules import PROGRAMS
from regua.guards.tree import Tree, under

PLACES = ("services/*/src", "libs/*/src")
REMEDY = "Use the structured log of the chassis (it redacts personal data), or return the value to the caller."


def find(tree: Tree) -> Iterator[Finding]:
    """Every print() call and write to the standard streams in a service or library."""
    for module in tree.modules(*PLACES):
        if module.path.endswith("/__main__.py") or any(under(module.path, program) for program in PROGRAMS):
            continue
        for node in module.nodes(ast.Call):
            called = ast.unparse(node.func)
            if called in ("print", "sys.stdout.write", "sys.stderr.write"):
                yield Finding(module.path, node.lineno, f"a service or library calls {called}()", REMEDY, called)


GUARD = Guard(
    "prints",
    "services and libraries do not print",
    find,
    {"libs/chassis/src/chassis/commands.py": "what `python -m chassis` answers at a terminal"},
)
