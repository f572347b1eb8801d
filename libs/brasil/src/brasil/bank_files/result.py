"""The result of reading a bank file whole: what it is, whether it may be posted, why not, and what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from brasil.bank_files.movement import SETTLED_KINDS, TitleMovement
from brasil.errors import Problem

_PROBLEM_KEYS = ("code", "severity", "line", "field", "found", "expected", "message")


class StatementTransaction(NamedTuple):
    """One line of a bank statement. `amount_cents` is signed: positive is money in.

    `id` is the bank's own id (FITID, AcctSvcrRef), not unique across banks; `fingerprint` tells equal ids of
    different transactions apart and is stable over re-reads of the same file.
    """

    id: str | None
    fingerprint: str
    posted_on: date | None
    amount_cents: int
    kind: str | None
    description: str | None
    reference: str | None
    end_to_end_id: str | None
    counterparty_name: str | None
    counterparty_tax_id: str | None


class Statement(NamedTuple):
    """One account's statement. Balances are signed cents, None when the file does not say."""

    account: str | None
    currency: str | None
    opening_cents: int | None
    closing_cents: int | None
    transactions: tuple[StatementTransaction, ...]

    def to_json(self) -> dict[str, Any]:
        """The summary of the statement: its transactions are counted, not listed."""
        return {**self._asdict(), "transactions": len(self.transactions)}


class Totals(NamedTuple):
    """Sums over all movements of a file, in cents; `paid_cents` and `credited_cents` only over money that came in."""

    movements: int = 0
    settled: int = 0
    face_cents: int = 0
    paid_cents: int = 0
    credited_cents: int = 0
    interest_cents: int = 0
    fine_cents: int = 0
    discount_cents: int = 0
    abatement_cents: int = 0
    fee_cents: int = 0


def add_up(movements: Sequence[TitleMovement]) -> Totals:
    """Add up movements; unknown amounts count as zero. A settled movement that needs review brings no money in."""
    settled = [movement for movement in movements if movement.kind in SETTLED_KINDS]
    brought = [movement for movement in settled if not movement.needs_review]
    return Totals(
        movements=len(movements),
        settled=len(settled),
        face_cents=_sum("face_cents", movements),
        paid_cents=_sum("paid_cents", brought),
        credited_cents=_sum("credited_cents", brought),
        interest_cents=_sum("interest_cents", movements),
        fine_cents=_sum("fine_cents", movements),
        discount_cents=_sum("discount_cents", movements),
        abatement_cents=_sum("abatement_cents", movements),
        fee_cents=_sum("fee_cents", movements),
    )


def _sum(name: str, movements: Sequence[TitleMovement]) -> int:
    return sum(filter(None, map(attrgetter(name), movements)))


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """A whole file read. `accepted` is False when structure, counts, sums or sequence lie: then nothing may be posted.

    `format` is cnab400, cnab240, cnab150, ofx, camt053, camt054, or None when the content is none of them.
    `bank` is the three-digit code, `layout` names the table that read it, `file_sequence` is the bank's own numbering.
    Movements of a refused file are still listed, for the person who reads the report.
    """

    format: str | None
    bank: str | None = None
    layout: str | None = None
    file_date: date | None = None
    file_sequence: int | None = None
    encoding: str | None = None
    problems: tuple[Problem, ...] = ()
    statements: tuple[Statement, ...] = ()
    movements: tuple[TitleMovement, ...] = ()
    accepted: bool = field(init=False)
    totals: Totals = field(init=False)

    def __post_init__(self) -> None:
        errors = any(problem.severity == "error" for problem in self.problems)
        object.__setattr__(self, "accepted", self.format is not None and not errors)
        object.__setattr__(self, "totals", add_up(self.movements))

    def with_problems(self, problems: Iterable[Problem]) -> "InspectionResult":
        """The same result with more problems; one of severity error makes it refused."""
        return replace(self, problems=(*self.problems, *problems))

    def to_json(self) -> dict[str, Any]:
        """The result as JSON-ready values, with the keys of `regua bank-file inspect --json`."""
        return {
            "format": self.format,
            "bank": self.bank,
            "layout": self.layout,
            "file_date": self.file_date.isoformat() if self.file_date else None,
            "file_sequence": self.file_sequence,
            "encoding": self.encoding,
            "accepted": self.accepted,
            "problems": [{key: getattr(problem, key) for key in _PROBLEM_KEYS} for problem in self.problems],
            "statements": [statement.to_json() for statement in self.statements],
            "movements": [movement.to_json() for movement in self.movements],
            "totals": self.totals._asdict(),
        }
