"""CNAB 240 returns: FEBRABAN's layout (v10.6) and what some banks do differently.

A title is a segment T followed by its segment U; the table treats the two as one line of 480 characters, so that a
position p of segment U stands at 240 + p.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from brasil.bank_files.codes.febraban import FEBRABAN_240
from brasil.bank_files.codes.table import CodeTable, ReasonField
from brasil.bank_files.layouts.fields import Field, Record, cents, count, dmy, text
from brasil.bank_files.layouts.movement_reader import MovementLayout

WIDTH: Final = 240
BANK: Final = text(1, 3)
LOT: Final = text(4, 7)
DIRECTION: Final = text(143, 143)
FILE_DATE: Final = dmy(144, 151)
FILE_SEQUENCE: Final = count(158, 163)
LOT_SEQUENCE: Final = text(9, 13)
SEGMENT: Final = text(14, 14)
MOVEMENT_CODE: Final = text(16, 17)
OPTIONAL_RECORD: Final = text(18, 19)
SERVICE: Final = text(10, 11)
LOT_RECORDS: Final = count(18, 23)
LOT_TITLES: Final = count(24, 29)
LOT_VALUE: Final = cents(30, 46)
FILE_LOTS: Final = count(18, 23)
FILE_RECORDS: Final = count(24, 29)
COLLECTION_SERVICE: Final = "01"

PIX_KEY_TYPE: Final = text(81, 81)
PIX_LOCATION: Final = text(82, 158)
PIX_TXID: Final = text(159, 193)
# Types 1 to 4 are the payee's CPF, CNPJ, telephone or e-mail: a key, not a place where the charge is.
PIX_LOCATION_TYPES: Final = "5 0"


def _u(first: int, last: int) -> Field:
    return cents(240 + first, 240 + last)


_SEGMENT_U: Final[Record] = {
    "interest": _u(18, 32),
    "discount": _u(33, 47),
    "abatement": _u(48, 62),
    "paid": _u(78, 92),
    "credited": _u(93, 107),
    "occurred_on": dmy(378, 385),
    "credit_on": dmy(386, 393),
}

_SEGMENT_T: Final[Record] = {
    "our_number": text(38, 57),
    "document_number": text(59, 73),
    "due_on": dmy(74, 81),
    "face": cents(82, 96),
    "your_number": text(106, 130),
    "payer_name": text(149, 188),
    "fee": cents(199, 213),
}


@dataclass(frozen=True)
class ReturnLayout:
    """One bank's CNAB 240 return.

    `pix_records` are the kinds of segment Y (positions 18 and 19) that tell a Pix charge. `lot_details_only`: the lot
    trailer may count the details alone. `closing_lot`: what stands for the lot in the file trailer; None is anything.
    """

    name: str
    codes: CodeTable
    movement: MovementLayout
    pix_records: frozenset[str] = frozenset({"03", "04"})
    lot_details_only: bool = False
    closing_lot: str | None = "9999"


_REASONS: Final = ReasonField(214, 223)


def _movement(changes: Mapping[str, Field] = MappingProxyType({}), reasons: ReasonField = _REASONS) -> MovementLayout:
    return MovementLayout(
        code=(MOVEMENT_CODE,),
        record={**_SEGMENT_T, **_SEGMENT_U, **changes},
        reasons=(reasons,),
        required=frozenset({"face", "paid"}),
    )


def _itau(base: ReturnLayout) -> ReturnLayout:
    from brasil.bank_files.codes.itau import ITAU_240

    # 38 to 40 is the carteira, 49 the check digit.
    changes = {"our_number": text(41, 48), "document_number": text(59, 68)}
    reasons = ReasonField(214, 221, group_width=MappingProxyType({"allegation": 4}))
    return replace(base, name="itau-240", codes=ITAU_240, movement=_movement(changes, reasons))


def _santander(_: ReturnLayout) -> ReturnLayout:
    from brasil.bank_files.codes.santander import SANTANDER_240

    # Agency and account are shorter than FEBRABAN's, so all of segment T behind them stands four positions earlier.
    changes = {
        "our_number": text(41, 53),
        "document_number": text(55, 69),
        "due_on": dmy(70, 77),
        "face": cents(78, 92),
        "your_number": text(101, 125),
        "payer_name": text(144, 183),
        "fee": cents(194, 208),
    }
    return ReturnLayout(
        "santander-240",
        SANTANDER_240,
        _movement(changes, ReasonField(209, 218)),
        pix_records=frozenset({"03"}),
        lot_details_only=True,
        closing_lot=None,
    )


def _caixa(base: ReturnLayout) -> ReturnLayout:
    from brasil.bank_files.codes.caixa import CAIXA_240

    changes = {"our_number": text(40, 56), "document_number": text(59, 69)}
    # A settlement's reasons are the channel it was paid through and how, each in its place (note C047-C).
    reasons = ReasonField(214, 223, groups=("channel", "form"))
    return replace(base, name="caixa-240", codes=CAIXA_240, movement=_movement(changes, reasons))


def _sicoob(base: ReturnLayout) -> ReturnLayout:
    # 48 and 49 are the instalment, 50 and 51 the modality, 52 the kind of form.
    return replace(base, name="sicoob-240", movement=_movement({"our_number": text(38, 47)}))


def _sicredi(base: ReturnLayout) -> ReturnLayout:
    from brasil.bank_files.codes.sicredi import SICREDI_240

    return replace(base, name="sicredi-240", codes=SICREDI_240)


_BANKS: Final = MappingProxyType({"033": _santander, "104": _caixa, "341": _itau, "748": _sicredi, "756": _sicoob})


@cache
def return_layout(bank: str) -> ReturnLayout:
    """The CNAB 240 return layout of a bank: its own table, or FEBRABAN's for the banks that keep to it."""
    base = ReturnLayout("febraban-240", FEBRABAN_240, _movement())
    change = _BANKS.get(bank)
    return change(base) if change else base
