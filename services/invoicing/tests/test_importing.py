"""Reading a CSV file: pieces, header, cells, rows."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoicing_builders import cpf

from invoicing.domain.creditor import STANDARD_TERMS
from invoicing.domain.importing import cells
from invoicing.domain.importing.cells import CellError
from invoicing.domain.importing.header import FIELDS, REQUIRED, columns_of, delimiter_of
from invoicing.domain.importing.pieces import LONGEST_RECORD, ROWS_OF_A_PIECE, FileError, Piece, Splitter, decoded
from invoicing.domain.importing.rows import Refused, Row, customer_of, drafts_of, read
from invoicing.domain.places import Payer

COLUMNS = [*REQUIRED, "amount", "instalments", "customer_phone", "fine_percent", "discount_percent", "discount_days"]
PAYER = Payer(UUID(int=1), "SP", "3550308", "America/Sao_Paulo")


def split(content: bytes, size: int) -> tuple[Splitter, list[Piece]]:
    splitter, pieces = Splitter(), []
    for at in range(0, len(content), size):
        pieces += splitter.feed(content[at : at + size])
    return splitter, pieces + splitter.finish()


def rows_of(*lines: str) -> list[Row | Refused]:
    return list(read("\n".join(lines), 2, COLUMNS, ";"))


def line(external_id: str = "F-1", **changes: str) -> str:
    given = {
        "external_id": external_id,
        "customer_external_id": "C-1",
        "customer_name": "José da Silva",
        "customer_tax_id": cpf(5),
        "due_on": "31/01/2026",
        "amount": "1.000,00",
        **changes,
    }
    return ";".join(given.get(column, "") for column in COLUMNS)


class TestPieces:
    @given(st.integers(1, 60), st.integers(1, 2_500))
    def test_every_record_is_in_one_piece_with_its_line_however_the_bytes_arrive(self, size: int, rows: int) -> None:
        records = [f'{n};"a\nb"\r\n' if n % 7 == 0 else f"{n};x\r\n" for n in range(rows)]
        content = ("n;text\r\n" + "".join(records)).encode()
        splitter, pieces = split(content, max(size, len(content) // 400))
        assert splitter.header == b"n;text\r\n"
        assert b"".join(piece.content for piece in pieces) == "".join(records).encode()
        assert sum(piece.row_count for piece in pieces) == rows
        assert all(piece.row_count <= ROWS_OF_A_PIECE for piece in pieces)
        lines = [2]
        for piece in pieces[:-1]:
            lines.append(lines[-1] + piece.content.count(b"\n"))
        assert [piece.first_line for piece in pieces] == lines

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self) -> None:
        for size in (1, 2, 3, 100):
            assert split("\ufeffa;b\n1;2\n".encode(), size)[0].header == b"a;b\n"

    def test_latin_1_is_recognised_in_any_chunk(self) -> None:
        content = "nome\nJosé\n".encode("latin-1")
        splitter, (piece,) = split(content, 3)
        assert not splitter.utf8
        assert decoded(piece.content, "latin-1").strip() == "José"
        assert split("nome\nJosé\n".encode(), 1)[0].utf8

    def test_the_last_line_may_have_no_end(self) -> None:
        _, (piece,) = split(b"a\n1\n2", 2)
        assert piece.row_count == 2

    def test_a_quotation_mark_that_never_closes_is_refused_before_memory_is(self) -> None:
        with pytest.raises(FileError, match="line 2"):
            split(b'a\n"' + b"x\n" * LONGEST_RECORD, 4096)
        with pytest.raises(FileError):
            split(b"a\n" + b"x" * (LONGEST_RECORD * 2), 4096)

    def test_utf_16_is_named(self) -> None:
        with pytest.raises(FileError, match="UTF-16"):
            split("a;b\n".encode("utf-16"), 100)


class TestHeader:
    def test_names_are_found_whatever_their_case_accents_and_blanks(self) -> None:
        header = "External ID;CUSTOMER_EXTERNAL_ID;Customer  Name;customer-tax-id;Due on;Amount;Observação"
        assert columns_of(header, ";", {})[-2:] == ["amount", None]

    def test_own_names_are_mapped(self) -> None:
        header = "Número;Cliente;Nome;CPF;Vencimento;Valor"
        mapping = dict(
            zip([*REQUIRED, "amount"], ["numero", "Cliente", "nome", "cpf", "VENCIMENTO", "valor"], strict=True)
        )
        assert columns_of(header, ";", mapping) == [*REQUIRED, "amount"]

    def test_a_field_may_take_over_a_name_that_another_field_has(self) -> None:
        header = ",".join([*REQUIRED, "amount", "description"])
        found = columns_of(header, ",", {"document_number": "description"})
        assert found[-1] == "document_number"

    @pytest.mark.parametrize(
        ("header", "mapping", "code"),
        [
            ("external_id;due_on", {}, "header.missing"),
            (";".join([*REQUIRED, "amount", "amount"]), {}, "header.twice"),
            (";".join([*REQUIRED, "amount", "amount_cents"]), {}, "header.amounts"),
            (";".join([*REQUIRED, "amount"]), {"valor": "amount"}, "mapping.field"),
            (";".join([*REQUIRED, "amount"]), {"description": "texto"}, "mapping.column"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_reason(
        self, header: str, mapping: dict[str, str], code: str
    ) -> None:
        with pytest.raises(FileError) as refused:
            columns_of(header, ";", mapping)
        assert refused.value.code == code

    @given(st.text(max_size=200))
    def test_no_first_line_at_all_breaks_the_reader(self, text: str) -> None:
        with pytest.raises(FileError):
            columns_of(text, delimiter_of(text), {})

    @pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
    def test_the_delimiter_is_the_one_that_the_header_uses(self, delimiter: str) -> None:
        assert delimiter_of(delimiter.join(FIELDS)) == delimiter
        assert delimiter_of('"a,b,c,d";e;f') == ";"


class TestCells:
    @pytest.mark.parametrize(
        ("text", "cents"),
        [("1.234,56", 123_456), ("1234.56", 123_456), ("1234,5", 123_450), ("R$ 10", 1_000), ("1,234.50", 123_450),
         ("1.234", 123_400), ("0,01", 1), ("1.234.567,00", 123_456_700)],
    )  # fmt: skip
    def test_amounts_in_the_forms_of_people(self, text: str, cents: int) -> None:
        assert cells.cents(text) == cents

    @given(st.integers(1, 10**14))
    def test_every_amount_is_read_back_in_both_forms(self, amount: int) -> None:
        english = f"{amount // 100:,}.{amount % 100:02d}"
        assert cells.cents(english) == amount
        assert cells.cents(english.translate(str.maketrans(",.", ".,"))) == amount
        assert cells.cents(f"{amount // 100}.{amount % 100:02d}") == amount

    @pytest.mark.parametrize("text", ["-1", "0", "1.23.4", "1,2,3", "abc", "1.234,567", "10**3", "1 000"])
    def test_what_is_no_amount_is_refused(self, text: str) -> None:
        with pytest.raises(CellError):
            cells.cents(text)

    @pytest.mark.parametrize("text", ["2026-02-29", "29/02/2026", "31.12.26", "2026/01/01", "1/13/2026", "hoje"])
    def test_what_is_no_day_is_refused(self, text: str) -> None:
        with pytest.raises(CellError):
            cells.day(text)

    def test_days_and_percentages_in_both_forms(self) -> None:
        assert cells.day("2026-03-01") == cells.day("1/3/2026") == date(2026, 3, 1)
        assert cells.percent("2,50") == cells.percent("2.5%") == Decimal("2.5")
        assert str(cells.percent("10")) == "10"


class TestRows:
    def test_instalments_are_monthly_and_add_up(self) -> None:
        (row,) = rows_of(line(instalments="3"))
        assert isinstance(row, Row)
        drafts = drafts_of(row, PAYER, standard=STANDARD_TERMS, today=date(2026, 1, 2))
        assert [draft.external_id for draft in drafts] == ["F-1-1", "F-1-2", "F-1-3"]
        assert [draft.due_on for draft in drafts] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
        assert [draft.amount_cents for draft in drafts] == [33_334, 33_333, 33_333]

    def test_a_row_has_its_own_charges(self) -> None:
        (row,) = rows_of(line(fine_percent="1,5", discount_percent="10", discount_days="5"))
        assert isinstance(row, Row)
        (draft,) = drafts_of(row, PAYER, standard=STANDARD_TERMS, today=date(2026, 1, 2))
        assert draft.terms is not None
        assert draft.terms.model_dump(mode="json")["fine"] == {"kind": "percent", "percent": "1.5"}
        assert draft.terms.discount.steps[0].until == date(2026, 1, 26)  # type: ignore[union-attr]

    def test_every_fault_of_a_row_is_told_with_line_and_kind_and_never_the_value(self) -> None:
        _, refused, _ = rows_of(
            line(), line("F-2", customer_tax_id="12345678900", amount="1000 reais", due_on="31/02/2026"), line("F-3")
        )
        assert isinstance(refused, Refused)
        assert refused.line == 3
        assert {(fault.column, fault.value_kind) for fault in refused.faults} == {
            ("customer_tax_id", "11 digits"),
            ("amount", "text of 10 characters"),
            ("due_on", "date"),
        }
        told = " ".join(f"{fault.code} {fault.remedy} {fault.value_kind}" for fault in refused.faults)
        assert not any(value in told for value in ("12345678900", "1000 reais", "31/02"))

    def test_a_phone_becomes_the_channels_that_it_can_serve(self) -> None:
        (mobile, landline) = rows_of(line(customer_phone="(11) 98765-0123"), line(customer_phone="+551130034567"))
        assert isinstance(mobile, Row)
        assert isinstance(landline, Row)
        channels = [customer_of(row, uf="SP")[0].contacts for row in (mobile, landline)]  # type: ignore[union-attr]
        assert [[one.channel for one in ways] for ways in channels] == [["whatsapp", "sms"], ["voice"]]

    def test_more_cells_than_columns_is_a_fault_of_the_row(self) -> None:
        (refused,) = rows_of(line() + ";;x")
        assert isinstance(refused, Refused)
        assert refused.faults[0].code == "row.columns"

    @given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
    def test_no_text_at_all_breaks_the_reader(self, text: str) -> None:
        for row in read(text, 2, COLUMNS, ";"):
            assert isinstance(row, Refused | Row)
            if isinstance(row, Row):
                customer_of(row, uf="SP")
