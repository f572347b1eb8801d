"""When a debtor may be contacted about a debt: the state laws as a table, and a safe default where there is none.

No federal law names hours. CDC (Lei 8.078/1990) art. 42 forbids exposing or constraining a debtor, art. 71 makes it a
crime to disturb work, rest or leisure with a charge. The state laws name hours for telephone calls; some name text
messages too. Régua keeps a state's hours on every phone-borne channel (voice, SMS, WhatsApp), also where its law
names calls alone: a message at night disturbs as a call does. E-mail is named by none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from brasil.errors import BrasilError

MINUTES_A_DAY: Final = 1440
_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


class Channel(StrEnum):
    """How a debtor is reached."""

    VOICE = "voice"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"


PHONE_BORNE: Final = frozenset({Channel.VOICE, Channel.SMS, Channel.WHATSAPP})


class Window(NamedTuple):
    """Minutes of a local day, from `start` up to but not including `end`; empty means closed."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read `08:00-20:00`, `closed` or `all-day`; raises `contact.window`."""
        if text == "closed":
            return CLOSED
        if text == "all-day":
            return ALL_DAY
        match = _CLOCK.fullmatch(text)
        if match is not None:
            start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
            window = cls(start_hour * 60 + start_minute, end_hour * 60 + end_minute)
            if window.start < window.end <= MINUTES_A_DAY:
                return window
        raise BrasilError(
            "contact.window", "A window is HH:MM-HH:MM, closed or all-day, and ends after it starts.", found=text
        )

    def __str__(self) -> str:
        if self.start >= self.end:
            return "closed"
        return f"{self.start // 60:02d}:{self.start % 60:02d}-{self.end // 60:02d}:{self.end % 60:02d}"

    def holds(self, minute: int) -> bool:
        """Return whether a minute of the day lies inside."""
        return self.start <= minute < self.end

    def within(self, other: Window) -> bool:
        """Return whether every minute of this window lies in `other`."""
        return self.start >= self.end or (other.start <= self.start and self.end <= other.end)

    def common(self, other: Window) -> Window:
        """Return the minutes that lie in both."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else CLOSED


CLOSED: Final = Window(0, 0)
ALL_DAY: Final = Window(0, MINUTES_A_DAY)


class Week(NamedTuple):
    """The windows of each kind of day. A holiday keeps both its own window and that of its day of the week."""

    weekday: Window
    saturday: Window
    sunday: Window
    holiday: Window

    def of(self, day: date, *, holiday: bool) -> Window:
        """Return the window of a local day."""
        number = day.weekday()
        window = self.weekday if number < 5 else self.saturday if number == 5 else self.sunday
        return window.common(self.holiday) if holiday else window

    def common(self, other: Week) -> Week:
        """Return the hours that lie in both, kind of day by kind of day."""
        return Week(*(mine.common(theirs) for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class ContactRule:
    """The hours of one law, from the day it is in force (or is sure to be), for the channels it names."""

    uf: str | None
    law: str
    effective_from: date
    channels: frozenset[Channel]
    week: Week
    note: str = ""


def _week(weekday: str, saturday: str = "closed") -> Week:
    return Week(Window.parse(weekday), Window.parse(saturday), CLOSED, CLOSED)


_CALLS: Final = frozenset({Channel.VOICE})

# Where only the month or the year of a law is sure, its last day stands: until then the stricter default holds.
STATE_RULES: Final[tuple[ContactRule, ...]] = (
    ContactRule("SP", "Lei 15.426/2014 (SP), art. 2º", date(2014, 5, 23), _CALLS, _week("08:00-20:00", "08:00-14:00")),
    ContactRule(
        "AL", "Lei 7.782/2016 (AL)", date(2016, 1, 31), frozenset({Channel.VOICE, Channel.SMS}),
        _week("08:00-20:00", "08:00-14:00"), "names calls and text messages",
    ),
    ContactRule("ES", "Lei 10.626/2017 (ES)", date(2017, 12, 31), _CALLS, _week("08:00-19:00")),
    ContactRule(
        "CE", "Lei 16.836/2019 (CE), art. 2º", date(2019, 1, 18), PHONE_BORNE, _week("08:00-18:00"),
        "names calls, SMS and WhatsApp; the caller shows its number and names the company first",
    ),
    ContactRule(
        "RJ", "Lei 7.868/2018 (RJ)", date(2018, 3, 31), _CALLS, _week("09:00-19:00"),
        "Lei 7.853/2018 (8 to 18 h) is for telemarketing, not for charging",
    ),
    ContactRule(
        "AM", "Lei 306/2016 (AM)", date(2016, 12, 31), _CALLS, _week("09:00-19:00"),
        "the law names only the end; the start is the default's",
    ),
)  # fmt: skip

SAFE_DEFAULT: Final = ContactRule(
    None,
    "CDC (Lei 8.078/1990), arts. 42 and 71: no state law; hours that keep all of them",
    date(1991, 3, 11),
    PHONE_BORNE,
    _week("09:00-18:00"),
)
UNRESTRICTED: Final = ContactRule(
    None,
    "CDC (Lei 8.078/1990), art. 42: no law names hours for e-mail",
    date(1991, 3, 11),
    frozenset({Channel.EMAIL}),
    Week(ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY),
)
_BY_UF: Final = {rule.uf: rule for rule in STATE_RULES}


def rule_for(uf: str, channel: Channel, day: date) -> ContactRule:
    """Return the rule in force on a local day in a state, for a channel."""
    if channel not in PHONE_BORNE:
        return UNRESTRICTED
    rule = _BY_UF.get(uf)
    return rule if rule is not None and rule.effective_from <= day else SAFE_DEFAULT
