"""One place ends transactions, chassis/db.py: a commit elsewhere could keep an effect and lose its fact."""

import ast
import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Module, Tree

PLACES = ("libs/*/src", "services/*/src", "services/*/migrations", "tools/*/src")
HOME = "libs/chassis/src/chassis/db.py"
ENDING = frozenset({"commit", "begin", "transaction"})
SQL_COMMIT = re.compile(
    r"^\s*(?:commit\s*(?:;|transaction|work|$)|end\s+(?:transaction|work))", re.IGNORECASE | re.MULTILINE
)
REMEDY = (
    "Work inside `async with database.unit_of_work(...) as tx:`; it commits once, with the outbox rows, when the block "
    "ends. A savepoint is `tx.session.begin_nested()`."
)


def find(tree: Tree) -> Iterator[Finding]:
    """Every `.commit()`, `.begin()`, `.transaction()` and COMMIT outside the one place, and a second commit in it."""
    for module in tree.modules(*PLACES):
        calls = list(_calls(module))
        if module.path == HOME:
            commits = [finding for finding in calls if finding.subject.endswith(".commit")]
            yield from commits[1:]
        else:
            yield from calls


def _calls(module: Module) -> Iterator[Finding]:
    for node in module.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ENDING:
            subject = ast.unparse(node.func)
            yield Finding(module.path, node.lineno, f"a second place ends transactions: {subject}()", REMEDY, subject)
    for literal in module.strings():
        if SQL_COMMIT.search(str(literal.value)):
            yield Finding(module.path, literal.lineno, "SQL text commits", REMEDY, "COMMIT")


GUARD = Guard(
    "one commit",
    f"only {HOME} commits",
    find,
    {
        "tools/regua/src/regua/guards/one_commit.py": "the pattern itself",
        "libs/chassis/src/chassis/consumer/loop.py::member.commit": "offsets in Kafka, after the transaction",
        "libs/chassis/src/chassis/kafka/member.py::self._started.commit": "offsets in Kafka, after the transaction",
        "libs/chassis/src/chassis/migrations.py::connection.commit": "the owner's schema changes, which have no facts",
        "tools/regua/src/regua/conformance/groups.py::self.consumer.commit": "offsets: it tests the broker",
        "tools/regua/src/regua/conformance/records.py::consumer.commit": "offsets: it tests the broker",
    },
)
