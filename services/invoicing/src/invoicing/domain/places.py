"""Where a payer is, and what follows from it: time zone, bank calendar, the day a due date really falls on."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from brasil.calendar import BankCalendar
from brasil.calendar.places import check_uf, place_of
from brasil.charges import WeekendRule
from brasil.charges.due_date import due_date
from brasil.contact.zones import named_zone, zone_of
from brasil.errors import BrasilError

CAPITALS: Final[dict[str, str]] = {
    "AC": "1200401", "AL": "2704302", "AM": "1302603", "AP": "1600303", "BA": "2927408", "CE": "2304400",
    "DF": "5300108", "ES": "3205309", "GO": "5208707", "MA": "2111300", "MG": "3106200", "MS": "5002704",
    "MT": "5103403", "PA": "1501402", "PB": "2507507", "PE": "2611606", "PI": "2211001", "PR": "4106902",
    "RJ": "3304557", "RN": "2408102", "RO": "1100205", "RR": "1400100", "RS": "4314902", "SC": "4205407",
    "SE": "2800308", "SP": "3550308", "TO": "1721000",
}  # fmt: skip
"""IBGE code of each state's capital: it stands in for a payer whose city is not known."""

MORNING: Final = time(6)
"""When a local day begins for the platform: due, overdue and plan occurrences are told then."""

DEFAULT_ZONE: Final = "America/Sao_Paulo"


@dataclass(frozen=True, slots=True)
class Place:
    """A payer's state, city (IBGE) and time zone (IANA)."""

    uf: str
    city_code: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Payer:
    """What issuing needs to know of a customer."""

    customer_id: UUID
    uf: str
    city_code: str
    time_zone: str


@lru_cache(maxsize=8_192)
def place(uf: str | None, city_code: str | None, time_zone: str | None = None) -> Place:
    """A consistent place; the zone follows from state and city unless given.

    Raises BrasilError `place.uf|city|city_uf`, `zone.unknown`.
    """
    if not city_code and not uf:
        raise BrasilError("place.uf", "The state is missing; use its two letters, e.g. SP.", field="uf")
    owner, city = place_of(check_uf(uf) if uf else None, city_code or None)
    known = owner or ""
    zone = named_zone(time_zone) if time_zone else zone_of(known, city)
    return Place(known, city or CAPITALS[known], zone.key if isinstance(zone, ZoneInfo) else DEFAULT_ZONE)


@lru_cache(maxsize=8_192)
def calendar(uf: str, city_code: str) -> BankCalendar:
    """The working days of a payer's place."""
    return BankCalendar(uf=uf, city=city_code)


@lru_cache(maxsize=65_536)
def payable_on(due_on: date, weekend_rule: str, uf: str, city_code: str) -> date:
    """The day until which it can be paid without charges. Raises BrasilError `calendar.year`."""
    return due_date(due_on, WeekendRule(weekend_rule), calendar(uf, city_code)).payable_until


def morning(day: date, time_zone: str) -> datetime:
    """The instant at which the local day begins for the platform."""
    return datetime.combine(day, MORNING, ZoneInfo(time_zone))


def today(now: datetime, time_zone: str) -> date:
    """The local day at an instant."""
    return now.astimezone(ZoneInfo(time_zone)).date()
