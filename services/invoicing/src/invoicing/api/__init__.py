"""The REST resources of invoicing."""

from fastapi import APIRouter

from invoicing.api import (
    creditor,
    customers,
    imports,
    invoice_changes,
    invoice_lists,
    invoices,
    papers,
    plans,
    public,
    responses,
)

router = APIRouter(prefix="/v1")
for part in (creditor, customers, invoices, invoice_lists, invoice_changes, papers, plans, imports, responses, public):
    router.include_router(part.router)
