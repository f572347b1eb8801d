"""What a guard is and what it reports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from regua.guards.tree import Tree


@dataclass(frozen=True, order=True)
class Finding:
    """One breach: where it is, what is wrong, what to do instead. `subject` is the words it was found in."""

    path: str
    line: int
    what: str
    remedy: str = field(compare=False)
    subject: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}\n    {self.remedy}"


@dataclass(frozen=True)
class Guard:
    """A rule of the house. `allowed` maps `path` or `path::subject` to the reason why that place may break it."""

    name: str
    promise: str
    find: Callable[[Tree], Iterable[Finding]]
    allowed: Mapping[str, str] = field(default_factory=dict)

    def run(self, tree: Tree) -> list[Finding]:
        """The findings that no exception excuses, and the exceptions that excuse nothing any more."""
        left: list[Finding] = []
        used: set[str] = set()
        for finding in self.find(tree):
            keys = {finding.path, f"{finding.path}::{finding.subject}"} & self.allowed.keys()
            used |= keys
            if not keys:
                left.append(finding)
        for key in self.allowed.keys() - used:
            path = key.partition("::")[0]
            if path in tree.files:
                left.append(
                    Finding(path, 1, f"the exception {key!r} of guard '{self.name}' excuses nothing", "Take it out.")
                )
        return sorted(left)
