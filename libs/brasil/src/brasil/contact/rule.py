"""May this debtor be contacted on this channel at this instant, and if not, when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from brasil.calendar.bank import BankCalendar
from brasil.calendar.frozen import FIRST_YEAR, LAST_YEAR
from brasil.calendar.national import Holiday, check_year
from brasil.calendar.places import place_of
from brasil.contact.instants import first_in_window, local_minute
from brasil.contact.windows import Channel, ContactRule, Window, rule_for
from brasil.contact.zones import zone_of
from brasil.errors import BrasilError

if TYPE_CHECKING:
    from brasil.contact.limits import TenantLimits

# Longer than any run of holidays; windows that are closed for a year never open.
HORIZON_DAYS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a contact is lawful at an instant, by which rule.

    `next_lawful_instant` is `at` itself if allowed, else the first lawful instant after it, or None if the tenant's
    limits leave none within 400 days. `window` is the local day's, after the tenant's limits. `law_names_channel` is
    False where the state's law names calls and its hours are kept for messages too, or where there is no state law.
    """

    allowed: bool
    rule: str
    source: str
    channel: Channel
    uf: str
    city: str | None
    local_time: datetime
    window: Window
    holiday: Holiday | None
    law_names_channel: bool
    next_lawful_instant: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as a JSON object; instants in UTC, the local time with its offset."""
        following = self.next_lawful_instant
        return {
            "allowed": self.allowed,
            "rule": self.rule,
            "source": self.source,
            "channel": self.channel.value,
            "uf": self.uf,
            "city": self.city,
            "local_time": self.local_time.isoformat(),
            "time_zone": str(self.local_time.tzinfo),
            "window": str(self.window),
            "holiday": None if self.holiday is None else self.holiday.name,
            "law_names_channel": self.law_names_channel,
            "next_lawful_instant": None if following is None else following.isoformat().replace("+00:00", "Z"),
            "next_lawful_local_time": None
            if following is None
            else following.astimezone(self.local_time.tzinfo).isoformat(),
        }


class _Asked:
    """One question: what the windows of any local day are for this debtor, channel and tenant."""

    def __init__(self, uf: str, channel: Channel, limits: TenantLimits | None, calendar: BankCalendar | None) -> None:
        self.uf = uf
        self.channel = channel
        self.limits = limits
        own = default_calendar(uf)
        self.calendars = (own,) if calendar is None else (calendar, own)

    def rule(self, day: date) -> ContactRule:
        return rule_for(self.uf, self.channel, day)

    def holiday(self, day: date) -> Holiday | None:
        for calendar in self.calendars:
            found = calendar.holiday(day)
            if found is not None:
                return found
        return None

    def window(self, day: date) -> Window:
        rule = self.rule(day)
        week = rule.week if self.limits is None else self.limits.week(rule)
        return week.of(day, holiday=self.holiday(day) is not None)


@lru_cache(maxsize=32)
def default_calendar(uf: str) -> BankCalendar:
    """Return the holidays of a state as the library knows them; those of cities are for the tenant to supply."""
    return BankCalendar(uf=uf)


def allowed(
    *,
    at: datetime,
    uf: str,
    channel: Channel,
    city: str | None = None,
    tenant_limits: TenantLimits | None = None,
    calendar: BankCalendar | None = None,
    zone: tzinfo | None = None,
) -> Verdict:
    """Judge a contact about a debt with someone who lives in `uf` (and `city`, IBGE code) at the instant `at`.

    `calendar` adds holidays, e.g. of the city, to the national and state ones: bank holidays (Carnival, Corpus
    Christi) count as holidays too. `zone` overrides the zone of the place. All decisions are made on local time.

    Raises `contact.instant` for an instant without zone, `contact.looser_than_law` for limits wider than the law,
    `place.…` for an unknown place, `calendar.year` outside 2001 to 2078.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise BrasilError("contact.instant", "An instant needs its offset, e.g. 2026-11-23T12:00:00Z.", field="at")
    check_year(at.year)
    owner, checked_city = place_of(uf, city)
    place = owner or uf
    zone = zone_of(place, checked_city) if zone is None else zone
    asked = _Asked(place, channel, tenant_limits, calendar)
    local = at.astimezone(zone)
    day = local.date()
    rule, holiday, window = asked.rule(day), asked.holiday(day), asked.window(day)
    is_allowed = window.holds(local_minute(local))
    lawful = rule.week.of(day, holiday=holiday is not None)
    by_tenant = not is_allowed and lawful.holds(local_minute(local))
    return Verdict(
        allowed=is_allowed,
        rule=_describe(rule, channel, day, holiday, window),
        source=f"the tenant's own limits, within {rule.law}" if by_tenant else rule.law,
        channel=channel,
        uf=place,
        city=checked_city,
        local_time=local,
        window=window,
        holiday=holiday,
        law_names_channel=rule.uf is not None and channel in rule.channels,
        next_lawful_instant=at.astimezone(UTC) if is_allowed else _next(asked, at.astimezone(UTC), zone),
    )


def _describe(rule: ContactRule, channel: Channel, day: date, holiday: Holiday | None, window: Window) -> str:
    kind = "weekday" if day.weekday() < 5 else "saturday" if day.weekday() == 5 else "sunday"
    if holiday is not None:
        kind = f"holiday ({holiday.name})"
    scope = rule.uf or "default"
    extended = rule.uf is not None and channel not in rule.channels
    return f"{scope}, {kind}: {window}" + (f"; hours for calls, kept for {channel} too" if extended else "")


def _next(asked: _Asked, at: datetime, zone: tzinfo) -> datetime | None:
    # A clock that is put back just after midnight returns to the day before.
    day = max(at.astimezone(zone).date() - timedelta(days=1), date(FIRST_YEAR, 1, 1))
    found: datetime | None = None
    for _ in range(HORIZON_DAYS + 2):
        if day.year > LAST_YEAR:
            break
        candidate = first_in_window(day, asked.window(day), zone, at)
        if candidate is not None:
            if found is not None:
                return min(found, candidate)
            found = candidate
        elif found is not None:
            return found
        day += timedelta(days=1)
    return found
