"""The banks whose CNAB 400 returns are read. A new bank is a new entry here and a table of codes.

Sources are the banks' own manuals: Itaú Cobrança 400 (Jul/2021), Bradesco 400 posições, BB CBR643, Santander H7800,
Caixa SIGCB 400, Sicoob, Sicredi CNAB 400 (2019), Inter, BNB, Banrisul, Fibra (May/2022), Pine.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from brasil.bank_files.codes.table import ReasonField
from brasil.bank_files.layouts.cnab400 import CODE, Complement, ReturnLayout, TrailerCheck, skeleton
from brasil.bank_files.layouts.fields import cents, count, dmy, text, ymd
from brasil.bank_files.layouts.movement_reader import MovementLayout, PaidRule


def _itau() -> ReturnLayout:
    from brasil.bank_files.codes.itau import ITAU_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(63, 70), payer_name=text(325, 354)),
        reasons=(
            ReasonField(378, 385, group_width={"allegation": 4}),
            ReasonField(393, 394, group="channel", settled_only=True),
        ),
        paid_rule=PaidRule.NET_OF_FEE,
    )
    return ReturnLayout(
        bank="341",
        name="itau-400",
        codes=ITAU_400,
        movements={"1": detail},
        complements={
            "3": Complement(location=text(2, 391), constant=(text(2, 7), "000201")),
            "4": Complement(),
        },
        file_sequence=count(109, 113),
        trailer=(
            TrailerCheck("number of movements", count(213, 220), ("count",)),
            TrailerCheck("sum of face values", cents(221, 234), ("face",)),
        ),
    )


def _bradesco() -> ReturnLayout:
    from brasil.bank_files.codes.bradesco import BRADESCO_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(71, 82)),
        reasons=(ReasonField(319, 328),),
        partial=text(106, 107),
    )
    by_code = {
        "02": (count(58, 62), cents(63, 74)),
        "06": (count(87, 91), cents(92, 103)),
        "09 10": (count(104, 108), cents(109, 120)),
        "13": (count(121, 125), cents(126, 137)),
        "14": (count(138, 142), cents(143, 154)),
        "12": (count(155, 159), cents(160, 171)),
        "19": (count(172, 176), cents(177, 188)),
    }
    settled = frozenset({"06", "15", "17"})
    checks: list[TrailerCheck] = []
    for group, (number, value) in by_code.items():
        narrow = frozenset(group.split())
        wider = settled if group == "06" else narrow
        checks.append(TrailerCheck(f"number of movements {group}", number, ("count",), narrow, wider))
        # 12 and 13 may be summed as face or as abatement: the manual does not say.
        if group not in ("12", "13"):
            checks.append(TrailerCheck(f"sum of movements {group}", value, ("face", "paid"), narrow, wider))
    return ReturnLayout(
        bank="237",
        name="bradesco-400",
        codes=BRADESCO_400,
        movements={"1": detail},
        complements={
            "3": Complement(constant=(text(44, 46), "237")),
            "4": Complement(location=text(29, 105), txid=text(106, 140), blank=text(141, 394)),
        },
        file_sequence=count(109, 113),
        trailer=tuple(checks),
    )


def _banco_do_brasil() -> ReturnLayout:
    from brasil.bank_files.codes.banco_do_brasil import BB_400

    # Convênio of 7 digits: record 7 and the 17-digit nosso número. Convênio of 4 or 6: record 1 (11 digits and DV).
    long = skeleton(
        your_number=text(39, 63),
        our_number=text(64, 80),
        credit_on=dmy(176),
        fee=cents(182, 188),
        credited=cents(306, 318),
    )
    short = {**long, "your_number": text(38, 62), "our_number": text(63, 74)}
    return ReturnLayout(
        bank="001",
        name="bb-400",
        codes=BB_400,
        movements={
            "7": MovementLayout(code=CODE, record=long, reasons=(ReasonField(87, 88),)),
            "1": MovementLayout(code=CODE, record=short, reasons=(ReasonField(81, 82),)),
        },
        complements={"5": Complement(constant=(text(2, 2), "9")), "2": Complement(blank=text(300, 394))},
        file_sequence=count(101, 107),
        credited_is_paid_less_fee=True,
    )


def _santander() -> ReturnLayout:
    from brasil.bank_files.codes.santander import SANTANDER_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(63, 70), fine=cents(280, 292), payer_name=text(302, 337)),
        reasons=(ReasonField(137, 145, width=3),),
    )
    return ReturnLayout(
        bank="033",
        name="santander-400",
        codes=SANTANDER_400,
        movements={"1": detail},
        complements={
            "2": Complement(
                key_type=text(2, 2),
                location_types="5 ",
                location=text(3, 79),
                txid=text(80, 114),
                blank=text(115, 394),
            )
        },
        file_sequence=count(392, 394),
    )


def _caixa() -> ReturnLayout:
    from brasil.bank_files.codes.caixa import CAIXA_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(57, 73), your_number=text(32, 56), credit_on=dmy(294), fine=cents(280, 292)),
        reasons=(ReasonField(80, 82, width=3),),
    )
    return ReturnLayout(
        bank="104",
        name="caixa-400",
        codes=CAIXA_400,
        movements={"1": detail},
        file_sequence=count(390, 394),
    )


def _sicoob() -> ReturnLayout:
    from brasil.bank_files.codes.sicoob import SICOOB_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(63, 74), credit_on=dmy(176), fee=cents(182, 188), credited=cents(306, 318)),
        reasons=(ReasonField(81, 82),),
    )
    return ReturnLayout(
        bank="756",
        name="sicoob-400",
        codes=SICOOB_400,
        movements={"1": detail},
        file_sequence=count(101, 107),
    )


def _sicredi() -> ReturnLayout:
    from brasil.bank_files.codes.sicredi import SICREDI_400

    detail = MovementLayout(
        code=CODE,
        record=skeleton(our_number=text(48, 62), your_number=None, credit_on=ymd(329), fine=cents(280, 292)),
        reasons=(ReasonField(319, 328),),
    )
    return ReturnLayout(
        bank="748",
        name="sicredi-400",
        codes=SICREDI_400,
        movements={"1": detail},
        file_date=ymd(95),
        file_sequence=count(111, 117),
    )


def _inter() -> ReturnLayout:
    from brasil.bank_files.codes.inter import INTER_400

    record = {
        "your_number": text(38, 62),
        "our_number": text(71, 81),
        "occurred_on": dmy(92),
        "document_number": text(98, 107),
        "due_on": dmy(119),
        "face": cents(125, 137),
        "paid": cents(160, 172),
        "credit_on": dmy(173),
        "payer_name": text(182, 221),
    }
    detail = MovementLayout(code=(text(90, 91),), record=record, reasons=(ReasonField(241, 380, width=0),))
    return ReturnLayout(
        bank="077",
        name="inter-400",
        codes=INTER_400,
        movements={"1": detail},
        file_sequence=count(101, 107),
        trailer=(TrailerCheck("number of titles", count(18, 25), ("count",)),),
    )


def _bnb() -> ReturnLayout:
    from brasil.bank_files.codes.others import BNB_400

    detail = MovementLayout(code=CODE, record=skeleton(our_number=text(63, 70)))
    return ReturnLayout(
        bank="004",
        name="bnb-400",
        codes=BNB_400,
        movements={"1": detail},
        file_sequence=count(109, 113),
    )


def _banrisul() -> ReturnLayout:
    from brasil.bank_files.codes.others import BANRISUL_400

    detail = MovementLayout(code=CODE, record=skeleton(our_number=text(63, 72)), reasons=(ReasonField(383, 392),))
    return ReturnLayout(
        bank="041",
        name="banrisul-400",
        codes=BANRISUL_400,
        movements={"1": detail},
        file_sequence=count(109, 113),
    )


def _autbank(bank: str, name: str) -> Callable[[], ReturnLayout]:
    """The layout that several middle-sized banks share."""

    def layout() -> ReturnLayout:
        from brasil.bank_files.codes.others import AUTBANK_400

        detail = MovementLayout(
            code=CODE,
            record=skeleton(our_number=text(63, 73), credit_on=dmy(386)),
            reasons=(ReasonField(378, 385),),
            credit_when_settled=True,
        )
        return ReturnLayout(
            bank=bank,
            name=name,
            codes=AUTBANK_400,
            movements={"1": detail},
            file_sequence=count(109, 113),
        )

    return layout


_LAYOUTS: Final[Mapping[str, Callable[[], ReturnLayout]]] = MappingProxyType(
    {
        "001": _banco_do_brasil,
        "004": _bnb,
        "033": _santander,
        "041": _banrisul,
        "077": _inter,
        "104": _caixa,
        "224": _autbank("224", "fibra-400"),
        "237": _bradesco,
        "341": _itau,
        "643": _autbank("643", "pine-400"),
        "748": _sicredi,
        "756": _sicoob,
    }
)

# How a header (positions 80 to 94) may name its bank: a name of another one means a damaged bank code.
BANK_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "001": ("BANCO DO BRASIL", "BANCODOBRASIL"),
        "004": ("NORDESTE",),
        "033": ("SANTANDER",),
        "041": ("BANRISUL",),
        "077": ("INTER",),
        "104": ("CAIXA", "C ECON"),
        "224": ("FIBRA",),
        "237": ("BRADESCO",),
        "341": ("ITAU",),
        "643": ("PINE",),
        "748": ("SICREDI",),
        "756": ("BANCOOB", "SICOOB"),
    }
)

RETURN_BANKS_400: Final = tuple(sorted(_LAYOUTS))


@cache
def return_layout(bank: str) -> ReturnLayout | None:
    """The CNAB 400 return layout of a bank, by its three-digit code; None if no table knows the bank."""
    make = _LAYOUTS.get(bank)
    return make() if make else None
