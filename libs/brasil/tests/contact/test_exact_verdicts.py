"""Whole verdicts and the whole table, word for word: a lawyer reads these."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from brasil.calendar import BankCalendar
from brasil.calendar.local import state_table
from brasil.contact import STATE_RULES, Channel, TenantLimits, Window, allowed, named_zone, rule_for, zone_of
from brasil.contact.instants import first_in_window, local_minute
from brasil.contact.windows import ALL_DAY, CLOSED, SAFE_DEFAULT, UNRESTRICTED, Week
from brasil.contact.zones import ZONE_BY_CITY, ZONE_BY_UF
from brasil.errors import BrasilError

CALLS = {"voice"}
TABLE = [
    ("SP", "Lei 15.426/2014 (SP), art. 2º", date(2014, 5, 23), CALLS, ("08:00-20:00", "08:00-14:00"), ""),
    ("AL", "Lei 7.782/2016 (AL)", date(2016, 1, 31), {"voice", "sms"}, ("08:00-20:00", "08:00-14:00"),
     "names calls and text messages"),
    ("ES", "Lei 10.626/2017 (ES)", date(2017, 12, 31), CALLS, ("08:00-19:00", "closed"), ""),
    ("CE", "Lei 16.836/2019 (CE), art. 2º", date(2019, 1, 18), {"voice", "sms", "whatsapp"}, ("08:00-18:00", "closed"),
     "names calls, SMS and WhatsApp; the caller shows its number and names the company first"),
    ("RJ", "Lei 7.868/2018 (RJ)", date(2018, 3, 31), CALLS, ("09:00-19:00", "closed"),
     "Lei 7.853/2018 (8 to 18 h) is for telemarketing, not for charging"),
    ("AM", "Lei 306/2016 (AM)", date(2016, 12, 31), CALLS, ("09:00-19:00", "closed"),
     "the law names only the end; the start is the default's"),
]  # fmt: skip


def test_the_table_of_the_laws() -> None:
    found = [
        (rule.uf, rule.law, rule.effective_from, {str(channel) for channel in rule.channels},
         (str(rule.week.weekday), str(rule.week.saturday)), rule.note)
        for rule in STATE_RULES
    ]  # fmt: skip
    assert found == TABLE
    assert all((rule.week.sunday, rule.week.holiday) == (CLOSED, CLOSED) for rule in STATE_RULES)


def test_the_default_and_the_free_channel() -> None:
    assert SAFE_DEFAULT.law == "CDC (Lei 8.078/1990), arts. 42 and 71: no state law; hours that keep all of them"
    assert [str(window) for window in SAFE_DEFAULT.week] == ["09:00-18:00", "closed", "closed", "closed"]
    assert SAFE_DEFAULT.channels == {Channel.VOICE, Channel.SMS, Channel.WHATSAPP}
    assert UNRESTRICTED.law == "CDC (Lei 8.078/1990), art. 42: no law names hours for e-mail"
    assert (UNRESTRICTED.channels, set(UNRESTRICTED.week)) == ({Channel.EMAIL}, {ALL_DAY})
    # The CDC is in force since 180 days after its publication on 12 September 1990.
    assert SAFE_DEFAULT.effective_from == UNRESTRICTED.effective_from == date(1991, 3, 11)
    assert (SAFE_DEFAULT.uf, UNRESTRICTED.uf) == (None, None)
    assert rule_for("MG", Channel.VOICE, date(2026, 1, 1)) is SAFE_DEFAULT


def test_a_verdict_as_json() -> None:
    verdict = allowed(at=datetime(2026, 11, 21, 18, tzinfo=UTC), uf="sp", city="3550308", channel=Channel.SMS)
    assert verdict.as_dict() == {
        "allowed": False,
        "rule": "SP, saturday: 08:00-14:00; hours for calls, kept for sms too",
        "source": "Lei 15.426/2014 (SP), art. 2º",
        "channel": "sms",
        "uf": "SP",
        "city": "3550308",
        "local_time": "2026-11-21T15:00:00-03:00",
        "time_zone": "America/Sao_Paulo",
        "window": "08:00-14:00",
        "holiday": None,
        "law_names_channel": False,
        "next_lawful_instant": "2026-11-23T11:00:00Z",
        "next_lawful_local_time": "2026-11-23T08:00:00-03:00",
    }


def test_a_verdict_on_a_holiday_under_a_tenants_limits_as_json() -> None:
    never = TenantLimits(weekday=CLOSED, saturday=CLOSED)
    verdict = allowed(at=datetime(2026, 11, 20, 15, tzinfo=UTC), uf="MG", channel=Channel.VOICE, tenant_limits=never)
    assert verdict.as_dict() == {
        "allowed": False,
        "rule": "default, holiday (Dia Nacional de Zumbi e da Consciência Negra): closed",
        "source": "CDC (Lei 8.078/1990), arts. 42 and 71: no state law; hours that keep all of them",
        "channel": "voice",
        "uf": "MG",
        "city": None,
        "local_time": "2026-11-20T12:00:00-03:00",
        "time_zone": "America/Sao_Paulo",
        "window": "closed",
        "holiday": "Dia Nacional de Zumbi e da Consciência Negra",
        "law_names_channel": False,
        "next_lawful_instant": None,
        "next_lawful_local_time": None,
    }


@pytest.mark.parametrize(
    ("at", "uf", "channel", "rule"),
    [
        ("2026-11-23T15:00Z", "SP", Channel.VOICE, "SP, weekday: 08:00-20:00"),
        ("2026-11-22T15:00Z", "SP", Channel.VOICE, "SP, sunday: closed"),
        ("2026-11-23T15:00Z", "AL", Channel.SMS, "AL, weekday: 08:00-20:00"),
        ("2026-11-23T15:00Z", "AL", Channel.WHATSAPP, "AL, weekday: 08:00-20:00; hours for calls, kept for whatsapp too"),
        ("2026-11-23T15:00Z", "BA", Channel.WHATSAPP, "default, weekday: 09:00-18:00"),
        ("2026-11-22T15:00Z", "BA", Channel.EMAIL, "default, sunday: 00:00-24:00"),
    ],
)  # fmt: skip
def test_a_rule_in_words(at: str, uf: str, channel: Channel, rule: str) -> None:
    verdict = allowed(at=datetime.fromisoformat(at), uf=uf, channel=channel)
    assert verdict.rule == rule
    assert verdict.law_names_channel == (not rule.startswith("default") and "kept" not in rule)


def test_the_tenants_own_limits_are_named_only_where_they_decide() -> None:
    limits = TenantLimits.parse({"weekday": "10:00-12:00"})

    def source(hour: int) -> str:
        at = datetime(2026, 11, 23, hour + 3, tzinfo=UTC)
        return allowed(at=at, uf="SP", channel=Channel.VOICE, tenant_limits=limits).source

    law = "Lei 15.426/2014 (SP), art. 2º"
    assert [source(hour) for hour in (7, 9, 10, 12, 20)] == [
        law, f"the tenant's own limits, within {law}", law, f"the tenant's own limits, within {law}", law,
    ]  # fmt: skip


def test_a_holiday_keeps_the_narrower_of_two_windows() -> None:
    week = Week(Window(0, 900), Window(100, 800), Window(200, 700), Window(300, 1000))
    monday, saturday, sunday = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)
    assert [week.of(day, holiday=False) for day in (monday, saturday, sunday)] == [
        Window(0, 900), Window(100, 800), Window(200, 700),
    ]  # fmt: skip
    assert [week.of(day, holiday=True) for day in (monday, saturday, sunday)] == [
        Window(300, 900), Window(300, 800), Window(300, 700),
    ]  # fmt: skip
    assert week.common(Week(CLOSED, ALL_DAY, Window(0, 300), Window(999, 1440))) == Week(
        CLOSED, Window(100, 800), Window(200, 300), Window(999, 1000)
    )


def test_windows_hold_their_start_and_not_their_end() -> None:
    window = Window(480, 1200)
    assert [window.holds(minute) for minute in (479, 480, 1199, 1200)] == [False, True, True, False]
    assert window.within(Window(480, 1200))
    assert not window.within(Window(481, 1200))
    assert not window.within(Window(480, 1199))
    assert CLOSED.within(window)
    assert (str(CLOSED), str(Window(1, 1)), str(ALL_DAY), str(Window(61, 62))) == (
        "closed", "closed", "00:00-24:00", "01:01-01:02",
    )  # fmt: skip
    assert window.common(Window(1199, 1440)) == Window(1199, 1200)
    assert window.common(Window(1200, 1440)) == CLOSED
    assert local_minute(datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)) == 1439


SP = ZoneInfo("America/Sao_Paulo")


def test_an_instant_in_a_window_is_its_own_first() -> None:
    noon = datetime(2026, 11, 23, 15, 0, 0, 1, tzinfo=UTC)
    day = date(2026, 11, 23)
    assert first_in_window(day, Window(480, 1200), SP, noon) == noon
    assert first_in_window(day, Window(480, 1200), SP, datetime(2026, 11, 23, 23, tzinfo=UTC)) is None
    assert first_in_window(day, Window(480, 480), SP, noon) is None
    assert first_in_window(day, Window(480, 481), SP, noon - timedelta(days=3)) == datetime(
        2026, 11, 23, 11, tzinfo=UTC
    )
    assert first_in_window(day, Window(0, 1), SP, noon - timedelta(days=3)) == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_the_zones_of_states_and_of_the_cities_that_differ() -> None:
    assert len(ZONE_BY_UF) == 27
    assert {uf: zone for uf, zone in ZONE_BY_UF.items() if zone != "America/Sao_Paulo"} == {
        "AC": "America/Rio_Branco", "AL": "America/Maceio", "AM": "America/Manaus", "AP": "America/Belem",
        "BA": "America/Bahia", "CE": "America/Fortaleza", "MA": "America/Fortaleza", "MS": "America/Campo_Grande",
        "MT": "America/Cuiaba", "PA": "America/Belem", "PB": "America/Fortaleza", "PE": "America/Recife",
        "PI": "America/Fortaleza", "RN": "America/Fortaleza", "RO": "America/Porto_Velho", "RR": "America/Boa_Vista",
        "SE": "America/Maceio", "TO": "America/Araguaina",
    }  # fmt: skip
    west = {city for city, zone in ZONE_BY_CITY.items() if zone == "America/Eirunepe"}
    # Lei 12.876/2013 leaves the thirteen municipalities west of the line Tabatinga - Porto Acre at -05.
    assert len(west) == 13
    assert all(city.startswith("13") for city in west)
    assert zone_of("am", "1304062") is zone_of("AM", "1301407")
    assert {str(zone): zone.utcoffset(datetime(2026, 6, 1)) for zone in map(zone_of, ("SP", "AM", "AC"))} == {  # noqa: DTZ001
        "America/Sao_Paulo": timedelta(hours=-3),
        "America/Manaus": timedelta(hours=-4),
        "America/Rio_Branco": timedelta(hours=-5),
    }


NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)


def ask(**more: object) -> Callable[[], object]:
    question = {"at": NOON, "uf": "SP", "channel": Channel.VOICE, **more}
    return lambda: allowed(**question)  # type: ignore[arg-type]


class NoOffset(tzinfo):
    """A zone that does not know its offset, which makes an instant naive (datetime documentation)."""

    def utcoffset(self, when: datetime | None) -> None:
        return None

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> None:
        return None


REFUSALS: list[tuple[Callable[[], object], str, str, str | None, str | None, str | None]] = [
    (ask(at=NOON.replace(tzinfo=None)), "contact.instant", "An instant needs its offset, e.g. 2026-11-23T12:00:00Z.",
     "at", None, None),
    (ask(at=NOON.replace(tzinfo=NoOffset())), "contact.instant",
     "An instant needs its offset, e.g. 2026-11-23T12:00:00Z.", "at", None, None),
    (ask(uf="XX"), "place.uf", "This is no Brazilian state; use its two letters, e.g. SP.", "uf", "XX", None),
    (ask(uf="RJ", city="3550308"), "place.city_uf", "The city lies in SP; correct the state or the city.", "city", "RJ",
     "SP"),
    (lambda: zone_of("XX"), "place.uf", "This is no Brazilian state; use its two letters, e.g. SP.", "uf", "XX", None),
    (lambda: zone_of("RJ", "3550308"), "place.city_uf", "The city lies in SP; correct the state or the city.", "city",
     "RJ", "SP"),
    (ask(tenant_limits=TenantLimits(saturday=Window(480, 960))), "contact.looser_than_law",
     "The limit for saturday is 08:00-16:00, but Lei 15.426/2014 (SP), art. 2º allows 08:00-14:00; narrow the limit.",
     "saturday", "08:00-16:00", "within 08:00-14:00"),
    (lambda: TenantLimits.parse({"weekday": "closed", "sábado": "closed"}), "contact.day_kind",
     "Limits are named weekday, saturday, sunday, holiday.", "limits", "sábado", None),
    (lambda: Window.parse("8h-20h"), "contact.window",
     "A window is HH:MM-HH:MM, closed or all-day, and ends after it starts.", None, "8h-20h", None),
    (lambda: named_zone("Mars/Base"), "zone.unknown",
     "No such time zone; use an IANA name, e.g. America/Sao_Paulo.", "zone", "Mars/Base", None),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal[1])
def test_a_refusal_says_what_where_and_what_was_expected(
    refusal: tuple[Callable[[], object], str, str, str | None, str | None, str | None],
) -> None:
    wrong, code, message, field, found, expected = refusal
    with pytest.raises(BrasilError) as refused:
        wrong()
    problem = refused.value.problem
    assert (problem.code, problem.message, problem.field, problem.found, problem.expected) == (
        code, message, field, found, expected,
    )  # fmt: skip


def test_the_calendar_given_is_asked_before_the_states() -> None:
    table = state_table().with_rows([{"place": "3550308", "day": "07-09", "name": "Outro nome"}])
    calendar = BankCalendar(city="3550308", table=table)
    verdict = allowed(at=datetime(2026, 7, 9, 15, tzinfo=UTC), uf="SP", channel=Channel.VOICE, calendar=calendar)
    assert verdict.holiday is not None
    assert verdict.holiday.name == "Revolução Constitucionalista"
    city_only = allowed(
        at=datetime(2026, 1, 26, 15, tzinfo=UTC), uf="SP", channel=Channel.VOICE,
        calendar=BankCalendar(city="3550308", table=state_table().with_rows(
            [{"place": "3550308", "day": "01-26", "name": "Da cidade"}])),
    )  # fmt: skip
    assert (city_only.allowed, city_only.rule) == (False, "SP, holiday (Da cidade): closed")


def test_the_search_goes_over_a_run_of_closed_days_but_not_for_ever() -> None:
    rows = [
        {"place": "3550308", "day": (date(2026, 1, 1) + timedelta(days=n)).isoformat(), "name": "fechado"}
        for n in range(390)
    ]
    calendar = BankCalendar(city="3550308", table=state_table().with_rows(rows))
    at = datetime(2026, 1, 1, 15, tzinfo=UTC)
    verdict = allowed(at=at, uf="SP", channel=Channel.VOICE, calendar=calendar)
    assert verdict.next_lawful_instant == datetime(2027, 1, 26, 11, tzinfo=UTC)
    longer = [
        *rows,
        *(
            {"place": "3550308", "day": (date(2027, 1, 26) + timedelta(days=n)).isoformat(), "name": "fechado"}
            for n in range(20)
        ),
    ]
    for_ever = BankCalendar(city="3550308", table=state_table().with_rows(longer))
    assert allowed(at=at, uf="SP", channel=Channel.VOICE, calendar=for_ever).next_lawful_instant is None


def test_the_citys_own_time_decides_without_being_asked_for() -> None:
    # 14:30 UTC: 10:30 in Manaus, 9:30 in Tabatinga; 13:30 UTC: 9:30 and 8:30.
    at = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    assert allowed(at=at, uf="am", channel=Channel.VOICE).allowed
    assert not allowed(at=at, uf="am", city="1304062", channel=Channel.VOICE).allowed
    assert allowed(at=at + timedelta(hours=1), uf="am", city="1304062", channel=Channel.VOICE).allowed


def test_the_last_week_of_the_calendar_still_has_lawful_instants() -> None:
    friday_night = datetime(2078, 12, 28, 3, tzinfo=UTC)
    verdict = allowed(at=friday_night, uf="MG", channel=Channel.VOICE)
    assert verdict.next_lawful_instant == datetime(2078, 12, 28, 12, tzinfo=UTC)
    saturday = allowed(at=datetime(2078, 12, 31, 12, tzinfo=UTC), uf="SP", channel=Channel.VOICE)
    assert (saturday.allowed, saturday.window) == (True, Window(480, 840))
