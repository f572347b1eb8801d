"""A file has one subject and fits into a reader's head."""

from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

MOST_LINES = 450
REMEDY = "Split it by subject: a folder of the same name, one file per subject."


def find(tree: Tree) -> Iterator[Finding]:
    """Every Python file that is longer than the limit, tests included."""
    for path in tree.files:
        if path.endswith(".py"):
            lines = (tree.text(path) or "").count("\n")
            if lines > MOST_LINES:
                yield Finding(path, MOST_LINES, f"{lines} lines in one file; {MOST_LINES} is the limit", REMEDY)


GUARD = Guard("file size", f"no Python file is longer than {MOST_LINES} lines", find)
