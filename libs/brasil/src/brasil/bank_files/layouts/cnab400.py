"""CNAB 400 returns: what the reader needs to know of a bank, and the skeleton that the banks' layouts share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from brasil.bank_files.codes.table import CodeTable
from brasil.bank_files.layouts.fields import Field, Record, cents, dmy, text
from brasil.bank_files.layouts.movement_reader import MovementLayout
from brasil.errors import Severity

WIDTH: Final = 400
BANK: Final = text(77, 79)
BANK_NAME: Final = text(80, 94)
FILE_DATE: Final = dmy(95)
SEQUENCE: Final = text(395, 400)
TRAILER_BANK: Final = text(5, 7)


@dataclass(frozen=True)
class Complement:
    """A record that adds to the movement before it: a Pix charge, or nothing that concerns the movement.

    `blank` must be blank and `constant` must stand where it says, so that a damaged movement is not taken for one.
    `location_types`: the values of `key_type` beside which the location is one and not the Pix key of the payee.
    """

    txid: Field | None = None
    location: Field | None = None
    key_type: Field | None = None
    location_types: str = ""
    blank: Field | None = None
    constant: tuple[Field, str] | None = None


@dataclass(frozen=True)
class TrailerCheck:
    """A count or sum in the trailer over the movements with `codes` (all if empty).

    `what` names the sums that it may be: count, face, paid. A field that the bank left blank states nothing.
    """

    name: str
    field: Field
    what: tuple[str, ...]
    codes: frozenset[str] = frozenset()
    wider_codes: frozenset[str] = frozenset()
    severity: Severity = "error"


@dataclass(frozen=True)
class ReturnLayout:
    """One bank's CNAB 400 return. `movements` and `complements` are keyed by the record type in position 1."""

    bank: str
    name: str
    codes: CodeTable
    movements: Mapping[str, MovementLayout]
    complements: Mapping[str, Complement] = field(default_factory=dict)
    file_date: Field = FILE_DATE
    file_sequence: Field | None = None
    trailer: tuple[TrailerCheck, ...] = ()
    credited_is_paid_less_fee: bool = False


def skeleton(**changes: Field | None) -> Record:
    """The fields at the places that most banks share; `changes` moves a field or, with None, takes it out."""
    shared: dict[str, Field | None] = {
        "your_number": text(38, 62),
        "occurred_on": dmy(111),
        "document_number": text(117, 126),
        "due_on": dmy(147),
        "face": cents(153, 165),
        "fee": cents(176, 188),
        "abatement": cents(228, 240),
        "discount": cents(241, 253),
        "paid": cents(254, 266),
        "interest": cents(267, 279),
        "credit_on": dmy(296),
    }
    return {name: place for name, place in {**shared, **changes}.items() if place is not None}


CODE: Final = (text(109, 110),)
