"""No tracked file points to a package registry or to one machine: a clone works anywhere, by its own settings."""

import re
from collections.abc import Iterator

from regua.guards.finding import Finding, Guard
from regua.guards.tree import Tree, is_test

WEB = r"https?" + "://"
REGISTRY = re.compile(
    WEB + r"[^\s\"'<>)]*/(?:simple|packages|maven2|artifactory|nexus|repository)(?:/|\b)"
    r"|" + WEB + r"(?:registry|pypi|files\.pythonhosted|repo1?\.maven|repo\.maven|index)\."
    r"|\b(?:extra-)?index-url\s*[=:]\s*\S"
    r"|\"resolved\"\s*:\s*\"http",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.~}$)-])/(?:home|Users|root|work|mnt)/[A-Za-z0-9_.-]+|\b[A-Z]:\\\\?(?:Users|work)\\")
CREDENTIALS = re.compile(r"[a-z][a-z0-9+]*://[^\s/:@\"'{}$<>]+:(?P<secret>[^\s/@\"'{}$<>]{3,})@", re.IGNORECASE)
PLACEHOLDERS = frozenset({"password", "secret", "senha", "pass", "...", "***"})
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY" + r"-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b")

SIGNS = (
    "://", "index-url", '"resolved"', "/home/", "/Users/", "/root/", "/work/", "/mnt/", ":\\", "PRIVATE KEY", "AKIA",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
)  # fmt: skip


def find(tree: Tree) -> Iterator[Finding]:
    """Registry addresses, absolute paths of a machine, credentials in an address, and private keys."""
    for path in tree.files:
        text = tree.text(path) or ""
        if _suspect(text):
            for number, line in enumerate(text.splitlines(), 1):
                if _suspect(line):
                    yield from _line(path, number, line)


def _suspect(text: str) -> bool:
    """A cheap look before the expressions: most files and lines hold none of the signs."""
    return any(sign in text for sign in SIGNS)


def _line(path: str, number: int, line: str) -> Iterator[Finding]:
    if REGISTRY.search(line):
        remedy = "Name the package only; where it comes from is each machine's pip, npm or Maven configuration."
        yield Finding(path, number, "the address of a package registry", remedy)
    if match := MACHINE.search(line):
        yield Finding(
            path, number, "an absolute path of one machine", "Make it relative to the repository.", match.group()
        )
    match = None if is_test(path) else CREDENTIALS.search(line)  # a test makes its passwords up
    if match and match["secret"].lower() not in PLACEHOLDERS:
        remedy = "Take the password from the environment; a value that was pushed is public: change it there too."
        yield Finding(path, number, "a password in an address", remedy, match.group("secret"))
    if KEY.search(line):
        yield Finding(path, number, "a private key or token", "Take it out, and revoke it: what was pushed is public.")


GUARD = Guard(
    "addresses",
    "no registry address, machine path or secret in any tracked file",
    find,
    {
        "tests/repository/test_guards.py": "the planted breaches",
        "tests/repository/test_lock.py": "addresses that do not exist",
    },
)
