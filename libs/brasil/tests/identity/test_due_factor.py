"""Fator de vencimento. Vectors: kivanio/brcobranca `calculo_data_spec.rb`, BoletoNetCore `DateTimeExtensionsTest.cs`,
FEBRABAN "Manual Operacional do Fator de Vencimento"."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil import due_factor
from brasil.errors import BrasilError


@pytest.mark.parametrize(
    ("due_on", "factor"),
    [
        (date(2000, 7, 3), "1000"),
        (date(2000, 7, 4), "1001"),
        (date(2002, 5, 1), "1667"),
        (date(2025, 2, 20), "9998"),
        (date(2025, 2, 21), "9999"),
        (date(2025, 2, 22), "1000"),
        (date(2025, 2, 23), "1001"),
        (date(2026, 11, 22), "1638"),
        (date(2049, 10, 13), "9999"),
        (date(2049, 10, 14), "1000"),
    ],
)
def test_a_date_becomes_its_published_factor(due_on, factor):
    assert due_factor.encode(due_on) == factor


def test_a_date_before_the_factor_began_is_refused():
    with pytest.raises(BrasilError) as caught:
        due_factor.encode(date(2000, 7, 2))
    assert caught.value.code == "due_factor.too_early"
    assert caught.value.problem.expected == "2000-07-03 or later"
    assert due_factor.encode(due_factor.FIRST_DAY) == "1000"


ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("factor", "due_on", "cycle"),
    [
        ("1000", date(2025, 2, 22), 2),
        ("1638", date(2026, 11, 22), 2),
        ("7138", date(2041, 12, 13), 2),
        ("7638", date(2018, 9, 5), 1),
        ("9963", date(2025, 1, 16), 1),
        ("9999", date(2025, 2, 21), 1),
        ("1666", date(2026, 12, 20), 2),
    ],
)
def test_a_factor_is_read_inside_the_window_of_the_day(factor, due_on, cycle):
    assert due_factor.decode(factor, ON) == due_factor.DueDate(due_on, cycle)


@pytest.mark.parametrize("factor", ["7139", "7400", "7637"])
def test_a_factor_that_no_date_of_the_window_has_is_refused(factor):
    with pytest.raises(BrasilError) as caught:
        due_factor.decode(factor, ON)
    assert caught.value.code == "due_factor.outside_window"


def test_one_factor_means_another_date_on_another_day():
    assert due_factor.decode("1001", date(2000, 7, 4)) == due_factor.DueDate(date(2000, 7, 4), 1)
    assert due_factor.decode("1001", date(2025, 2, 23)) == due_factor.DueDate(date(2025, 2, 23), 2)
    assert due_factor.decode("1001", date(2049, 10, 15)) == due_factor.DueDate(date(2049, 10, 15), 3)


def test_the_window_is_three_thousand_days_back_and_five_thousand_five_hundred_ahead():
    assert due_factor.decode(due_factor.encode(ON - timedelta(3000)), ON).due_on == ON - timedelta(3000)
    assert due_factor.decode(due_factor.encode(ON + timedelta(5500)), ON).due_on == ON + timedelta(5500)
    for outside in (ON - timedelta(3001), ON + timedelta(5501)):
        with pytest.raises(BrasilError):
            due_factor.decode(due_factor.encode(outside), ON)


@pytest.mark.parametrize(
    ("factor", "code"),
    [
        ("0000", "due_factor.out_of_range"),
        ("0999", "due_factor.out_of_range"),
        ("123", "due_factor.characters"),
        ("12345", "due_factor.characters"),
        ("12a4", "due_factor.characters"),
        ("", "due_factor.characters"),
    ],
)
def test_what_is_no_factor_is_refused(factor, code):
    with pytest.raises(BrasilError) as caught:
        due_factor.decode(factor, ON)
    assert caught.value.code == code


@given(st.dates(date(2000, 7, 3), date(2080, 1, 1)), st.integers(-5500, 3000))
def test_every_date_in_the_window_comes_back(due_on, distance):
    on = due_on + timedelta(distance)
    assert due_factor.decode(due_factor.encode(due_on), on).due_on == due_on


@given(st.integers(0, 9999), st.dates())
def test_any_factor_on_any_day_is_read_inside_the_window_or_refused(number, on):
    try:
        read = due_factor.decode(f"{number:04d}", on)
    except BrasilError:
        return
    assert -3000 <= (read.due_on - on).days <= 5500
    assert due_factor.encode(read.due_on) == f"{number:04d}"
    assert (read.due_on - due_factor.BASE).days == number + 9000 * (read.cycle - 1)
