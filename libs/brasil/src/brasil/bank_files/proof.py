"""What a damaged byte may do to a bank file that is still accepted: the invariant of the fuzz and fault campaigns.

No CNAB layout has a checksum over a line. So one changed character inside a field goes unseen if what results is
again a value of that field, and the file's own counts and sums do not speak of it:

- a digit of an amount: the amount paid in all CNAB 400 layouts but Bradesco's (its trailer sums by code, face or
  paid) and in CNAB 240; the face value in all CNAB 400 layouts but Itaú's and Bradesco's, and in CNAB 240; interest,
  fine, discount, abatement and fee everywhere. CNAB 150 sums every amount but the fee;
- a digit of a date that is still a day of the calendar;
- a character of nosso número, of a document's or the company's number, of a name, of Pix data;
- the bank's code in the header of CNAB 150, which nothing else in the file repeats;
- a movement code that becomes another code of the same bank (Bradesco counts some of them), or a reason code.

Everything else (record type, bank, lot, sequence, counts, sums, segments, letters in amounts, lines lost, doubled,
moved or cut off) refuses the file. And what such a change does is bounded: the movements of all other lines stay as
they are, and in the changed line only what is read from the changed position. `check_damage` asserts exactly that.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from brasil.bank_files.decoding import read_records
from brasil.bank_files.detect import inspect
from brasil.bank_files.layouts import banks400, cnab150, cnab240
from brasil.bank_files.layouts.movement_reader import MovementLayout
from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.result import InspectionResult

_WIDTHS: Final = MappingProxyType({"cnab400": 400, "cnab240": 240, "cnab150": 150})
_JUDGED: Final = frozenset({"paid_cents", "credited_cents", "needs_review"})
_OF_CODE: Final = _JUDGED | {
    "kind",
    "code",
    "description",
    "reasons",
    "partial",
    "reverses_payment",
    "credit_on",
    "occurred_on",
    "due_on",
}
_OF_RECORD: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "our_number": frozenset({"our_number"}),
        "document_number": frozenset({"document_number"}),
        "your_number": frozenset({"your_number"}),
        "payer_name": frozenset({"payer_name"}),
        "occurred_on": frozenset({"occurred_on", "due_on"}),
        "credit_on": frozenset({"credit_on"}),
        "due_on": frozenset({"due_on"}),
        "face": _JUDGED | {"face_cents"},
        "paid": _JUDGED,
        "credited": frozenset({"credited_cents"}),
        "interest": _JUDGED | {"interest_cents"},
        "fine": frozenset({"fine_cents"}),
        "discount": _JUDGED | {"discount_cents"},
        "abatement": _JUDGED | {"abatement_cents"},
        "fee": _JUDGED | {"fee_cents"},
    }
)


def check_damage(original: bytes, damaged: bytes) -> None:
    """Raise AssertionError if the damaged file is accepted and says other money than the damage can explain."""
    after = inspect(damaged)
    if not after.accepted:
        return
    before = _inspected(original)
    _require(after.format == before.format, "another format")
    _require(after.bank == before.bank or after.format == "cnab150", "another bank")
    width = _WIDTHS[before.format or ""]
    old, new = read_records(original, width), read_records(damaged, width)
    _require(len(old.lines) == len(new.lines), "another number of lines")
    changed = {
        number: {position for position, pair in enumerate(zip(first, second, strict=True), 1) if pair[0] != pair[1]}
        for number, first, second in zip(old.numbers, old.lines, new.lines, strict=True)
        if first != second
    }
    lines = dict(zip(new.numbers, new.lines, strict=True))
    _compare(_settled(before), _settled(after), changed, lines, before)


# A campaign damages one file thousands of times.
_inspected = lru_cache(maxsize=2)(inspect)


def _require(truth: object, sentence: str) -> None:
    if not truth:
        raise AssertionError(sentence)


def _settled(result: InspectionResult) -> dict[int, TitleMovement]:
    return {movement.line: movement for movement in result.movements if movement.settles}


def _compare(
    before: Mapping[int, TitleMovement],
    after: Mapping[int, TitleMovement],
    changed: Mapping[int, set[int]],
    lines: Mapping[int, str],
    result: InspectionResult,
) -> None:
    for number in before.keys() | after.keys():
        positions = _positions(result.format, number, changed)
        may_change = _explained(result, lines[number], positions)
        old, new = before.get(number), after.get(number)
        if old is None or new is None:
            _require(may_change & {"kind", "needs_review"}, f"line {number} settles no more, or only now")
            continue
        for name, first, second in zip(TitleMovement._fields, old, new, strict=True):
            if name != "pix" and first != second:
                _require(name in may_change, f"line {number}: {name} was {first!r}, is {second!r}")


def _positions(format_: str | None, number: int, changed: Mapping[int, set[int]]) -> set[int]:
    positions = set(changed.get(number, ()))
    if format_ == "cnab240":
        # Segment U stands on the next line, and in the layout 240 positions further on.
        positions |= {position + 240 for position in changed.get(number + 1, ())}
    return positions


def _explained(result: InspectionResult, line: str, positions: Iterable[int]) -> set[str]:
    layout = _layout(result, line)
    names: set[str] = set()
    for position in positions:
        if any(field.first <= position <= field.last for field in layout.code):
            names |= _OF_CODE
        for name, field in layout.record.items():
            if field.first <= position <= field.last:
                names |= _OF_RECORD[name]
        places = [(mark.first, mark.last) for mark in layout.reasons]
        if layout.partial:
            places.append((layout.partial.first, layout.partial.last))
        if any(first <= position <= last for first, last in places):
            names |= {"reasons", "partial"}
    return names


def _layout(result: InspectionResult, line: str) -> MovementLayout:
    if result.format == "cnab240":
        return cnab240.return_layout(result.bank or "").movement
    if result.format == "cnab150":
        return cnab150.RECORD_LAYOUTS[line[0]].movement
    layout = banks400.return_layout(result.bank or "")
    if layout is None:
        raise AssertionError("an accepted file of a bank that no table knows")
    return layout.movements[line[0]]
