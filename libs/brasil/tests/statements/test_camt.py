"""camt.053 and camt.054: batches, reversals, pending entries, sums, and hostile XML."""

from datetime import date
from pathlib import Path

import pytest

from brasil.bank_files.detect import inspect
from brasil.bank_files.result import InspectionResult
from brasil.errors import BrasilError
from brasil.safe_xml import MAX_DEPTH, parse
from brasil.statements.camt import read

GOLDEN = Path(__file__).parents[1] / "golden" / "camt"
BATCH, PENDING, PIX = (
    "camt053_v02_batch_and_reversal.xml",
    "camt053_v08_pending_latin1.xml",
    "camt054_v08_pix.xml",
)


def load(name: str) -> InspectionResult:
    return inspect((GOLDEN / name).read_bytes())


def changed(old: str, new: str, name: str = BATCH) -> InspectionResult:
    text = (GOLDEN / name).read_bytes().decode("latin-1")
    assert old in text
    return read(text.replace(old, new, 1).encode("latin-1"))


def test_every_golden_file_is_expected() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {BATCH, PENDING, PIX}


def test_a_batch_is_split_into_its_transactions() -> None:
    result = load(BATCH)
    assert (result.format, result.bank, result.layout, result.accepted) == ("camt053", "104", "camt.053.001.02", True)
    assert (result.file_date, result.file_sequence, result.encoding) == (date(2026, 10, 2), 184, "utf-8")
    (statement,) = result.statements
    assert (statement.opening_cents, statement.closing_cents, statement.currency) == (100000, 153490, "BRL")
    assert statement.account == "BR9700360305000010009795493P1"
    assert [one.amount_cents for one in statement.transactions] == [10000, 20000, 30000, 6250, -10000, -2760]
    first, second, third, *_ = statement.transactions
    assert first.end_to_end_id == "E00360305202610011230a1B2c3D4e5F"
    assert (first.counterparty_name, first.counterparty_tax_id) == ("Padaria Central Ltda", "12ABC34501DE35")
    assert first.reference == "fc9a4366-ff3d-4964-b5db-c6c91a8722d3"
    assert (second.end_to_end_id, second.reference) == ("E00360305202610011231a1B2c3D4e5G", None)
    assert (third.end_to_end_id, third.reference) == (None, "NF 4412/2")
    assert {one.id for one in (first, second, third)} == {"LOTE-7781"}
    assert len({one.fingerprint for one in statement.transactions}) == 6


def test_a_reversal_takes_a_payment_back() -> None:
    reversal = load(BATCH).movements[4]
    assert (reversal.credited_cents, reversal.credit_on, reversal.reverses_payment) == (-10000, None, True)
    assert reversal.description == "Devolução Pix"
    assert [movement.reverses_payment for movement in load(BATCH).movements] == [False] * 4 + [True, False]


def test_an_entry_is_dated_in_the_time_the_bank_wrote() -> None:
    assert load(BATCH).movements[3].credit_on == date(2026, 10, 1)


def test_a_batch_that_does_not_add_up_is_left_whole() -> None:
    result = load(PENDING)
    assert [movement.credited_cents for movement in result.movements] == [10000]
    assert [problem.code for problem in result.problems] == ["camt.details_sum", "camt.not_booked"]
    assert (result.accepted, result.bank, result.file_sequence, result.encoding) == (True, "237", 12, "iso-8859-1")
    (statement,) = result.statements
    assert (statement.opening_cents, statement.closing_cents) == (-5000, 5000)


