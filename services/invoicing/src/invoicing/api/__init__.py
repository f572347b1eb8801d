"""The REST resources of invoicing."""

from fastapi import APIRouter

from invoicing.api import creditor, customers, imports, invoice_changes, invoice_lists, invoices, papers

router = APIRouter(prefix="/v1")
for part in (creditor, customers, invoices, invoice_lists, invoice_changes, papers, imports):
    router.include_router(part.router)
