"""Whether the records of a CNAB 240 file stand in their order, and its counts and sequences are right."""

from typing import Final

from brasil.bank_files.decoding import Records
from brasil.bank_files.layouts.cnab240 import BANK, FILE_LOTS, FILE_RECORDS, LOT, LOT_RECORDS, LOT_SEQUENCE
from brasil.bank_files.layouts.fields import Field, FieldError, read_number
from brasil.bank_files.problems import Findings

_FILE_HEADER: Final = "0"
_LOT_HEADER: Final = "1"
_DETAIL: Final = "3"
_LOT_TRAILER: Final = "5"
_FILE_TRAILER: Final = "9"
_INSIDE_LOT: Final = frozenset("234")
_AGAIN: Final = "Post nothing of it and fetch it again."


class _Walk:
    """The state of the walk: which lot is open, and what was counted."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.lots: set[str] = set()
        self.lot: str | None = None
        self.lot_line = 0
        self.lot_records = 0
        self.details = 0

    def wrong(self, code: str, message: str, *, line: int, field: str, found: object, expected: object) -> None:
        """Report that the record on `line` is out of order or miscounts."""
        self.findings.error(code, f"{message} {_AGAIN}", line=line, field=field, found=found, expected=expected)


def check_structure(
    records: Records, closing_lot: str | None, findings: Findings, *, lot_details_only: bool = False
) -> None:
    """Walk through the records and report whatever is out of order or miscounted.

    `closing_lot` is what the file trailer has in place of a lot, None for anything. With `lot_details_only` a lot
    trailer may count its details alone, not the lot's header and trailer.
    """
    walk = _Walk(findings)
    bank = BANK.cut(records.lines[0])
    last = len(records.lines) - 1
    for index, (number, line) in enumerate(records):
        if BANK.cut(line) != bank:
            walk.wrong(
                "line.bank",
                "The line is of another bank.",
                line=number,
                field="bank",
                found=BANK.cut(line),
                expected=bank,
            )
        kind = line[7]
        if index == last and kind == _FILE_TRAILER:
            _close_file(walk, records, closing_lot)
        elif kind == _LOT_HEADER:
            _open_lot(walk, line, number)
        elif kind in _INSIDE_LOT:
            _inside_lot(walk, line, number)
        elif kind == _LOT_TRAILER:
            _close_lot(walk, line, number, lot_details_only=lot_details_only)
        elif index != 0:
            walk.wrong(
                "line.out_of_place",
                "The line is no record of this layout, or not here.",
                line=number,
                field="record type",
                found=kind,
                expected="1, 3, 5 or, at the end, 9",
            )
    if last == 0 or records.lines[last][7] != _FILE_TRAILER:
        walk.wrong(
            "trailer.missing",
            "The file has no trailer: it was cut off.",
            line=records.numbers[last],
            field="record type",
            found=records.lines[last][7],
            expected=_FILE_TRAILER,
        )


def _open_lot(walk: _Walk, line: str, number: int) -> None:
    lot = LOT.cut(line)
    if walk.lot is not None:
        walk.wrong(
            "lot.open",
            "A lot begins before the last has ended.",
            line=number,
            field="record type",
            found="1",
            expected="5",
        )
    if lot in walk.lots or not lot.isdecimal():
        walk.wrong(
            "lot.number",
            "A lot's number is used twice or is none.",
            line=number,
            field="lot",
            found=lot,
            expected="a new number",
        )
    walk.lots.add(lot)
    walk.lot, walk.lot_line, walk.lot_records, walk.details = lot, number, 1, 0


def _inside_lot(walk: _Walk, line: str, number: int) -> None:
    walk.lot_records += 1
    if walk.lot is None or LOT.cut(line) != walk.lot:
        walk.wrong(
            "lot.line",
            "The line is of no open lot.",
            line=number,
            field="lot",
            found=LOT.cut(line),
            expected=walk.lot or "none open",
        )
    if line[7] != _DETAIL:
        return
    walk.details += 1
    sequence = LOT_SEQUENCE.cut(line)
    if sequence != f"{walk.details % 100_000:05d}":
        walk.wrong(
            "line.sequence",
            "The number of this line is not the next: lines are missing, doubled or moved.",
            line=number,
            field="sequence in the lot",
            found=sequence,
            expected=f"{walk.details:05d}",
        )


def _close_lot(walk: _Walk, line: str, number: int, *, lot_details_only: bool) -> None:
    walk.lot_records += 1
    if walk.lot is None or LOT.cut(line) != walk.lot:
        walk.wrong(
            "lot.line",
            "The lot trailer is of no open lot.",
            line=number,
            field="lot",
            found=LOT.cut(line),
            expected=walk.lot or "none open",
        )
    stated = _count(walk, LOT_RECORDS, "records in the lot", line, number)
    fitting = {walk.lot_records, walk.lot_records - 2} if lot_details_only else {walk.lot_records}
    if stated is not None and stated not in fitting:
        walk.wrong(
            "lot.records",
            "The lot's number of records is not that of its lines: lines are missing or doubled.",
            line=number,
            field="records in the lot",
            found=stated,
            expected=walk.lot_records,
        )
    walk.lot = None


def _close_file(walk: _Walk, records: Records, closing_lot: str | None) -> None:
    line, number = records.lines[-1], records.numbers[-1]
    if walk.lot is not None:
        walk.wrong(
            "lot.open", "The last lot has no trailer.", line=walk.lot_line, field="record type", found="9", expected="5"
        )
    if closing_lot is not None and LOT.cut(line) != closing_lot:
        walk.wrong(
            "trailer.lot",
            "The file trailer is damaged.",
            line=number,
            field="lot",
            found=LOT.cut(line),
            expected=closing_lot,
        )
    for field, name, counted in (
        (FILE_LOTS, "lots in the file", len(walk.lots)),
        (FILE_RECORDS, "records in the file", len(records.lines)),
    ):
        stated = _count(walk, field, name, line, number)
        if stated is not None and stated != counted:
            walk.wrong(
                "trailer.counts",
                f"The trailer's number of {name} is not what the file holds: it is incomplete or was changed.",
                line=number,
                field=name,
                found=stated,
                expected=counted,
            )


def _count(walk: _Walk, field: Field, name: str, line: str, number: int) -> int | None:
    try:
        stated = read_number(field.cut(line))
    except FieldError:
        stated = None
    if stated is None:
        walk.wrong(
            "trailer.not_a_number",
            "The trailer cannot be read.",
            line=number,
            field=name,
            found=field.cut(line),
            expected="digits",
        )
    return stated
