"""A topic exists once it is in the contracts: nobody spells a name that the registry does not know."""

import ast
import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Module, Tree

PLACES = ("libs/contracts/src", "libs/chassis/src", "services/*/src", "tools/regua/src")
CONTRACTS = "libs/contracts/src"
SHAPE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
PARTICIPLE = re.compile(r".*(?:[a-z]ed|broken|made|kept|sent|held|paid|due|written_off|withdrawn|given|lost|found)")
REMEDY = (
    "Declare the event in libs/contracts (class with its topic, then contracts/catalogue.py), run `make events`, and "
    "use the class; if the name is misspelt, take the one in docs/events.md."
)


ASSIGNED: tuple[type[ast.AST], ...] = (ast.AnnAssign, ast.Assign)
NAMING: tuple[type[ast.AST], ...] = (ast.keyword, ast.Call)


def declared(tree: Tree) -> frozenset[str]:
    """The topics that the event classes of libs/contracts name: `topic: ClassVar[str] = "invoice.issued"`."""
    names: set[str] = set()
    for module in tree.modules(CONTRACTS):
        for node in module.nodes(*ASSIGNED):
            if isinstance(node, ast.AnnAssign | ast.Assign):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                named = isinstance(target, ast.Name) and target.id == "topic"
                if named and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                    names.add(node.value.value)
    return frozenset(names)


def find(tree: Tree) -> Iterator[Finding]:
    """Every literal that names a topic, by its shape or by where it stands, and is not declared."""
    known = declared(tree)
    entities = {name.partition(".")[0] for name in known}
    for module in tree.modules(*PLACES):
        as_topic = set(_topic_positions(module))
        for literal in module.strings():
            name = str(literal.value)
            if name in known or not SHAPE.fullmatch(name):
                continue
            entity, _, happened = name.partition(".")
            participle = PARTICIPLE.fullmatch(happened) is not None
            if id(literal) in as_topic or (participle and (entity in entities or "_" not in name)):
                yield Finding(module.path, literal.lineno, f"topic {name!r} is not in the registry", REMEDY, name)


def _topic_positions(module: Module) -> Iterator[int]:
    """The literals given as `topic=…`, or to a function named topic, wherever they are."""
    for node in module.nodes(*NAMING):
        if isinstance(node, ast.keyword) and node.arg == "topic":
            yield id(node.value)
        elif isinstance(node, ast.Call) and node.args:
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name == "topic":
                yield id(node.args[0])


_TRUTH = "what a simulator wrote down itself, in a file of its own: no topic"
GUARD = Guard(
    "topics",
    "every topic named anywhere is in the registry",
    find,
    {
        "tools/regua/src/regua/demo/verdict.py::mail.accepted": _TRUTH,
        "tools/regua/src/regua/demo/verdict.py::pix.received": _TRUTH,
        "tools/regua/src/regua/demo/verdict.py::title.paid": _TRUTH,
    },
)
