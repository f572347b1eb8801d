"""The REST resources of payments."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
