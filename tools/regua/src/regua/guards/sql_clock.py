"""The database's clock decides nothing: SQL is given its instant, so that the virtual clock holds there too."""

import ast
import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

PLACES = ("libs/*/src", "services/*/src", "services/*/migrations", "tools/*/src")
CLOCK = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(?:current_timestamp|current_date|current_time|localtimestamp)\b",
    re.IGNORECASE,
)
REMEDY = "Pass the unit of work's `tx.now` in as a parameter ($1, :now); the chassis clock is the only source of time."


def find(tree: Tree) -> Iterator[Finding]:
    """Every reading of the database's clock, in SQL text, in `func.…` and in .sql files."""
    for module in tree.modules(*PLACES):
        for literal in module.strings():
            for match in CLOCK.finditer(str(literal.value)):
                line = literal.lineno + str(literal.value)[: match.start()].count("\n")
                yield Finding(
                    module.path, line, f"SQL reads the database's clock: {match.group()}", REMEDY, match.group()
                )
        for node in module.nodes(ast.Attribute):
            if ast.unparse(node.value).split(".")[-1] == "func" and CLOCK.search(f"{node.attr}()"):
                yield Finding(module.path, node.lineno, f"SQL reads the database's clock: func.{node.attr}", REMEDY)
    for path in tree.files:
        if path.endswith(".sql"):
            for number, statement in enumerate((tree.text(path) or "").splitlines(), 1):
                if CLOCK.search(statement.partition("--")[0]):
                    yield Finding(path, number, "SQL reads the database's clock", REMEDY, statement.strip())


GUARD = Guard(
    "SQL clock",
    "no now() or current_timestamp in SQL",
    find,
    {"tools/regua/src/regua/guards/sql_clock.py": "the pattern itself"},
)
