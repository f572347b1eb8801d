"""Arrecadação. Vectors: a utility bill of a 2014 CNAB 150 file; FEBRABAN, Layout Padrão de Arrecadação, v4 (check digit
arithmetic of 01230067896)."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.boleto import collection
from brasil.boleto.decode import decode
from brasil.errors import BrasilError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "boletos.json").read_text(encoding="utf-8"))
BARS, LINE, CENTS = (VECTORS["collections"][0][name] for name in ("barcode", "line", "amount_cents"))


def test_a_real_bill_is_read_from_its_barcode_and_from_its_line():
    code = collection.parse(BARS)
    assert collection.parse(LINE) == code
    assert collection.line_of(code) == LINE
    assert collection.format(BARS) == "85620000000-3 90000422201-5 40807000000-0 00100032580-1"
    assert (code.segment, code.value_id, code.amount_cents, code.company) == ("5", "6", CENTS, "0422")
    assert code.free_use == "2014080700000000100032580"
    assert collection.validate(LINE) == BARS
    assert collection.is_valid(BARS)


@pytest.mark.parametrize("text", [BARS, LINE, "85620000000-3 90000422201-5 40807000000-0 00100032580-1"])
def test_a_bill_is_decoded_without_bank_and_without_due_date(text):
    read = decode(text, date(2026, 11, 22))
    assert read.valid
    assert (read.kind, read.barcode, read.line, read.segment, read.amount_cents) == (
        "collection",
        BARS,
        LINE,
        "5",
        9000,
    )
    assert (read.bank, read.due_on, read.our_number) == (None, None, None)
    assert read.company == "0422"


@pytest.mark.parametrize(("position", "block"), [(1, 12), (12, 12), (13, 24), (24, 24), (36, 36), (48, 48)])
def test_a_wrong_digit_is_named_by_its_block(position, block):
    digit = str((int(LINE[position - 1]) + 1) % 10)
    wrong = LINE[: position - 1] + digit + LINE[position:]
    problems = [p for p in collection.problems_of(wrong) if p.code == "collection.block_check_digit"]
    assert [p.position for p in problems] == [block]
    assert not collection.is_valid(wrong)


def test_the_right_block_digit_is_told():
    wrong = LINE[:11] + "4" + LINE[12:]
    (problem,) = collection.problems_of(wrong)
    assert (problem.found, problem.expected) == ("4", "3")
    read = decode(wrong, date(2026, 1, 1))
    assert (read.kind, read.valid, read.amount_cents, read.barcode) == ("collection", False, None, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7" + BARS[1:], "collection.product"),
        ("88" + BARS[2:], "collection.segment"),
        ("80" + BARS[2:], "collection.segment"),
        (BARS[:2] + "5" + BARS[3:], "collection.value_id"),
        (BARS[:3] + "1" + BARS[4:], "collection.check_digit"),
        (BARS[:-1], "collection.length"),
        (BARS[:-1] + "x", "collection.characters"),
    ],
)
def test_what_is_no_bill_is_refused(text, code):
    with pytest.raises(BrasilError) as caught:
        collection.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize("value_id", ["6", "7", "8", "9"])
@pytest.mark.parametrize("segment", list(collection.SEGMENTS))
def test_every_segment_and_value_identifier_can_be_made_and_read(segment, value_id):
    company = "12345678" if segment == "6" else "1234"
    code = collection.build(segment=segment, value_id=value_id, amount_cents=12345, company=company, free_use="77")
    assert collection.parse(code.digits) == code
    assert collection.parse(collection.line_of(code)) == code
    assert code.company == company
    assert code.amount_cents == (12345 if value_id in "68" else None)
    assert code.free_use == "77".ljust(21 if segment == "6" else 25, "0")
    assert len(code.digits) == 44


def test_the_value_identifier_chooses_the_arithmetic():
    by_10 = collection.build(segment="3", value_id="6", amount_cents=1, company="1234", free_use="")
    by_11 = collection.build(segment="3", value_id="8", amount_cents=1, company="1234", free_use="")
    # Worked out by hand: sums 28 and 15 with modulo 10, 104 and 111 with modulo 11.
    assert (by_10.digits[:4], collection.line_of(by_10)[:12]) == ("8362", "836200000005")
    assert (by_11.digits[:4], collection.line_of(by_11)[:12]) == ("8386", "838600000000")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"segment": "8"}, "collection.segment"),
        ({"value_id": "1"}, "collection.value_id"),
        ({"amount_cents": -1}, "collection.amount"),
        ({"amount_cents": 100_000_000_000}, "collection.amount"),
        ({"company": "123"}, "collection.company"),
        ({"segment": "6"}, "collection.company"),
        ({"free_use": "1" * 26}, "collection.free_use"),
        ({"free_use": "x"}, "collection.free_use"),
    ],
)
def test_a_bill_is_not_made_of_wrong_parts(change, code):
    parts = {"segment": "2", "value_id": "6", "amount_cents": 1, "company": "1234", "free_use": ""} | change
    with pytest.raises(BrasilError) as caught:
        collection.build(**parts)
    assert caught.value.code == code


@given(
    segment=st.sampled_from(sorted(set(collection.SEGMENTS) - {"6"})),
    value_id=st.sampled_from("6789"),
    amount_cents=st.integers(0, 99_999_999_999),
    company=st.text("0123456789", min_size=4, max_size=4),
    free_use=st.text("0123456789", max_size=25),
)
def test_whatever_is_made_is_read_back(segment, value_id, amount_cents, company, free_use):
    code = collection.build(
        segment=segment, value_id=value_id, amount_cents=amount_cents, company=company, free_use=free_use
    )
    read = decode(collection.format(code.digits), date(2026, 1, 1))
    assert (read.valid, read.kind, read.barcode, read.segment) == (True, "collection", code.digits, segment)


@given(st.text("0123456789", max_size=25), st.integers(0, 47), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_found_with_modulo_10(free_use, position, step):
    code = collection.build(segment="4", value_id="6", amount_cents=100, company="4321", free_use=free_use)
    line = collection.line_of(code)
    wrong = line[:position] + str((int(line[position]) + step) % 10) + line[position + 1 :]
    assert not collection.is_valid(wrong)
