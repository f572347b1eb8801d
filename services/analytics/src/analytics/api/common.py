"""What every figure's answer and request have in common."""

from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics.domain.days import day_of
from analytics.domain.rounding import ROUNDING
from analytics.store.standing import Books
from chassis.auth import require
from chassis.db import Database, Tx
from chassis.errors import InvalidError
from chassis.principal import Principal

Reader = Annotated[Principal, Depends(require("analytics:read"))]

_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[
    date | None,
    Query(ge=_FIRST, le=_LAST, description="a day in São Paulo; today by the platform's clock if it is not given"),
]
Since = Annotated[date | None, Query(alias="from", ge=_FIRST, le=_LAST, description="first day of the period")]
Segment = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z][a-z0-9_.-]{0,63}$", description="only invoices of this segment, their own or their debtor's"
    ),
]
LONGEST_PERIOD_DAYS = 1_100


class Figure(BaseModel):
    """A figure says what it is: `definition` in words, and how its ratios are rounded."""

    model_config = ConfigDict(extra="forbid")

    definition: str = Field(description="what is counted, over what")
    rounding: str = Field(ROUNDING, description="how ratios are rounded to the places that their field states")


def today_of(tx: Tx) -> date:
    """The clock's day in São Paulo."""
    return day_of(tx.now)


def books(tx: Tx, on: date | None, segment: str | None = None) -> Books:
    """The books of the day asked for; the future's are today's."""
    today = today_of(tx)
    return Books(on or today, today, segment)


def period(since: date | None, until: date, *, days: int) -> date:
    """The first day of the period: as asked, or `days` days in all. Raises `InvalidError` for an impossible one."""
    first = since or until - timedelta(days=days - 1)
    if first > until or (until - first).days >= LONGEST_PERIOD_DAYS:
        sentence = f"the period must begin on or before its last day and span at most {LONGEST_PERIOD_DAYS} days"
        raise InvalidError("period-invalid", sentence)
    return first


def reading(request: Request, principal: Principal) -> AbstractAsyncContextManager[Tx]:
    """A transaction of the caller's tenant that only reads."""
    database: Database = request.app.state.kit.database
    return database.unit_of_work(tenant_id=principal.tenant_id, commit=False)
