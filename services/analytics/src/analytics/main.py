"""The wiring of analytics, on a page."""

from pathlib import Path

from analytics import api, consumers, due_work
from analytics.settings import Settings
from chassis.service import Service

service = Service(
    name="analytics",
    title="Régua Analytics",
    description="Projections only: timelines, indicators, forecast, the operators' console.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
    schedules=due_work.schedules,
)
