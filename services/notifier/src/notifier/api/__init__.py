"""The REST resources of notifier."""

from fastapi import APIRouter

from notifier.api import evidence, inward, messages, suppressions, templates, tracking

router = APIRouter(prefix="/v1")
for part in (messages, suppressions, evidence, templates):
    router.include_router(part.router)

public = APIRouter()
"""What is called from outside without a credential of ours: each checks a signature of its own."""
for outside in (tracking, inward):
    public.include_router(outside.router)
