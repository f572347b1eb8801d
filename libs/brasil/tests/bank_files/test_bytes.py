"""Whatever wrote or carried the bytes of a bank file, its fields are read from the right positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.bank_files.decoding import decode, read_records
from brasil.bank_files.detect import detect, inspect

from . import golden

CASES = {(format_, name): data for format_, name, data, _ in golden.all_cases()}
ITAU = CASES["cnab400", "itau"]
FEBRABAN = CASES["cnab240", "febraban"]
COLLECTION = CASES["cnab150", "collection"]
WIDTHS = {"cnab400": 400, "cnab240": 240, "cnab150": 150}


def read(data: bytes) -> tuple[object, ...]:
    result = inspect(data)
    return result.accepted, result.totals, [movement._replace(line=0) for movement in result.movements]


@pytest.mark.parametrize("key", CASES, ids="-".join)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data, _: data.replace(b"\r\n", b"\n"), id="LF"),
        pytest.param(lambda data, _: data.replace(b"\r\n", b"\r"), id="CR"),
        pytest.param(lambda data, _: data.replace(b"\r\n", b""), id="no line ends"),
        pytest.param(lambda data, _: data.rstrip(b"\r\n"), id="no last line end"),
        pytest.param(lambda data, _: data + b"\x1a", id="end-of-file mark"),
        pytest.param(lambda data, _: data + b"   \r\n\x1a\x00\x00", id="blanks and padding at the end"),
        pytest.param(lambda data, _: b"\xef\xbb\xbf" + data, id="byte order mark"),
        pytest.param(lambda data, _: b"\xff\xfe" + data.decode().encode("utf-16-le"), id="UTF-16"),
        pytest.param(lambda data, _: b"\r\n".join(line.rstrip() for line in data.split(b"\r\n")), id="blanks cut off"),
        pytest.param(lambda data, _: data.replace(b"\r\n", b"   \r\n"), id="blanks added"),
        pytest.param(lambda data, _: data.replace(b"\r\n", b"\r\n\r\n"), id="blank lines"),
        pytest.param(lambda data, width: data[:-2] + b" " * width, id="long last line"),
    ],
)
def test_line_ends_marks_and_blanks_change_nothing(key, change) -> None:  # type: ignore[no-untyped-def]
    assert read(change(CASES[key], WIDTHS[key[0]])) == read(CASES[key])


@pytest.mark.parametrize(
    ("written", "encoding"),
    [("latin-1", "latin-1"), ("cp1252", "latin-1"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig")],
)
def test_accents_do_not_move_the_amounts_whatever_their_encoding(written: str, encoding: str) -> None:
    text = ITAU.decode().replace("JOAO DA SILVA ", "JOÃO DA SÍLVÃ ")
    result = inspect(text.encode(written))
    assert result.encoding == encoding
    assert result.accepted
    assert result.movements[0].payer_name == "JOÃO DA SÍLVÃ"
    assert result.totals == inspect(ITAU).totals


def test_characters_of_windows_1252_are_told_from_iso_8859_1() -> None:
    text = ITAU.decode().replace("JOAO DA SILVA ", "JOAO “SILVA” – ")[: len(ITAU)]
    result = inspect(text.replace("” – ", "” –").encode("cp1252"))
    assert result.encoding == "cp1252"
    assert result.movements[0].payer_name == "JOAO “SILVA” –"


def test_iso_8859_1_that_happens_to_be_valid_utf_8_is_read_by_the_width_of_its_lines() -> None:
    text = ITAU.decode().replace("JOAO DA SILVA", "JOÃ£O DASILVA")
    result = inspect(text.encode("latin-1"))
    assert result.encoding == "latin-1"
    assert result.accepted
    assert result.totals == inspect(ITAU).totals


def test_digits_of_other_scripts_are_no_amounts() -> None:
    text = ITAU.decode().replace("0000000010052", "00000000١٠٠٥٢")
    result = inspect(text.encode("utf-8"))
    assert not result.accepted
    assert [problem.code for problem in result.problems if problem.line == 2] == ["field.number"]


def test_superscript_digits_of_iso_8859_1_are_no_amounts() -> None:
    result = inspect(ITAU.decode().replace("0000000010052", "00000000100²²").encode("latin-1"))
    assert not result.accepted


def test_data_behind_the_end_of_a_line_refuses_the_file_unless_it_is_the_last_line() -> None:
    first, second, rest = FEBRABAN.split(b"\r\n", 2)
    inside = inspect(b"\r\n".join((first, second + b"X", rest)))
    assert not inside.accepted
    assert inside.problems[0].code == "bank_file.line_too_long"
    at_the_end = inspect(FEBRABAN.rstrip(b"\r\n") + b"  SYSTEM MARK\r\n")
    assert at_the_end.accepted
    assert at_the_end.problems[0].severity == "warning"


def test_what_is_no_bank_file_is_refused_with_a_remedy() -> None:
    for data in (b"", b" \r\n", b"%PDF-1.7", b"\x00" * 100, b"A" * 77, b"PK\x03\x04"):
        result = inspect(data)
        assert result.format is None
        assert not result.accepted
        assert "ask the bank" in result.problems[0].message


@pytest.mark.parametrize("key", CASES, ids="-".join)
def test_the_format_is_known_by_the_content(key: tuple[str, str]) -> None:
    assert detect(CASES[key]) == key[0]
    assert detect(b"\xef\xbb\xbf\r\n" + CASES[key]) == key[0]


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"OFXHEADER:100\r\nDATA:OFXSGML\r\n\r\n<OFX>", "ofx"),
        (b'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX>', "ofx"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>', "camt053"),
        (b'<ns2:Document xmlns:ns2="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02">', "camt054"),
        (b"<Document><BkToCstmrDbtCdtNtfctn>", "camt054"),
        (b"<html><body>", None),
    ],
)
def test_statements_are_known_by_their_content(data: bytes, format_: str | None) -> None:
    assert detect(data) == format_


@given(st.binary(max_size=2000), st.sampled_from([150, 240, 400]))
def test_records_always_have_the_width_and_keep_their_order(data: bytes, width: int) -> None:
    records = read_records(data, width)
    assert all(len(line) == width for line in records.lines)
    assert list(records.numbers) == sorted(records.numbers)
    text, _ = decode(data, width)
    assert all(character in text or character == " " for line in records.lines for character in line)
