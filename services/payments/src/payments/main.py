"""The wiring of payments, on a page."""

from pathlib import Path

from chassis.service import Service
from payments import api, consumers
from payments.settings import Settings

service = Service(
    name="payments",
    title="Régua Payments",
    description="Receipts of money, bank and PSP files, matching, allocation, the receipts ledger.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
)