def test_a_notification_brings_the_pix_and_who_paid_it() -> None:
    result = load(PIX)
    assert (result.format, result.accepted) == ("camt054", True)
    (statement,) = result.statements
    (pix,) = statement.transactions
    assert (pix.amount_cents, pix.posted_on) == (12345, date(2026, 11, 5))
    assert pix.end_to_end_id == "E60701190202611051230s0123456789"
    assert (pix.counterparty_name, pix.counterparty_tax_id) == ("Comércio Azul", "52998224725")
    assert pix.description == "parcela 2 de 3"
    assert result.movements[0].payer_name == "Comércio Azul"
    assert (statement.opening_cents, statement.closing_cents) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('<Amt Ccy="BRL">1534.90</Amt>', '<Amt Ccy="BRL">1534.91</Amt>', "camt.balance", 5),
        ('<Amt Ccy="BRL">62.50</Amt>', '<Amt Ccy="BRL">62.51</Amt>', "camt.balance", 5),
        ('<Amt Ccy="BRL">62.50</Amt>', '<Amt Ccy="BRL">62,50</Amt>', "camt.amount", 44),
        ('<Amt Ccy="BRL">62.50</Amt>', "", "camt.amount", 44),
        ('<Amt Ccy="BRL">62.50</Amt>', '<Amt Ccy="USD">62.50</Amt>', "camt.currency", 44),
        ("<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>", "<CdtDbtInd>debit</CdtDbtInd><RvslInd>", "camt.direction", 51),
        ("<NbOfNtries>4</NbOfNtries>", "<NbOfNtries>5</NbOfNtries>", "camt.summary", 16),
        ("<Sum>662.50</Sum>", "<Sum>662.51</Sum>", "camt.summary", 17),
        ("<BookgDt><DtTm>2026-10-01T", "<BookgDt><DtTm>2026-10-32T", "camt.date", 44),
        ("</Document>", "", "xml.malformed", None),
        ("<BkToCstmrStmt>", "<BkToCstmrAcctRpt>", "xml.malformed", None),
    ],
)
def test_a_file_that_lies_is_refused_where_it_lies(old: str, new: str, code: str, line: int | None) -> None:
    result = changed(old, new)
    assert not result.accepted
    first = next(problem for problem in result.problems if problem.severity == "error")
    assert first.code == code
    assert line is None or first.line == line


def test_an_entry_that_does_not_say_whether_it_is_booked_is_refused() -> None:
    result = changed("<Sts>BOOK</Sts>", "")
    assert [problem.code for problem in result.problems if problem.severity == "error"] == ["camt.status"]


def test_another_message_is_not_a_statement() -> None:
    result = read(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn/></Document>')
    assert [problem.code for problem in result.problems] == ["camt.structure"]
    empty = read(b"<Document><BkToCstmrStmt/></Document>")
    assert [problem.code for problem in empty.problems] == ["camt.no_statement"]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>"""
EXTERNAL = b"""<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>"""
OUTSIDE = b"""<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>"""


@pytest.mark.parametrize("data", [BOMB, EXTERNAL, OUTSIDE])
def test_a_dtd_and_entities_are_refused(data: bytes) -> None:
    with pytest.raises(BrasilError) as refused:
        parse(data)
    assert refused.value.code == "xml.forbidden"
    assert not read(data).accepted


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml.empty"),
        (b"\x1a\r\n ", "xml.empty"),
        (b"<a>", "xml.malformed"),
        (b"<a></b>", "xml.malformed"),
        (b"\x00\x01\x02", "xml.malformed"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml.encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "xml.encoding"),
        (b"<a>" * (MAX_DEPTH + 1), "xml.too_deep"),
        (b"<a>&nbsp;</a>", "xml.malformed"),
    ],
)
def test_what_is_no_harmless_xml_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(BrasilError) as refused:
        parse(data)
    assert refused.value.code == code


def test_too_large_and_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brasil.safe_xml.MAX_BYTES", 10)
    with pytest.raises(BrasilError) as refused:
        parse(b"<aaaaaaaaaaa/>")
    assert refused.value.code == "xml.too_large"
    monkeypatch.undo()
    monkeypatch.setattr("brasil.safe_xml.MAX_ELEMENTS", 3)
    with pytest.raises(BrasilError) as refused:
        parse(b"<a><b/><b/><b/></a>")
    assert refused.value.code == "xml.too_many"


def test_a_document_with_a_dos_end_of_file_mark_is_read() -> None:
    assert read((GOLDEN / PIX).read_bytes() + b"\r\n\x1a\x00").accepted


def test_texts_cut_by_comments_and_long_texts_are_whole() -> None:
    assert parse(b"<a>1<!-- x -->2<b/>3</a>").text == "123"
    long = b"<a>" + b"linha\n" * 200_000 + b"</a>"
    assert len(parse(long).text) == 1_200_000


def test_nodes_are_found_by_path() -> None:
    root = parse(b"<x:a xmlns:x='urn:y'><b><c> 1 </c></b><b><c>2</c></b><d/></x:a>")
    assert (root.name, root.namespace, root.value("b", "c"), root.value("d"), root.value("e", "f")) == (
        "a", "urn:y", "1", None, None,
    )  # fmt: skip
    found = root.find("c")
    assert found is not None
    assert found.text == " 1 "
    assert root.find("zzz") is None
