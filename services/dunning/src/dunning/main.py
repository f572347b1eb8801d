"""The wiring of dunning, on a page."""

from pathlib import Path

from chassis.service import Service
from dunning import api, consumers, due_work
from dunning.settings import Settings

service = Service(
    name="dunning",
    title="Régua Dunning",
    description="The régua: policies, cases, holds, promises and the decision who is contacted, when and why.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
    schedules=due_work.schedules,
)
