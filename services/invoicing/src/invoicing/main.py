"""The wiring of invoicing, on a page."""

from pathlib import Path

from chassis.edge import UploadLimit
from chassis.service import Service
from invoicing import api, consumers, due_work
from invoicing.settings import Settings

service = Service(
    name="invoicing",
    title="Régua Invoicing",
    description="Customers, invoices, charges by boleto and Pix, imports, recurring plans and what debtors answer.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(api.router,),
    subscriptions=consumers.subscriptions,
    schedules=due_work.schedules,
    uploads=(UploadLimit("/v1/imports", max_body_bytes=1 << 30, timeout_seconds=900),),
)
