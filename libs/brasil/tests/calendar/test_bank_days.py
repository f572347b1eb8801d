"""Bank working days, worked out three times over, and the facts that calendars on the market get wrong."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.calendar import NATIONAL, BankCalendar, HolidayKind, YearEnd, easter, national_holidays
from brasil.calendar.frozen import FIRST_YEAR, LAST_YEAR
from brasil.errors import BrasilError

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
days = st.dates(date(FIRST_YEAR, 2, 1), date(LAST_YEAR, 11, 30))


def gregorian_easter(year: int) -> date:
    """Easter by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def expected_days(year: int) -> set[date]:
    fixed = [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)]
    if year >= 2024:  # Lei 14.759/2023
        fixed.append((11, 20))
    sunday = gregorian_easter(year)
    return {date(year, month, day) for month, day in fixed} | {
        sunday + timedelta(days=offset) for offset in (-48, -47, -2, 60)
    }


@pytest.mark.parametrize("year", YEARS)
def test_the_frozen_list_is_what_the_laws_and_easter_give(year: int) -> None:
    assert set(national_holidays(year)) == expected_days(year)
    assert easter(year) == gregorian_easter(year)


@pytest.mark.parametrize("year", YEARS)
def test_the_frozen_list_is_what_the_holidays_package_gives(year: int) -> None:
    public = set(holidays.country_holidays("BR", years=year))
    optional = holidays.country_holidays("BR", years=year, categories=("optional",), language="pt_BR")
    bank = {day for day, name in optional.items() if "Carnaval" in name or "Corpus Christi" in name}
    assert set(national_holidays(year)) == public | bank


@pytest.mark.parametrize(
    ("day", "name", "kind"),
    [
        (date(2024, 2, 12), "Carnaval", HolidayKind.BANK),
        (date(2024, 2, 13), "Carnaval", HolidayKind.BANK),
        (date(2024, 3, 29), "Sexta-feira Santa", HolidayKind.NATIONAL),
        (date(2024, 5, 30), "Corpus Christi", HolidayKind.BANK),
        (date(2011, 3, 8), "Carnaval", HolidayKind.BANK),  # the latest Carnival of a century is in March
        (date(2008, 3, 21), "Sexta-feira Santa", HolidayKind.NATIONAL),  # the earliest Good Friday
        (date(2024, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra", HolidayKind.NATIONAL),
        (date(2026, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra", HolidayKind.NATIONAL),
    ],
)
def test_holidays_have_their_names_and_kinds(day: date, name: str, kind: HolidayKind) -> None:
    holiday = NATIONAL.holiday(day)
    assert holiday is not None
    assert (holiday.day, holiday.name, holiday.kind) == (day, name, kind)
    assert holiday.source
    assert not NATIONAL.is_bank_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 18),  # Ash Wednesday: banks open at noon, ANBIMA counts it
        date(2025, 12, 24),  # Christmas Eve
        date(2025, 12, 31),  # the last day of the year: closed to the public, open for clearing
        date(2023, 11, 20),  # before Lei 14.759/2023
        date(2024, 1, 25),  # city of São Paulo only
        date(2024, 7, 9),  # state of São Paulo only
        date(2024, 10, 28),  # public servants only
    ],
)
def test_days_that_others_call_holidays_are_bank_days(day: date) -> None:
    assert NATIONAL.is_bank_day(day)


def test_weekends_are_no_bank_days() -> None:
    assert not NATIONAL.is_bank_day(date(2026, 11, 21))
    assert not NATIONAL.is_bank_day(date(2026, 11, 22))
    assert NATIONAL.is_bank_day(date(2026, 11, 23))


def test_the_working_days_of_a_year_are_those_anbima_counts() -> None:
    # ANBIMA's list has 253 working days in 2024 and 252 in 2025 (weekdays less its holidays on weekdays).
    assert NATIONAL.count(date(2023, 12, 31), date(2024, 12, 31)) == 253
    assert NATIONAL.count(date(2024, 12, 31), date(2025, 12, 31)) == 252


def test_next_and_previous_jump_over_carnival() -> None:
    friday, wednesday = date(2024, 2, 9), date(2024, 2, 14)
    assert NATIONAL.next(friday) == wednesday
    assert NATIONAL.previous(wednesday) == friday
    assert NATIONAL.same_or_next(date(2024, 2, 10)) == wednesday
    assert NATIONAL.same_or_previous(date(2024, 2, 13)) == friday
    assert NATIONAL.same_or_next(friday) == NATIONAL.same_or_previous(friday) == friday


def test_add_counts_working_days_in_both_directions() -> None:
    assert NATIONAL.add(date(2024, 2, 9), 2) == date(2024, 2, 15)
    assert NATIONAL.add(date(2024, 2, 15), -2) == date(2024, 2, 9)
    assert NATIONAL.add(date(2024, 2, 10), 1) == date(2024, 2, 14)
    assert NATIONAL.add(date(2024, 2, 10), 0) == date(2024, 2, 14)


@pytest.mark.parametrize("day", [date(2000, 12, 31), date(2079, 1, 1)])
def test_years_the_list_does_not_cover_are_refused(day: date) -> None:
    with pytest.raises(BrasilError) as refused:
        NATIONAL.is_bank_day(day)
    assert refused.value.code == "calendar.year"


def test_the_end_of_the_calendar_is_refused_rather_than_guessed() -> None:
    with pytest.raises(BrasilError, match="2001 to 2078"):
        NATIONAL.next(date(2078, 12, 31))


def test_the_year_end_is_a_policy() -> None:
    eve, last = date(2025, 12, 24), date(2025, 12, 31)
    assert [BankCalendar(year_end=policy).is_bank_day(eve) for policy in YearEnd] == [True, True, False]
    assert [BankCalendar(year_end=policy).is_bank_day(last) for policy in YearEnd] == [True, False, False]
    assert BankCalendar(year_end=YearEnd.CLOSED_31).next(date(2025, 12, 30)) == date(2026, 1, 2)


@given(days)
def test_next_is_the_first_bank_day_after(day: date) -> None:
    following = NATIONAL.next(day)
    assert NATIONAL.is_bank_day(following)
    assert not any(NATIONAL.is_bank_day(day + timedelta(days=n)) for n in range(1, (following - day).days))
    assert NATIONAL.previous(following) <= day


@given(st.tuples(days, days, days).map(sorted))
def test_counts_add_up(dates: list[date]) -> None:
    first, middle, last = dates
    assert NATIONAL.count(first, last) == NATIONAL.count(first, middle) + NATIONAL.count(middle, last)
    assert NATIONAL.count(last, first) == -NATIONAL.count(first, last)


@given(days, st.integers(0, 400))
def test_a_count_is_what_walking_gives(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), date(LAST_YEAR, 12, 31))
    walked = sum(NATIONAL.is_bank_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert NATIONAL.count(start, end) == walked


@given(st.dates(date(FIRST_YEAR, 3, 1), date(LAST_YEAR - 2, 1, 1)), st.integers(1, 60))
def test_adding_and_counting_are_inverse(day: date, count: int) -> None:
    later = NATIONAL.add(day, count)
    assert NATIONAL.count(day, later) == count
    assert NATIONAL.add(NATIONAL.same_or_next(day), 0) == NATIONAL.same_or_next(day)
