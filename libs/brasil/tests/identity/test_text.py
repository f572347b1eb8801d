import pytest

from brasil.errors import BrasilError
from brasil.text import fold, is_digits, without_separators


def test_accents_come_off():
    assert fold("São João — Ação nº 5") == "Sao Joao  Acao no 5"


@pytest.mark.parametrize(
    ("text", "expected"), [("0123", True), ("", False), ("12a", False), ("²", False), ("١", False), (12, False)]
)
def test_only_the_ten_ascii_digits_are_digits(text, expected):
    assert is_digits(text) is expected


def test_separators_and_blanks_are_left_out():
    assert without_separators(" 1.2-3\t4\r\n", ".-", code="c", name="n") == "1234"


def test_a_character_is_placed_in_the_text_as_typed():
    with pytest.raises(BrasilError) as caught:
        without_separators("12.3/4", ".-", code="c", name="n")
    assert (caught.value.code, caught.value.position, caught.value.problem.found) == ("c.characters", 5, "/")


@pytest.mark.parametrize(("length", "code"), [(200, "c.length"), (201, "c.too_long")])
def test_two_hundred_characters_are_the_limit(length, code):
    from brasil.text import require_length

    with pytest.raises(BrasilError) as caught:
        require_length(without_separators("1" * length, "", code="c", name="n"), 11, code="c", name="n")
    assert caught.value.code == code
