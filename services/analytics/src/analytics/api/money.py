"""The figures about what is owed and how it comes in."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics.api.common import Day, Figure, Reader, Segment, Since, books, period, reading
from analytics.domain.ageing import BUCKETS
from analytics.domain.receiving import best_possible_dso, count_back_dso, simple_dso
from analytics.domain.rounding import share, shown
from analytics.store import figures

router = APIRouter(prefix="/figures", tags=["figures"])

COUNT_BACK_DAYS: Final = 730
_BOOKS: Final = "By the books as they stood at the end of the day `on` in São Paulo. "


class AgeingBucket(BaseModel):
    """One line: invoices so many days past their payable date, and what is open of them."""

    model_config = ConfigDict(extra="forbid")

    name: str
    first_day: int | None = Field(description="days past the payable date, from; none: no limit")
    last_day: int | None = Field(description="days past the payable date, to; none: no limit")
    invoices: int
    open_cents: int
    share: Decimal | None = Field(description="of all that is open, to 4 places")


class Ageing(Figure):
    """How old what is owed is."""

    on: date
    open_cents: int
    invoices: int
    buckets: list[AgeingBucket]


class DefaultRate(Figure):
    """How much of what was payable did not come."""

    on: date
    after_days: int
    rate: Decimal | None = Field(description="unpaid over amount, to 4 places; none where nothing was payable")
    amount_cents: int
    unpaid_cents: int
    invoices: int


class DaysToReceive(Figure):
    """How long money takes to come."""

    on: date
    since: date
    from_issue_days: Decimal | None = Field(description="average from issue to payment, to 2 places")
    from_due_days: Decimal | None = Field(description="average from the payable date, to 2 places; early is negative")
    received_cents: int
    payments: int
    unknown_invoice_cents: int = Field(description="received for invoices that are not known here; in no average")


class DaysSalesOutstanding(Figure):
    """Days sales outstanding in its three forms, in days to 2 places."""

    on: date
    period_days: int
    simple_days: Decimal | None
    best_possible_days: Decimal | None
    count_back_days: Decimal | None
    open_cents: int
    not_due_cents: int
    issued_cents: int


class PortfolioState(BaseModel):
    """Invoices in one state; an open one is overdue from the day after its payable date."""

    model_config = ConfigDict(extra="forbid")

    state: str
    overdue: bool
    invoices: int
    amount_cents: int
    principal_paid_cents: int
    relieved_cents: int
    open_cents: int


class Portfolio(Figure):
    """Every invoice, once, by its state; and the cases of collection as they are now."""

    on: date
    invoices: int
    open_cents: int
    overdue_cents: int
    states: list[PortfolioState]
    cases_open: int
    cases_held: int
    cases_closed: int


@router.get("/ageing")
async def get_ageing(*, request: Request, principal: Reader, on: Day = None, segment: Segment = None) -> Ageing:
    """Open cents by days past the payable date."""
    async with reading(request, principal) as tx:
        asked = books(tx, on, segment)
        lines = await figures.ageing_on(tx, asked)
    whole = sum(line.open_cents for line in lines)
    edges = {name: (first, last) for name, first, last in BUCKETS}
    return Ageing(
        definition=_BOOKS + "Principal that is open, by days past the payable date (the due date as moved to a bank "
        "day); the lines add up to all that is open.",
        on=asked.on,
        open_cents=whole,
        invoices=sum(line.invoices for line in lines),
        buckets=[
            AgeingBucket(
                name=line.name,
                first_day=edges[line.name][0],
                last_day=edges[line.name][1],
                invoices=line.invoices,
                open_cents=line.open_cents,
                share=shown(share(line.open_cents, whole), places=4),
            )
            for line in lines
        ],
    )


@router.get("/default-rate")
async def get_default_rate(
    *,
    request: Request,
    principal: Reader,
    on: Day = None,
    after_days: Annotated[int, Query(ge=0, le=1_000, description="days past the payable date")] = 30,
    segment: Segment = None,
) -> DefaultRate:
    """The part of the money payable at least `after_days` days ago that did not come."""
    async with reading(request, principal) as tx:
        asked = books(tx, on, segment)
        found = await figures.matured_on(tx, asked, after_days=after_days)
    return DefaultRate(
        definition=_BOOKS + "Principal still open or written off, over the amount, of all invoices payable at least "
        "`after_days` days before `on`; cancelled and renegotiated invoices are left out.",
        on=asked.on,
        after_days=after_days,
        rate=shown(share(found.unpaid_cents, found.amount_cents), places=4),
        amount_cents=found.amount_cents,
        unpaid_cents=found.unpaid_cents,
        invoices=found.invoices,
    )


@router.get("/days-to-receive")
async def get_days_to_receive(
    *, request: Request, principal: Reader, on: Day = None, since: Since = None, segment: Segment = None
) -> DaysToReceive:
    """The average days from issue, and from the payable date, to payment, weighted by the money."""
    async with reading(request, principal) as tx:
        asked = books(tx, on, segment)
        first = period(since, asked.on, days=90)
        found = await figures.received_in(tx, asked, since=first)
    average = found.average
    return DaysToReceive(
        definition="Days from issue, and from the payable date, to the bank's day of payment, each payment weighted "
        "by its principal; payments from `since` to `on` that were not undone by then (90 days if not said).",
        on=asked.on,
        since=first,
        from_issue_days=shown(average.from_issue if average else None, places=2),
        from_due_days=shown(average.from_due if average else None, places=2),
        received_cents=average.received_cents if average else 0,
        payments=found.payments,
        unknown_invoice_cents=found.unknown_cents,
    )


@router.get("/dso")
async def get_days_sales_outstanding(
    *,
    request: Request,
    principal: Reader,
    on: Day = None,
    period_days: Annotated[int, Query(ge=1, le=COUNT_BACK_DAYS, description="days of issues counted, to `on`")] = 90,
    segment: Segment = None,
) -> DaysSalesOutstanding:
    """Days sales outstanding: simple, best possible, and by counting back."""
    async with reading(request, principal) as tx:
        asked = books(tx, on, segment)
        sales = await figures.sales_on(tx, asked, days=COUNT_BACK_DAYS)
    issued_cents = sum(sales.issued_by_day[:period_days])
    simple = simple_dso(open_cents=sales.open_cents, issued_cents=issued_cents, period_days=period_days)
    best = best_possible_dso(not_due_cents=sales.not_due_cents, issued_cents=issued_cents, period_days=period_days)
    counted = count_back_dso(open_cents=sales.open_cents, issued_by_day=sales.issued_by_day)
    return DaysSalesOutstanding(
        definition=_BOOKS + "Simple: open principal over what was issued in the last `period_days` days, times these "
        "days. Best possible: the same with only what is not due yet as open. Count-back: how many of the last days' "
        f"issues make up what is open, at most {COUNT_BACK_DAYS} days. Issued: amounts without what was cancelled; "
        "instalments of agreements are no new sales.",
        on=asked.on,
        period_days=period_days,
        simple_days=shown(simple, places=2),
        best_possible_days=shown(best, places=2),
        count_back_days=shown(counted, places=2),
        open_cents=sales.open_cents,
        not_due_cents=sales.not_due_cents,
        issued_cents=issued_cents,
    )


@router.get("/portfolio")
async def get_portfolio(*, request: Request, principal: Reader, on: Day = None, segment: Segment = None) -> Portfolio:
    """Invoices and cents by state."""
    async with reading(request, principal) as tx:
        asked = books(tx, on, segment)
        rows = await figures.portfolio_on(tx, asked)
        cases = await figures.cases_now(tx)
    states = [PortfolioState(**dict(row)) for row in rows]
    return Portfolio(
        definition=_BOOKS + "Each invoice stands in exactly one line. Cases of collection are counted as they are now, "
        "of all segments.",
        on=asked.on,
        invoices=sum(state.invoices for state in states),
        open_cents=sum(state.open_cents for state in states),
        overdue_cents=sum(state.open_cents for state in states if state.overdue),
        states=states,
        cases_open=cases[0],
        cases_closed=cases[1],
        cases_held=cases[2],
    )
