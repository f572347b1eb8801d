"""The bank's own writer of return files, against positions counted by hand in the manuals and against the product."""

from datetime import date

import pytest
from boletos import CONVENIO, ITAU, registration

from brasil.bank_files.detect import inspect
from brasil.bank_files.movement import MovementKind
from simulators.bank import cnab240, cnab400
from simulators.bank.barcode import BarcodeError, barcode_of, check, factor_of, line_of, modulo_10, modulo_11
from simulators.bank.book import Account, Movement, Title
from simulators.bank.charges import amount_due
from simulators.bank.records import Line

OPENED = date(2026, 3, 2)


def account(bank: str = "341") -> Account:
    return Account(bank, CONVENIO, ITAU["agencia"], ITAU["conta"], "1", "Escola Bê-á-bá Ltda", "11222333000181", OPENED)


def title(number: int = 12_345_678, bank: str = "341") -> Title:
    path, body = registration(number, bank=bank, document="NF 7/2026")
    return Title(*path.split("/"), body, OPENED)  # type: ignore[arg-type]


def settled(of: Title, paid: int = 10_233) -> Movement:
    return Movement(
        "settled", of, date(2026, 3, 20), date(2026, 3, 23), paid_cents=paid, extra_cents=233, fee_cents=189
    )


def day_of(of: Title) -> list[Movement]:
    return [
        Movement("entry", of, date(2026, 3, 20)),
        settled(of),
        Movement("written_off", of, date(2026, 3, 20), fee_cents=210),
    ]


def test_every_record_of_an_itau_400_file_stands_where_its_manual_says() -> None:
    """Itaú Cobrança 400, July 2021: return file."""
    made = cnab400.file_of(account(), [settled(title())], made_on=date(2026, 3, 21), sequence=15)
    assert made.endswith("\r\n")
    header, detail, trailer = made.splitlines()
    assert header == (
        "02RETORNO01COBRANCA".ljust(26)
        + "0607" + "00" + "15255" + "1" + " " * 8 + "ESCOLA BE-A-BA LTDA".ljust(30)
        + "341" + "BANCO ITAU S.A." + "210326" + "01600" + "BPI" + "00015" + "230326" + " " * 275 + "000001"
    )  # fmt: skip
    assert detail == (
        "1" + "02" + "11222333000181" + "0607" + "00" + "15255" + "1" + " " * 8 + "NF 7/2026".ljust(25)
        + "12345678" + " " * 12 + "109" + "12345678" + "3" + " " * 13 + "I" + "06" + "200326" + "NF 7/2026 "
        + "12345678" + " " * 12 + "100326" + "0000000010000" + "341" + "00000" + "01" + "0000000000189" + " " * 26
        + "0000000000000" + "0000000000000" + "0000000000000" + "0000000010044" + "0000000000233" + "0" * 13
        + "   " + "230326" + "0000" + " " * 5 + "0" * 13 + "ANA D'AVILA".ljust(30) + " " * 38 + "BL" + "000002"
    ) or _difference(detail)  # fmt: skip
    assert trailer == (
        "9" + "2" + "01" + "341" + " " * 10 + "00000001" + "00000000010000" + " " * 18 + "0" * 8 + "0" * 14
        + " " * 98 + "0" * 8 + "0" * 14 + " " * 8 + "00015" + "00000001" + "00000000010000" + " " * 160 + "000003"
    )  # fmt: skip
    assert {len(header), len(detail), len(trailer)} == {400}


def _difference(detail: str) -> bool:
    """Named positions, so that a failure above says which field is wrong."""
    fields = {
        (63, 70): "12345678", (83, 85): "109", (94, 94): modulo_10("060715255" + "109" + "12345678"),
        (109, 110): "06", (111, 116): "200326", (117, 126): "NF 7/2026 ", (147, 152): "100326",
        (153, 165): "0000000010000", (176, 188): "0000000000189", (254, 266): "0000000010044",
        (267, 279): "0000000000233", (296, 301): "230326", (325, 335): "ANA D'AVILA", (393, 394): "BL",
        (395, 400): "000002",
    }  # fmt: skip
    assert {place: detail[place[0] - 1 : place[1]] for place in fields} == fields
    return True


