"""The due work of analytics: each day's forecast of each tenant is kept once, to be graded later."""

from datetime import date, timedelta

from analytics.domain.days import day_of, start_of
from chassis.db import Tx
from chassis.schedules import Schedules

schedules = Schedules()

STORE_FORECAST = "store_forecast"


async def forecast_tomorrow(tx: Tx) -> None:
    """Have tomorrow's forecast kept at the first instant of tomorrow; asking again changes nothing."""
    tomorrow: date = day_of(tx.now) + timedelta(days=1)
    await schedules.at(
        tx, kind=STORE_FORECAST, subject="portfolio", due_at=start_of(tomorrow), occurrence=tomorrow.isoformat()
    )
