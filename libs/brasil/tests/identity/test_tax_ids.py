"""CPF and CNPJ. Vectors: IN RFB 2.229/2024 (official alphanumeric example), python-stdnum and brutils test suites."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil import cnpj, cpf, taxid
from brasil.errors import BrasilError

VALID_CPFS = ["529.982.247-25", "111.444.777-35", "123.456.789-09", "000.000.001-91"]
# The first is the example of IN RFB 2.229/2024; the numeric ones are of the old kind; the rest recomputed by hand.
VALID_CNPJS = [
    "12.ABC.345/01DE-35",
    "11.222.333/0001-81",
    "1345C3A5000106",
    "R55231B3000757",
    "A1B2C3D4E5F668",
    "0A1B2C3D000193",
    "00000000000A04",
    "AAAAAAAAAAAA45",
    "ZZZZZZZZZZZZ62",
]


def code_of(parse, text):
    with pytest.raises(BrasilError) as caught:
        parse(text)
    return caught.value.code


@pytest.mark.parametrize("text", VALID_CPFS)
def test_a_right_cpf_is_accepted_with_and_without_punctuation(text):
    digits = text.replace(".", "").replace("-", "")
    assert cpf.parse(text) == digits
    assert cpf.format(digits) == text
    assert cpf.check_digits(digits[:9]) == digits[9:]
    assert cpf.is_valid(f" {text}\n")


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("123.456.789-00", "cpf.check_digit", 10),
        ("529.982.247-35", "cpf.check_digit", 10),
        ("529.982.247-26", "cpf.check_digit", 10),
        ("111.111.111-11", "cpf.repeated", 1),
        ("00000000000", "cpf.repeated", 1),
        ("5299822472", "cpf.length", 11),
        ("529982247251", "cpf.length", 12),
        ("", "cpf.length", 1),
        ("529.982.247=25", "cpf.characters", 12),
        ("52998224７25", "cpf.characters", 9),
        ("5299822472X", "cpf.characters", 11),
        ("5" * 201, "cpf.too_long", 201),
    ],
)
def test_a_wrong_cpf_is_refused_with_its_code_and_place(text, code, position):
    with pytest.raises(BrasilError) as caught:
        cpf.validate(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert not cpf.is_valid(text)


def test_a_cpf_that_is_no_text_is_refused():
    assert code_of(cpf.validate, 52998224725) == "cpf.type"


def test_the_error_of_a_wrong_cpf_does_not_quote_the_number():
    with pytest.raises(BrasilError) as caught:
        cpf.validate("52998224726")
    assert "5299" not in str(caught.value)
    assert caught.value.problem.found is None


def test_a_cpf_for_display_shows_its_middle_only():
    assert cpf.mask("52998224725") == "***.982.247-**"


@pytest.mark.parametrize("text", VALID_CNPJS)
def test_a_right_cnpj_of_either_kind_is_accepted(text):
    number = text.translate({ord(c): None for c in "./-"})
    assert cnpj.parse(text) == number
    assert cnpj.parse(text.lower()) == number
    assert cnpj.check_digits(number[:12]) == number[12:]
    assert cnpj.parse(cnpj.format(number)) == number
    assert cnpj.root(text) == number[:8]
    assert cnpj.is_valid(text)


def test_a_cnpj_is_printed_with_its_punctuation():
    assert cnpj.format("12abc34501de35") == "12.ABC.345/01DE-35"
    assert cnpj.mask("12ABC34501DE35") == "**.ABC.345/01DE-**"


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("12ABC34501DE36", "cnpj.check_digit", 13),
        ("11222333000182", "cnpj.check_digit", 13),
        ("12ABC34501DE3A", "cnpj.characters", 14),
        ("12ABC34501DEB5", "cnpj.characters", 13),
        ("00000000000000", "cnpj.repeated", 1),
        ("11111111111180", "cnpj.repeated", 1),
        ("1122233300018", "cnpj.length", 14),
        ("12ÇBC34501DE35", "cnpj.characters", 3),
    ],
)
def test_a_wrong_cnpj_is_refused_with_its_code_and_place(text, code, position):
    with pytest.raises(BrasilError) as caught:
        cnpj.validate(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert not cnpj.is_valid(text)


def test_a_wrong_check_digit_of_a_cnpj_is_reported_with_the_right_one():
    with pytest.raises(BrasilError) as caught:
        cnpj.validate("12ABC34501DE36")
    assert (caught.value.problem.found, caught.value.problem.expected) == ("36", "35")


@given(st.integers(0, 999_999_999).map("{:09d}".format).filter(lambda base: base != base[0] * 9))
def test_every_cpf_made_from_nine_digits_is_accepted_and_finds_a_changed_digit(base):
    number = base + cpf.check_digits(base)
    assert cpf.validate(number) == number
    changed = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not cpf.is_valid(changed)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(lambda b: b != b[0] * 12))
def test_every_cnpj_made_from_twelve_characters_is_accepted(base):
    number = base + cnpj.check_digits(base)
    assert cnpj.validate(number) == number
    assert taxid.parse(number).kind == "cnpj"


def test_either_kind_is_told_apart_by_its_length():
    person, company = taxid.parse("529.982.247-25"), taxid.parse("12.abc.345/01de-35")
    assert (person.kind, person.number, person.formatted) == ("cpf", "52998224725", "529.982.247-25")
    assert (company.kind, str(company), company.formatted) == ("cnpj", "12ABC34501DE35", "12.ABC.345/01DE-35")
    assert taxid.validate("11.222.333/0001-81") == "11222333000181"
    assert taxid.format("11222333000181") == "11.222.333/0001-81"
    assert taxid.mask("11222333000181") == "**.222.333/0001-**"
    assert taxid.is_valid("52998224725")


def test_a_number_of_another_length_is_neither():
    assert code_of(taxid.parse, "123") == "taxid.length"
    assert not taxid.is_valid("123")


def test_eleven_characters_with_a_letter_are_no_cpf():
    assert code_of(taxid.parse, "5299822472A") == "cpf.characters"


def test_the_repr_of_a_tax_id_hides_it():
    assert repr(taxid.parse("52998224725")) == "TaxId(cpf ***.982.247-**)"


@given(st.text(max_size=30))
def test_any_text_is_accepted_or_refused_and_nothing_else(text):
    for module in (cpf, cnpj, taxid):
        with contextlib.suppress(BrasilError):
            assert module.parse(text)
