"""Names, sources and refusals of the calendar, word for word."""

from collections.abc import Callable
from datetime import date

import pytest

from brasil.calendar import NATIONAL, BankCalendar, Holiday, HolidayKind, YearEnd, easter, national_holidays
from brasil.calendar.local import HolidayTable, LocalHoliday, state_table
from brasil.calendar.places import UF_BY_IBGE_PREFIX, check_uf, place_of, uf_of_city
from brasil.errors import BrasilError

CMN, LAW = "Resolução CMN 4.880/2020", "Lei 662/1949, art. 1º"


def test_the_holidays_of_a_year_with_their_names_and_laws() -> None:
    national, bank = HolidayKind.NATIONAL, HolidayKind.BANK
    assert list(national_holidays(2026).values()) == [
        Holiday(date(2026, 1, 1), "Confraternização Universal", national, LAW),
        Holiday(date(2026, 2, 16), "Carnaval", bank, CMN),
        Holiday(date(2026, 2, 17), "Carnaval", bank, CMN),
        Holiday(date(2026, 4, 3), "Sexta-feira Santa", national, CMN),
        Holiday(date(2026, 4, 21), "Tiradentes", national, LAW),
        Holiday(date(2026, 5, 1), "Dia do Trabalhador", national, LAW),
        Holiday(date(2026, 6, 4), "Corpus Christi", bank, CMN),
        Holiday(date(2026, 9, 7), "Independência do Brasil", national, LAW),
        Holiday(date(2026, 10, 12), "Nossa Senhora Aparecida", national, "Lei 6.802/1980, art. 1º"),
        Holiday(date(2026, 11, 2), "Finados", national, "Lei 662/1949, art. 1º (Lei 10.607/2002)"),
        Holiday(date(2026, 11, 15), "Proclamação da República", national, LAW),
        Holiday(
            date(2026, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra", national, "Lei 14.759/2023, art. 1º"
        ),
        Holiday(date(2026, 12, 25), "Natal", national, LAW),
    ]


@pytest.mark.parametrize("year", range(2001, 2079))
def test_movable_days_have_the_right_names_every_year(year: int) -> None:
    names = {holiday.name: holiday.day for holiday in national_holidays(year).values()}
    sunday = easter(year)
    assert (sunday - names["Carnaval"]).days == 47  # the later of two
    assert (sunday - names["Sexta-feira Santa"]).days == 2
    assert (names["Corpus Christi"] - sunday).days == 60


def test_the_year_end_has_a_name() -> None:
    assert BankCalendar(year_end=YearEnd.CLOSED_24_AND_31).holiday(date(2026, 12, 24)) == Holiday(
        date(2026, 12, 24), "Bancos sem expediente ao público", HolidayKind.BANK, "year-end policy"
    )


def test_national_comes_before_state_and_state_before_city() -> None:
    rows = [
        {"place": "3550308", "day": "12-25", "name": "cidade"},
        {"place": "3550308", "day": "07-09", "name": "cidade"},
        {"place": "3550308", "day": "01-25", "name": "cidade"},
    ]
    calendar = BankCalendar(city="3550308", table=state_table().with_rows(rows))
    kinds = [calendar.holiday(day) for day in (date(2026, 12, 25), date(2026, 7, 9), date(2026, 1, 25))]
    assert [holiday.kind for holiday in kinds if holiday] == [
        HolidayKind.NATIONAL,
        HolidayKind.STATE,
        HolidayKind.MUNICIPAL,
    ]
    assert kinds[1] is not None
    assert kinds[1].source == "state law of SP (Lei 9.093/1995, art. 1º, II)"
    assert kinds[2] is not None
    assert kinds[2].source == "supplied by the tenant"


def test_a_table_given_for_a_state_is_the_one_that_counts() -> None:
    own = HolidayTable([LocalHoliday("SP", "03-10", "próprio")])
    calendar = BankCalendar(uf="SP", table=own)
    assert (calendar.is_bank_day(date(2026, 7, 9)), calendar.is_bank_day(date(2026, 3, 10))) == (True, False)
    assert (calendar.uf, calendar.city, calendar.year_end) == ("SP", None, YearEnd.OPEN)


def test_tables_add_without_changing() -> None:
    first = HolidayTable([LocalHoliday("SP", "03-10", "um")])
    second = first.with_rows([{"place": "sp", "day": "03-11", "name": " dois ", "since": "2025", "until": 2026}])
    assert list(first.holidays("SP", 2026)) == [date(2026, 3, 10)]
    assert [(day, one.name) for day, one in second.holidays("SP", 2026).items()] == [
        (date(2026, 3, 10), "um"),
        (date(2026, 3, 11), "dois"),
    ]
    assert list(second.holidays("SP", 2027)) == [date(2027, 3, 10)]
    assert list(second.holidays("SP", 2024)) == [date(2024, 3, 10)]
    assert second.holidays(None, 2026) == second.holidays("RJ", 2026) == {}


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        ("09-05>fri", 2026, date(2026, 9, 5)),  # Saturday stays
        ("09-05>fri", 2025, date(2025, 9, 5)),  # Friday stays
        ("09-05>fri", 2024, date(2024, 9, 6)),  # Thursday moves
        ("09-05>fri", 2029, date(2029, 9, 7)),  # Wednesday moves
        ("09-05>fri", 2023, date(2023, 9, 8)),  # Tuesday moves
        ("09-05>fri", 2022, date(2022, 9, 5)),  # Monday stays
        ("09-05>fri", 2027, date(2027, 9, 5)),  # Sunday stays
        ("easter-47", 2026, date(2026, 2, 17)),
        ("easter+60", 2026, date(2026, 6, 4)),
        ("easter+0", 2026, date(2026, 4, 5)),
        ("2026-09-05", 2026, date(2026, 9, 5)),
        ("2026-09-05", 2027, None),
    ],
)
def test_rules_give_their_days(rule: str, year: int, day: date | None) -> None:
    assert LocalHoliday("AC", rule, "x").day_in(year) == day


