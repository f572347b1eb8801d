"""The REST resources of dunning."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
