"""What must not happen silently: movements whose code and amounts contradict each other, and payments told twice."""

from collections.abc import Iterable

from brasil.bank_files.movement import SETTLED_KINDS, TitleMovement
from brasil.bank_files.problems import Findings


def report_reviews(movements: Iterable[TitleMovement], findings: Findings) -> None:
    """Add a warning for every movement that needs a person, saying why."""
    for movement in movements:
        if movement.needs_review:
            code, message = _why(movement)
            findings.warning(
                code, message, line=movement.line, field="code", found=f"{movement.code}, paid {movement.paid_cents}"
            )


def _why(movement: TitleMovement) -> tuple[str, str]:
    if movement.reverses_payment:
        return "movement.reverses_payment", "The bank takes back an earlier payment: a person must reopen the title."
    if movement.description is None:
        return "movement.unknown_code", "No table knows this movement code: look it up in the bank's manual."
    if movement.paid_cents:
        return "movement.money_without_settlement", "The code settles nothing, yet money is stated: ask the bank."
    return "movement.settled_without_money", "The code says paid, yet nothing was paid: ask the bank."


def report_repeats(movements: Iterable[TitleMovement], findings: Findings) -> None:
    """Add a warning where two settlements of one file are alike in title, day and amount: paid twice, or told twice."""
    paid = [movement for movement in movements if movement.kind in SETTLED_KINDS]
    if len({movement.our_number for movement in paid}) == len(paid):
        return
    seen: dict[tuple[object, ...], int] = {}
    for movement in paid:
        if movement.needs_review or not movement.our_number:
            continue
        key = (movement.our_number, movement.document_number, movement.occurred_on, movement.paid_cents)
        first = seen.setdefault(key, movement.line)
        if first != movement.line:
            findings.warning(
                "movement.repeated",
                f"Line {first} settles the same title with the same amount on the same day: paid twice, or told twice.",
                line=movement.line,
                field="our_number",
                found=movement.our_number,
            )
