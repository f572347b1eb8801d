"""Windows when clocks jump: times that do not exist, times that happen twice, and a law that may come."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brasil.calendar import BankCalendar
from brasil.contact import Channel, TenantLimits, Window, allowed
from brasil.contact.instants import first_in_window, local_minute
from brasil.contact.windows import ALL_DAY, CLOSED
from brasil.contact.zones import ZONE_BY_UF

from .zoneinfo_maker import summer_time_of_2027

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
FUTURE = summer_time_of_2027()
MINUTE = timedelta(minutes=1)


def brute_force(day: date, window: Window, zone: ZoneInfo, not_before: datetime) -> datetime | None:
    """The first lawful instant of a day, by trying every minute from before the day to after it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = [
        instant
        for instant in (not_before, *(midnight + minutes * MINUTE for minutes in range(-15 * 60, 42 * 60)))
        if instant >= not_before
        and instant.astimezone(zone).date() == day
        and window.holds(local_minute(instant.astimezone(zone)))
    ]
    return min(found, default=None)


def test_a_window_that_opens_in_a_gap_opens_when_the_gap_ends() -> None:
    # 2018-11-04: São Paulo's clocks went from 00:00 to 01:00; 00:30 did not exist.
    found = first_in_window(
        date(2018, 11, 4), Window.parse("00:30-02:00"), SAO_PAULO, datetime(2018, 11, 3, tzinfo=UTC)
    )
    assert found == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert found.astimezone(SAO_PAULO).isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_window_inside_a_gap_never_opens() -> None:
    assert (
        first_in_window(date(2018, 11, 4), Window.parse("00:10-00:50"), SAO_PAULO, datetime(2018, 11, 3, tzinfo=UTC))
        is None
    )


def test_a_window_in_an_hour_that_happens_twice_opens_twice() -> None:
    # 2019-02-16: at midnight São Paulo's clocks went back to 23:00; 23:30 happened twice.
    day, window = date(2019, 2, 16), Window.parse("23:15-23:45")
    first = first_in_window(day, window, SAO_PAULO, datetime(2019, 2, 16, 12, tzinfo=UTC))
    assert first == datetime(2019, 2, 17, 1, 15, tzinfo=UTC)
    again = first_in_window(day, window, SAO_PAULO, datetime(2019, 2, 17, 1, 45, tzinfo=UTC))
    assert again == datetime(2019, 2, 17, 2, 15, tzinfo=UTC)
    assert first_in_window(day, window, SAO_PAULO, datetime(2019, 2, 17, 2, 45, tzinfo=UTC)) is None


def test_a_window_that_clocks_jump_back_into_opens_at_the_jump() -> None:
    day, window = date(2019, 2, 16), Window.parse("22:30-23:30")
    found = first_in_window(day, window, SAO_PAULO, datetime(2019, 2, 17, 1, 40, tzinfo=UTC))
    assert found == datetime(2019, 2, 17, 2, tzinfo=UTC)


DAYS = [
    (SAO_PAULO, date(2018, 11, 4)),
    (SAO_PAULO, date(2019, 2, 16)),
    (SAO_PAULO, date(2019, 2, 17)),
    (FUTURE, date(2027, 10, 16)),
    (FUTURE, date(2027, 10, 17)),
    (FUTURE, date(2028, 2, 19)),
    (FUTURE, date(2028, 2, 20)),
    (ZoneInfo("Europe/Lisbon"), date(2026, 3, 29)),
    (ZoneInfo("Europe/Lisbon"), date(2026, 10, 25)),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)),
]


