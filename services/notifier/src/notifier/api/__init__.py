"""The REST resources of notifier."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
