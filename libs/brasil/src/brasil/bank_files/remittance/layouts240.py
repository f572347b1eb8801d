"""CNAB 240 remittances as tables: FEBRABAN's layout (v10.6) and the banks that differ from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from brasil.bank_files.remittance.model import Instruction
from brasil.bank_files.remittance.table import changed
from brasil.bank_files.remittance.values import Dialect


@dataclass(frozen=True)
class Layout240:
    """One bank's remittance; `segments` are those of one title, each with the value that calls for it."""

    name: str
    dialect: Dialect
    header: str
    lot_header: str
    segments: tuple[tuple[str, str | None], ...]
    lot_trailer: str
    trailer: str


_HEADER: Final = """
1-3 9 bank
4-8 = 00000
18 9 company_type
19-32 9 company_tax_id
33-52 X agreement
53-57 9 branch
58 X branch_digit
59-70 9 account
71 X account_digit
73-102 X company_name
103-132 X bank_name
143 = 1
144-151 8 file_date
152-157 = 000000
158-163 9 file_sequence
164-166 9 file_version
167-171 = 00000
"""

_LOT_HEADER: Final = """
1-3 9 bank
4-7 9 lot
8-9 = 1R
10-11 = 01
14-16 9 lot_version
18 9 company_type
19-33 9 company_tax_id
34-53 X agreement
54-58 9 branch
59 X branch_digit
60-71 9 account
72 X account_digit
74-103 X company_name
104-143 X message1
144-183 X message2
184-191 9 file_sequence
192-199 8 file_date
200-207 = 00000000
"""

_SEGMENT: Final = """
1-3 9 bank
4-7 9 lot
8 = 3
9-13 9 lot_sequence
16-17 9 instruction
"""

_P: Final = changed(
    _SEGMENT,
    """
    14 = P
    18-22 9 branch
    23 X branch_digit
    24-35 9 account
    36 X account_digit
    38-57 T our_number
    58 X wallet
    59 = 1
    60 = 2
    61 = 2
    62 = 2
    63-77 T document_number
    78-85 8 due
    86-100 9 face
    101-105 = 00000
    107-108 9 species
    109 X accepted
    110-117 8 issued
    118 9 interest_code
    119-126 8 interest_from
    127-141 9 interest
    142 9 discount1_code
    143-150 8 discount1_until
    151-165 9 discount1
    166-180 = 000000000000000
    181-195 9 abatement
    196-220 T your_number
    221 9 protest_code
    222-223 9 protest_days
    224 9 write_off_code
    225-227 9 write_off_days
    228-229 = 09
    230-239 = 0000000000
    """,
)

_Q: Final = changed(
    _SEGMENT,
    """
    14 = Q
    18 9 payer_type
    19-33 9 payer_tax_id
    34-73 X payer_name
    74-113 X payer_street
    114-128 X payer_district
    129-136 9 payer_postal_code
    137-151 X payer_city
    152-153 X payer_state
    154 9 guarantor_type
    155-169 9 guarantor_tax_id
    170-209 X guarantor_name
    210-212 = 000
    """,
)

_R: Final = changed(
    _SEGMENT,
    """
    14 = R
    18 9 discount2_code
    19-26 8 discount2_until
    27-41 9 discount2
    42 9 discount3_code
    43-50 8 discount3_until
    51-65 9 discount3
    66 9 fine_code
    67-74 8 fine_from
    75-89 9 fine
    """,
)

_S: Final = changed(
    _SEGMENT,
    """
    14 = S
    18 = 3
    19-58 X message1
    59-98 X message2
    99-138 X message3
    139-178 X message4
    179-218 X message5
    """,
)

_Y03: Final = changed(_SEGMENT, "14 = Y\n18-19 = 03\n81 9 pix_kind\n82-158 T pix_key\n159-193 T pix_txid")

_LOT_TRAILER: Final = """
1-3 9 bank
4-7 9 lot
8 = 5
18-23 9 lot_records
24-29 9 titles
30-46 9 total
47-115 = 000000000000000000000000000000000000000000000000000000000000000000000
"""

_TRAILER: Final = """
1-3 9 bank
4-8 = 99999
18-23 9 lots
24-29 9 file_records
30-35 = 000000
"""

_INSTRUCTIONS: Final[Mapping[Instruction, str]] = MappingProxyType(
    {
        Instruction.REGISTER: "01",
        Instruction.WRITE_OFF: "02",
        Instruction.GRANT_ABATEMENT: "04",
        Instruction.CANCEL_ABATEMENT: "05",
        Instruction.CHANGE_DUE_DATE: "06",
        Instruction.PROTEST: "09",
        Instruction.STOP_PROTEST: "10",
    }
)

_FEBRABAN: Final = Layout240(
    name="febraban-240-remittance",
    dialect=Dialect(
        instructions=_INSTRUCTIONS,
        interest={"none": "3", "day": "1", "month": "2"},
        fine={"none": "0", "cents": "1", "percent": "2"},
        discount={"none": "0", "cents": "1", "percent": "2"},
        protest={"none": "3", "days": "1", "working": "2"},
        write_off={"none": "2", "days": "1"},
        most_discounts=3,
    ),
    header=_HEADER,
    lot_header=_LOT_HEADER,
    segments=((_P, None), (_Q, None), (_R, "terms"), (_S, "messages"), (_Y03, "pix_key")),
    lot_trailer=_LOT_TRAILER,
    trailer=_TRAILER,
)