def test_segments_t_and_u_stand_where_febrabans_layout_says() -> None:
    """FEBRABAN, Layout Padrão 240 posições, v10.6: cobrança, segments T and U."""
    path, body = registration(4_567, bank="237", document="NF 7/2026")
    of = Title(*path.split("/"), body, OPENED)  # type: ignore[arg-type]
    made = cnab240.file_of(account("237"), [settled(of)], made_on=date(2026, 3, 21), sequence=15)
    header, lot, t, u, lot_end, end = made.splitlines()
    assert {len(line) for line in made.splitlines()} == {240}
    assert t == (
        "237" + "0001" + "3" + "00001" + "T" + " " + "06" + "00607" + " " + "000000015255" + "1" + " "
        + "00000004567".ljust(20) + "1" + "NF 7/2026".ljust(15) + "10032026" + "000000000010000" + "237" + "00000"
        + "0" + "NF 7/2026".ljust(25) + "09" + "1" + "000052998224725" + "ANA D'AVILA".ljust(40) + "0" * 10
        + "000000000000189" + "04".ljust(10) + " " * 17
    )  # fmt: skip
    assert u == (
        "237" + "0001" + "3" + "00002" + "U" + " " + "06" + "000000000000233" + "0" * 15 + "0" * 15 + "0" * 15
        + "000000000010233" + "000000000010044" + "0" * 15 + "0" * 15 + "20032026" + "23032026" + "    " + "0" * 8
        + "0" * 15 + " " * 30 + "000" + "0" * 20 + " " * 7
    )  # fmt: skip
    assert (header[:17], header[142:163]) == ("23700000" + " " * 9, "2" + "21032026" + "060000" + "000015")
    assert (header[17:32], header[32:52].strip(), header[72:91]) == ("211222333000181", CONVENIO, "ESCOLA BE-A-BA LTDA")
    assert lot[:16] == "23700011T01  060"
    assert lot_end[:46] == "23700015" + " " * 9 + "000004" + "000001" + "00000000000010000"
    assert end[:35] == "23799999" + " " * 9 + "000001" + "000006" + "000000"


@pytest.mark.parametrize(("bank", "writer"), [("341", cnab400), ("341", cnab240), ("237", cnab240)])
def test_the_product_reads_what_the_bank_writes_to_the_cent(bank: str, writer: object) -> None:
    of = title(bank=bank) if bank == "341" else title(4_567, bank)
    made = writer.file_of(account(bank), day_of(of), made_on=date(2026, 3, 21), sequence=15)  # type: ignore[attr-defined]
    result = inspect(made.encode("ascii"))
    assert [problem for problem in result.problems if problem.severity == "error"] == []
    kinds = [movement.kind for movement in result.movements]
    assert kinds[:3] == [MovementKind.ENTRY_CONFIRMED, MovementKind.SETTLED, MovementKind.WRITTEN_OFF]
    paid = result.movements[1]
    assert (paid.paid_cents, paid.credited_cents, paid.face_cents, paid.fee_cents) == (10_233, 10_044, 10_000, 189)
    assert (paid.occurred_on, paid.credit_on, paid.due_on) == (date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 10))
    assert (paid.our_number or "").lstrip("0") == of.nosso_numero.lstrip("0")
    assert result.totals.paid_cents == 10_233
    assert not any(movement.needs_review for movement in result.movements)


