"""The cash forecast, and how good earlier ones were."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from analytics.api.common import Day, Figure, Reader, Segment, Since, period, reading, today_of
from analytics.domain.forecast import HISTORY_DAYS, KEPT_DAYS, SETTLED_AFTER_DAYS
from analytics.domain.grading import HORIZONS, Graded, grade
from analytics.domain.rounding import shown
from analytics.store import forecasts
from analytics.store.standing import Books
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page

router = APIRouter(prefix="/figures", tags=["figures"])

LONGEST_DAYS: Final = 180


class ForecastDay(BaseModel):
    """Money expected on a day."""

    model_config = ConfigDict(extra="forbid")

    on: date
    promised_cents: int
    by_history_cents: int


class Forecast(Figure):
    """Cash expected by day."""

    made_on: date
    days: list[ForecastDay]
    expected_cents: int
    kept_share: Decimal = Field(description="of the money promised so far, how much came, to 4 places")
    history_cents: int = Field(description="principal that the history of delays rests on")
    history_lost_cents: int = Field(description="principal of the same invoices that did not come")


class KeptForecastDay(BaseModel):
    """What was expected for a day on the day the forecast was made, and what came."""

    model_config = ConfigDict(extra="forbid")

    made_on: date
    expected_on: date
    promised_cents: int
    by_history_cents: int
    received_cents: int


class HorizonGrade(BaseModel):
    """Forecasts for so many days ahead, together."""

    model_config = ConfigDict(extra="forbid")

    first_day_ahead: int
    last_day_ahead: int
    days: int = Field(description="forecast days graded")
    expected_cents: int
    received_cents: int
    absolute_error_cents: int = Field(description="sum over the days of what was missed in either direction")
    error_share: Decimal | None = Field(description="absolute error over received, to 4 places")
    bias_share: Decimal | None = Field(description="expected less received, over received, to 4 places")


class ForecastGrades(Figure):
    """How good the forecasts made in a period were."""

    on: date
    since: date
    horizons: list[HorizonGrade]


@router.get("/forecast")
async def get_forecast(
    *,
    request: Request,
    principal: Reader,
    start: Annotated[Day, Query(alias="from")] = None,
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS, description="how many days, the first one included")] = 30,
    segment: Segment = None,
) -> Forecast:
    """Expected principal by day: from what is known now, or was known when a past first day began."""
    async with reading(request, principal) as tx:
        today = today_of(tx)
        first = start or today
        known = Books(first - timedelta(days=1) if first < today else first, today, segment)
        made, history, kept = await forecasts.expected(tx, known, start=first, days=days)
    return Forecast(
        definition="Expected principal by day, as known now, or as it was known when a past first day began. A promise "
        "that stands counts on its day, times the share of promised money that came so far (of all segments); every "
        "other open cent by the history: principal by days from the payable date, of invoices payable between "
        f"{SETTLED_AFTER_DAYS + 1 + HISTORY_DAYS} and {SETTLED_AFTER_DAYS + 1} days before, what of them did not come "
        "being lost. Without history an invoice is expected on its payable date. Cents are rounded down once for each "
        "payable date.",
        made_on=first,
        days=[
            ForecastDay(on=day.on, promised_cents=day.promised_cents, by_history_cents=day.by_history_cents)
            for day in made
        ],
        expected_cents=sum(day.promised_cents + day.by_history_cents for day in made),
        kept_share=shown(kept, places=4) or Decimal(0),
        history_cents=sum(history.received_cents.values()),
        history_lost_cents=history.lost_cents,
    )


@router.get("/forecasts")
async def list_kept_forecasts(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    since: Since = None,
    on: Day = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[KeptForecastDay]:
    """Forecasts made from `from` to `on`, day by day as they were said, beside what came; past days only."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with reading(request, principal) as tx:
        today = today_of(tx)
        until = on or today
        first = period(since, until, days=KEPT_DAYS)
        rows = await forecasts.graded(tx, since=first, until=until, before=today, after=keyset.after, limit=limit + 1)
    page, headers = keyset.page(
        [KeptForecastDay(**dict(row)) for row in rows], lambda row: (row.made_on, row.expected_on)
    )
    response.headers.update(headers)
    return page


@router.get("/forecast-grades")
async def get_forecast_grades(
    *, request: Request, principal: Reader, since: Since = None, on: Day = None
) -> ForecastGrades:
    """How far the forecasts made from `from` to `on` were from what came, by days ahead."""
    async with reading(request, principal) as tx:
        today = today_of(tx)
        until = on or today
        first = period(since, until, days=KEPT_DAYS)
        rows = await forecasts.graded(tx, since=first, until=until, before=today)
    return ForecastGrades(
        definition="Each day's forecast is kept as it was said. Graded are the days that have passed: expected "
        "(promised and by history) beside the principal paid on that day for invoices issued by the day the forecast "
        f"was made, as known today. Forecasts are kept for {KEPT_DAYS} days ahead.",
        on=until,
        since=first,
        horizons=[
            HorizonGrade(
                first_day_ahead=line.first_day,
                last_day_ahead=line.last_day,
                days=line.days,
                expected_cents=line.expected_cents,
                received_cents=line.received_cents,
                absolute_error_cents=line.absolute_error_cents,
                error_share=shown(line.error_share, places=4),
                bias_share=shown(line.bias_share, places=4),
            )
            for line in grade(_graded(rows), horizons=HORIZONS)
        ],
    )


def _graded(rows: Iterable[Any]) -> Iterable[Graded]:
    for row in rows:
        yield Graded(
            days_ahead=(row["expected_on"] - row["made_on"]).days,
            expected_cents=row["promised_cents"] + row["by_history_cents"],
            received_cents=row["received_cents"],
        )
