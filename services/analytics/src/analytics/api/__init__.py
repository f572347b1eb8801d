"""The REST resources of analytics."""

from fastapi import APIRouter

from analytics.api import activity, engagement, forecasts, money, timelines

router = APIRouter(prefix="/v1")
for part in (timelines, money, engagement, forecasts, activity):
    router.include_router(part.router)
