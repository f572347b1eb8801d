"""The REST resources of invoicing."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
