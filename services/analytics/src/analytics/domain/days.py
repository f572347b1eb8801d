"""The creditor's day: figures are by day in São Paulo, whatever the debtor's own zone is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Sao_Paulo")


def day_of(instant: datetime) -> date:
    """The calendar day at the instant in São Paulo."""
    return instant.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """The first instant of the day in São Paulo, in UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last microsecond of the day in São Paulo, in UTC."""
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
