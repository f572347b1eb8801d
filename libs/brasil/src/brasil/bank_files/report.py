"""A readable report of a bank file, for the person who has to decide about it."""

from collections.abc import Iterable

from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.result import InspectionResult
from brasil.errors import Problem

_MOST_LINES = 40


def report(result: InspectionResult) -> str:
    """Return the report as lines of text: what the file is, the verdict, the problems with place and remedy, totals.

    It names no payer, so that it may be stored and sent.
    """
    return "\n".join(_lines(result)) + "\n"


def _lines(result: InspectionResult) -> Iterable[str]:
    dated = result.file_date.isoformat() if result.file_date else "no date"
    number = f"file {result.file_sequence}" if result.file_sequence is not None else "no file number"
    yield f"{result.format or 'unknown format'}, bank {result.bank or '?'}, {result.layout or '?'}, {dated}, {number}"
    yield "ACCEPTED" if result.accepted else "REFUSED: nothing of this file may be posted"
    yield from map(_problem, result.problems[:_MOST_LINES])
    if len(result.problems) > _MOST_LINES:
        yield f"… and {len(result.problems) - _MOST_LINES} more problems"
    for statement in result.statements:
        yield (
            f"account {statement.account or '?'} {statement.currency or ''}: "
            f"{len(statement.transactions)} transactions, "
            f"from {_money(statement.opening_cents)} to {_money(statement.closing_cents)}"
        )
    if result.movements:
        yield from _totals(result)
        yield from map(_movement, result.movements[:_MOST_LINES])
        if len(result.movements) > _MOST_LINES:
            yield f"… and {len(result.movements) - _MOST_LINES} more movements"


def _problem(problem: Problem) -> str:
    place = f"line {problem.line}" if problem.line is not None else "file"
    field = f", {problem.field}" if problem.field else ""
    facts = ", ".join(
        f"{name} {value!r}"
        for name, value in (("found", problem.found), ("expected", problem.expected))
        if value is not None
    )
    return f"{problem.severity}: {place}{field}: {problem.message}" + (f" ({facts})" if facts else "")


def _totals(result: InspectionResult) -> Iterable[str]:
    totals = result.totals
    yield (
        f"{totals.movements} movements, {totals.settled} settled; face {_money(totals.face_cents)}, "
        f"paid {_money(totals.paid_cents)}, credited {_money(totals.credited_cents)}, fees {_money(totals.fee_cents)}"
    )


def _movement(movement: TitleMovement) -> str:
    words = movement.description or "unknown code"
    review = "  NEEDS REVIEW" if movement.needs_review else ""
    day = movement.occurred_on.isoformat() if movement.occurred_on else "          "
    title = movement.our_number or movement.your_number or movement.document_number or "?"
    return (
        f"{movement.line:>6}  {day}  {movement.code:<2} {movement.kind.value:<20} {title:<20} "
        f"face {_money(movement.face_cents)}  paid {_money(movement.paid_cents)}  {words}{review}"
    )


def _money(cents: int | None) -> str:
    if cents is None:
        return "-"
    reais, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{reais}.{rest:02d}"