@pytest.mark.parametrize("writer", [cnab400, cnab240])
def test_the_product_refuses_a_wrong_total_and_a_file_cut_short_and_takes_an_empty_day(writer: object) -> None:
    file_of = writer.file_of  # type: ignore[attr-defined]
    wrong = file_of(account(), day_of(title()), made_on=date(2026, 3, 21), sequence=15, off_by=1).encode("ascii")
    right = file_of(account(), day_of(title()), made_on=date(2026, 3, 21), sequence=15).encode("ascii")
    empty = file_of(account(), [], made_on=date(2026, 3, 21), sequence=15).encode("ascii")
    assert any(problem.severity == "error" for problem in inspect(wrong).problems)
    assert any(problem.severity == "error" for problem in inspect(right[: len(right) * 3 // 5]).problems)
    assert not any(problem.severity == "error" for problem in inspect(empty).problems)


def test_a_second_payment_says_so_where_the_layout_has_a_word_for_it() -> None:
    again = Movement("settled_again", title(), date(2026, 3, 20), date(2026, 3, 23), paid_cents=10_000, fee_cents=189)
    codes = [
        cnab240.file_of(account(bank), [again], made_on=date(2026, 3, 21), sequence=1).splitlines()[2][15:17]
        for bank in ("237", "341")
    ]
    assert codes == ["17", "06"]


def test_bar_codes_of_the_banks_manuals_are_accepted_and_changed_ones_refused() -> None:
    """Itaú 2021 and Santander 2017: the examples of their own manuals."""
    for code, line in (
        ("34196166700000123451101234567880057123457000", "34191101213456788005871234570001616670000012345"),
        ("03398204600000273719028203356661245780020101", "03399028270335666124357800201014820460000027371"),
    ):
        assert (line_of(code), barcode_of(line)) == (line, code)
        assert modulo_11(code[:4] + code[5:]) == code[4]
        with pytest.raises(BarcodeError):
            barcode_of(line[:8] + str((int(line[8]) + 1) % 10) + line[9:])
    assert [factor_of(date(2025, 2, 21)), factor_of(date(2025, 2, 22)), factor_of(date(2026, 3, 10))] == [
        "9999",
        "1000",
        "1381",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due_on": date(2026, 3, 11)}, "barcode.factor"),
        ({"amount_cents": 10_001}, "barcode.amount"),
        ({"nosso_numero": "12345679"}, "barcode.free_field"),
        ({"carteira": "110"}, "barcode.free_field"),
        ({"bank_code": "001"}, "barcode.bank"),
        ({"line": "34191101213456788005871234570001616670000012345"}, "line.other"),
    ],
)
def test_a_boleto_whose_code_says_something_else_is_refused(change: dict[str, object], code: str) -> None:
    path, body = registration(12_345_678)
    right: dict[str, object] = {
        "bank_code": "341",
        "carteira": "109",
        "nosso_numero": path.rpartition("/")[2],
        "barcode": body["barcode"],
        "line": body["linha_digitavel"],
        "due_on": date(2026, 3, 10),
        "amount_cents": 10_000,
    }
    check(**right)  # type: ignore[arg-type]
    with pytest.raises(BarcodeError) as refused:
        check(**{**right, **change})  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("face", "rates", "due", "paid", "extra"),
    [
        (3_911_490, ("2.00", "5.00"), date(2023, 1, 2), date(2023, 1, 13), 149_938),
        (4_107_064, ("2.00", "5.00"), date(2023, 1, 9), date(2023, 1, 13), 109_521),
        (207_428, ("0", "5.00"), date(2023, 1, 12), date(2023, 1, 13), 345),
        (4_400, ("2.00", "1.00"), date(2013, 5, 10), date(2013, 5, 20), 98),
    ],
)
def test_the_bank_charges_what_real_banks_charged(
    face: int, rates: tuple[str, str], due: date, paid: date, extra: int
) -> None:
    """Late titles of public return files of Pine, Fibra and Itaú."""
    terms = {
        "amount_cents": face,
        "due_on": due.isoformat(),
        "fine": {"kind": "percent", "percent": rates[0]},
        "interest": {"kind": "rate", "percent": rates[1], "basis": "month-30"},
    }
    assert amount_due(terms, paid).extra == extra


def test_what_is_due_on_a_sunday_costs_no_more_on_monday_and_discounts_end() -> None:
    terms = {
        "amount_cents": 10_000,
        "due_on": "2026-03-08",
        "fine": {"kind": "amount", "amount_cents": 150},
        "interest": {"kind": "amount_per_day", "amount_cents": 3},
        "abatement": {"kind": "amount", "amount_cents": 1_000},
        "discount": {
            "kind": "until",
            "steps": [{"until": "2026-03-01", "discount": {"kind": "percent", "percent": "10"}}],
        },
    }
    days = [date(2026, 3, day) for day in (2, 3, 9, 10, 11)]
    assert [amount_due(terms, day).total for day in days] == [8_100, 9_000, 9_000, 9_153, 9_156]
    per_day = {**terms, "discount": {"kind": "per_day_early", "discount": {"kind": "amount", "amount_cents": 5}}}
    assert amount_due(per_day, date(2026, 3, 2)).discount == 35


def test_a_field_without_room_is_an_error_and_not_a_shorter_number() -> None:
    with pytest.raises(ValueError, match="no room"):
        Line(10).digits(1, 3, 1_000)
    assert str(Line(6).text(1, 4, "áéíóú")) == "AEIO  "
