"""The REST resources of payments."""

from fastapi import APIRouter, Depends, Request

from payments import config
from payments.api import accounts, bank_files, ledger, proposals, receipts, webhooks


async def _settings(request: Request) -> None:
    config.adopt(request.app.state.kit.settings)


router = APIRouter(prefix="/v1", dependencies=[Depends(_settings)])
for part in (accounts, webhooks, bank_files, receipts, proposals, ledger):
    router.include_router(part.router)
