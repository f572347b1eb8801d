"""Everything that happened to one debtor or one invoice, in order."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from analytics.api.common import Reader, reading
from analytics.store import timelines
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.errors import NotFoundError

router = APIRouter(tags=["timelines"])

Topics = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]] | None,
    Query(alias="topic", max_length=40, description="only these topics; may be repeated"),
]
NewestFirst = Annotated[bool, Query(description="begin with the latest fact")]


class TimelineEntry(BaseModel):
    """One fact: when it was, which event tells it, which invoices it concerns, and what it says in short."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-12-09T14:35:12Z",
                    "event_id": "019ae464-e692-7e3c-80fc-8cc6c87006e2",
                    "topic": "message.opened",
                    "customer_id": "019ae386-3c9a-794a-aec9-fbed989ece18",
                    "invoice_ids": ["019ae367-873c-725e-a6c9-b6be0fb77343"],
                    "body": {"channel": "email", "step_key": "d_minus_1", "verdict": "human"},
                }
            ]
        },
    )

    at: datetime
    event_id: UUID
    topic: str
    customer_id: UUID | None
    invoice_ids: list[UUID]
    body: dict[str, Any] = Field(description="codes, ids, amounts in cents and dates; no personal data")


def _of(row: Any) -> TimelineEntry:
    return TimelineEntry(**{**dict(row), "body": json.loads(row["body"])})


@router.get("/timelines/customers/{customer_id}")
async def get_customer_timeline(
    *,
    customer_id: UUID,
    request: Request,
    response: Response,
    principal: Reader,
    topic: Topics = None,
    newest_first: NewestFirst = False,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TimelineEntry]:
    """Every fact about a debtor, from every service, in the order of its instant."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        rows = await timelines.of_customer(
            tx, customer_id, topics=topic, newest_first=newest_first, after=keyset.after, limit=limit + 1
        )
        if not rows and not await timelines.known(tx, customer_id):
            raise NotFoundError("customer-unknown", "Nothing is known about a customer with this id.")
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.at, row.event_id))
    response.headers.update(headers)
    return page


@router.get("/timelines/invoices/{invoice_id}")
async def get_invoice_timeline(
    *,
    invoice_id: UUID,
    request: Request,
    response: Response,
    principal: Reader,
    topic: Topics = None,
    newest_first: NewestFirst = False,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TimelineEntry]:
    """Every fact that concerns an invoice: its versions, messages, decisions, promises, money."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        rows = await timelines.of_invoice(
            tx, invoice_id, topics=topic, newest_first=newest_first, after=keyset.after, limit=limit + 1
        )
        if not rows and not await timelines.known(tx, invoice_id):
            raise NotFoundError("invoice-unknown", "Nothing is known about an invoice with this id.")
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.at, row.event_id))
    response.headers.update(headers)
    return page
