"""Keep each day's forecast once, so that it can be graded against what happened."""

from datetime import timedelta

from analytics.domain.days import day_of
from analytics.domain.forecast import KEPT_DAYS
from analytics.due_work import forecast_tomorrow
from analytics.store import forecasts
from analytics.store.standing import Books
from chassis.db import Tx
from chassis.schedules import Work


async def store_forecast(tx: Tx, work: Work) -> None:  # noqa: ARG001 - the day is the clock's: a late one is today's
    """Keep today's forecast of the tenant, from what was known when the day began; tomorrow's is made tomorrow."""
    today = day_of(tx.now)
    known = Books(today - timedelta(days=1), today)
    made, _, _ = await forecasts.expected(tx, known, start=today, days=KEPT_DAYS)
    await forecasts.keep(tx, made_on=today, days=made)
    await forecast_tomorrow(tx)
