"""The lock says which packages and which bytes, never where from: no address, no path, no credential, no option."""

import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree

LOCK = "requirements.lock"
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!_-]+(?: ; [A-Za-z0-9_ .*'<>=!()-]+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")
REMEDY = "Make the lock again with `make lock`, which writes pins and hashes only; never edit it by hand."


def find(tree: Tree) -> Iterator[Finding]:
    """Every line that is neither an exact pin nor a sha256 hash. The line is not repeated: it may hold a secret."""
    text = tree.text(LOCK)
    if text is None:
        yield Finding(LOCK, 1, "the lock is missing", REMEDY)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not PIN.fullmatch(line) and not HASH.fullmatch(line):
            yield Finding(LOCK, number, f"a line of the lock is neither a pin nor a hash: {_kind(line)}", REMEDY)


def _kind(line: str) -> str:
    if "://" in line:
        return "it holds an address"
    if line.lstrip().startswith("-"):
        return "it holds an option"
    if " @ " in line:
        return "it names a package by its place"
    return "unknown form"


GUARD = Guard("lock", "the lock holds pins and hashes, no address and no secret", find)
