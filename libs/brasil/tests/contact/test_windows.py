"""The hours of the state laws, day by day, and what a tenant may do to them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from brasil.calendar import BankCalendar
from brasil.calendar.local import state_table
from brasil.contact import STATE_RULES, Channel, TenantLimits, Verdict, Window, allowed, named_zone, rule_for, zone_of
from brasil.contact.windows import ALL_DAY, CLOSED, SAFE_DEFAULT, UNRESTRICTED
from brasil.contact.zones import ZONE_BY_UF
from brasil.errors import BrasilError

MONDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)
HOLIDAY = date(2026, 11, 20)  # Friday, national


def ask(uf: str, channel: Channel, day: date, hour: str, **more: object) -> Verdict:
    local = datetime.combine(day, time.fromisoformat(hour), tzinfo=zone_of(uf))
    return allowed(at=local, uf=uf, channel=channel, **more)  # type: ignore[arg-type]


# (state, day, first lawful minute, first minute no longer lawful); None: closed all day
HOURS = [
    ("SP", MONDAY, "08:00", "20:00"),  # Lei 15.426/2014, art. 2º
    ("SP", SATURDAY, "08:00", "14:00"),
    ("SP", SUNDAY, None, None),
    ("SP", HOLIDAY, None, None),
    ("AL", MONDAY, "08:00", "20:00"),  # Lei 7.782/2016
    ("AL", SATURDAY, "08:00", "14:00"),
    ("ES", MONDAY, "08:00", "19:00"),  # Lei 10.626/2017
    ("ES", SATURDAY, None, None),
    ("CE", MONDAY, "08:00", "18:00"),  # Lei 16.836/2019, art. 2º
    ("CE", SATURDAY, None, None),
    ("RJ", MONDAY, "09:00", "19:00"),  # Lei 7.868/2018
    ("RJ", SATURDAY, None, None),
    ("AM", MONDAY, "09:00", "19:00"),  # Lei 306/2016: until 19 h
    ("AM", SATURDAY, None, None),
    ("MG", MONDAY, "09:00", "18:00"),  # no state law: hours that keep all of them
    ("MG", SATURDAY, None, None),
    ("MG", HOLIDAY, None, None),
]


@pytest.mark.parametrize("channel", [Channel.VOICE, Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize(("uf", "day", "start", "end"), HOURS)
def test_the_hours_of_each_state(uf: str, day: date, start: str | None, end: str | None, channel: Channel) -> None:
    lawful = [
        minute for minute in range(1440) if ask(uf, channel, day, f"{minute // 60:02d}:{minute % 60:02d}").allowed
    ]
    if start is None or end is None:
        assert lawful == []
    else:
        first, stop = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
        assert lawful == list(range(first, stop))


def test_the_safe_default_keeps_the_law_of_every_state() -> None:
    for rule in STATE_RULES:
        for default, lawful in zip(SAFE_DEFAULT.week, rule.week, strict=True):
            assert default.within(lawful), rule.law


@pytest.mark.parametrize("uf", sorted(ZONE_BY_UF))
def test_no_phone_borne_channel_is_open_on_sundays_and_holidays_anywhere(uf: str) -> None:
    for channel in (Channel.VOICE, Channel.SMS, Channel.WHATSAPP):
        for day in (SUNDAY, HOLIDAY):
            assert not ask(uf, channel, day, "12:00").allowed


def test_a_verdict_names_the_law_and_how_far_it_reaches() -> None:
    call, message = ask("SP", Channel.VOICE, MONDAY, "21:00"), ask("SP", Channel.SMS, MONDAY, "21:00")
    assert call.source == message.source == "Lei 15.426/2014 (SP), art. 2º"
    assert (call.law_names_channel, message.law_names_channel) == (True, False)
    assert "kept for sms too" in message.rule
    assert ask("AL", Channel.SMS, MONDAY, "21:00").law_names_channel
    assert ask("CE", Channel.WHATSAPP, MONDAY, "21:00").law_names_channel
    assert "CDC" in ask("MG", Channel.VOICE, MONDAY, "21:00").source


def test_a_law_counts_from_its_day_and_the_default_before_it() -> None:
    assert rule_for("CE", Channel.VOICE, date(2019, 1, 17)) is SAFE_DEFAULT
    assert rule_for("CE", Channel.VOICE, date(2019, 1, 18)).law == "Lei 16.836/2019 (CE), art. 2º"
    assert rule_for("SP", Channel.VOICE, date(2014, 5, 22)) is SAFE_DEFAULT
    assert rule_for("SP", Channel.VOICE, date(2014, 5, 23)).uf == "SP"


def test_email_has_no_hours_by_law_but_the_tenants_count() -> None:
    assert rule_for("SP", Channel.EMAIL, MONDAY) is UNRESTRICTED
    assert ask("SP", Channel.EMAIL, SUNDAY, "03:00").allowed
    limits = TenantLimits.parse({"weekday": "08:00-18:00", "sunday": "closed"})
    refused = ask("SP", Channel.EMAIL, SUNDAY, "03:00", tenant_limits=limits)
    assert not refused.allowed
    assert refused.next_lawful_instant == datetime(2026, 11, 30, 11, tzinfo=UTC)
    assert refused.source.startswith("the tenant's own limits")


def test_state_holidays_close_the_window_without_being_asked_for() -> None:
    assert not ask("SP", Channel.VOICE, date(2026, 7, 9), "12:00").allowed
    assert ask("RJ", Channel.VOICE, date(2026, 7, 9), "12:00").allowed
    found = ask("RJ", Channel.VOICE, date(2026, 4, 23), "12:00")
    assert found.holiday is not None
    assert found.holiday.name == "São Jorge"


def test_municipal_holidays_close_it_when_the_tenant_supplies_them() -> None:
    table = state_table().with_rows([{"place": "3550308", "day": "01-25", "name": "Aniversário de São Paulo"}])
    day, city = date(2027, 1, 25), "3550308"
    assert ask("SP", Channel.VOICE, day, "12:00", city=city).allowed
    calendar = BankCalendar(city=city, table=table)
    refused = ask("SP", Channel.VOICE, day, "12:00", city=city, calendar=calendar)
    assert not refused.allowed
    assert refused.next_lawful_instant == datetime(2027, 1, 26, 11, tzinfo=UTC)


def test_a_calendar_without_state_does_not_hide_the_states_holidays() -> None:
    assert not ask("SP", Channel.VOICE, date(2026, 7, 9), "12:00", calendar=BankCalendar()).allowed


def test_carnival_counts_as_a_holiday() -> None:
    assert not ask("SP", Channel.VOICE, date(2027, 2, 8), "12:00").allowed


def test_a_holiday_on_a_saturday_is_closed_too() -> None:
    assert not ask("SP", Channel.VOICE, date(2027, 5, 1), "10:00").allowed


def test_when_it_is_not_lawful_now_the_next_lawful_instant_is_given() -> None:
    # Friday 20 November 2026 is a holiday; SP opens on Saturday at 8, MG on Monday at 9.
    assert ask("SP", Channel.SMS, HOLIDAY, "10:00").next_lawful_instant == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert ask("MG", Channel.SMS, HOLIDAY, "10:00").next_lawful_instant == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert ask("AC", Channel.SMS, MONDAY, "08:59").next_lawful_instant == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_when_it_is_lawful_now_now_is_the_next_lawful_instant() -> None:
    at = datetime(2026, 11, 23, 15, 0, 30, 17, tzinfo=UTC)
    verdict = allowed(at=at, uf="SP", channel=Channel.SMS)
    assert (verdict.allowed, verdict.next_lawful_instant) == (True, at)


@pytest.mark.parametrize(
    ("uf", "city", "zone"),
    [
        ("SP", None, "America/Sao_Paulo"),
        ("AC", None, "America/Rio_Branco"),
        ("AM", None, "America/Manaus"),
        ("AM", "1304062", "America/Eirunepe"),  # Tabatinga
        ("PE", "2605459", "America/Noronha"),
        ("PE", "2611606", "America/Recife"),
        ("MT", None, "America/Cuiaba"),
    ],
)
def test_each_place_has_its_own_time(uf: str, city: str | None, zone: str) -> None:
    assert str(zone_of(uf, city)) == zone


def test_the_same_instant_is_lawful_in_one_state_and_not_in_another() -> None:
    # 13:30 UTC: 10:30 in São Paulo, 8:30 in Acre.
    at = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    assert allowed(at=at, uf="SP", channel=Channel.VOICE).allowed
    assert not allowed(at=at, uf="AC", channel=Channel.VOICE).allowed
    assert allowed(at=at, uf="AC", channel=Channel.VOICE, zone=ZoneInfo("America/Sao_Paulo")).allowed


def test_limits_may_be_narrower() -> None:
    limits = TenantLimits.parse({"weekday": "09:00-18:00", "saturday": "closed"})
    assert not ask("SP", Channel.VOICE, MONDAY, "08:30", tenant_limits=limits).allowed
    assert ask("SP", Channel.VOICE, MONDAY, "09:00", tenant_limits=limits).allowed
    assert not ask("SP", Channel.VOICE, SATURDAY, "10:00", tenant_limits=limits).allowed


@pytest.mark.parametrize(
    ("uf", "limits", "law"),
    [
        ("SP", {"saturday": "08:00-16:00"}, "Lei 15.426/2014"),
        ("SP", {"weekday": "07:59-20:00"}, "Lei 15.426/2014"),
        ("CE", {"weekday": "08:00-18:01"}, "Lei 16.836/2019"),
        ("CE", {"holiday": "10:00-10:01"}, "Lei 16.836/2019"),
        ("MG", {"sunday": "all-day"}, "CDC"),
    ],
)
def test_limits_that_are_wider_than_the_law_are_refused_by_its_name(uf: str, limits: dict[str, str], law: str) -> None:
    with pytest.raises(BrasilError, match=law) as refused:
        ask(uf, Channel.VOICE, MONDAY, "12:00", tenant_limits=TenantLimits.parse(limits))
    assert refused.value.code == "contact.looser_than_law"


def test_one_wish_for_all_states_can_be_narrowed_to_each_law() -> None:
    wish = TenantLimits.parse({"weekday": "08:00-20:00", "saturday": "09:00-12:00"})
    for rule in (*STATE_RULES, SAFE_DEFAULT):
        kept = wish.narrowed(rule).week(rule)
        assert all(window.within(lawful) for window, lawful in zip(kept, rule.week, strict=True))
    narrowed = wish.narrowed(rule_for("CE", Channel.VOICE, MONDAY))
    assert (str(narrowed.weekday), str(narrowed.saturday)) == ("08:00-18:00", "closed")


def test_limits_that_leave_no_minute_end_the_search() -> None:
    never = TenantLimits(weekday=CLOSED, saturday=CLOSED, sunday=CLOSED, holiday=CLOSED)
    verdict = ask("SP", Channel.VOICE, MONDAY, "12:00", tenant_limits=never)
    assert (verdict.allowed, verdict.next_lawful_instant) == (False, None)
    assert verdict.as_dict()["next_lawful_instant"] is None


@pytest.mark.parametrize("text", ["08:00-20:00", "00:00-24:00", "23:59-24:00"])
def test_windows_are_written_as_they_are_read(text: str) -> None:
    assert str(Window.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["8-20", "20:00-08:00", "08:00-08:00", "08:00-24:01", "25:00-26:00", "", "٠٨:00-20:00"]
)
def test_windows_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(BrasilError) as refused:
        Window.parse(text)
    assert refused.value.code == "contact.window"


def test_windows_by_name_and_in_common() -> None:
    assert (Window.parse("closed"), Window.parse("all-day")) == (CLOSED, ALL_DAY)
    assert Window.parse("08:00-12:00").common(Window.parse("12:00-14:00")) == CLOSED
    assert Window.parse("08:00-12:00").common(Window.parse("11:00-14:00")) == Window(660, 720)
    assert CLOSED.within(CLOSED)
    assert not ALL_DAY.within(CLOSED)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(BrasilError) as refused:
        allowed(at=datetime(2026, 11, 23, 12), uf="SP", channel=Channel.SMS)  # noqa: DTZ001  # that is the point
    assert refused.value.code == "contact.instant"
    with pytest.raises(BrasilError) as refused:
        allowed(at=datetime(2079, 1, 2, tzinfo=UTC), uf="SP", channel=Channel.SMS)
    assert refused.value.code == "calendar.year"
    with pytest.raises(BrasilError) as refused:
        TenantLimits.parse({"feriado": "closed"})
    assert refused.value.code == "contact.day_kind"
    for name in ("Mars/Olympus", "../../etc/passwd", "", "America"):
        with pytest.raises(BrasilError) as refused:
            named_zone(name)
        assert refused.value.code == "zone.unknown"


def test_the_first_and_last_days_of_the_calendar_are_answered() -> None:
    assert allowed(
        at=datetime(2001, 1, 2, 3, tzinfo=UTC), uf="SP", channel=Channel.SMS
    ).next_lawful_instant == datetime(2001, 1, 2, 11, tzinfo=UTC)
    last = allowed(at=datetime(2078, 12, 31, 23, tzinfo=UTC), uf="SP", channel=Channel.SMS)
    assert (last.allowed, last.next_lawful_instant) == (False, None)
