"""CNAB 400 remittances of six banks, as tables (Itaú Jul/2021, Bradesco, BB CBR641, Santander H7800, Caixa, Sicoob)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from brasil.bank_files.remittance.model import Instruction
from brasil.bank_files.remittance.table import changed
from brasil.bank_files.remittance.values import Dialect


@dataclass(frozen=True)
class Layout400:
    """One bank's remittance. `records` are the records of one title, each with the value that calls for it."""

    name: str
    dialect: Dialect
    header: str
    records: tuple[tuple[str, str | None], ...]
    trailer: str


_INSTRUCTIONS: Final[Mapping[Instruction, str]] = MappingProxyType(
    {
        Instruction.REGISTER: "01",
        Instruction.WRITE_OFF: "02",
        Instruction.GRANT_ABATEMENT: "04",
        Instruction.CANCEL_ABATEMENT: "05",
        Instruction.CHANGE_DUE_DATE: "06",
        Instruction.PROTEST: "09",
        Instruction.STOP_PROTEST: "18",
    }
)
_STOP_10: Final = MappingProxyType({**_INSTRUCTIONS, Instruction.STOP_PROTEST: "10"})
_CAIXA_INSTRUCTIONS: Final[Mapping[Instruction, str]] = MappingProxyType(
    {
        Instruction.REGISTER: "01",
        Instruction.WRITE_OFF: "02",
        Instruction.GRANT_ABATEMENT: "03",
        Instruction.CANCEL_ABATEMENT: "04",
        Instruction.CHANGE_DUE_DATE: "05",
    }
)
_MONEY_A_DAY: Final = {"none": "", "day": ""}
_ONE_AMOUNT: Final = {"none": "", "cents": ""}

_HEADER: Final = """
1-9 = 01REMESSA
10-11 = 01
12-26 = COBRANCA
47-76 X company_name
77-79 9 bank
95-100 6 file_date
395-400 9 sequence
"""

_TRAILER: Final = """
1 = 9
395-400 9 sequence
"""

_DETAIL: Final = """
1 = 1
2-3 9 company_type
4-17 9 company_tax_id
38-62 T your_number
109-110 9 instruction
111-120 T document_number
121-126 6 due
127-139 9 face
140-142 9 bank
148-149 9 species
150 X accepted
151-156 6 issued
161-173 9 interest
174-179 6 discount1_until
180-192 9 discount1
193-205 = 0000000000000
206-218 9 abatement
219-220 9 payer_type
221-234 9 payer_tax_id
235-274 X payer_name
275-314 X payer_street
315-326 X payer_district
327-334 9 payer_postal_code
335-349 X payer_city
350-351 X payer_state
395-400 9 sequence
"""

_ITAU: Final = Layout400(
    name="itau-400-remittance",
    dialect=Dialect(
        instructions=_INSTRUCTIONS,
        interest=_MONEY_A_DAY,
        fine={"none": "0", "cents": "1", "percent": "2"},
        discount=_ONE_AMOUNT,
        protest={"none": "00", "days": "34", "working": "35"},
    ),
    header=changed(
        _HEADER,
        """
        27-30 9 branch
        31-32 = 00
        33-37 9 account
        38 9 account_digit
        80-94 = BANCO ITAU SA
        """,
    ),
    records=(
        (
            changed(
                _DETAIL,
                """
                18-21 9 branch
                22-23 = 00
                24-28 9 account
                29 9 account_digit
                34-37 = 0000
                63-70 9 our_number
                71-83 = 0000000000000
                84-86 9 wallet
                108 = I
                143-147 = 00000
                157-158 9 protest_code
                159-160 = 00
                235-264 X payer_name
                352-381 X guarantor_name
                386-391 6 interest_from
                392-393 9 protest_days
                """,
            ),
            None,
        ),
        ("1 = 2\n2 9 fine_code\n3-10 8 fine_from\n11-23 9 fine\n395-400 9 sequence", "fine"),
    ),
    trailer=_TRAILER,
)

_BRADESCO: Final = Layout400(
    name="bradesco-400-remittance",
    dialect=Dialect(
        instructions=_INSTRUCTIONS,
        interest=_MONEY_A_DAY,
        fine={"none": "0", "percent": "2"},
        discount=_ONE_AMOUNT,
        accepted=("N", "N"),
        protest={"none": "00", "days": "06"},
        most_discounts=3,
    ),
    header=changed(_HEADER, "27-46 9 agreement\n80-94 = BRADESCO\n109-110 = MX\n111-117 9 file_sequence"),
    records=(
        (
            changed(
                _DETAIL,
                """
                2-20 = 0000000000000000000
                21 = 0
                22-24 9 wallet
                25-29 9 branch
                30-36 9 account
                37 9 account_digit
                63-65 = 000
                66 9 fine_code
                67-70 9 fine
                71-82 T our_number
                83-92 = 0000000000
                93 = 2
                94 = N
                106 = 2
                140-142 = 000
                143-147 = 00000
                157-158 9 protest_code
                159-160 9 protest_days
                315-326 X message1
                335-394 X guarantor_name
                """,
            ),
            None,
        ),
        (
            """
            1 = 2
            2-81 X message1
            82-161 X message2
            162-241 X message3
            242-321 X message4
            322-327 6 discount2_until
            328-340 9 discount2
            341-346 6 discount3_until
            347-359 9 discount3
            367-369 9 wallet
            370-374 9 branch
            375-381 9 account
            382 9 account_digit
            383-394 T our_number
            395-400 9 sequence
            """,
            "more",
        ),
    ),
    trailer=_TRAILER,
)

