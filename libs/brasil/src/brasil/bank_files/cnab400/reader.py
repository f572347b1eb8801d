"""Reads CNAB 400 returns of every bank in the tables, and checks the file whole: header, order, sequence, trailer."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import cast

from brasil.bank_files.cnab400.complements import add_pix, fits
from brasil.bank_files.cnab400.order import check_order
from brasil.bank_files.cnab400.trailer import check_trailer
from brasil.bank_files.decoding import Records, read_records
from brasil.bank_files.header import header_field
from brasil.bank_files.layouts.banks400 import BANK_NAMES, RETURN_BANKS_400, return_layout
from brasil.bank_files.layouts.cnab400 import BANK, BANK_NAME, TRAILER_BANK, WIDTH, ReturnLayout
from brasil.bank_files.layouts.fields import Field
from brasil.bank_files.layouts.movement_reader import MovementReader
from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.problems import Findings, empty_file
from brasil.bank_files.result import InspectionResult
from brasil.bank_files.review import report_repeats, report_reviews


def read(data: bytes) -> InspectionResult:
    """Read a CNAB 400 file and judge it whole. Never raises: what is wrong is among the problems of the result."""
    records = read_records(data, WIDTH)
    findings = Findings(records.problems)
    if not records.lines:
        return InspectionResult("cnab400", encoding=records.encoding, problems=(empty_file(),))
    header = records.lines[0]
    if header[0] == "0" and header[1] == "1":
        from brasil.bank_files.remittance.read import read_cnab400

        return read_cnab400(records)
    bank = BANK.cut(header)
    layout = _choose(header, bank, records.numbers[0], findings)
    if layout is None:
        return InspectionResult(
            "cnab400",
            bank=bank if bank.isdecimal() else None,
            encoding=records.encoding,
            problems=findings.as_tuple(),
        )
    check_order(records, findings)
    movements, all_read = _read_movements(records, layout, findings)
    _check_amounts(movements, layout, findings)
    if records.lines[-1][0] == "9" and len(records.lines) > 1:
        _check_bank(records, layout, findings)
        if all_read:
            check_trailer(layout.trailer, records.lines[-1], records.numbers[-1], movements, findings)
    report_reviews(movements, findings)
    report_repeats(movements, findings)
    file_date = header_field(header, layout.file_date, records.numbers[0], "date", findings)
    return InspectionResult(
        "cnab400",
        bank=bank,
        layout=layout.name,
        file_date=cast("date | None", file_date),
        file_sequence=_file_sequence(header, layout.file_sequence),
        encoding=records.encoding,
        problems=findings.as_tuple(),
        movements=tuple(movements),
    )


def _choose(header: str, bank: str, number: int, findings: Findings) -> ReturnLayout | None:
    if header[:2] != "02" or header[2:9].upper() != "RETORNO":
        findings.error(
            "header.missing",
            "The first line is not the header of a return: the file is damaged or is something else.",
            line=number,
            field="record type and literal",
            found=header[:9],
            expected="02RETORNO",
        )
        return None
    layout = return_layout(bank)
    if layout is None:
        findings.error(
            "header.bank",
            "No table knows the CNAB 400 of this bank: ask the bank for CNAB 240, or add its table.",
            line=number,
            field="bank",
            found=bank,
            expected=", ".join(RETURN_BANKS_400),
        )
        return None
    name = BANK_NAME.cut(header).upper()
    others = (other for other, names in BANK_NAMES.items() if other != bank and any(part in name for part in names))
    if not any(part in name for part in BANK_NAMES[bank]) and (other := next(others, None)):
        findings.error(
            "header.bank_name",
            "The bank's code and name in the header are of two banks: ask the bank to send the file again.",
            line=number,
            field="bank",
            found=f"{bank} {name.strip()}",
            expected=other,
        )
    return layout


@cache
def _readers(bank: str) -> dict[str, MovementReader]:
    layout = return_layout(bank)
    if layout is None:
        return {}
    return {record_type: MovementReader(place, layout.codes) for record_type, place in layout.movements.items()}


def _read_movements(records: Records, layout: ReturnLayout, findings: Findings) -> tuple[list[TitleMovement], bool]:
    """Return the movements, and whether every line that should hold one could be read."""
    readers = _readers(layout.bank)
    movements: list[TitleMovement] = []
    unread: list[int] = []
    second = records.lines[1][0] if len(records.lines) > 1 else ""
    main = second if second in readers else next(iter(readers))

    def unusual(number: int, line: str) -> None:
        movement = _read_unusual(line, number, layout, movements, findings)
        if movement is not None:
            movements.append(movement)
        elif line[0] in readers:
            unread.append(number)

    readers[main].read_many(islice(records, 1, None), main, movements, unusual)
    return movements, not unread


def _read_unusual(
    line: str, number: int, layout: ReturnLayout, movements: list[TitleMovement], findings: Findings
) -> TitleMovement | None:
    """Read what the fast reader gave up: a careful reading, a complement of the movement before, or nothing."""
    record_type = line[0]
    reader = _readers(layout.bank).get(record_type)
    if reader:
        return reader.read(line, number, findings)
    if record_type in "09":
        return None
    complement = layout.complements.get(record_type)
    if complement is None or not movements or not fits(complement, line):
        findings.error(
            "line.unknown_type",
            "This bank's layout has no such record, or not here: the line is damaged. Fetch the file again.",
            line=number,
            field="record type",
            found=record_type,
            expected=", ".join(sorted({*layout.movements, *layout.complements})),
        )
    else:
        movements[-1] = add_pix(complement, line, movements[-1])
    return None


def _check_amounts(movements: Sequence[TitleMovement], layout: ReturnLayout, findings: Findings) -> None:
    if not layout.credited_is_paid_less_fee:
        return
    for movement in movements:
        if movement.settles and movement.paid_cents is not None and movement.credited_cents is not None:
            findings.compare(
                "movement.amounts_disagree",
                "What was credited is not what was paid less the fee: compare this line with the bank statement.",
                line=movement.line,
                field="credited",
                found=movement.credited_cents,
                expected=movement.paid_cents - (movement.fee_cents or 0),
                severity="warning",
            )


def _check_bank(records: Records, layout: ReturnLayout, findings: Findings) -> None:
    bank = TRAILER_BANK.cut(records.lines[-1])
    if bank.strip(" 0") and bank != layout.bank:
        findings.error(
            "trailer.bank",
            "Header and trailer are of two banks: the file was joined from two, or damaged.",
            line=records.numbers[-1],
            field="bank",
            found=bank,
            expected=layout.bank,
        )


def _file_sequence(header: str, field: Field | None) -> int | None:
    """The bank's number of the file, which some banks leave blank or fill with text: then it is unknown."""
    digits = field.cut(header) if field else ""
    return int(digits) if digits.isdecimal() and digits.strip("0") else None
