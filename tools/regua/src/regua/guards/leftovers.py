"""Work that is not finished is finished, or written down where work is planned; not left as a mark in a file."""

import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

MARK = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
REMEDY = "Finish it now, or take the mark out and open an issue that says what is missing."


def find(tree: Tree) -> Iterator[Finding]:
    """Every unfinished-work mark in any tracked text file."""
    for path in tree.files:
        if path == "requirements.lock":
            continue
        for number, line in enumerate((tree.text(path) or "").splitlines(), 1):
            if match := MARK.search(line):
                yield Finding(path, number, f"unfinished work is marked {match.group()}", REMEDY, match.group())


GUARD = Guard(
    "leftovers",
    "no unfinished-work marks",
    find,
    {
        "tools/regua/src/regua/guards/leftovers.py": "the pattern itself",
        "tests/repository/test_guards.py": "the planted breaches",
    },
)