@given(
    st.sampled_from(DAYS), st.tuples(st.integers(0, 1440), st.integers(0, 1440)).map(sorted), st.integers(-900, 2500)
)
@settings(max_examples=150)
def test_the_first_lawful_instant_is_the_one_found_by_trying_every_minute(
    where: tuple[ZoneInfo, date], minutes: list[int], offset: int
) -> None:
    zone, day = where
    window = Window(*minutes) if minutes[0] < minutes[1] else CLOSED
    not_before = datetime(day.year, day.month, day.day, tzinfo=UTC) + offset * MINUTE
    assert first_in_window(day, window, zone, not_before) == brute_force(day, window, zone, not_before)


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        (SAO_PAULO, datetime(2018, 11, 4, 3, tzinfo=UTC)),
        (SAO_PAULO, datetime(2019, 2, 17, 2, tzinfo=UTC)),
        (FUTURE, datetime(2027, 10, 17, 3, tzinfo=UTC)),
        (FUTURE, datetime(2028, 2, 20, 2, tzinfo=UTC)),
    ],
)
def test_every_minute_around_a_change_of_clocks_is_judged_by_local_time(zone: ZoneInfo, change: datetime) -> None:
    for minutes in range(-36 * 60, 72 * 60, 1):
        at = change + minutes * MINUTE
        local = at.astimezone(zone)
        verdict = allowed(at=at, uf="SP", channel=Channel.SMS, zone=zone)
        hours = range(8, 20) if local.weekday() < 5 else range(8, 14) if local.weekday() == 5 else range(0)
        assert verdict.allowed == (local.hour in hours and verdict.holiday is None)
        if not verdict.allowed and minutes % 97 == 0:
            following = verdict.next_lawful_instant
            assert following is not None
            assert following > at
            assert allowed(at=following, uf="SP", channel=Channel.SMS, zone=zone).allowed
            assert not allowed(
                at=following - timedelta(microseconds=1), uf="SP", channel=Channel.SMS, zone=zone
            ).allowed


def test_a_law_that_brings_summer_time_back_moves_the_instants_not_the_hours() -> None:
    friday_night = datetime(2027, 10, 15, 23, tzinfo=UTC)
    sunday_night = datetime(2027, 10, 18, 1, tzinfo=UTC)
    assert allowed(at=friday_night, uf="MG", channel=Channel.SMS, zone=FUTURE).next_lawful_instant == datetime(
        2027, 10, 18, 11, tzinfo=UTC
    )
    # 9 h on Monday is 12 UTC without the law, 11 UTC with it.
    assert allowed(at=sunday_night, uf="MG", channel=Channel.SMS, zone=FUTURE).next_lawful_instant == datetime(
        2027, 10, 18, 11, tzinfo=UTC
    )
    assert allowed(at=sunday_night, uf="MG", channel=Channel.SMS).next_lawful_instant == datetime(
        2027, 10, 18, 12, tzinfo=UTC
    )


windows = (
    st.tuples(st.integers(0, 1440), st.integers(0, 1440))
    .map(sorted)
    .map(lambda pair: Window(*pair) if pair[0] < pair[1] else CLOSED)
)
email_limits = st.builds(
    TenantLimits, weekday=windows, saturday=windows, sunday=st.one_of(st.none(), windows), holiday=windows
)
naive = (datetime(2002, 1, 1), datetime(2077, 12, 1))  # noqa: DTZ001  # hypothesis adds the zone
instants = st.datetimes(*naive, timezones=st.just(UTC))
zones = st.sampled_from([*(ZoneInfo(name) for name in sorted(set(ZONE_BY_UF.values()))), FUTURE])


@given(instants, st.sampled_from(sorted(ZONE_BY_UF)), st.sampled_from(Channel), zones, st.booleans())
@settings(max_examples=300)
def test_no_instant_outside_any_window_is_ever_returned(
    at: datetime, uf: str, channel: Channel, zone: ZoneInfo, own_zone: bool
) -> None:
    where = None if own_zone else zone
    verdict = allowed(at=at, uf=uf, channel=channel, zone=where)
    following = verdict.next_lawful_instant
    assert following is not None
    assert following >= at
    assert (following == at) == verdict.allowed
    there = allowed(at=following, uf=uf, channel=channel, zone=where)
    assert there.allowed
    local = there.local_time
    assert there.window.holds(local.hour * 60 + local.minute)
    if channel is not Channel.EMAIL:
        assert local.weekday() < 6
        assert BankCalendar(uf=uf).holiday(local.date()) is None


@given(instants, email_limits, zones)
@settings(max_examples=200)
def test_whatever_the_limits_the_search_ends_and_keeps_them(at: datetime, limits: TenantLimits, zone: ZoneInfo) -> None:
    verdict = allowed(at=at, uf="SP", channel=Channel.EMAIL, zone=zone, tenant_limits=limits)
    following = verdict.next_lawful_instant
    if following is None:
        assert {limits.weekday, limits.saturday, limits.sunday} <= {CLOSED}
        return
    local = following.astimezone(zone)
    wanted = limits.weekday if local.weekday() < 5 else limits.saturday if local.weekday() == 5 else limits.sunday
    assert (wanted or ALL_DAY).holds(local.hour * 60 + local.minute)
    if not verdict.allowed and following - at > MINUTE:
        assert not allowed(
            at=following - MINUTE, uf="SP", channel=Channel.EMAIL, zone=zone, tenant_limits=limits
        ).allowed
