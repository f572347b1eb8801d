"""The problems a bank file can have, in one place, so that every format words them alike."""

from collections.abc import Iterable
from typing import Final

from brasil.errors import Problem, Severity, excerpt

# A report is for a person; a hostile file must not make it grow without bound.
MOST_PROBLEMS: Final = 200


class Findings:
    """Collects problems in the order found; keeps the first two hundred and counts the rest."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._problems: list[Problem] = []
        self._left_out = 0
        self._left_out_errors = 0
        for problem in problems:
            self.add(problem)

    def add(self, problem: Problem) -> None:
        """Keep a problem, or only count it when there are too many already."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)
            return
        self._left_out += 1
        self._left_out_errors += problem.severity == "error"

    def error(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        field: str | None = None,
        found: object = None,
        expected: object = None,
        severity: Severity = "error",
    ) -> None:
        """Add a problem that refuses the file."""
        self.add(
            Problem(
                code=code,
                message=message,
                severity=severity,
                line=line,
                field=field,
                found=None if found is None else excerpt(found),
                expected=None if expected is None else excerpt(expected),
            )
        )

    def warning(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        field: str | None = None,
        found: object = None,
        expected: object = None,
    ) -> None:
        """Add a problem that a person should see but that does not refuse the file."""
        self.error(code, message, line=line, field=field, found=found, expected=expected, severity="warning")

    def compare(
        self,
        code: str,
        message: str,
        *,
        line: int,
        field: str,
        found: object,
        expected: object,
        severity: Severity = "error",
    ) -> None:
        """Add a problem unless what the file says is what was counted."""
        if found != expected:
            self.error(code, message, line=line, field=field, found=found, expected=expected, severity=severity)

    def as_tuple(self) -> tuple[Problem, ...]:
        """All problems kept, and one that says how many more there were."""
        if not self._left_out:
            return tuple(self._problems)
        rest = Problem(
            code="bank_file.more_problems",
            severity="error" if self._left_out_errors else "warning",
            found=str(self._left_out),
            message="There are more problems than a report can show: the file is not what it says it is.",
        )
        return (*self._problems, rest)


def empty_file() -> Problem:
    """The file has no records."""
    return Problem(
        code="bank_file.empty", message="The file is empty: fetch it again, or ask the bank to send it again."
    )
