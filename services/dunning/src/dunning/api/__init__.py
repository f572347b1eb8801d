"""The REST resources of dunning."""

from fastapi import APIRouter

from dunning.api import cases, debtors, decisions, policies, tasks

router = APIRouter(prefix="/v1")
for part in (policies, cases, debtors, tasks, decisions):
    router.include_router(part.router)
