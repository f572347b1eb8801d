"""The chassis alone reads the clock and makes ids: here also where somebody silenced the linter that says so."""

import ast
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

PLACES = ("services/*/src", "libs/*/src")
READS = frozenset(
    {
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
        "time.localtime", "uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4",
    }
)  # fmt: skip
REMEDY = (
    "Take the instant as an argument (`now: datetime`): a handler has `tx.now`, a rule is given it. Ids come from "
    "`tx.ids`. Only chassis/clock.py and chassis/ids.py read the real ones."
)


def find(tree: Tree) -> Iterator[Finding]:
    """Every call that reads the real clock or makes a random id."""
    for module in tree.modules(*PLACES):
        for node in module.nodes(ast.Call):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).removeprefix("datetime.")
                if called in READS or (called == "now" and isinstance(node.func, ast.Attribute)):
                    yield Finding(
                        module.path, node.lineno, f"{ast.unparse(node.func)}() reads the real world", REMEDY, called
                    )


GUARD = Guard(
    "time source",
    "only chassis/clock.py and chassis/ids.py read time and randomness",
    find,
    {
        "libs/chassis/src/chassis/clock.py": "it is the clock",
        "libs/brasil/src/brasil/cli/boleto.py": "a command at a terminal: today is the person's day",
    },
)
