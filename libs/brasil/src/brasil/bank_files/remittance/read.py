"""Reads remittances back: what was asked of the bank, as movements of kind `other`, with the file checked whole."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final, cast

from brasil.bank_files.cnab240.structure import check_structure
from brasil.bank_files.cnab400.order import check_order
from brasil.bank_files.codes.table import code_table
from brasil.bank_files.decoding import Records
from brasil.bank_files.header import header_field
from brasil.bank_files.layouts import cnab240
from brasil.bank_files.layouts.cnab400 import BANK, FILE_DATE
from brasil.bank_files.layouts.fields import Field, FieldType, Record
from brasil.bank_files.layouts.movement_reader import MovementLayout, MovementReader
from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.problems import Findings
from brasil.bank_files.remittance.layouts240 import LAYOUTS_240, Layout240
from brasil.bank_files.remittance.layouts400 import LAYOUTS_400, Layout400
from brasil.bank_files.remittance.model import Instruction
from brasil.bank_files.remittance.table import Slot, slots
from brasil.bank_files.remittance.values import Dialect
from brasil.bank_files.result import InspectionResult

# What a value of the tables is called in a movement, and how it is read back.
_READ_AS: Final[Mapping[str, tuple[str, FieldType | None]]] = MappingProxyType(
    {
        "our_number": ("our_number", FieldType.TEXT),
        "document_number": ("document_number", FieldType.TEXT),
        "your_number": ("your_number", FieldType.TEXT),
        "payer_name": ("payer_name", FieldType.TEXT),
        "face": ("face", FieldType.CENTS),
        "abatement": ("abatement", FieldType.CENTS),
        "due": ("due_on", None),
        "issued": ("occurred_on", None),
    }
)
_WORDS: Final = MappingProxyType(
    {
        Instruction.REGISTER: "Registro de título",
        Instruction.WRITE_OFF: "Pedido de baixa",
        Instruction.GRANT_ABATEMENT: "Concessão de abatimento",
        Instruction.CANCEL_ABATEMENT: "Cancelamento de abatimento",
        Instruction.CHANGE_DUE_DATE: "Alteração de vencimento",
        Instruction.PROTEST: "Pedido de protesto",
        Instruction.STOP_PROTEST: "Sustação de protesto",
    }
)


def read_cnab400(records: Records) -> InspectionResult:
    """Read a CNAB 400 remittance; the movements are the titles, with the instruction as their code."""
    findings = Findings(records.problems)
    header, number = records.lines[0], records.numbers[0]
    bank = BANK.cut(header)
    layout = LAYOUTS_400.get(bank)
    if layout is None:
        _unknown_bank(bank, LAYOUTS_400, number, findings)
        return InspectionResult("cnab400", encoding=records.encoding, problems=findings.as_tuple())
    check_order(records, findings)
    reader = _reader_400(bank)
    detail = slots(layout.records[0][0])[0].value
    known = {slots(table)[0].value for table, _ in layout.records}
    movements: list[TitleMovement] = []
    for line_number, line in list(records)[1:-1]:
        if line[0] == detail:
            movement = reader.read(line, line_number, findings)
            if movement:
                movements.append(movement)
        elif line[0] not in known:
            findings.error(
                "line.unknown_type",
                "This bank's remittance has no such record.",
                line=line_number,
                field="record type",
                found=line[0],
                expected=", ".join(sorted(known)),
            )
    file_date = header_field(header, FILE_DATE, number, "date", findings)
    return InspectionResult(
        "cnab400",
        bank=bank,
        layout=layout.name,
        file_date=cast("date | None", file_date),
        file_sequence=_sequence(layout, header),
        encoding=records.encoding,
        problems=findings.as_tuple(),
        movements=tuple(movements),
    )


def read_cnab240(records: Records) -> InspectionResult:
    """Read a CNAB 240 remittance; the movements are the titles, with the instruction as their code."""
    findings = Findings(records.problems)
    header, number = records.lines[0], records.numbers[0]
    bank = cnab240.BANK.cut(header)
    layout = LAYOUTS_240.get(bank)
    if layout is None:
        _unknown_bank(bank, LAYOUTS_240, number, findings)
        return InspectionResult("cnab240", encoding=records.encoding, problems=findings.as_tuple())
    check_structure(records, "9999", findings)
    reader = _reader_240(bank)
    movements: list[TitleMovement] = []
    lines = list(records)
    for index, (line_number, line) in enumerate(lines):
        if line[7] != "3" or cnab240.SEGMENT.cut(line) != "P":
            continue
        following = lines[index + 1][1] if index + 1 < len(lines) else ""
        if cnab240.SEGMENT.cut(following) != "Q":
            findings.error(
                "segment.missing",
                "A title is a segment P followed by a segment Q, and this one has no Q.",
                line=line_number,
                field="segment",
                expected="Q",
            )
            continue
        movement = reader.read(line + following, line_number, findings)
        if movement:
            movements.append(movement)
    file_date = header_field(header, cnab240.FILE_DATE, number, "date", findings)
    file_sequence = header_field(header, cnab240.FILE_SEQUENCE, number, "sequence", findings)
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
def _reader_400(bank: str) -> MovementReader:
    layout: Layout400 = LAYOUTS_400[bank]
    return _reader(slots(layout.records[0][0]), layout.dialect)


@cache
def _reader_240(bank: str) -> MovementReader:
    layout: Layout240 = LAYOUTS_240[bank]
    first, second = (slots(table) for table, _ in layout.segments[:2])
    moved = (slot._replace(first=slot.first + 240, last=slot.last + 240) for slot in second)
    return _reader((*first, *(slot for slot in moved if slot.value == "payer_name")), layout.dialect)


def _reader(table: tuple[Slot, ...], dialect: Dialect) -> MovementReader:
    record: dict[str, Field] = {}
    code: tuple[Field, ...] = ()
    for slot in table:
        if slot.value == "instruction":
            code = (Field(slot.first, slot.last, FieldType.TEXT),)
        elif slot.value in _READ_AS and slot.kind != "=":
            name, type_ = _READ_AS[slot.value]
            dated = FieldType.DMY if slot.kind == "6" else FieldType.DMY4
            record[name] = Field(slot.first, slot.last, type_ or dated)
    movements = "\n".join(f"{value} other {_WORDS[name]}" for name, value in dialect.instructions.items())
    layout = MovementLayout(code=code, record=cast("Record", record), required=frozenset({"face"}))
    return MovementReader(layout, code_table(movements))


def _sequence(layout: Layout400, header: str) -> int | None:
    for slot in slots(layout.header):
        if slot.value == "file_sequence":
            digits = header[slot.first - 1 : slot.last]
            return int(digits) if digits.isdecimal() else None
    return None


def _unknown_bank(bank: str, known: Mapping[str, object], number: int, findings: Findings) -> None:
    findings.error(
        "header.bank",
        "No table knows the remittance of this bank.",
        line=number,
        field="bank",
        found=bank,
        expected=", ".join(sorted(known)),
    )
