"""What a rule says about input it does not accept.

A parser of this library raises `BrasilError` or returns `Problem`s; on any text or bytes it raises nothing else.
Codes are part of the public interface: they never change their meaning. Messages may be reworded.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]

EXCERPT_LENGTH = 60


def excerpt(text: object, length: int = EXCERPT_LENGTH) -> str:
    """Return `text` short enough, and printable enough, to be quoted in a report."""
    shown = str(text)
    cut = shown[:length]
    safe = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)
    return safe if len(shown) <= length else safe + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input, placed as exactly as the input allows.

    `line` and `position` count from 1: `position` is the first character concerned, inside the line if there is
    one, else inside the whole text. `found` and `expected` are short texts, already fit to be shown.
    An `error` means that the input is refused; a `warning` that it was read and a person should look.
    """

    code: str
    message: str
    severity: Severity = "error"
    line: int | None = None
    field: str | None = None
    position: int | None = None
    found: str | None = None
    expected: str | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the problem as a JSON object; what is unknown is null."""
        return asdict(self)


class BrasilError(ValueError):
    """The one exception of this library: a stable code, a place and one sentence."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        position: int | None = None,
        line: int | None = None,
        field: str | None = None,
        found: object = None,
        expected: object = None,
    ) -> None:
        super().__init__(message)
        self.problem = Problem(
            code=code,
            message=message,
            line=line,
            field=field,
            position=position,
            found=None if found is None else excerpt(found),
            expected=None if expected is None else excerpt(expected),
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (self.problem,))

    @classmethod
    def of(cls, problem: Problem) -> BrasilError:
        """Return the exception that carries this very problem."""
        error = cls(problem.code, problem.message)
        error.problem = problem
        return error

    @property
    def code(self) -> str:
        """The stable code, e.g. `cpf.check_digit`."""
        return self.problem.code

    @property
    def position(self) -> int | None:
        """The first character concerned, counted from 1, or None if the whole input is meant."""
        return self.problem.position

    @property
    def message(self) -> str:
        """The sentence."""
        return self.problem.message


def _restore(problem: Problem) -> BrasilError:
    return BrasilError.of(problem)
