"""How soon a debtor may be contacted again, over all their invoices together."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dunning.domain.plan import local_instant
from dunning.domain.policy import Caps


def earliest_after_caps(*, caps: Caps, contacted_at: Sequence[datetime], zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant, not before `now`, at which one more message keeps every cap.

    A day is the debtor's calendar day; a week is any seven days in a row.
    """
    past = sorted(at for at in contacted_at if at <= now)
    candidates = [now]
    if past:
        candidates.append(past[-1] + timedelta(hours=caps.hours_between))
    today = now.astimezone(zone).date()
    if sum(at.astimezone(zone).date() == today for at in past) >= caps.messages_per_day:
        candidates.append(local_instant(today + timedelta(days=1), time(0, 0), zone))
    week = [at for at in past if at > now - timedelta(days=7)]
    if len(week) >= caps.messages_per_week:
        candidates.append(week[-caps.messages_per_week] + timedelta(days=7))
    return max(candidates).astimezone(UTC)
