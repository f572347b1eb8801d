"""Every guard, in the order in which they are reported."""

from regua.guards import (
    addresses,
    broad_except,
    file_size,
    float_money,
    leftovers,
    lists,
    lock_text,
    one_commit,
    personal_data,
    prints,
    pure_rules,
    sql_clock,
    time_source,
    topics,
)
from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

GUARDS: tuple[Guard, ...] = (
    lists.GUARD,
    pure_rules.GUARD,
    time_source.GUARD,
    sql_clock.GUARD,
    one_commit.GUARD,
    float_money.GUARD,
    topics.GUARD,
    personal_data.GUARD,
    lock_text.GUARD,
    addresses.GUARD,
    prints.GUARD,
    broad_except.GUARD,
    leftovers.GUARD,
    file_size.GUARD,
)


def run_all(tree: Tree) -> list[tuple[Guard, list[Finding]]]:
    """Each guard with what it found; the files are read and parsed once for all of them."""
    return [(guard, guard.run(tree)) for guard in GUARDS]