REFUSALS: list[tuple[Callable[[], object], str, str, int | None, str | None, str | None, str | None]] = [
    (lambda: NATIONAL.is_bank_day(date(2000, 1, 1)), "calendar.year",
     "The calendar covers 2001 to 2078; use a date within these years.", None, None, "2000", "2001-2078"),
    (lambda: LocalHoliday("SP", "32-01", "x"), "holiday.day",
     "A holiday's day is YYYY-MM-DD, MM-DD, MM-DD>fri or easter+N.", None, "day", "32-01", None),
    (lambda: HolidayTable().with_rows([{"place": "SP", "day": "01-01"}]), "holiday.row",
     "Row 1 needs place, day and name.", 1, None, None, None),
    (lambda: HolidayTable().with_rows([{"place": "SP", "day": " ", "name": "x"}]), "holiday.row",
     "Row 1 needs place, day and name.", 1, None, None, None),
    (lambda: HolidayTable().with_rows([{"place": None, "day": "01-01", "name": "x"}]), "holiday.row",
     "Row 1 needs place, day and name.", 1, None, None, None),
    (lambda: HolidayTable().with_rows([{"place": "SP", "day": "01-01", "name": "x", "until": "?"}]), "holiday.year",
     "Row 1: since and until are years.", 1, None, None, None),
    (lambda: HolidayTable().with_rows([{"place": "SX", "day": "01-01", "name": "x"}]), "place.uf",
     "Row 1: This is no Brazilian state; use its two letters, e.g. SP.", 1, "uf", "SX", None),
    (lambda: check_uf("Sao Paulo"), "place.uf",
     "This is no Brazilian state; use its two letters, e.g. SP.", None, "uf", "Sao Paulo", None),
    (lambda: uf_of_city("355030"), "place.city",
     "A city is its IBGE code of 7 digits, e.g. 3550308 for São Paulo.", None, "city", "355030", None),
    (lambda: place_of("RJ", "3550308"), "place.city_uf",
     "The city lies in SP; correct the state or the city.", None, "city", "RJ", "SP"),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[1]}-{refusal[5]}")
def test_a_refusal_says_what_where_and_what_was_expected(
    refusal: tuple[Callable[[], object], str, str, int | None, str | None, str | None, str | None],
) -> None:
    wrong, code, message, line, field, found, expected = refusal
    with pytest.raises(BrasilError) as refused:
        wrong()
    problem = refused.value.problem
    assert (problem.code, problem.message, problem.line, problem.field, problem.found, problem.expected) == (
        code, message, line, field, found, expected,
    )  # fmt: skip


def test_27_states_with_their_ibge_numbers() -> None:
    assert sorted(UF_BY_IBGE_PREFIX.values()) == [
        "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
        "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
    ]  # fmt: skip
    capitals = {
        "1100205": "RO", "1200401": "AC", "1302603": "AM", "1400100": "RR", "1501402": "PA", "1600303": "AP",
        "1721000": "TO", "2111300": "MA", "2211001": "PI", "2304400": "CE", "2408102": "RN", "2507507": "PB",
        "2611606": "PE", "2704302": "AL", "2800308": "SE", "2927408": "BA", "3106200": "MG", "3205309": "ES",
        "3304557": "RJ", "3550308": "SP", "4106902": "PR", "4205407": "SC", "4314902": "RS", "5002704": "MS",
        "5103403": "MT", "5208707": "GO", "5300108": "DF",
    }  # fmt: skip
    assert {city: uf_of_city(city) for city in capitals} == capitals
    assert place_of(None, " 3550308 ") == ("SP", "3550308")
    assert place_of("rj", None) == ("RJ", None)


def test_a_count_that_ends_or_starts_on_a_holiday() -> None:
    carnival = date(2026, 2, 17)
    assert NATIONAL.count(date(2026, 2, 13), carnival) == 0
    assert NATIONAL.count(carnival, date(2026, 2, 18)) == 1
    assert NATIONAL.count(date(2078, 12, 30), date(2078, 12, 31)) == 0


def test_the_last_and_the_first_year_are_covered() -> None:
    assert NATIONAL.is_bank_day(date(2078, 12, 30))
    assert not NATIONAL.is_bank_day(date(2001, 1, 1))


def test_a_city_is_written_in_ascii_digits() -> None:
    for city in ("35503\N{ARABIC-INDIC DIGIT ZERO}8", "35503a8"):
        with pytest.raises(BrasilError):
            uf_of_city(city)


def test_a_local_holiday_carries_its_day() -> None:
    (holiday,) = HolidayTable([LocalHoliday("SP", "03-10", "um")]).holidays("SP", 2026).values()
    assert holiday == Holiday(date(2026, 3, 10), "um", HolidayKind.STATE, "supplied by the tenant")
