"""The wiring of example, on a page."""

from pathlib import Path

from chassis.service import Service
from example import api, consumers
from example.settings import Settings

service = Service(
    name="example",
    title="Régua Example",
    description="What it owns, in one line.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
)
