"""Two months of a population without any process or socket: the order in which messages come changes nothing."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from chassis.clock import VirtualClock
from simulators.debtors.population import Population, read_population
from simulators.debtors.portfolio import write_portfolio
from simulators.debtors.simulator import Debtors
from simulators.debtors.world import Addresses, Hands
from simulators.outside.chance import number
from simulators.outside.host import World

SEED = 9
START = date(2026, 3, 2)
NOWHERE = Addresses("http://mail", "http://messages", "http://psp", "http://bank")


class Stage(Hands):
    """A world in which every debt can be paid by its number; the company writes on three days of each debt."""

    def __init__(self, population: Population, clock: VirtualClock, order: int):
        self._population = population
        self._clock = clock
        self._order = order
        self.paid: Counter[str] = Counter()
        self.acts: list[tuple[str, ...]] = []
        self.texts_told = 0

    async def mails(self, since: str) -> list[dict[str, Any]]:
        now = self._clock.now()
        if now.hour != 12:
            return []
        today = now.date()
        found = [
            {
                "id": f"{debt.key}@{today}/{self._order}",
                "to": debtor.email,
                "subject": f"Fatura {debt.key}",
                "at": now.isoformat(),
                "position": number(self._order, 1_000_000, debt.key, today),
                "text": f"Linha digitável: {line_of(debt.key)}",
                "html": "<a href='http://n/c/1'>Pagar</a><img src='http://n/o/1.gif'>",
                "headers": {"list-unsubscribe": "<http://n/u/1>"},
            }
            for debtor in self._population.debtors
            for debt in debtor.debts
            if (today - debt.due_on).days in (-3, 1, 7) and not self.paid[debt.key]
        ]
        return sorted(found, key=lambda one: number(self._order, 1_000_000, one["id"]))

    async def texts(self, after: int) -> list[dict[str, Any]]:
        return []

    async def boleto(self, line: str) -> dict[str, Any] | None:
        for debtor in self._population.debtors:
            for debt in debtor.debts:
                if line_of(debt.key) == line:
                    return {
                        "due_on": debt.due_on.isoformat(),
                        "amount_cents": debt.amount_cents,
                        "total_cents": debt.amount_cents,
                        "document_number": debt.document_number,
                        "linha_digitavel": line,
                    }
        return None

    async def presented(self, tax_id: str) -> list[dict[str, Any]]:
        lines = [line_of(d.key) for one in self._population.debtors if one.tax_id == tax_id for d in one.debts]
        return [shown for line in lines if (shown := await self.boleto(line))]

    async def pay_boleto(self, line: str, key: str, amount_cents: int | None) -> int:
        self.acts.append(("boleto", key, str(amount_cents)))
        self.paid[key.partition("/")[2]] += 1
        return 201

    async def answer(self, channel: str, message_id: str, text: str, key: str) -> int:
        self.acts.append(("answer", channel, text, message_id.partition("@")[0]))
        return 202

    async def visit(self, link: str, agent: str = "") -> int:
        self.acts.append(("visit", link, agent))
        return 200

    async def unsubscribe(self, link: str) -> int:
        self.acts.append(("unsubscribe", link))
        return 200


def line_of(key: str) -> str:
    return f"{number(1, 10**47, key):047d}"


class Played(Debtors):
    stage: Stage

    def hands(self) -> Hands:
        return self.stage


def two_months(folder: Path, portfolio: Path, order: int) -> tuple[Stage, list[str]]:
    clock = VirtualClock.create(folder / "clock", datetime(2026, 3, 2, tzinfo=UTC))
    population = read_population(portfolio, SEED)
    debtors = Played(World(folder, clock, SEED), population=population, addresses=NOWHERE)
    debtors.stage = Stage(population, clock, order)
    told = []

    async def live() -> None:
        request = Request({"type": "http", "method": "POST", "path": "/tick", "headers": []})
        for day in range(60):
            for hour in (9, 12, 15, 23):
                clock.set(datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day))
                told.append(bytes((await debtors.tick(request)).body).decode())

    asyncio.run(live())
    debtors.journal.close()
    return debtors.stage, told


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Stage, list[str]]]:
    folder = tmp_path_factory.mktemp("population")
    write_portfolio(folder / "p.csv", customers=30, invoices=45, seed=SEED, start=START)
    return [two_months(folder / str(order), folder / "p.csv", order) for order in (1, 2)]


def test_the_order_of_messages_changes_neither_acts_nor_counts(lives: list[tuple[Stage, list[str]]]) -> None:
    (one, first), (other, second) = lives
    assert sorted(one.acts) == sorted(other.acts)
    assert first == second
    assert one.paid == other.paid


def test_a_population_pays_most_of_what_is_due_contests_and_promises(lives: list[tuple[Stage, list[str]]]) -> None:
    stage, _ = lives[0]
    kinds = Counter(act[0] for act in stage.acts)
    assert 20 <= len(stage.paid) <= 43
    assert kinds["answer"] >= 1
    assert kinds["visit"] >= 20
    assert max(stage.paid.values()) <= 2
