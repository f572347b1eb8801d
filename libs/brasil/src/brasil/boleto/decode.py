"""Read whatever a person or a scanner gives: bank barcode or line, arrecadação barcode or line.

Never raises: a code that is not accepted comes back with its problems, and with null for all that its check digits do
not vouch for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from brasil.boleto import barcode, collection, free_field, line
from brasil.boleto.barcode import Barcode
from brasil.boleto.free_field import FreeField
from brasil.errors import BrasilError, Problem
from brasil.text import without_separators

Kind = Literal["bank", "collection"]
LENGTHS: Final = "44 (barcode), 47 (bank line) or 48 (arrecadação line)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a code says. Only with `valid` may it be paid; `problems` holds errors and warnings.

    `due_cycle` is the reading the due-date factor was given (1: until 2025-02-21, 2: after). `free_field` is None for
    banks without a table. `amount_cents` 0 of a bank boleto is an open amount.
    """

    kind: Kind | None = None
    barcode: str | None = None
    line: str | None = None
    bank: str | None = None
    segment: str | None = None
    company: str | None = None
    due_on: date | None = None
    due_cycle: int | None = None
    amount_cents: int | None = None
    free_field: FreeField | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def valid(self) -> bool:
        return all(problem.severity != "error" for problem in self.problems)

    @property
    def our_number(self) -> str | None:
        return None if self.free_field is None else self.free_field.our_number


def decode(text: str, on: date) -> Decoded:
    """Return what the code says to someone who reads it on day `on`. Never raises."""
    try:
        digits = without_separators(text, ".-", code="boleto", name="A boleto code")
    except BrasilError as error:
        return Decoded(problems=(error.problem,))
    is_collection = digits.startswith(collection.PRODUCT)
    if len(digits) == collection.LINE_LENGTH or (is_collection and len(digits) == collection.BARCODE_LENGTH):
        return _collection(digits)
    if len(digits) == line.LENGTH:
        problems = line.problems_of(digits)
        return Decoded(kind="bank", problems=tuple(problems)) if problems else _bank(line.to_barcode_digits(digits), on)
    if len(digits) == barcode.LENGTH:
        problems = barcode.problems_of(digits)
        return Decoded(kind="bank", problems=tuple(problems)) if problems else _bank(digits, on)
    return Decoded(
        problems=(
            Problem(
                code="boleto.length",
                message=f"A boleto code has 44, 47 or 48 digits, not {len(digits)}.",
                position=len(digits) + 1,
                found=str(len(digits)),
                expected=LENGTHS,
            ),
        )
    )


def _collection(digits: str) -> Decoded:
    problems = collection.problems_of(digits)
    if problems:
        return Decoded(kind="collection", problems=tuple(problems))
    code = collection.parse(digits)
    return Decoded(
        kind="collection",
        barcode=code.digits,
        line=collection.line_of(code),
        segment=code.segment,
        company=code.company,
        amount_cents=code.amount_cents,
    )


def _bank(digits: str, on: date) -> Decoded:
    code = Barcode(digits)
    problems: list[Problem] = []
    due = None
    try:
        due = code.due_on(on)
    except BrasilError as error:
        problems.append(error.problem)
    field = free_field.parse(code.bank, code.free_field)
    if field is not None:
        problems.extend(field.problems)
    return Decoded(
        kind="bank",
        barcode=digits,
        line=line.from_barcode(code),
        bank=code.bank,
        due_on=None if due is None else due.due_on,
        due_cycle=None if due is None else due.cycle,
        amount_cents=code.amount_cents,
        free_field=field,
        problems=tuple(problems),
    )
