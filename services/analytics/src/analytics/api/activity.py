"""The figures of what the platform did: receipts, messages and decisions of a period."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics.api.common import Day, Figure, Reader, Since, period, reading, today_of
from analytics.store import activity
from analytics.store.activity import DecisionsBy, MessagesBy, ReceiptsBy

router = APIRouter(prefix="/figures", tags=["figures"])


class Line(BaseModel):
    """One group; its name is what `by` groups by, empty where a fact names none."""

    model_config = ConfigDict(extra="forbid")

    name: str


class ReceiptsLine(Line):
    """Money of one route or day."""

    receipts: int
    gross_cents: int
    fee_cents: int
    credited_cents: int


class Receipts(Figure):
    """Money that came."""

    on: date
    since: date
    by: ReceiptsBy
    receipts: int
    gross_cents: int
    lines: list[ReceiptsLine]


class MessagesLine(Line):
    """Messages of one step, tone or purpose."""

    requested: int
    sent: int = Field(description="handed over at least once")
    delivered: int
    failed: int = Field(description="an attempt failed and none got through")
    suppressed: int = Field(description="kept back by the last gate")
    waiting: int = Field(description="neither handed over, nor failed, nor kept back so far")


class Suppressions(BaseModel):
    """Messages kept back for one reason."""

    model_config = ConfigDict(extra="forbid")

    name: str
    messages: int


class Messages(Figure):
    """Messages asked for, and what became of them."""

    on: date
    since: date
    by: MessagesBy
    lines: list[MessagesLine]
    suppressed: list[Suppressions]


class DecisionsLine(Line):
    """Decisions of one outcome, step, reason or day."""

    decisions: int


class Decisions(Figure):
    """Decisions taken."""

    on: date
    since: date
    by: DecisionsBy
    decisions: int
    lines: list[DecisionsLine]


@router.get("/receipts")
async def get_receipts(
    *,
    request: Request,
    principal: Reader,
    by: Annotated[ReceiptsBy, Query(description="group by route or by the bank's day of payment")] = "route",
    on: Day = None,
    since: Since = None,
) -> Receipts:
    """Money that came, by route or day, whatever it was for."""
    async with reading(request, principal) as tx:
        until = on or today_of(tx)
        first = period(since, until, days=90)
        lines = [ReceiptsLine(**dict(row)) for row in await activity.receipts(tx, by=by, since=first, until=until)]
    return Receipts(
        definition="Every receipt with a bank day of payment from `since` to `on`, matched or not, reversed or not.",
        on=until,
        since=first,
        by=by,
        receipts=sum(line.receipts for line in lines),
        gross_cents=sum(line.gross_cents for line in lines),
        lines=lines,
    )


@router.get("/messages")
async def get_messages(
    *,
    request: Request,
    principal: Reader,
    by: Annotated[MessagesBy, Query(description="group by the message's step, tone or purpose")] = "step",
    on: Day = None,
    since: Since = None,
) -> Messages:
    """Messages asked for in the period, what became of them, and why some were kept back."""
    async with reading(request, principal) as tx:
        until = on or today_of(tx)
        first = period(since, until, days=90)
        lines = [MessagesLine(**dict(row)) for row in await activity.messages(tx, by=by, since=first, until=until)]
        kept_back = await activity.suppressions(tx, since=first, until=until)
    return Messages(
        definition="Messages that the régua asked for from `since` to `on`, each once, by what became of them so far; "
        "one that was handed over and then bounced counts as sent and, if no attempt got through, as failed.",
        on=until,
        since=first,
        by=by,
        lines=lines,
        suppressed=[Suppressions(**dict(row)) for row in kept_back],
    )


@router.get("/decisions")
async def get_decisions(
    *,
    request: Request,
    principal: Reader,
    by: Annotated[DecisionsBy, Query(description="group by outcome, step, first reason or day")] = "outcome",
    on: Day = None,
    since: Since = None,
) -> Decisions:
    """How many decisions were taken, and how they ended."""
    async with reading(request, principal) as tx:
        until = on or today_of(tx)
        first = period(since, until, days=90)
        lines = [DecisionsLine(**dict(row)) for row in await activity.decisions(tx, by=by, since=first, until=until)]
    return Decisions(
        definition="Decisions by the day they were taken, from `since` to `on`; the reason is the first one stated.",
        on=until,
        since=first,
        by=by,
        decisions=sum(line.decisions for line in lines),
        lines=lines,
    )
