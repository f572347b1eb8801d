"""Barcode and linha digitável against `tests/vectors/boletos.json`, where every vector names its public source."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.boleto import barcode, line
from brasil.boleto.decode import decode
from brasil.errors import BrasilError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "boletos.json").read_text(encoding="utf-8"))
BOLETOS = VECTORS["boletos"]
WRONG = VECTORS["wrong"]
DIGITS = st.text("0123456789", min_size=25, max_size=25)


def name_of(vector):
    return f"{vector['source']}-{vector['bank']}-{vector['line'][-14:]}"


@pytest.mark.parametrize("vector", BOLETOS, ids=name_of)
def test_a_published_line_and_its_barcode_say_the_same(vector):
    code = line.parse(vector["line"])
    if vector["barcode"] is not None:
        assert code.digits == vector["barcode"]
        assert barcode.parse(vector["barcode"]) == code
    assert line.from_barcode(code) == vector["line"]
    assert line.validate(line.format(vector["line"])) == vector["line"]
    due_on = date.fromisoformat(vector["due_on"])
    assert (code.bank, code.amount_cents) == (vector["bank"], vector["amount_cents"])
    assert code.due_on(due_on).due_on == due_on


@pytest.mark.parametrize("vector", BOLETOS, ids=name_of)
def test_a_published_boleto_is_decoded_whole(vector):
    due_on = date.fromisoformat(vector["due_on"])
    on = due_on - timedelta(days=30)
    read = decode(vector["line"], on)
    assert read.valid
    assert [problem for problem in read.problems if problem.severity == "error"] == []
    assert (read.kind, read.bank, read.due_on) == ("bank", vector["bank"], due_on)
    assert (read.amount_cents, read.line) == (vector["amount_cents"], vector["line"])
    assert read.our_number == vector["our_number"]
    assert read.due_cycle == (1 if due_on <= date(2025, 2, 21) else 2)
    assert read.segment is None
    assert decode(read.barcode, on) == read


@pytest.mark.parametrize("vector", WRONG, ids=lambda vector: vector["barcode"])
def test_a_wrong_published_barcode_is_refused_with_the_right_digit(vector):
    with pytest.raises(BrasilError) as caught:
        barcode.parse(vector["barcode"])
    problem = caught.value.problem
    assert {name: getattr(problem, name) for name in ("code", "position", "found", "expected")} == {
        name: vector[name] for name in ("code", "position", "found", "expected")
    }
    read = decode(vector["barcode"], date(2016, 10, 1))
    assert not read.valid
    assert (read.kind, read.barcode, read.amount_cents, read.bank, read.our_number) == ("bank", None, None, None, None)
    assert [problem.code for problem in read.problems] == [vector["code"]]


def test_a_line_with_another_factor_than_its_check_digit_is_refused():
    # BoletoNetCore BancoBrasilCarteira11_019Tests: the printed end does not go with the barcode of factor 8485.
    typed = "00190000090123879897777700168188337690000013500"
    changed = typed[:-14] + "66530000035000"
    with pytest.raises(BrasilError) as caught:
        line.parse(changed)
    assert (caught.value.code, caught.value.position) == ("line.check_digit", 33)


@pytest.mark.parametrize(
    ("position", "code", "place"),
    [
        (1, "line.field_check_digit", 10),
        (10, "line.field_check_digit", 10),
        (11, "line.field_check_digit", 21),
        (21, "line.field_check_digit", 21),
        (31, "line.field_check_digit", 32),
        (32, "line.field_check_digit", 32),
        (33, "line.check_digit", 33),
        (34, "line.check_digit", 33),
        (47, "line.check_digit", 33),
    ],
)
def test_a_wrong_digit_of_the_line_is_named_by_its_field(position, code, place):
    typed = "34191751243456784081305367890000143290000000000"
    wrong = typed[: position - 1] + str((int(typed[position - 1]) + 1) % 10) + typed[position:]
    with pytest.raises(BrasilError) as caught:
        line.parse(wrong)
    assert (caught.value.code, caught.value.position) == (code, place)


def test_all_wrong_check_digits_of_a_line_are_reported_at_once():
    read = decode("34191751253456784081405367890001143290000000000", date(2009, 8, 1))
    assert [(p.code, p.field, p.found, p.expected) for p in read.problems] == [
        ("line.field_check_digit", "field 1", "5", "4"),
        ("line.field_check_digit", "field 2", "4", "3"),
        ("line.field_check_digit", "field 3", "1", "0"),
    ]


def test_a_general_check_digit_of_zero_is_never_right():
    bars = "34196166700000123451101234567880057123457000"
    with pytest.raises(BrasilError) as caught:
        barcode.parse(bars[:4] + "0" + bars[5:])
    assert (caught.value.code, caught.value.problem.expected) == ("barcode.check_digit", "6")


def test_another_currency_is_refused():
    made = barcode.build(bank="341", due_on=None, amount_cents=1, free_field="0" * 25).digits
    foreign = made[:3] + "0" + made[4:]
    foreign = foreign[:4] + barcode.general_check_digit(foreign) + foreign[5:]
    with pytest.raises(BrasilError) as caught:
        barcode.parse(foreign)
    assert (caught.value.code, caught.value.position) == ("barcode.currency", 4)
    typed = line.from_barcode(barcode.Barcode(foreign))
    with pytest.raises(BrasilError) as caught:
        line.parse(typed)
    assert (caught.value.code, caught.value.position) == ("line.currency", 4)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "boleto.length", 1),
        ("3419616670000012345110123456788005712345700", "boleto.length", 44),
        ("341961667000001234511012345678800571234570001616670", "boleto.length", 52),
        ("3419616670000012345110123456788005712345700X", "boleto.characters", 44),
        ("٣4196166700000123451101234567880057123457000", "boleto.characters", 1),
        ("3" * 300, "boleto.too_long", 201),
    ],
)
def test_what_is_no_code_at_all_says_where(text, code, position):
    read = decode(text, date(2026, 1, 1))
    assert not read.valid
    assert [(problem.code, problem.position) for problem in read.problems] == [(code, position)]
    assert read.kind is None


@pytest.mark.parametrize(("module", "code"), [(line, "line.length"), (barcode, "barcode.length")])
def test_a_code_of_another_length_is_refused(module, code):
    with pytest.raises(BrasilError) as caught:
        module.parse("1" * 46)
    assert caught.value.code == code
    assert not module.is_valid("1" * 46)


def test_a_boleto_whose_factor_cannot_be_paid_on_the_day_keeps_its_amount_and_loses_its_date():
    code = barcode.build(bank="341", due_on=date(2017, 10, 1), amount_cents=500, free_field="1" * 25)
    read = decode(code.digits, date(2026, 11, 22))
    assert (read.valid, read.due_on, read.due_cycle, read.amount_cents) == (False, None, None, 500)
    assert [problem.code for problem in read.problems if problem.severity == "error"] == ["due_factor.outside_window"]


def test_the_manual_s_example_of_2002_is_due_in_2026_for_whoever_reads_it_today():
    read = decode("34191101213456788005871234570001616670000012345", date(2026, 11, 22))
    assert (read.due_on, read.due_cycle) == (date(2026, 12, 21), 2)


def test_a_boleto_without_factor_has_no_date():
    code = barcode.build(bank="237", due_on=None, amount_cents=0, free_field="0" * 25)
    assert code.due_factor == "0000"
    read = decode(code.digits, date(2026, 11, 22))
    assert (read.valid, read.due_on, read.due_cycle, read.amount_cents) == (True, None, None, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bank": "34"}, "barcode.bank"),
        ({"bank": "34A"}, "barcode.bank"),
        ({"amount_cents": -1}, "barcode.amount"),
        ({"amount_cents": 10_000_000_000}, "barcode.amount"),
        ({"amount_cents": True}, "barcode.amount"),
        ({"free_field": "1" * 24}, "barcode.free_field"),
        ({"free_field": "x" * 25}, "barcode.free_field"),
        ({"due_on": date(2000, 7, 2)}, "due_factor.too_early"),
    ],
)
def test_a_barcode_is_not_made_of_wrong_parts(change, code):
    parts = {"bank": "341", "due_on": date(2026, 1, 1), "amount_cents": 1, "free_field": "1" * 25} | change
    with pytest.raises(BrasilError) as caught:
        barcode.build(**parts)
    assert caught.value.code == code


def test_the_largest_amount_fits():
    code = barcode.build(bank="341", due_on=None, amount_cents=9_999_999_999, free_field="1" * 25)
    assert code.amount_cents == 9_999_999_999


def test_a_barcode_is_printed_in_its_groups():
    assert (
        barcode.format("34196166700000123451101234567880057123457000")
        == "3419 6 1667 0000012345 1101234567880057123457000"
    )


@given(
    bank=st.integers(1, 799).map("{:03d}".format),
    due_on=st.none() | st.dates(date(2000, 7, 3), date(2049, 10, 13)),
    amount_cents=st.integers(0, 9_999_999_999),
    free_field=DIGITS,
)
def test_whatever_is_made_is_read_back(bank, due_on, amount_cents, free_field):
    code = barcode.build(bank=bank, due_on=due_on, amount_cents=amount_cents, free_field=free_field)
    assert barcode.parse(code.digits) == code
    assert line.parse(line.format(line.from_barcode(code))) == code
    read = decode(line.from_barcode(code), due_on or date(2026, 1, 1))
    assert read.valid
    assert (read.bank, read.due_on, read.amount_cents, read.barcode) == (bank, due_on, amount_cents, code.digits)
    assert code.free_field == free_field


@given(DIGITS, st.integers(0, 46), st.integers(1, 9))
def test_a_single_wrong_digit_in_the_fields_of_a_line_is_always_found(free_field, position, step):
    typed = line.from_barcode(barcode.build(bank="237", due_on=date(2026, 1, 2), amount_cents=1, free_field=free_field))
    wrong = typed[:position] + str((int(typed[position]) + step) % 10) + typed[position + 1 :]
    if position < 32 or position == 32:
        assert not line.is_valid(wrong)


@given(st.text(max_size=60), st.dates())
def test_decoding_never_raises(text, on):
    assert decode(text, on).problems or decode(text, on).valid


def test_a_right_code_is_valid_in_its_own_form_only():
    bars, typed = "34191432900000000001751234567840810536789000", "34191751243456784081305367890000143290000000000"
    assert barcode.is_valid(bars)
    assert line.is_valid(typed)
    assert not barcode.is_valid(typed)
    assert not line.is_valid(bars)
    assert barcode.parse(bars).check_digit == "1"
