"""The REST resources of invoicing."""

from fastapi import APIRouter

from invoicing.api import creditor, customers, invoice_changes, invoice_lists, invoices

router = APIRouter(prefix="/v1")
for part in (creditor, customers, invoices, invoice_lists, invoice_changes):
    router.include_router(part.router)