_BANCO_DO_BRASIL: Final = replace(
    _FEBRABAN,
    header=changed(_HEADER, "33-41 9 agreement\n42-45 = 0014\n46-47 9 wallet\n48-50 9 variation"),
    lot_header=changed(_LOT_HEADER, "34-42 9 agreement\n43-46 = 0014\n47-48 9 wallet\n49-51 9 variation"),
    segments=((changed(_P, "58 = 1\n59-62 - blank"), None), *_FEBRABAN.segments[1:]),
)

_SANTANDER: Final = replace(
    _FEBRABAN,
    name="santander-240-remittance",
    dialect=replace(_FEBRABAN.dialect, rate_decimals=5, instructions={**_INSTRUCTIONS, Instruction.STOP_PROTEST: "18"}),
    header=changed(_HEADER, "17 9 company_type\n18-32 9 company_tax_id\n33-47 9 agreement\n48-72 - blank"),
    lot_header=changed(_LOT_HEADER, "34-53 - blank\n54-68 9 agreement\n69-73 - blank"),
    segments=(
        (
            changed(
                _P,
                """
                18-21 9 branch
                22 9 branch_digit
                23-31 9 account
                32 9 account_digit
                33-41 9 account
                42 9 account_digit
                45-57 9 our_number
                61-62 - blank
                225 = 0
                226-227 9 write_off_days
                230-239 - blank
                """,
            ),
            None,
        ),
        *_FEBRABAN.segments[1:],
    ),
)

_CAIXA: Final = replace(
    _FEBRABAN,
    name="caixa-240-remittance",
    dialect=replace(
        _FEBRABAN.dialect,
        protest={"none": "3", "days": "1"},
        write_off={"none": "1", "days": "1"},
    ),
    header=changed(
        _HEADER,
        """
        33-52 = 00000000000000000000
        59-65 9 agreement
        66-72 = 0000000
        192-211 = REMESSA-PRODUCAO
        """,
    ),
    lot_header=changed(
        _LOT_HEADER, "12-13 = 00\n34-40 9 agreement\n41-53 = 0000000000000\n60-72 = 0000000000000\n73 = 0"
    ),
    segments=(
        (
            changed(
                _P,
                """
                24-30 9 agreement
                31-39 = 000000000
                40-56 9 our_number
                57 9 our_number_digit
                62 = 0
                63-73 T document_number
                74-77 - blank
                """,
            ),
            None,
        ),
        *_FEBRABAN.segments[1:],
    ),
)

_SICOOB: Final = replace(
    _FEBRABAN,
    name="sicoob-240-remittance",
    header=changed(_HEADER, "33-52 - blank"),
    lot_header=changed(_LOT_HEADER, "34-53 - blank"),
    segments=(
        (changed(_P, "38-47 9 our_number\n48-49 = 01\n50-51 = 01\n52 = 4\n53-57 - blank\n59 = 0"), None),
        *_FEBRABAN.segments[1:],
    ),
)

_ITAU: Final = replace(
    _FEBRABAN,
    name="itau-240-remittance",
    dialect=replace(
        _FEBRABAN.dialect,
        instructions={**_INSTRUCTIONS, Instruction.STOP_PROTEST: "18"},
        interest={"none": "0", "day": "0"},
        protest={"none": "0", "days": "1", "working": "2"},
        write_off={"none": "0"},
    ),
    header=changed(_HEADER, "33-52 - blank\n58 - blank\n71 - blank\n72 9 account_digit"),
    lot_header=changed(_LOT_HEADER, "34-53 - blank\n59 - blank\n72 - blank\n73 9 account_digit"),
    segments=(
        (
            changed(
                _P,
                """
                23 - blank
                36 - blank
                37 9 account_digit
                38-40 9 wallet
                41-48 9 our_number
                49 9 our_number_digit
                50-57 - blank
                58-62 = 00000
                63-72 T document_number
                73-77 - blank
                228-239 = 000000000000
                """,
            ),
            None,
        ),
        *_FEBRABAN.segments[1:],
    ),
)

BANK_NAMES_240: Final[Mapping[str, str]] = MappingProxyType(
    {
        "001": "BANCO DO BRASIL S.A.",
        "033": "BANCO SANTANDER",
        "104": "CAIXA ECONOMICA FEDERAL",
        "341": "BANCO ITAU SA",
        "756": "SICOOB",
    }
)

# Versions of the layout (positions 164 to 166 of the file, 14 to 16 of the lot) that each bank names in its manual.
VERSIONS_240: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "001": ("084", "042"),
        "033": ("040", "030"),
        "104": ("101", "060"),
        "341": ("040", "030"),
        "756": ("081", "040"),
    }
)

LAYOUTS_240: Final[Mapping[str, Layout240]] = MappingProxyType(
    {
        "001": _BANCO_DO_BRASIL,
        "033": _SANTANDER,
        "104": _CAIXA,
        "341": _ITAU,
        "756": _SICOOB,
    }
)
