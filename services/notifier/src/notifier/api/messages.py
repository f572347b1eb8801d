"""Messages, what they said, and hand-offs of which nobody knows how they ended."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.fields import Channel
from notifier import parts as hands
from notifier.handlers import operators
from notifier.store import evidence, reads, replies
from notifier.store.messages import State

router = APIRouter(tags=["messages"])


def _written_out(value: object) -> object:
    """An instant is written as RFC 3339 has it; seconds since 1970 are refused."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("write an instant as 2026-03-09T12:00:00Z")
    return value


Reader = Annotated[Principal, Depends(require("messages:read"))]
ContentReader = Annotated[Principal, Depends(require("messages:content"))]
Writer = Annotated[Call, Depends(once("messages:write"))]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out)]
Code = Annotated[str, Query(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]

UNKNOWN_AFTER: Final = timedelta(minutes=1)
"""A hand-off that is still under way after so long is listed as unknown."""


class MessageView(BaseModel):
    """One message of the régua and where it is."""

    model_config = ConfigDict(extra="forbid")

    message_id: UUID
    customer_id: UUID
    invoice_ids: list[UUID]
    step_key: str
    purpose: str
    state: State
    channel: str | None
    reason: str | None
    requested_at: datetime
    not_before: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    changed_at: datetime


class AttemptView(BaseModel):
    """One hand-off to one recipient."""

    model_config = ConfigDict(extra="forbid")

    attempt_id: UUID
    attempt: int
    channel: str
    contact_id: UUID
    provider: str
    state: Literal["sending", "accepted", "delivered", "failed", "unknown", "not_started"]
    template_key: str
    template_version: int
    language: str
    content_hash: str
    claimed_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    provider_message_id: str | None
    failure: str | None
    reason: str | None
    status_code: str | None


class EventView(BaseModel):
    """One thing that happened to a message, as the evidence has it."""

    model_config = ConfigDict(extra="forbid")

    sequence: int
    kind: str
    occurred_at: datetime
    attempt_id: UUID | None
    facts: dict[str, Any]


class MessageDetail(MessageView):
    """A message with its hand-offs and everything that happened."""

    attempts: list[AttemptView]
    events: list[EventView]


class ContentView(BaseModel):
    """What a hand-off said; the words are gone once the debtor's data was erased, the hash stays."""

    model_config = ConfigDict(extra="forbid")

    attempt_id: UUID
    channel: str
    recipient: str | None
    subject: str | None
    body_text: str | None
    body_html: str | None
    content_hash: str
    erased_at: datetime | None


class ReplyView(BaseModel):
    """What the debtor wrote back, and how it was understood."""

    model_config = ConfigDict(extra="forbid")

    reply_id: UUID
    attempt_id: UUID
    received_at: datetime
    text: str | None
    answer: dict[str, Any]
    confidence_percent: int


class UnknownView(BaseModel):
    """A hand-off of which nobody knows how it ended; it is never repeated by itself."""

    model_config = ConfigDict(extra="forbid")

    attempt_id: UUID
    message_id: UUID
    channel: str
    contact_id: UUID
    provider: str
    claimed_at: datetime
    reason: str | None
    resolve_tries: int


class Resolution(BaseModel):
    """What a person found out."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["sent", "not_sent"]


class Done(BaseModel):
    """It was done."""

    model_config = ConfigDict(extra="forbid")

    done: Literal[True] = True


@router.get("/messages")
async def list_messages(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    state: State | None = None,
    channel: Channel | None = None,
    step_key: Code | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MessageView]:
    """Messages, the oldest first; `since` and `until` are about the instant they were requested."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    wanted = reads.MessageFilter(customer_id, invoice_id, state, channel, step_key, since, until)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.messages(tx, wanted, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page(
        [MessageView(**dict(row)) for row in rows], lambda row: (row.requested_at, row.message_id)
    )
    response.headers.update(headers)
    return page


@router.get("/messages/{message_id}")
async def get_message(message_id: UUID, request: Request, principal: Reader) -> MessageDetail:
    """One message: every hand-off, and everything that happened, in order."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await _found(tx, message_id)
        attempts = await reads.attempts(tx, message_id)
        events = await evidence.of_message(tx, message_id)
    return MessageDetail(
        **dict(row),
        attempts=[AttemptView(**dict(attempt)) for attempt in attempts],
        events=[
            EventView(
                sequence=event.sequence,
                kind=event.kind,
                occurred_at=event.occurred_at,
                attempt_id=event.attempt_id,
                facts=json.loads(event.body),
            )
            for event in events
        ],
    )


@router.get("/messages/{message_id}/content")
async def get_message_content(message_id: UUID, request: Request, principal: ContentReader) -> list[ContentView]:
    """What each hand-off of the message said, to whom: personal data, so it has a scope of its own."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        await _found(tx, message_id)
        return [ContentView(**dict(row)) for row in await reads.contents(tx, message_id)]


@router.get("/messages/{message_id}/replies")
async def list_message_replies(message_id: UUID, request: Request, principal: ContentReader) -> list[ReplyView]:
    """What the debtor wrote back."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        await _found(tx, message_id)
        rows = await replies.of_message(tx, message_id)
    return [ReplyView(**{**dict(row), "answer": json.loads(row["answer"])}) for row in rows]


@router.get("/unknown")
async def list_unknown(
    *, request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[UnknownView]:
    """Hand-offs of which nobody knows how they ended, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.unknown(tx, before=tx.now - UNKNOWN_AFTER, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page(
        [UnknownView(**dict(row)) for row in rows], lambda row: (row.claimed_at, row.attempt_id)
    )
    response.headers.update(headers)
    return page


@router.post("/unknown/{attempt_id}/resolve")
async def resolve_unknown(attempt_id: UUID, body: Resolution, call: Writer) -> Done:
    """Say what became of an unknown hand-off; nothing is sent again on this channel."""

    async def effect(tx: Tx) -> Reply:
        await operators.resolve(tx, hands.current(), attempt_id, outcome=body.outcome)
        return Reply(200, Done())

    return await call.once(effect)  # type: ignore[return-value]


async def _found(tx: Tx, message_id: UUID) -> Any:
    row = await reads.message(tx, message_id)
    if row is None:
        raise NotFoundError("message-unknown", "There is no such message.")
    return row
