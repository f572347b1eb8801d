"""Reads CNAB 240 returns, and checks the file whole: header, lots, segments, sequences and counts."""

from datetime import date
from functools import cache
from typing import cast

from brasil.bank_files.cnab240.structure import check_structure
from brasil.bank_files.decoding import Records, read_records
from brasil.bank_files.header import header_field
from brasil.bank_files.layouts.cnab240 import (
    BANK,
    DIRECTION,
    FILE_DATE,
    FILE_SEQUENCE,
    LOT,
    MOVEMENT_CODE,
    OPTIONAL_RECORD,
    PIX_KEY_TYPE,
    PIX_LOCATION,
    PIX_LOCATION_TYPES,
    PIX_TXID,
    SEGMENT,
    WIDTH,
    ReturnLayout,
    return_layout,
)
from brasil.bank_files.layouts.movement_reader import MovementReader
from brasil.bank_files.movement import PixCharge, TitleMovement
from brasil.bank_files.problems import Findings, empty_file
from brasil.bank_files.result import InspectionResult
from brasil.bank_files.review import report_repeats, report_reviews


def read(data: bytes) -> InspectionResult:
    """Read a CNAB 240 file and judge it whole. Never raises: what is wrong is among the problems of the result."""
    records = read_records(data, WIDTH)
    if not records.lines:
        return InspectionResult("cnab240", encoding=records.encoding, problems=(empty_file(),))
    findings = Findings(records.problems)
    header = records.lines[0]
    if header[7] == "0" and DIRECTION.cut(header) == "1":
        from brasil.bank_files.remittance.read import read_cnab240

        return read_cnab240(records)
    bank = BANK.cut(header)
    if header[3:8] != "00000" or not bank.isdecimal() or DIRECTION.cut(header) != "2":
        findings.error(
            "header.missing",
            "The first line is not the header of a return: the file is damaged or is something else.",
            line=records.numbers[0],
            field="bank, lot, record type and direction",
            found=f"{header[:8]} {DIRECTION.cut(header)}",
            expected="the bank's code, 00000 and 2",
        )
        return InspectionResult("cnab240", encoding=records.encoding, problems=findings.as_tuple())
    layout = return_layout(bank)
    check_structure(records, layout.closing_lot, findings, lot_details_only=layout.lot_details_only)
    movements = _read_movements(records, layout, _reader(bank), findings)
    report_reviews(movements, findings)
    report_repeats(movements, findings)
    file_date = header_field(header, FILE_DATE, records.numbers[0], "date", findings)
    file_sequence = header_field(header, FILE_SEQUENCE, records.numbers[0], "sequence", findings)
    return InspectionResult(
        "cnab240",
        bank=bank,
        layout=layout.name,
        file_date=cast("date | None", file_date),
        file_sequence=cast("int | None", file_sequence),
        encoding=records.encoding,
        problems=findings.as_tuple(),
        movements=tuple(movements),
    )


@cache
def _reader(bank: str) -> MovementReader:
    layout = return_layout(bank)
    return MovementReader(layout.movement, layout.codes)


def _read_movements(
    records: Records, layout: ReturnLayout, reader: MovementReader, findings: Findings
) -> list[TitleMovement]:
    movements: list[TitleMovement] = []
    title: tuple[int, str] | None = None
    last_read = False
    skipped: set[str] = set()
    for number, line in records:
        if line[7] != "3":
            _close(title, findings)
            title, last_read = None, False
            continue
        segment = SEGMENT.cut(line)
        if segment == "U" and title is not None:
            movement = _read_pair(title, (number, line), reader, findings)
            last_read = movement is not None
            if movement is not None:
                movements.append(movement)
            title = None
            continue
        _close(title, findings)
        title = None
        if segment == "T":
            title = number, line
        elif segment == "U":
            _report_missing("T", number, findings)
        elif segment == "Y" and last_read:
            movements[-1] = _add_pix(line, layout, movements[-1])
        elif segment not in skipped:
            skipped.add(segment)
            findings.warning(
                "segment.skipped",
                "Segments of this kind tell nothing about titles; they were left out.",
                line=number,
                field="segment",
                found=segment,
                expected="T, U, Y",
            )
    _close(title, findings)
    return movements


def _close(title: tuple[int, str] | None, findings: Findings) -> None:
    if title is not None:
        _report_missing("U", title[0], findings)


def _report_missing(segment: str, number: int, findings: Findings) -> None:
    findings.error(
        "segment.missing",
        f"A title is a segment T followed by a segment U, and this one has no {segment}: lines are missing or moved. "
        "Fetch the file again.",
        line=number,
        field="segment",
        expected=segment,
    )


def _read_pair(
    title: tuple[int, str], amounts: tuple[int, str], reader: MovementReader, findings: Findings
) -> TitleMovement | None:
    number, line = title
    if MOVEMENT_CODE.cut(line) != MOVEMENT_CODE.cut(amounts[1]) or LOT.cut(line) != LOT.cut(amounts[1]):
        findings.error(
            "segment.mismatch",
            "Segments T and U of a title have different movement codes or lots: lines are damaged or moved.",
            line=amounts[0],
            field="movement code",
            found=MOVEMENT_CODE.cut(amounts[1]),
            expected=MOVEMENT_CODE.cut(line),
        )
        return None
    return reader.read(line + amounts[1], number, findings)


def _add_pix(line: str, layout: ReturnLayout, movement: TitleMovement) -> TitleMovement:
    if OPTIONAL_RECORD.cut(line) not in layout.pix_records:
        return movement
    txid, location = PIX_TXID.cut(line).strip(), PIX_LOCATION.cut(line).strip()
    if PIX_KEY_TYPE.cut(line) not in PIX_LOCATION_TYPES:
        location = ""
    if not txid and not location:
        return movement
    return movement._replace(pix=PixCharge(txid or None, location or None))
