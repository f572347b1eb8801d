"""OFX files as Brazilian banks write them, and files that lie."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.bank_files.detect import detect, inspect
from brasil.bank_files.movement import MovementKind
from brasil.bank_files.result import InspectionResult
from brasil.statements.common import cents
from brasil.statements.ofx import decode, ofx_date, read
from brasil.statements.sgml import tokens, without_cdata

GOLDEN = Path(__file__).parents[1] / "golden" / "ofx"

# file: bank, encoding, layout, per account (account, opening, closing, sum of credits, sum of debits, transactions)
FILES = {
    "bb_two_accounts_cp1252.ofx": (
        "001",
        "cp1252",
        "OFX 102",
        [("12345-6", None, 483760, 185050, -1290, 4), ("98765-4", None, -100000, 0, -100000, 1)],
    ),
    "itau_closed_tags.ofx": ("341", "ascii", "OFX 102", [("0057123457", None, 1049593, 149938, -345, 2)]),
    "ofx2_xml_utf8.ofx": ("260", "utf-8", "OFX 211", [("7654321-0", None, 115251, 15350, -99, 2)]),
    "balances_among_transactions.ofx": ("001", "ascii", "OFX 102", [("55555-X", 100000, 120000, 25000, -5000, 2)]),
    "empty_ledger_balance.ofx": ("290", "ascii", "OFX 102", [("12345-6", None, None, 150000, -3550, 2)]),
}


def codes(result: InspectionResult) -> list[str]:
    return [problem.code for problem in result.problems]


def test_every_golden_file_is_expected() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_golden_files_read_as_their_banks_meant_them(name: str) -> None:
    bank, encoding, layout, accounts = FILES[name]
    result = inspect((GOLDEN / name).read_bytes())
    assert (result.format, result.bank, result.encoding, result.layout, result.accepted) == (
        "ofx", bank, encoding, layout, True,
    )  # fmt: skip
    found = [
        (
            statement.account,
            statement.opening_cents,
            statement.closing_cents,
            sum(one.amount_cents for one in statement.transactions if one.amount_cents > 0),
            sum(one.amount_cents for one in statement.transactions if one.amount_cents < 0),
            len(statement.transactions),
        )
        for statement in result.statements
    ]
    assert found == accounts
    assert all(statement.currency == "BRL" for statement in result.statements)
    fingerprints = [one.fingerprint for statement in result.statements for one in statement.transactions]
    assert len(set(fingerprints)) == len(fingerprints)
    assert [one.amount_cents for statement in result.statements for one in statement.transactions] == [
        movement.credited_cents for movement in result.movements
    ]


def test_one_answer_with_two_statements_is_read_as_two_accounts() -> None:
    # Banco do Brasil puts several STMTRS into one STMTTRNRS, which the specification forbids.
    result = read((GOLDEN / "bb_two_accounts_cp1252.ofx").read_bytes())
    first = result.statements[0].transactions[0]
    assert first.posted_on == date(2026, 9, 8)
    assert first.description == "Depósito em cheque BB"
    assert first.reference == "850.123"
    assert result.file_date == date(2026, 9, 11)


def test_equal_credits_with_one_id_keep_their_own_fingerprints() -> None:
    data = (GOLDEN / "bb_two_accounts_cp1252.ofx").read_bytes()
    result = read(data)
    twins = [one for one in result.statements[0].transactions if one.id == "20260909300000"]
    assert len(twins) == 2
    assert twins[0].fingerprint != twins[1].fingerprint
    assert [one.fingerprint for one in read(data).statements[0].transactions] == [
        one.fingerprint for one in result.statements[0].transactions
    ]
    assert codes(result) == ["ofx.duplicate_fitid"]


def test_the_same_transaction_in_another_account_is_another() -> None:
    data = (GOLDEN / "itau_closed_tags.ofx").read_bytes()
    other = read(data.replace(b"0057123457", b"0057123458"))
    mine = {one.fingerprint for one in read(data).statements[0].transactions}
    assert mine.isdisjoint(one.fingerprint for one in other.statements[0].transactions)


def test_transactions_are_movements_of_kind_other() -> None:
    credit, debit = read((GOLDEN / "itau_closed_tags.ofx").read_bytes()).movements
    assert {credit.kind, debit.kind} == {MovementKind.OTHER}
    assert (credit.line, credit.code, credit.credit_on, credit.credited_cents) == (
        15,
        "CREDIT",
        date(2026, 10, 1),
        149938,
    )
    assert (debit.credit_on, debit.credited_cents) == (None, -345)
    assert credit.description == "COBRANCA D+0 A&B COMERCIO"
    assert not credit.settles


def test_balance_lines_are_no_money() -> None:
    result = read((GOLDEN / "balances_among_transactions.ofx").read_bytes())
    assert codes(result) == ["ofx.balance_line", "ofx.balance_line"]
    assert [problem.found for problem in result.problems] == ["Saldo Anterior", "Saldo do dia"]


def test_balances_that_do_not_add_up_refuse_the_file() -> None:
    data = (GOLDEN / "balances_among_transactions.ofx").read_bytes().replace(b"-50.00", b"-50.01")
    result = read(data)
    assert not result.accepted
    assert "ofx.balance" in codes(result)


def test_a_memo_may_hold_markup() -> None:
    result = read((GOLDEN / "ofx2_xml_utf8.ofx").read_bytes())
    assert result.movements[0].description == "Transferência recebida pelo Pix - COMÉRCIO <A> & B LTDA"


def changed(old: str, new: str, name: str = "itau_closed_tags.ofx") -> InspectionResult:
    text = (GOLDEN / name).read_text("ascii")
    assert old in text
    return read(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("<TRNAMT>1499.38</TRNAMT>", "<TRNAMT>1.499</TRNAMT>", "ofx.amount", 15),
        ("<TRNAMT>1499.38</TRNAMT>", "<TRNAMT>abc</TRNAMT>", "ofx.amount", 15),
        ("<TRNAMT>1499.38</TRNAMT>", "", "ofx.amount", 15),
        ("<TRNAMT>1499.38</TRNAMT>", "<TRNAMT>1499.38<TRNAMT>1499.39", "ofx.structure", 18),
        ("<DTPOSTED>20261001100000[-03:EST]</DTPOSTED>", "<DTPOSTED>20260931</DTPOSTED>", "ofx.date", 15),
        ("<DTPOSTED>20261001100000[-03:EST]</DTPOSTED>", "", "ofx.date", 15),
        ("<BALAMT>10495.93</BALAMT>", "<BALAMT>1O495.93</BALAMT>", "ofx.amount", 13),
        ("</STMTTRN>\n<STMTTRN>", "</STMTTRN>\n<STMTTRX>", "ofx.structure", 24),
        ("</OFX>", "", "ofx.truncated", None),
        ("<OFX>", "<OFY>", "ofx.structure", None),
        (
            "<SEVERITY>INFO</SEVERITY></STATUS>\n<STMTRS>",
            "<SEVERITY>ERROR</SEVERITY></STATUS>\n<STMTRS>",
            "ofx.bank_error",
            12,
        ),
        ("OFXHEADER:100", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "ofx.forbidden", None),
    ],
)
def test_a_file_that_lies_is_refused_where_it_lies(old: str, new: str, code: str, line: int | None) -> None:
    result = changed(old, new)
    assert not result.accepted
    first = next(problem for problem in result.problems if problem.severity == "error")
    assert (first.code, first.line) == (code, line)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<FITID>20261001001</FITID>", "", "ofx.no_fitid"),
        ("<TRNAMT>1499.38</TRNAMT>", "<TRNAMT>-1499.38</TRNAMT>", "ofx.sign"),
        ("<TRNAMT>-3.45</TRNAMT>", "<TRNAMT>3.45</TRNAMT>", "ofx.sign"),
        ("<ACCTID>0057123457</ACCTID>", "<ACCTID></ACCTID>", "ofx.account"),
        ("</STMTTRN>\n<STMTTRN>", "<STMTTRN>", "ofx.unclosed"),
    ],
)
def test_oddities_are_warned_about(old: str, new: str, code: str) -> None:
    result = changed(old, new)
    assert result.accepted
    assert codes(result) == [code]
    assert len(result.movements) == 2


def test_a_sign_against_the_type_needs_a_person() -> None:
    movement = changed("<TRNAMT>-3.45</TRNAMT>", "<TRNAMT>3.45</TRNAMT>").movements[1]
    assert (movement.credited_cents, movement.needs_review) == (345, True)


@pytest.mark.parametrize("data", [b"", b" \r\n\x1a", b"OFXHEADER:100\r\n\r\n<OFX></OFX>", b"\xff\xfe", b"<OFX>"])
def test_files_without_a_statement_are_refused(data: bytes) -> None:
    assert not read(data).accepted


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_line_ends_and_encodings_make_no_difference(ends: str, encoding: str) -> None:
    text = (GOLDEN / "ofx2_xml_utf8.ofx").read_text("utf-8")
    result = read(text.replace("\n", ends).encode(encoding))
    expected = read(text.encode())
    assert result.movements == expected.movements
    assert result.statements == expected.statements
    assert result.encoding == encoding
    assert detect(text.replace("\n", ends).encode(encoding)) == "ofx"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.56", 123456),
        ("1234,56", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.234.567,8", 123456780),
        ("1.234.567", 123456700),
        ("-35,50", -3550),
        ("35.50-", -3550),
        ("+100", 10000),
        ("R$ 0,01", 1),
        ("0.100", 10),
        ("12345.600", 1234560),
        ("-0,00", 0),
        ("1000", 100000),
    ],
)
def test_amounts_are_read_in_either_notation(text: str, amount: int) -> None:
    assert cents(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "1.234",
        "1,234",
        "12.34.56",
        "1.23,456.7",
        "1,2,3",
        "0.005",
        "1e3",
        "--1",
        "-1-",
        "٣",
        "1 000,00",
        "9" * 16,
    ],
)
def test_amounts_that_are_not_certain_are_not_read(text: str) -> None:
    assert cents(text) is None


@given(st.integers(-(10**14), 10**14))
def test_every_amount_reads_back_in_every_notation(amount: int) -> None:
    sign, (reais, rest) = "-" if amount < 0 else "", divmod(abs(amount), 100)
    grouped = f"{reais:,}"
    for text in (
        f"{reais}.{rest:02d}",
        f"{reais},{rest:02d}",
        f"{grouped}.{rest:02d}",
        grouped.replace(",", ".") + f",{rest:02d}",
    ):
        assert cents(sign + text) == amount


@pytest.mark.parametrize(
    "text", ["20261001", "20261001100000", "20261001100000[-3:BRT]", "20261001100000.000[-03:EST]", "2026-10-01"]
)
def test_dates_are_the_banks_own(text: str) -> None:
    assert ofx_date(text) == date(2026, 10, 1)


@pytest.mark.parametrize("text", [None, "", "00000000", "20260231", "2026101", "01102026x", "20261001[" + "x" * 40])
def test_dates_that_do_not_exist_are_none(text: str | None) -> None:
    assert ofx_date(text) is None


def test_tokens_survive_strange_markup() -> None:
    found = list(tokens("<A>1 < 2\n<b attr='x'>&lt;&#65;&amp;&bogus;</b><MEMO/>rest"))
    assert [(token.closing, token.name, token.text, token.line) for token in found] == [
        (False, "A", "1 < 2", 1),
        (False, "B", "<A&&bogus;", 2),
        (True, "B", "", 2),
        (False, "MEMO", "rest", 2),
    ]
    assert without_cdata("a<![CDATA[<b>&]]>c<![CDATA[open") == "a&lt;b>&amp;c<![CDATA[open"


def test_bytes_windows_1252_does_not_define_are_replaced() -> None:
    assert decode(b"a\x81b\xe7") == ("a\N{REPLACEMENT CHARACTER}bç", "cp1252")


def test_a_large_file_is_read_in_linear_time() -> None:
    head, one, tail = (
        "<OFX><STMTRS><BANKTRANLIST>",
        "<STMTTRN><TRNAMT>1<DTPOSTED>20261001<FITID>{}</STMTTRN>\n",
        "</STMTRS></OFX>",
    )
    result = read((head + "".join(one.format(n) for n in range(20_000)) + tail).encode())
    assert (result.accepted, len(result.movements)) == (True, 20_000)


@pytest.mark.parametrize(
    "hostile", ["<" * 200_000, "<A " * 100_000, "<![CDATA[" * 50_000, "&#" * 200_000, "<STMTTRN>" * 50_000]
)
def test_hostile_files_end_quickly(hostile: str) -> None:
    assert not read(f"OFXHEADER:100\n<OFX>{hostile}".encode()).accepted
