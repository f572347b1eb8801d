"""The figures about messages: what money followed them, and what recipients did."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics.api.common import Day, Figure, Reader, Since, period, reading, today_of
from analytics.domain.recovery import UNPROMPTED, WINDOW
from analytics.domain.rounding import share, shown
from analytics.store import messages

router = APIRouter(prefix="/figures", tags=["figures"])


class RecoveryLine(BaseModel):
    """Money that followed messages of one step or channel; `unprompted` or `none` followed no message."""

    model_config = ConfigDict(extra="forbid")

    name: str
    payments: int
    cents: int
    share: Decimal | None = Field(description="of all money of the period, to 4 places")


class Recovery(Figure):
    """Which messages the money followed."""

    on: date
    since: date
    by: Literal["step", "channel"]
    cents: int
    lines: list[RecoveryLine]


class EngagementLine(BaseModel):
    """Attempts of one channel or hour, to how many each thing happened, and the shares to 4 places."""

    model_config = ConfigDict(extra="forbid")

    name: str
    sent: int
    delivered: int
    opened_human: int
    opened_all: int
    clicked_human: int
    clicked_all: int
    failed: int
    delivered_share: Decimal | None = Field(description="delivered over sent")
    opened_human_share: Decimal | None = Field(description="opened by a person over sent")
    opened_all_share: Decimal | None = Field(description="opened by anything over sent")
    opened_in_hour: int | None = Field(
        None, description="by hour only: attempts that a person first opened in this hour, whenever they were sent"
    )


class EngagementFigure(Figure):
    """What recipients did with the messages."""

    on: date
    since: date
    by: Literal["hour", "channel"]
    lines: list[EngagementLine]


@router.get("/recovery")
async def get_recovery(
    *,
    request: Request,
    principal: Reader,
    by: Annotated[Literal["step", "channel"], Query(description="group by the message's step or channel")] = "step",
    on: Day = None,
    since: Since = None,
) -> Recovery:
    """Money by the last message that reached the debtor before it."""
    async with reading(request, principal) as tx:
        until = on or today_of(tx)
        first = period(since, until, days=90)
        found = await messages.recovered(tx, since=first, until=until)
    payments: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for item in found:
        name = item.step_key if by == "step" else item.channel
        payments[name] += item.payments
        cents[name] += item.cents
    whole = sum(cents.values())
    return Recovery(
        definition=f"Money paid from `since` to `on` and not undone by then, credited to the last message about the "
        f"invoice that was handed over and did not fail within {WINDOW.days} days before it; otherwise "
        f"`{UNPROMPTED[0]}` (step) or `{UNPROMPTED[1]}` (channel). A payment whose hour is not known counts from the "
        "end of its day. This says what followed what; it does not prove a cause.",
        on=until,
        since=first,
        by=by,
        cents=whole,
        lines=[
            RecoveryLine(
                name=name,
                payments=payments[name],
                cents=cents[name],
                share=shown(share(cents[name], whole), places=4),
            )
            for name in sorted(cents)
        ],
    )


@router.get("/engagement")
async def get_engagement(
    *,
    request: Request,
    principal: Reader,
    by: Annotated[Literal["hour", "channel"], Query(description="group by channel or by hour of sending")] = "channel",
    on: Day = None,
    since: Since = None,
) -> EngagementFigure:
    """Attempts sent in the period, and how many were delivered, opened and followed."""
    async with reading(request, principal) as tx:
        until = on or today_of(tx)
        first = period(since, until, days=90)
        found = await messages.engaged(tx, by=by, since=first, until=until)
        opened = await messages.opened_by_hour(tx, since=first, until=until) if by == "hour" else {}
    lines = {item.group: item for item in found}
    return EngagementFigure(
        definition="Attempts that a provider accepted from `since` to `on`, each counted once; `human` are opens and "
        "clicks judged to be a person's, `all` are those of proxies and scanners too. Hours and days are São Paulo's.",
        on=until,
        since=first,
        by=by,
        lines=[
            EngagementLine(
                name=name,
                sent=item.sent if item else 0,
                delivered=item.delivered if item else 0,
                opened_human=item.opened_human if item else 0,
                opened_all=item.opened_all if item else 0,
                clicked_human=item.clicked_human if item else 0,
                clicked_all=item.clicked_all if item else 0,
                failed=item.failed if item else 0,
                delivered_share=shown(share(item.delivered, item.sent) if item else None, places=4),
                opened_human_share=shown(share(item.opened_human, item.sent) if item else None, places=4),
                opened_all_share=shown(share(item.opened_all, item.sent) if item else None, places=4),
                opened_in_hour=opened.get(name, 0) if by == "hour" else None,
            )
            for name, item in ((name, lines.get(name)) for name in sorted(lines.keys() | opened.keys()))
        ],
    )
