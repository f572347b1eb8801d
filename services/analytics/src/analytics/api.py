"""The REST resources of analytics."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
