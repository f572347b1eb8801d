"""Remittances: what is written is read back, stands where the manuals say, and what a bank cannot carry is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.bank_files.detect import inspect
from brasil.bank_files.remittance.debit import ChangedClient, Debit, DebitAgreement, RefusedOptIn, write_cnab150
from brasil.bank_files.remittance.layouts240 import LAYOUTS_240
from brasil.bank_files.remittance.layouts400 import LAYOUTS_400
from brasil.bank_files.remittance.model import Account, Discount, Fine, Instruction, Interest, Party, PixKey, Title
from brasil.bank_files.remittance.table import slots
from brasil.bank_files.remittance.write import write_cnab240, write_cnab400
from brasil.errors import BrasilError

PAYER = Party(
    tax_id="52998224725", name="José da Silva Ção", street="Rua A, 10", district="Centro", postal_code="01001000",
    city="São Paulo", state="SP",
)  # fmt: skip
COMPANY: dict[str, Any] = {"tax_id": "11222333000181", "name": "Empresa Exemplo Ltda"}
ACCOUNTS_400 = {
    "001": Account(bank="001", branch="3344", branch_digit="8", account="11213", account_digit="1", wallet="17",
                   variation="019", agreement="1112245", **COMPANY),
    "033": Account(bank="033", branch="0730", account="35110", account_digit="02", wallet="5",
                   agreement="07300000003511000000", **COMPANY),
    "104": Account(bank="104", branch="1234", wallet="01", agreement="123456", **COMPANY),
    "237": Account(bank="237", branch="01467", account="0019669", account_digit="1", wallet="009", agreement="4540691",
                   **COMPANY),
    "341": Account(bank="341", branch="0111", account="12345", account_digit="6", wallet="109", **COMPANY),
    "756": Account(bank="756", branch="3039", branch_digit="0", account="489816", account_digit="0", wallet="01",
                   agreement="229385", **COMPANY),
}  # fmt: skip
OUR_400 = {"001": "11122450000000290", "033": "00000011", "104": "14000000000000001", "237": "00000000303P",
           "341": "00231327", "756": "000000000017"}  # fmt: skip
ACCOUNTS_240 = {
    "001": ACCOUNTS_400["001"],
    "033": replace(ACCOUNTS_400["033"], agreement="073000003511000", account_digit="0"),
    "104": replace(ACCOUNTS_400["104"], wallet="1"),
    "341": ACCOUNTS_400["341"],
    "756": replace(ACCOUNTS_400["756"], wallet="1"),
}
OUR_240 = {**OUR_400, "033": "0000000001040", "756": "0000000083"}
FILED = date(2026, 11, 23)


def title(our_number: str, **changes: Any) -> Title:
    facts: dict[str, Any] = {
        "our_number": our_number, "document_number": "NF-1/1", "your_number": "fatura 77", "due_on": date(2026, 12, 10),
        "issued_on": date(2026, 11, 20), "face_cents": 12345, "payer": PAYER, "our_number_digit": "4", **changes,
    }  # fmt: skip
    return Title(**facts)


def write_400(bank: str, *titles: Title) -> bytes:
    return write_cnab400(ACCOUNTS_400[bank], titles, file_date=FILED, file_sequence=7)


def write_240(bank: str, *titles: Title) -> bytes:
    return write_cnab240(ACCOUNTS_240[bank], titles, file_date=FILED, file_sequence=7)


def rows(data: bytes) -> list[str]:
    return data.decode("ascii").split("\r\n")[:-1]


def at(row: str, first: int, last: int) -> str:
    return row[first - 1 : last]


@pytest.mark.parametrize(
    ("bank", "format_", "write", "our_number"),
    [
        *((bank, "cnab400", write_400, OUR_400[bank]) for bank in LAYOUTS_400),
        *((bank, "cnab240", write_240, OUR_240[bank]) for bank in LAYOUTS_240),
    ],
)
def test_what_is_written_is_read_back(bank: str, format_: str, write: Any, our_number: str) -> None:
    titles = (title(our_number), title(our_number, document_number="NF-2", face_cents=1, abatement_cents=0))
    data = write(bank, *titles)
    width = 400 if format_ == "cnab400" else 240
    assert all(len(row) == width for row in rows(data))
    result = inspect(data)
    assert result.accepted, result.problems
    assert (result.format, result.bank, result.file_date) == (format_, bank, FILED)
    assert [
        (read.our_number, read.document_number, read.your_number, read.due_on, read.face_cents, read.payer_name)
        for read in result.movements
    ] == [
        (our_number, asked.document_number, "fatura 77", asked.due_on, asked.face_cents, "JOSE DA SILVA CAO"[:30])
        for asked in titles
    ]
    assert {read.description for read in result.movements} == {"Registro de título"}
    assert result.totals.paid_cents == 0


def test_itau_400_stands_where_the_manual_says() -> None:
    header, detail, fine, trailer = rows(
        write_400(
            "341",
            title(
                OUR_400["341"],
                interest=Interest(percent_per_month=Decimal(1)),
                fine=Fine(percent=Decimal(2)),
                discounts=(Discount(until=date(2026, 12, 1), cents=500),),
                protest_after_days=15,
            ),
        )
    )
    assert header[:26] == "01REMESSA01COBRANCA       "
    assert (at(header, 27, 30), at(header, 33, 38), at(header, 77, 79), at(header, 95, 100)) == (
        "0111",
        "123456",
        "341",
        "231126",
    )
    assert (at(detail, 63, 70), at(detail, 84, 86), at(detail, 108, 110)) == ("00231327", "109", "I01")
    assert (at(detail, 121, 126), at(detail, 127, 139)) == ("101226", "0000000012345")
    assert (at(detail, 157, 158), at(detail, 392, 393)) == ("34", "15")
    # 1 % a month of 123.45 is 4.1 cents a day: whole cents, cut off.
    assert at(detail, 161, 173) == "0000000000004"
    assert (at(detail, 174, 179), at(detail, 180, 192)) == ("011226", "0000000000500")
    assert (at(detail, 219, 220), at(detail, 221, 234), at(detail, 235, 264).strip()) == (
        "01",
        "00052998224725",
        "JOSE DA SILVA CAO",
    )
    assert (at(fine, 1, 2), at(fine, 3, 10), at(fine, 11, 23)) == ("22", "11122026", "0000000000200")
    assert (trailer[0], at(trailer, 395, 400)) == ("9", "000004")


def test_bradesco_400_carries_more_discounts_and_messages_in_record_2() -> None:
    discounts = tuple(Discount(until=date(2026, 12, day), cents=day * 100) for day in (1, 2, 3))
    data = write_400(
        "237",
        title(
            OUR_400["237"],
            fine=Fine(percent=Decimal("2.5")),
            discounts=discounts,
            messages=("UM", "DOIS"),
            protest_after_days=5,
        ),
    )
    header, detail, more, _ = rows(data)
    assert (at(header, 27, 46), at(header, 109, 117)) == ("00000000000004540691", "MX0000007")
    assert (at(detail, 21, 37), at(detail, 66, 70), at(detail, 71, 82)) == (
        "00090146700196691",
        "20250",
        "00000000303P",
    )
    assert (at(detail, 157, 160), at(detail, 174, 192)) == ("0605", "0112260000000000100")
    assert (at(more, 2, 3), at(more, 82, 85)) == ("UM", "DOIS")
    assert (at(more, 322, 340), at(more, 341, 359)) == ("0212260000000000200", "0312260000000000300")
    assert at(more, 383, 394) == "00000000303P"


def test_banco_do_brasil_400_carries_the_fine_in_record_5() -> None:
    _, detail, fine, _ = rows(write_400("001", title(OUR_400["001"], fine=Fine(cents=250))))
    assert (detail[0], at(detail, 32, 38), at(detail, 64, 80), at(detail, 92, 94), at(detail, 107, 110)) == (
        "7", "1112245", "11122450000000290", "019", "1701")  # fmt: skip
    assert (at(fine, 1, 4), at(fine, 5, 10), at(fine, 11, 22)) == ("5991", "111226", "000000000250")


def test_santander_400_counts_and_sums_in_its_trailer_and_carries_the_pix_key() -> None:
    data = write_400(
        "033",
        title(
            OUR_400["033"],
            fine=Fine(percent=Decimal(2)),
            pix=PixKey(kind="email", key="contas@empresa.com", txid="abc123"),
        ),
        title(OUR_400["033"]),
    )
    _, detail, pix, second, trailer = rows(data)
    assert (at(detail, 78, 82), at(detail, 102, 107)) == ("40200", "111226")
    assert (pix[0], at(pix, 43, 43), at(pix, 44, 61), at(pix, 121, 126)) == ("8", "4", "contas@empresa.com", "abc123")
    assert at(second, 78, 82) == "00000"
    assert (at(trailer, 2, 7), at(trailer, 8, 20)) == ("000005", "0000000024690")


def test_caixa_400_carries_the_fine_as_money() -> None:
    header, detail, _ = rows(write_400("104", title(OUR_400["104"], fine=Fine(percent=Decimal(2)))))
    assert (at(header, 31, 36), at(header, 390, 394)) == ("123456", "00007")
    assert (at(detail, 57, 73), at(detail, 352, 357), at(detail, 358, 367)) == (
        "14000000000000001",
        "111226",
        "0000000246",
    )


def test_sicoob_400_carries_rates_with_four_decimals() -> None:
    _, detail, _ = rows(
        write_400(
            "756", title(OUR_400["756"], interest=Interest(percent_per_month=Decimal(1)), fine=Fine(percent=Decimal(2)))
        )
    )
    assert (at(detail, 63, 74), at(detail, 161, 166), at(detail, 167, 172)) == ("000000000017", "010000", "020000")


def test_febraban_240_stands_where_the_layout_says() -> None:
    data = write_240(
        "001",
        title(
            OUR_240["001"],
            interest=Interest(cents_per_day=41),
            fine=Fine(percent=Decimal(2)),
            discounts=(
                Discount(until=date(2026, 12, 1), cents=500),
                Discount(until=date(2026, 12, 5), percent=Decimal(1)),
            ),
            protest_after_days=5,
            protest_in_working_days=True,
            write_off_after_days=60,
            messages=("OBRIGADO",),
            pix=PixKey(kind="cnpj", key="11222333000181", txid="T1"),
        ),
    )
    header, lot, p, q, r, s, y, lot_trailer, trailer = rows(data)
    assert (at(header, 143, 151), at(header, 158, 163), at(lot, 8, 11)) == ("123112026", "000007", "1R01")
    assert (at(p, 9, 17), at(p, 38, 57).strip(), at(p, 78, 85), at(p, 86, 100)) == (
        "00001P 01", OUR_240["001"], "10122026", "000000000012345")  # fmt: skip
    assert (at(p, 118, 118), at(p, 119, 126), at(p, 127, 141)) == ("1", "11122026", "000000000000041")
    assert (at(p, 142, 142), at(p, 143, 150), at(p, 151, 165)) == ("1", "01122026", "000000000000500")
    assert (at(p, 221, 223), at(p, 224, 227)) == ("205", "1060")
    assert (at(q, 18, 33), at(q, 34, 50), at(q, 129, 136)) == ("1000052998224725", "JOSE DA SILVA CAO", "01001000")
    assert (at(r, 18, 26), at(r, 27, 41)) == ("205122026", "000000000000100")
    assert (at(r, 66, 66), at(r, 67, 74), at(r, 75, 89)) == ("2", "11122026", "000000000000200")
    assert (at(s, 14, 14), at(s, 19, 26)) == ("S", "OBRIGADO")
    assert (at(y, 14, 19), at(y, 81, 95), at(y, 159, 160)) == ("Y 0103", "211222333000181", "T1")
    assert (at(lot_trailer, 18, 23), at(lot_trailer, 24, 29), at(lot_trailer, 30, 46)) == (
        "000007",
        "000001",
        "00000000000012345",
    )
    assert (at(trailer, 18, 23), at(trailer, 24, 29)) == ("000001", "000009")


def test_santander_240_writes_a_monthly_rate_with_five_decimals() -> None:
    _, _, p, *_ = rows(write_240("033", title(OUR_240["033"], interest=Interest(percent_per_month=Decimal("1.5")))))
    assert (at(p, 45, 57), at(p, 118, 118), at(p, 127, 141)) == ("0000000001040", "2", "000000000150000")


@pytest.mark.parametrize(
    ("write", "bank", "changes", "field"),
    [
        (write_400, "237", {"fine": Fine(cents=100)}, "fine"),
        (write_400, "756", {"interest": Interest(cents_per_day=5)}, "interest"),
        (write_400, "341", {"discounts": (Discount(until=FILED, percent=Decimal(1)),)}, "discount"),
        (write_400, "341", {"discounts": (Discount(until=FILED, cents=1),) * 2}, "number of discounts"),
        (write_400, "104", {"instruction": Instruction.PROTEST}, "instruction"),
        (write_400, "756", {"protest_after_days": 3}, "protest"),
        (write_400, "341", {"write_off_after_days": 30}, "write-off"),
        (write_400, "341", {"face_cents": 0}, "face_cents"),
        (write_400, "341", {"face_cents": 10**13}, "face"),
        (write_400, "341", {"document_number": "NF-00000001/12"}, "document_number"),
        (write_400, "341", {"our_number": "123456789"}, "our_number"),
        (write_400, "341", {"your_number": "não"}, "your_number"),
        (write_240, "001", {"pix": PixKey(kind="iban", key="x")}, "pix"),
    ],
)
def test_what_a_layout_cannot_carry_is_refused_with_the_title_and_the_field(
    write: Any, bank: str, changes: dict[str, Any], field: str
) -> None:
    numbers = OUR_400 if write is write_400 else OUR_240
    with pytest.raises(BrasilError) as refused:
        write(bank, title(numbers[bank]), title(**{"our_number": numbers[bank], **changes}))
    assert refused.value.problem.field == field
    if refused.value.code != "remittance.does_not_fit":
        assert refused.value.problem.line == 2


def test_a_remittance_without_titles_or_of_an_unknown_bank_is_refused() -> None:
    with pytest.raises(BrasilError, match="at least one title"):
        write_400("341")
    with pytest.raises(BrasilError, match="No table knows"):
        write_cnab400(replace(ACCOUNTS_400["341"], bank="999"), [title("1")], file_date=FILED, file_sequence=1)


@pytest.mark.parametrize("width", [400, 240])
def test_rows_of_the_tables_do_not_overlap_and_stay_inside_the_record(width: int) -> None:
    tables: list[str] = []
    if width == 400:
        for layout in LAYOUTS_400.values():
            tables += [layout.header, layout.trailer, *(table for table, _ in layout.records)]
    else:
        for layout_240 in LAYOUTS_240.values():
            tables += [layout_240.header, layout_240.lot_header, layout_240.lot_trailer, layout_240.trailer]
            tables += [table for table, _ in layout_240.segments]
    for table in tables:
        taken: set[int] = set()
        for slot in slots(table):
            places = set(range(slot.first, slot.last + 1))
            assert places
            assert not places & taken, slot
            assert slot.last <= width
            assert slot.kind != "=" or len(slot.value) <= slot.width
            taken |= places


def test_automatic_debit_is_written_and_read_back() -> None:
    agreement = DebitAgreement(
        bank="001", bank_name="BANCO DO BRASIL", agreement="000123456", company_name="Empresa Exemplo"
    )
    data = write_cnab150(
        agreement,
        [
            Debit(client_id="CLIENTE1", branch="0033", account="12345678", due_on=date(2026, 12, 10), amount_cents=10000,
                  company_use="FAT-9", payer_tax_id="52998224725"),
            Debit(client_id="CLIENTE2", branch="0033", account="12345679", due_on=date(2026, 12, 10), amount_cents=20000,
                  company_use="FAT-8", cancel=True),
            RefusedOptIn(client_id="CLIENTE3", branch="0033", account="1", reason="Cliente inexistente"),
            ChangedClient(client_id="CLIENTE4", branch="0033", account="1", new_client_id="CLIENTE5"),
        ],
        file_date=FILED,
        file_sequence=42,
    )  # fmt: skip
    debit = rows(data)[1]
    assert (at(debit, 45, 52), at(debit, 53, 67), at(debit, 68, 69)) == ("20261210", "000000000010000", "03")
    assert (at(debit, 130, 145), at(debit, 150, 150)) == ("2000052998224725", "0")
    result = inspect(data)
    assert result.accepted, result.problems
    assert (result.format, result.bank, result.file_sequence) == ("cnab150", "001", 42)
    assert [(read.code, read.your_number, read.face_cents) for read in result.movements] == [
        ("E0", "CLIENTE1", 10000), ("E1", "CLIENTE2", 20000), ("C2", "CLIENTE3", None), ("D0", "CLIENTE4", None)]  # fmt: skip


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@given(name=texts, street=texts, face=st.integers(1, 10**11), due=st.dates(date(2000, 1, 1), date(2069, 12, 31)))
def test_any_name_and_amount_survives_the_way_through_every_bank(name: str, street: str, face: int, due: date) -> None:
    payer = replace(PAYER, name=name, street=street)
    for bank in LAYOUTS_400:
        result = inspect(write_400(bank, title(OUR_400[bank], payer=payer, face_cents=face, due_on=due)))
        assert result.accepted, result.problems
        assert [(read.face_cents, read.due_on) for read in result.movements] == [(face, due)]
    for bank in LAYOUTS_240:
        result = inspect(write_240(bank, title(OUR_240[bank], payer=payer, face_cents=face, due_on=due)))
        assert result.accepted, result.problems
        assert [(read.face_cents, read.due_on) for read in result.movements] == [(face, due)]
