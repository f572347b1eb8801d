"""Check digits. Vectors: kivanio/brcobranca `spec/brcobranca/calculo_spec.rb` and `spec/brcobranca/boleto/*`,
BoletoNetCore `BoletoNetCore.Testes/Bancos`, FEBRABAN's arrecadação layout (01230067896)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil import check_digits as cd
from brasil.errors import BrasilError


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("001905009", "5"),
        ("4014481606", "9"),
        ("0680935031", "4"),
        ("341911012", "1"),
        ("3456788005", "8"),
        ("7123457000", "1"),
        ("01230067896", "3"),
        ("0", "0"),
        ("5", "9"),
    ],
)
def test_modulo_10_gives_the_published_digits(digits, expected):
    assert cd.modulo_10(digits) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("566612457800", "2"),  # brcobranca santander
        ("90002720", "7"),
        ("1961005", "0"),
        ("14000000000000001", "4"),  # brcobranca caixa
        ("9061138", "1"),  # brcobranca banco_nordeste
        ("0000010", "8"),
        ("0020572", "9"),
        ("1297105", "7"),
        ("0000005", "1"),
        ("0000013871", "1"),  # brcobranca unicred
        ("1111111", "9"),  # brcobranca ailos, account
        ("0357157", "2"),
        ("12341812345" + "12213871", "5"),  # brcobranca sicredi
        ("01230067896", "0"),  # FEBRABAN arrecadação
        ("1", "9"),
        ("6", "0"),  # rest 1
        ("0", "0"),  # rest 0
    ],
)
def test_modulo_11_gives_the_published_digits(digits, expected):
    assert cd.modulo_11(digits) == expected


@pytest.mark.parametrize(("digits", "expected"), [("0", "1"), ("6", "1"), ("5", "1"), ("1", "9"), ("2", "7")])
def test_modulo_11_of_a_barcode_is_never_zero(digits, expected):
    assert cd.modulo_11_barcode(digits) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("12387989000004042", "4"), ("12387989000061900", "7"), ("85068014982", "9"), ("05009401448", "1"), ("4042", "8"),
     ("61900", "0"), ("0719", "6"), ("0121", "X"), ("6", "X"), ("0", "0")],
)  # fmt: skip
def test_modulo_11_of_banco_do_brasil_may_be_the_letter_x(digits, expected):
    assert cd.modulo_11_x(digits) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("0600000000525", "P"),
        ("0900000000001", "1"),
        ("1900000000002", "8"),
        ("1900000000006", "0"),
        ("1900000000001", "P"),
    ],
)
def test_modulo_11_of_bradesco_may_be_the_letter_p(digits, expected):
    assert cd.modulo_11_p(digits) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("0000001", "7"), ("0000002", "4"), ("0000003", "1"), ("0000007", "0")]
)
def test_the_constants_of_sicoob_give_the_published_digits(number, expected):
    assert cd.modulo_11_sicoob("4327" + "0000229385" + number) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("0000004", "0"), ("0000003", "3"), ("0000006", "5"), ("0012349", "2"), ("0000009", "7")]
)
def test_the_constants_of_sicoob_give_the_digits_of_another_cooperative(number, expected):
    # BoletoNetCore BancoSicoobCarteira1_01Tests
    assert cd.modulo_11_sicoob("4277" + "0000172278" + number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("22832563", "51"),  # brcobranca banrisul
        ("00009274", "22"),
        ("00009194", "38"),
        ("00000457", "21"),  # BoletoNetCore BancoBanrisulCarteira1Tests
        ("00000454", "97"),
        ("00000459", "85"),
        ("00000458", "02"),
        ("00000456", "40"),
        ("2103401234560000004574040"[:23], "28"),
    ],
)
def test_the_double_digit_of_banrisul_gives_the_published_digits(number, expected):
    assert cd.double_digit(number) == expected


@given(st.text("0123456789", min_size=1, max_size=30))
def test_the_double_digit_is_always_two_digits(digits):
    double = cd.double_digit(digits)
    assert len(double) == 2
    assert double.isdigit()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        # Worked out by hand: 6 gives 34, rest 1; so 7, which gives 36, rest 3.
        ("00000016", "78"),
        # 9 gives 67, rest 1; so 0, which gives 49, rest 5.
        ("00000265", "06"),
        ("00000255", "18"),
    ],
)
def test_the_first_of_the_double_digits_is_raised_where_the_second_would_be_ten(number, expected):
    assert cd.double_digit(number) == expected


@pytest.mark.parametrize(
    ("digits", "expected"), [("4", "0"), ("0", "0"), ("1", "8"), ("41", "9"), ("9", "6"), ("1111", "2")]
)
def test_the_constants_of_sicoob_worked_out_by_hand(digits, expected):
    # Sums 12 (rest 1), 0, 3, 13, 27, 20.
    assert cd.modulo_11_sicoob(digits) == expected


def test_letters_count_as_ascii_minus_48():
    assert cd.values("09AZ") == [0, 9, 17, 42]


@pytest.mark.parametrize(("text", "position"), [("12a", 3), ("1 2", 2), ("١", 1), ("-", 1)])
def test_other_characters_are_refused_with_their_place(text, position):
    with pytest.raises(BrasilError) as caught:
        cd.modulo_11(text)
    assert (caught.value.code, caught.value.position) == ("check_digits.characters", position)


def changes(digits):
    for index, original in enumerate(digits):
        for other in "0123456789":
            if other != original:
                yield digits[:index] + other + digits[index + 1 :]


@given(st.text("0123456789", min_size=1, max_size=11))
def test_modulo_10_finds_every_single_wrong_digit(digits):
    right = cd.modulo_10(digits)
    assert all(cd.modulo_10(changed) != right for changed in changes(digits))


@given(st.text("0123456789", min_size=1, max_size=17))
def test_modulo_11_with_a_letter_finds_every_single_wrong_digit(digits):
    right = cd.modulo_11_x(digits)
    assert all(cd.modulo_11_x(changed) != right for changed in changes(digits))


@given(st.text("0123456789", min_size=1, max_size=13))
def test_modulo_11_to_seven_finds_every_single_wrong_digit(digits):
    right = cd.modulo_11_p(digits)
    assert all(cd.modulo_11_p(changed) != right for changed in changes(digits))


@given(st.text("0123456789", min_size=1, max_size=43))
def test_the_plain_modulo_11_differs_from_the_lettered_one_only_at_ten_and_zero(digits):
    lettered = cd.modulo_11_x(digits)
    assert cd.modulo_11(digits) == ("0" if lettered == "X" else lettered)
    assert cd.modulo_11_barcode(digits) == ("1" if lettered in "X0" else lettered)


def test_every_variant_can_be_asked_for_by_name():
    assert {name: function("1234") for name, function in cd.BY_NAME.items()} == {
        "modulo_10": "4",
        "modulo_11": "3",
        "modulo_11_barcode": "3",
        "modulo_11_x": "3",
        "modulo_11_p": "3",
        "modulo_11_sicoob": "6",
        "double_digit": "47",
    }
