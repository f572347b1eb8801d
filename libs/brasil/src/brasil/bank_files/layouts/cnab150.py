"""CNAB 150: arrecadação (record G) and débito automático (records B to H), FEBRABAN versions 4 to 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from brasil.bank_files.codes.cnab150 import COLLECTION, DEBIT, REGISTRY
from brasil.bank_files.codes.table import CodeTable, ReasonField
from brasil.bank_files.layouts.fields import Field, Record, cents, count, text, ymd
from brasil.bank_files.layouts.movement_reader import MovementLayout, PaidRule

WIDTH: Final = 150
HEADER_CODE: Final = "A"
TRAILER_CODE: Final = "Z"
DIRECTION: Final = text(2, 2)
BANK: Final = text(43, 45)
FILE_DATE: Final = ymd(66)
FILE_SEQUENCE: Final = count(74, 79)
VERSION: Final = text(80, 81)
RECORDS: Final = count(2, 7)
TOTAL: Final = cents(8, 24)
CURRENCY: Final = text(68, 69)
REAL: Final = "03"
# Confirmations of a file, agencies and the like: part of the count, nothing about a title.
SILENT: Final = frozenset("IJKLTX")


class RecordLayout(NamedTuple):
    """One kind of record: where its movement stands, with which codes, and what it adds to the file's total."""

    movement: MovementLayout
    codes: CodeTable
    amount: Field | None = None


_CLIENT: Final[Record] = {"your_number": text(2, 26)}
_MARKED: Final = (text(1, 1), text(150, 150))
_DEBIT_AMOUNT: Final = cents(53, 67)

RECORD_LAYOUTS: Final[Mapping[str, RecordLayout]] = MappingProxyType(
    {
        "G": RecordLayout(
            MovementLayout(
                code=(text(1, 1),),
                record={
                    "occurred_on": ymd(22),
                    "credit_on": ymd(30),
                    "document_number": text(38, 81),
                    "paid": cents(82, 93),
                    "fee": cents(94, 100),
                },
                required=frozenset({"paid"}),
            ),
            COLLECTION,
            cents(82, 93),
        ),
        "F": RecordLayout(
            MovementLayout(
                code=(text(68, 69),),
                record={
                    **_CLIENT,
                    "document_number": text(70, 129),
                    "occurred_on": ymd(45),
                    "face": _DEBIT_AMOUNT,
                    "paid": _DEBIT_AMOUNT,
                },
                paid_rule=PaidRule.ASKED,
                required=frozenset({"paid"}),
            ),
            DEBIT,
            _DEBIT_AMOUNT,
        ),
        "E": RecordLayout(
            MovementLayout(
                code=_MARKED,
                record={**_CLIENT, "document_number": text(70, 129), "due_on": ymd(45), "face": _DEBIT_AMOUNT},
                required=frozenset({"face"}),
            ),
            REGISTRY,
            _DEBIT_AMOUNT,
        ),
        "B": RecordLayout(MovementLayout(code=_MARKED, record={**_CLIENT, "occurred_on": ymd(45)}), REGISTRY),
        "C": RecordLayout(
            MovementLayout(code=_MARKED, record=_CLIENT, reasons=(ReasonField(45, 124, width=0),)), REGISTRY
        ),
        "D": RecordLayout(
            MovementLayout(
                code=_MARKED,
                record={**_CLIENT, "document_number": text(45, 69)},
                reasons=(ReasonField(70, 127, width=0),),
            ),
            REGISTRY,
        ),
        "H": RecordLayout(
            MovementLayout(
                code=_MARKED,
                record={**_CLIENT, "document_number": text(45, 69)},
                reasons=(ReasonField(70, 127, width=0),),
            ),
            REGISTRY,
        ),
    }
)
