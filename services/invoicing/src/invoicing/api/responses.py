"""What debtors answer, taken in by operators and systems; and the links through which debtors answer themselves."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import AwareDatetime, Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.idempotency import Reply
from contracts.answers import Answer
from contracts.fields import AnswerChannel
from invoicing import config
from invoicing.api.examples import PROMISE
from invoicing.api.shared import Closed, Done, ResponsesReader, ResponsesWriter, Text, reading, who
from invoicing.handlers import links
from invoicing.handlers import responses as handlers
from invoicing.store import responses as store

router = APIRouter(tags=["responses"])


class NewResponse(Closed):
    """What the debtor said, and where. `answered_at` is now where it is left out."""

    answer: Answer = Field(discriminator="kind")
    channel: AnswerChannel
    recognised_by: Literal["debtor_choice", "operator"] = "operator"
    answered_at: AwareDatetime | None = None
    contact_id: UUID | None = None


class DebtorResponse(Closed):
    """One answer. `source`: rest, link or message."""

    response_id: UUID
    customer_id: UUID
    invoice_ids: list[UUID]
    answer: Answer = Field(discriminator="kind")
    channel: AnswerChannel
    recognised_by: str
    source: str
    answered_at: datetime
    recorded_at: datetime
    resolved_at: datetime | None


class NewLink(Closed):
    """How long the link is good for, and whose contact it goes to."""

    days: int = Field(30, ge=1, le=90, strict=True)
    contact_id: UUID | None = None


class Link(Closed):
    """A link. Its token is told here only; whoever has it may see and answer this debt until it expires."""

    link_id: UUID
    token: str
    path: str
    expires_at: datetime


class _Kept(Closed):
    """The answer as it is stored: without the token."""

    link_id: UUID
    expires_at: datetime


def _view(row: Any) -> DebtorResponse:
    return DebtorResponse(**{**dict(row), "answer": from_json(row["answer"])})


@router.post("/invoices/{invoice_id}/responses", status_code=201)
async def add_response(
    invoice_id: UUID, body: Annotated[NewResponse, Body(examples=[PROMISE])], call: ResponsesWriter
) -> DebtorResponse:
    """A debtor answered about an invoice: promise, dispute, says paid, another day, stop, wrong person, reason."""

    async def effect(tx: Tx) -> Reply:
        fact = await handlers.respond(
            tx,
            invoice_id,
            answer=body.answer,
            channel=body.channel,
            recognised_by=body.recognised_by,
            answered_at=body.answered_at,
            contact_id=body.contact_id,
        )
        row = await store.load(tx, fact.response_id)
        return Reply(201, _view(row), {"location": f"/v1/responses/{fact.response_id}"})

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/responses")
async def list_responses(
    *,
    request: Request,
    response: Response,
    principal: ResponsesReader,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    kind: Text = None,
    resolved: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[DebtorResponse]:
    """Answers, the newest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        found = await store.page(
            tx,
            customer_id=customer_id,
            invoice_id=invoice_id,
            kind=kind,
            resolved=resolved,
            after=keyset.after,
            limit=limit + 1,
        )
    page, headers = keyset.page([_view(row) for row in found], lambda row: (row.recorded_at, row.response_id))
    response.headers.update(headers)
    return page


@router.post("/responses/{response_id}/resolve")
async def resolve_response(response_id: UUID, call: ResponsesWriter) -> Done:
    """A person has dealt with an answer; what it disputed is disputed no more."""

    async def effect(tx: Tx) -> Reply:
        await handlers.resolve(tx, response_id)
        return Reply(200, Done())

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/invoices/{invoice_id}/links", status_code=201)
async def create_link(invoice_id: UUID, body: NewLink, call: ResponsesWriter) -> Link:
    """Make a link through which the debtor sees and answers this debt. Repeating the request gives the same link."""

    async def effect(tx: Tx) -> Reply:
        made = await links.create(
            tx, invoice_id, days=body.days, contact_id=body.contact_id, principal=who(call.principal)
        )
        return Reply(201, _Kept(link_id=made.link_id, expires_at=made.expires_at))

    answer: Response = await call.once(effect)
    kept = _Kept.model_validate_json(bytes(answer.body))
    token = config.link_token(kept.link_id)
    told = Link(link_id=kept.link_id, token=token, path=f"/v1/r/{token}", expires_at=kept.expires_at)
    replayed = {name: value for name, value in answer.headers.items() if name == "idempotency-replayed"}
    return Response(  # type: ignore[return-value]
        to_json(told), status_code=answer.status_code, media_type="application/json", headers=replayed
    )


@router.post("/links/{link_id}/revoke")
async def revoke_link(link_id: UUID, call: ResponsesWriter) -> Done:
    """Make a link useless."""

    async def effect(tx: Tx) -> Reply:
        await links.revoke(tx, link_id)
        return Reply(200, Done())

    return await call.once(effect)  # type: ignore[return-value]
