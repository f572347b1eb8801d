"""The figures in SQL against the pure functions, on random portfolios: each seed is a tenant of its own."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from analytics_portfolio import DAYS, SEEDS, TODAY, Portfolio, standing_promises, unpaid
from analytics_told import NOON, HandClock

from analytics.domain.ageing import Owed, ageing
from analytics.domain.days import end_of
from analytics.domain.engagement import Handed, engagement
from analytics.domain.forecast import History, OpenInvoice, forecast, kept_share
from analytics.domain.receiving import (
    Matured,
    Received,
    days_to_receive,
    default_rate,
)
from analytics.domain.recovery import Paid, Reached, recovery
from analytics.domain.rounding import share
from analytics.store import figures, forecasts, messages, projecting
from analytics.store.standing import Books
from chassis.db import Database
from chassis.ids import RandomIds
from regua.testing import FreshDatabase, MakeDatabase, run_apart

pytestmark = pytest.mark.io


@pytest.fixture(scope="module")
def filled(make_database: MakeDatabase, migrated_analytics: FreshDatabase) -> Iterator[tuple[str, list[Portfolio]]]:
    """A database that holds the portfolios of all seeds, each under its own tenant, written in random order."""
    fresh = make_database(template=migrated_analytics)
    portfolios = [Portfolio(Random(seed), UUID(int=1_000 + seed)).fill(120) for seed in SEEDS]

    async def fill() -> None:
        database = Database(fresh.app_url, clock=HandClock(NOON), ids=RandomIds(), producer_name="analytics")
        for made in portfolios:
            async with database.unit_of_work(tenant_id=made.tenant) as tx:
                rows = [(table, row) for table, own in made.rows.items() for row in own]
                made.random.shuffle(rows)
                await projecting.add_facts(tx, rows)
        await database.dispose()

    run_apart(fill())
    yield fresh.app_url, portfolios
    fresh.drop()


@pytest.fixture
async def database(filled: tuple[str, list[Portfolio]]) -> AsyncIterator[Database]:
    made = Database(filled[0], clock=HandClock(NOON), ids=RandomIds(), producer_name="analytics")
    yield made
    await made.dispose()


@pytest.fixture(params=SEEDS)
def portfolio(request: pytest.FixtureRequest, filled: tuple[str, list[Portfolio]]) -> Portfolio:
    return filled[1][request.param]


async def test_figures_of_the_books_agree_with_the_rules(portfolio: Portfolio, database: Database) -> None:
    for on in DAYS:
        for segment in (None, "retail"):
            books, rows = Books(on, TODAY, segment), portfolio.standing(on, segment)
            async with database.unit_of_work(tenant_id=portfolio.tenant, commit=False) as tx:
                aged = await figures.ageing_on(tx, books)
                matured = [await figures.matured_on(tx, books, after_days=days) for days in (0, 30, 90)]
                sales = await figures.sales_on(tx, books, days=200)
                states = await figures.portfolio_on(tx, books)
            assert aged == ageing((Owed(row["payable_on"], row["open_cents"]) for row in rows), on=on)
            counted = [
                Matured(row["payable_on"], row["amount_cents"], unpaid(row))
                for row in rows
                if row["state"] not in {"cancelled", "renegotiated"}
            ]
            for found, days in zip(matured, (0, 30, 90), strict=True):
                assert share(found.unpaid_cents, found.amount_cents) == default_rate(counted, on=on, after_days=days)
            issued: dict[date, int] = defaultdict(int)
            for row in rows:
                if row["origin"] != "agreement":
                    cancelled_cents = row["relieved_cents"] if row["state"] == "cancelled" else 0
                    issued[row["issued_on"]] += row["amount_cents"] - cancelled_cents
            assert sales.issued_by_day == tuple(issued[on - timedelta(days=back)] for back in range(200))
            assert sales.open_cents == sum(row["open_cents"] for row in rows) == sum(line.open_cents for line in aged)
            assert sales.not_due_cents == next(line.open_cents for line in aged if line.name == "not_due")
            assert sum(line["invoices"] for line in states) == len(rows)
            assert sum(line["amount_cents"] for line in states) == sum(row["amount_cents"] for row in rows)


async def test_days_to_receive_agree_with_the_rule(portfolio: Portfolio, database: Database) -> None:
    for on in DAYS:
        since = on - timedelta(days=120)
        known = {row["invoice_id"]: row for row in portfolio.standing(on)}
        lines = [row for row in portfolio.payments(on) if since <= row["paid_on"] <= on and row["principal_cents"]]
        async with database.unit_of_work(tenant_id=portfolio.tenant, commit=False) as tx:
            found = await figures.received_in(tx, Books(on, TODAY), since=since)
        received = [
            Received(invoice["issued_on"], invoice["payable_on"], row["paid_on"], row["principal_cents"])
            for row in lines
            if (invoice := known.get(row["invoice_id"])) is not None
        ]
        assert found.average == days_to_receive(received)
        assert found.payments == len(received)
        assert found.unknown_cents == sum(row["principal_cents"] for row in lines if row["invoice_id"] not in known)


async def test_recovery_and_engagement_agree_with_the_rules(portfolio: Portfolio, database: Database) -> None:
    about = {row["message_id"]: row["invoice_id"] for row in portfolio.rows["message_invoice"]}
    sent = [row for row in portfolio.rows["attempt_fact"] if row["sent_at"]]
    reached = [
        Reached(about[row["message_id"]], row["sent_at"], row["step_key"], row["channel"])
        for row in sent
        if not row["failed_at"]
    ]
    exact = {row["receipt_id"]: row["paid_at"] for row in portfolio.rows["receipt_fact"]}
    for until in DAYS:
        since = until - timedelta(days=200)
        paid = [
            Paid(row["invoice_id"], exact.get(row["receipt_id"]) or end_of(row["paid_on"]), row["money_cents"])
            for row in portfolio.payments(until)
            if since <= row["paid_on"] <= until and row["money_cents"]
        ]
        handed = [
            Handed(**{name: row[name] for name in Handed.__dataclass_fields__})
            for row in sent
            if end_of(since - timedelta(days=1)) < row["sent_at"] <= end_of(until)
        ]
        async with database.unit_of_work(tenant_id=portfolio.tenant, commit=False) as tx:
            assert await messages.recovered(tx, since=since, until=until) == recovery(reached=reached, paid=paid)
            assert await messages.engaged(tx, by="channel", since=since, until=until) == engagement(
                handed, by="channel"
            )
            assert await messages.engaged(tx, by="hour", since=since, until=until) == engagement(handed, by="hour")


async def test_the_forecast_agrees_with_the_rule(portfolio: Portfolio, database: Database) -> None:
    for on, start in ((on, on + timedelta(days=ahead)) for on in DAYS for ahead in (0, 1)):
        rows = portfolio.standing(on)
        first, last = start - timedelta(days=396), start - timedelta(days=31)
        cohort = {
            row["invoice_id"]: row
            for row in rows
            if row["state"] not in {"cancelled", "renegotiated"} and first <= row["payable_on"] <= last
        }
        delays: dict[int, int] = defaultdict(int)
        for row in portfolio.payments(on, by="known_on"):
            if row["invoice_id"] in cohort and row["known_on"] <= on and row["principal_cents"]:
                delays[(row["paid_on"] - cohort[row["invoice_id"]]["payable_on"]).days] += row["principal_cents"]
        history = History(delays, sum(unpaid(row) for row in cohort.values()))
        ended = [
            row
            for row in portfolio.rows["promise_fact"]
            if any(row[name] and row[name] <= end_of(on) for name in ("kept_at", "broken_at"))
        ]
        kept = kept_share(
            promised_cents=sum(row["promised_cents"] for row in ended),
            kept_cents=sum(min(row["paid_cents"], row["promised_cents"]) for row in ended),
        )
        standing = standing_promises(portfolio, on, start)
        together: dict[tuple[date, date | None], int] = defaultdict(int)
        for row in rows:
            promise = standing.get(row["invoice_id"])
            under_cents = min(promise["promised_cents"], row["open_cents"]) if promise else 0
            together[row["payable_on"], None] += row["open_cents"] - under_cents
            if promise:
                together[row["payable_on"], promise["promised_on"]] += under_cents
        expected = forecast(
            invoices=[OpenInvoice(payable, cents, promised) for (payable, promised), cents in together.items()],
            history=history,
            start=start,
            days=60,
            kept_share=kept,
        )
        async with database.unit_of_work(tenant_id=portfolio.tenant, commit=False) as tx:
            made, found_history, found_kept = await forecasts.expected(tx, Books(on, TODAY), start=start, days=60)
        assert found_kept == kept
        assert found_kept == Fraction(1) or ended
        assert (dict(found_history.received_cents), found_history.lost_cents) == (dict(delays), history.lost_cents)
        assert made == expected
