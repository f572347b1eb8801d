"""The wiring of payments, on a page."""

from pathlib import Path

from chassis.edge import UploadLimit
from chassis.service import Service
from payments import api, consumers, due_work
from payments.settings import Settings
from payments.store import freshness

service = Service(
    name="payments",
    title="Régua Payments",
    description="Receipts of money, bank and PSP files, matching, allocation, the receipts ledger.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
    schedules=due_work.schedules,
    sources=freshness.sources,
    uploads=(UploadLimit("/v1/bank-files", max_body_bytes=256 * 1024**2, timeout_seconds=600),),
)
