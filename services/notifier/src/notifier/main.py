"""The wiring of notifier, on a page."""

from pathlib import Path

from chassis.service import Service
from notifier import api, consumers
from notifier.settings import Settings

service = Service(
    name="notifier",
    title="Régua Notifier",
    description="Messages: templates, channels, tracking, suppression, evidence.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
)
