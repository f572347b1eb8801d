"""Reads CNAB 150, both ways: arrecadação and débito automático, with the trailer's count and total checked."""

from datetime import date
from functools import cache
from typing import cast

from brasil.bank_files.decoding import Records, read_records
from brasil.bank_files.header import header_field
from brasil.bank_files.layouts.cnab150 import (
    BANK,
    CURRENCY,
    DIRECTION,
    FILE_DATE,
    FILE_SEQUENCE,
    HEADER_CODE,
    REAL,
    RECORD_LAYOUTS,
    RECORDS,
    SILENT,
    TOTAL,
    TRAILER_CODE,
    VERSION,
    WIDTH,
)
from brasil.bank_files.layouts.fields import Field, FieldError, read_number
from brasil.bank_files.layouts.movement_reader import MovementReader
from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.problems import Findings, empty_file
from brasil.bank_files.result import InspectionResult
from brasil.bank_files.review import report_repeats, report_reviews


def read(data: bytes) -> InspectionResult:
    """Read a CNAB 150 file and judge it whole. Never raises: what is wrong is among the problems of the result."""
    records = read_records(data, WIDTH)
    if not records.lines:
        return InspectionResult("cnab150", encoding=records.encoding, problems=(empty_file(),))
    findings = Findings(records.problems)
    header, number = records.lines[0], records.numbers[0]
    if header[0] != HEADER_CODE or DIRECTION.cut(header) not in "12":
        findings.error(
            "header.missing",
            "The first line is not a header: the file is damaged or is something else.",
            line=number,
            field="record type and direction",
            found=header[:2],
            expected="A1 or A2",
        )
    movements, total = _read_movements(records, findings)
    _check_trailer(records, total, findings)
    report_reviews(movements, findings)
    report_repeats(movements, findings)
    bank, version = BANK.cut(header), VERSION.cut(header).strip()
    file_date = header_field(header, FILE_DATE, number, "date", findings)
    file_sequence = header_field(header, FILE_SEQUENCE, number, "sequence", findings)
    return InspectionResult(
        "cnab150",
        bank=bank if bank.isdecimal() else None,
        layout=f"febraban-150-v{version}" if version else "febraban-150",
        file_date=cast("date | None", file_date),
        file_sequence=cast("int | None", file_sequence),
        encoding=records.encoding,
        problems=findings.as_tuple(),
        movements=tuple(movements),
    )


@cache
def _reader(record_type: str) -> MovementReader:
    layout = RECORD_LAYOUTS[record_type]
    return MovementReader(layout.movement, layout.codes)


def _read_movements(records: Records, findings: Findings) -> tuple[list[TitleMovement], int]:
    movements: list[TitleMovement] = []
    total = 0
    for index, (number, line) in enumerate(records):
        kind = line[0]
        layout = RECORD_LAYOUTS.get(kind)
        if layout is None:
            _check_place(kind, index, number, records, findings)
            continue
        movement = _reader(kind).read(line, number, findings)
        if layout.amount:
            total += _amount(layout.amount, line)
        if kind == "E" and CURRENCY.cut(line) not in (REAL, "  "):
            findings.error(
                "debit.currency",
                "The amount is not in reais: only currency 03 is read.",
                line=number,
                field="currency",
                found=CURRENCY.cut(line),
                expected=REAL,
            )
        if movement is not None:
            movements.append(_place_date(movement) if kind == "F" else movement)
    return movements, total


def _check_place(kind: str, index: int, number: int, records: Records, findings: Findings) -> None:
    last = len(records.lines) - 1
    if kind in SILENT or (kind == HEADER_CODE and index == 0) or (kind == TRAILER_CODE and index == last):
        return
    findings.error(
        "line.out_of_place",
        "The line is no record of this layout, or not here: the file is damaged. Fetch it again.",
        line=number,
        field="record type",
        found=kind,
        expected=", ".join(sorted(RECORD_LAYOUTS)),
    )


def _amount(field: Field, line: str) -> int:
    try:
        return read_number(field.cut(line)) or 0
    except FieldError:
        return 0


def _place_date(movement: TitleMovement) -> TitleMovement:
    """Beside a debit that was not made the one date of record F is the due date, not the day of anything."""
    if movement.settles:
        return movement
    return movement._replace(occurred_on=None, due_on=movement.occurred_on)


def _check_trailer(records: Records, total: int, findings: Findings) -> None:
    trailer, number = records.lines[-1], records.numbers[-1]
    if trailer[0] != TRAILER_CODE:
        findings.error(
            "trailer.missing",
            "The file has no trailer: it was cut off. Post nothing of it and fetch it again.",
            line=number,
            field="record type",
            found=trailer[0],
            expected=TRAILER_CODE,
        )
        return
    for field, name, counted in ((RECORDS, "number of records", len(records.lines)), (TOTAL, "total amount", total)):
        stated = field.cut(trailer)
        if not stated.isdecimal() or int(stated) != counted:
            findings.error(
                "trailer.totals",
                f"The {name} in the trailer is not that of the lines read: the file is incomplete or was changed. "
                "Post nothing of it and fetch it again.",
                line=number,
                field=name,
                found=stated,
                expected=counted,
            )
