"""The REST resources of payments."""

from fastapi import APIRouter

from payments.api import accounts, bank_files, ledger, proposals, receipts, webhooks

router = APIRouter(prefix="/v1")
for part in (accounts, webhooks, bank_files, receipts, proposals, ledger):
    router.include_router(part.router)