_BANCO_DO_BRASIL: Final = Layout400(
    name="bb-400-remittance",
    dialect=Dialect(
        instructions=_STOP_10,
        interest=_MONEY_A_DAY,
        fine={"none": "0", "cents": "1", "percent": "2"},
        discount=_ONE_AMOUNT,
        protest={"none": "00", "days": "06"},
    ),
    header=changed(
        _HEADER,
        """
        27-30 9 branch
        31 X branch_digit
        32-39 9 account
        40 X account_digit
        41-46 = 000000
        80-94 = BANCODOBRASIL
        101-107 9 file_sequence
        130-136 9 agreement
        """,
    ),
    records=(
        (
            changed(
                _DETAIL,
                """
                1 = 7
                18-21 9 branch
                22 X branch_digit
                23-30 9 account
                31 X account_digit
                32-38 9 agreement
                39-63 T your_number
                64-80 9 our_number
                81-84 = 0000
                92-94 9 variation
                95 = 0
                96-101 = 000000
                107-108 9 wallet
                143-146 = 0000
                157-158 9 protest_code
                159-160 = 00
                235-271 X payer_name
                352-391 X guarantor_name
                392-393 9 protest_days
                """,
            ),
            None,
        ),
        ("1 = 5\n2-3 = 99\n4 9 fine_code\n5-10 6 fine_from\n11-22 9 fine\n395-400 9 sequence", "fine"),
    ),
    trailer=_TRAILER,
)

_SANTANDER: Final = Layout400(
    name="santander-400-remittance",
    dialect=Dialect(
        instructions=_INSTRUCTIONS,
        interest=_MONEY_A_DAY,
        fine={"none": "0", "percent": "4"},
        discount=_ONE_AMOUNT,
        protest={"none": "00", "days": "06"},
    ),
    header=changed(_HEADER, "27-46 9 agreement\n80-94 = SANTANDER\n101-116 = 0000000000000000\n392-394 = 000"),
    records=(
        (
            changed(
                _DETAIL,
                """
                18-37 9 agreement
                63-70 9 our_number
                71-76 = 000000
                78 9 fine_code
                79-82 9 fine
                83-84 = 00
                85-97 = 0000000000000
                102-107 6 fine_from
                108 9 wallet
                143-147 = 00000
                157-158 9 protest_code
                159-160 = 00
                352-381 X guarantor_name
                383 = I
                384-385 9 account_digit
                392-393 9 protest_days
                """,
            ),
            None,
        ),
        (
            """
            1 = 8
            2-42 = 00000000000000000000000000000000000000000
            43 9 pix_kind
            44-120 T pix_key
            121-155 T pix_txid
            395-400 9 sequence
            """,
            "pix_key",
        ),
    ),
    trailer=changed(_TRAILER, f"2-7 9 sequence\n8-20 9 total\n21-394 = {'0' * 374}"),
)

_CAIXA: Final = Layout400(
    name="caixa-400-remittance",
    dialect=Dialect(
        instructions=_CAIXA_INSTRUCTIONS,
        interest=_MONEY_A_DAY,
        fine=_ONE_AMOUNT,
        discount=_ONE_AMOUNT,
        protest={"none": "00", "days": "01"},
    ),
    header=changed(_HEADER, "27-30 9 branch\n31-36 9 agreement\n80-94 = C ECON FEDERAL\n390-394 9 file_sequence"),
    records=(
        (
            changed(
                _DETAIL,
                """
                18-21 9 branch
                22-27 9 agreement
                28 = 2
                29 = 0
                30-31 = 00
                32-56 T your_number
                57-73 9 our_number
                107-108 9 wallet
                143-147 = 00000
                157-158 9 protest_code
                159-160 = 00
                352-357 6 fine_from
                358-367 9 fine
                368-389 X guarantor_name
                390-391 = 00
                392-393 9 protest_days
                394 = 1
                """,
            ),
            None,
        ),
    ),
    trailer=_TRAILER,
)

_SICOOB: Final = Layout400(
    name="sicoob-400-remittance",
    dialect=Dialect(
        instructions=_STOP_10,
        interest={"none": "", "month": ""},
        fine={"none": "", "percent": ""},
        discount=_ONE_AMOUNT,
        accepted=("0", "1"),
        rate_decimals=4,
        percent_decimals=4,
    ),
    header=changed(
        _HEADER,
        """
        27-30 9 branch
        31 X branch_digit
        32-40 9 agreement
        80-94 = BANCOOBCED
        101-107 9 file_sequence
        """,
    ),
    records=(
        (
            changed(
                _DETAIL,
                """
                18-21 9 branch
                22 X branch_digit
                23-30 9 account
                31 X account_digit
                32-37 = 000000
                63-74 9 our_number
                75-76 = 01
                77-78 = 00
                86-101 = 0000000000000000
                106 = 2
                107-108 9 wallet
                143-146 9 branch
                147 X branch_digit
                157-160 = 0000
                161-166 9 interest
                167-172 9 fine
                173 = 2
                193 = 9
                194-205 = 000000000000
                235-271 X payer_name
                352-391 X guarantor_name
                392-393 = 00
                """,
            ),
            None,
        ),
    ),
    trailer=_TRAILER,
)

LAYOUTS_400: Final[Mapping[str, Layout400]] = MappingProxyType(
    {
        "001": _BANCO_DO_BRASIL,
        "033": _SANTANDER,
        "104": _CAIXA,
        "237": _BRADESCO,
        "341": _ITAU,
        "756": _SICOOB,
    }
)
