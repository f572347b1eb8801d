"""State holidays as the library knows them, and the rows a tenant supplies."""

from datetime import date

import holidays
import pytest

from brasil.calendar import NATIONAL, BankCalendar, HolidayKind
from brasil.calendar.local import HolidayTable, LocalHoliday, state_table
from brasil.calendar.places import UFS, check_uf, place_of, uf_of_city
from brasil.errors import BrasilError

SAO_PAULO = "3550308"
ROWS = [
    {"place": SAO_PAULO, "day": "01-25", "name": "Aniversário de São Paulo", "source": "Lei municipal 14.485/2007"},
    {"place": "2611606", "day": "07-16", "name": "Nossa Senhora do Carmo"},
    {"place": "3304557", "day": "2026-06-01", "name": "Ponto facultativo de uma vez"},
    {"place": "3106200", "day": "easter+60", "name": "Corpus Christi"},
]


YEARS = range(2001, 2079)
NATIONAL_DAYS = set(holidays.country_holidays("BR", years=YEARS))


@pytest.mark.parametrize("uf", sorted(UFS))
def test_state_holidays_are_those_of_the_holidays_package(uf: str) -> None:
    # Sundays change nothing, so the table leaves out the holidays that always fall on one.
    theirs = {day for day in holidays.country_holidays("BR", subdiv=uf, years=YEARS) if day.weekday() != 6}
    ours = {day for year in YEARS for day in state_table().holidays(uf, year) if day.weekday() != 6}
    assert ours - NATIONAL_DAYS == theirs - NATIONAL_DAYS


def test_a_state_calendar_knows_its_own_day_and_the_national_ones() -> None:
    calendar = BankCalendar(uf="sp")
    holiday = calendar.holiday(date(2026, 7, 9))
    assert holiday is not None
    assert (holiday.name, holiday.kind) == ("Revolução Constitucionalista", HolidayKind.STATE)
    assert not calendar.is_bank_day(date(2026, 7, 9))
    assert not calendar.is_bank_day(date(2026, 12, 25))
    assert NATIONAL.is_bank_day(date(2026, 7, 9))


def test_a_citys_holidays_come_from_the_tenants_rows() -> None:
    table = state_table().with_rows(ROWS)
    calendar = BankCalendar(city=SAO_PAULO, table=table)
    holiday = calendar.holiday(date(2027, 1, 25))
    assert calendar.uf == "SP"
    assert holiday is not None
    assert (holiday.kind, holiday.source) == (HolidayKind.MUNICIPAL, "Lei municipal 14.485/2007")
    assert calendar.next(date(2027, 1, 22)) == date(2027, 1, 26)
    assert not calendar.is_bank_day(date(2026, 7, 9))
    assert BankCalendar(city="3509502", table=table).is_bank_day(date(2027, 1, 25))


def test_a_holiday_of_one_year_is_of_that_year_alone() -> None:
    calendar = BankCalendar(city="3304557", table=state_table().with_rows(ROWS))
    assert not calendar.is_bank_day(date(2026, 6, 1))
    assert calendar.is_bank_day(date(2027, 6, 1))


def test_a_holiday_can_follow_easter() -> None:
    table = HolidayTable().with_rows(ROWS)
    assert list(table.holidays("3106200", 2024)) == [date(2024, 5, 30)]


def test_acre_moves_midweek_holidays_to_friday() -> None:
    # Lei 2.126/2009 (AC): 5 September 2023 was a Tuesday, 2026 a Saturday, 2022 a Monday.
    found = {
        year: next(d for d, h in state_table().holidays("AC", year).items() if h.name == "Dia da Amazônia")
        for year in (2022, 2023, 2026)
    }
    assert found == {2022: date(2022, 9, 5), 2023: date(2023, 9, 8), 2026: date(2026, 9, 5)}


def test_29_february_comes_only_in_leap_years() -> None:
    holiday = LocalHoliday(SAO_PAULO, "02-29", "raro")
    assert holiday.day_in(2028) == date(2028, 2, 29)
    assert holiday.day_in(2027) is None


def test_since_and_until_bound_a_holiday() -> None:
    holiday = LocalHoliday("SP", "03-10", "novo", since=2025, until=2026)
    assert [holiday.day_in(year) is not None for year in (2024, 2025, 2026, 2027)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"place": SAO_PAULO, "day": "13-01", "name": "x"}, "holiday.day"),
        ({"place": SAO_PAULO, "day": "2027-02-29", "name": "x"}, "holiday.day"),
        ({"place": SAO_PAULO, "day": "0125", "name": "x"}, "holiday.day"),
        ({"place": "XX", "day": "01-25", "name": "x"}, "place.uf"),
        ({"place": "9950308", "day": "01-25", "name": "x"}, "place.city"),
        ({"place": "355030", "day": "01-25", "name": "x"}, "place.city"),
        ({"place": SAO_PAULO, "day": "01-25"}, "holiday.row"),
        ({"place": SAO_PAULO, "day": "01-25", "name": "x", "since": "soon"}, "holiday.year"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(row: dict[str, str], code: str) -> None:
    good = ROWS[0]
    with pytest.raises(BrasilError) as refused:
        HolidayTable().with_rows([good, row])
    assert refused.value.code == code
    assert refused.value.problem.line == 2


def test_places_are_checked() -> None:
    assert check_uf(" sp ") == "SP"
    assert uf_of_city("2605459") == "PE"
    assert place_of(None, None) == (None, None)
    assert place_of("PE", "2605459") == ("PE", "2605459")
    for uf, city, code in (
        ("ZZ", None, "place.uf"),
        ("SP", "2605459", "place.city_uf"),
        ("SP", "3٥50308", "place.city"),
    ):
        with pytest.raises(BrasilError) as refused:
            place_of(uf, city)
        assert refused.value.code == code
