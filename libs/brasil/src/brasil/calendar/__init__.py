"""Bank working days and holidays: national up to 2078, states, and cities as data."""

from brasil.calendar.bank import NATIONAL, BankCalendar, YearEnd
from brasil.calendar.national import Holiday, HolidayKind, easter, national_holidays

__all__ = ["NATIONAL", "BankCalendar", "Holiday", "HolidayKind", "YearEnd", "easter", "national_holidays"]
