"""The main job, end to end: a portfolio imported, a régua published, virtual days lived through, the result told."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID, uuid5

from chassis.clock import monotonic_seconds
from regua.demo import keys, setup
from regua.demo.api import Api
from regua.demo.days import HOME_ZONE, MORNING, TICKS, at, days_from, local_day
from regua.demo.importing import import_csv
from regua.demo.outside import BANK, DEBTORS
from regua.demo.platform import Platform
from regua.demo.setup import Accounts, Company, company_of
from regua.demo.tenant import Tenant
from regua.demo.topics import Log, TopicReader
from regua.stack.errors import StackError

START: Final = date(2026, 3, 2)
_TENANTS: Final = UUID("7b0f6a52-4a0e-5e0c-9d50-0c7f4f1d9a11")

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a run is made of; equal options give equal results."""

    days: int = 60
    customers: int = 300
    invoices: int = 1000
    seed: int = 1

    @property
    def tenant_id(self) -> UUID:
        """The run's tenant."""
        return uuid5(_TENANTS, f"{self.customers} {self.invoices} {self.seed}")


@dataclass
class Spent:
    """Where the seconds of a run went."""

    by_part: dict[str, float] = field(default_factory=dict)

    def add(self, part: str, since: float) -> float:
        """Count what passed since `since` for a part; returns the present reading."""
        now = monotonic_seconds()
        self.by_part[part] = self.by_part.get(part, 0.0) + now - since
        return now


def start_instant() -> datetime:
    """When the clock of a run begins: early on its first day."""
    return at(START, MORNING) - timedelta(hours=1)


def make_portfolio(options: Options, target: Path) -> None:
    """Have the debtors' simulator write the company's portfolio; raises `StackError`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "simulators", "portfolio", "--customers", str(options.customers)]
    command += ["--invoices", str(options.invoices), "--seed", str(options.seed), "--start", START.isoformat()]
    done = subprocess.run([*command, "--out", str(target)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"the portfolio could not be made: {done.stderr.strip()[-300:]}")


class Run:
    """One company living through virtual days on a running platform.

    `disturb` is called before each tick, for those who want to see the run survive something.
    """

    def __init__(self, platform: Platform, tenant: Tenant, reader: TopicReader, accounts: Accounts, say: Say):
        self.platform = platform
        self.tenant = tenant
        self.reader = reader
        self.accounts = accounts
        self.say = say
        self.spent = Spent()
        self.files: dict[str, int] = {}
        self.actions: dict[str, int] = {}
        self.disturb: Callable[[datetime], Awaitable[None]] | None = None

    @property
    def company(self) -> Company:
        """Who the bank and the PSP know."""
        return company_of(self.tenant.tenant_id)

    @property
    def log(self) -> Log:
        """What the topics said so far."""
        return self.reader.log(self.tenant.tenant_id)

    async def live_through(self, count: int) -> None:
        """Live `count` days from the present one on, a line of progress for each."""
        for number, day in enumerate(days_from(local_day(self.platform.clock.now()), count), 1):
            began = monotonic_seconds()
            for clock in TICKS:
                if at(day, clock) >= self.platform.clock.now():
                    await self.tick(at(day, clock))
            since = monotonic_seconds()
            fresh = await self.reader.catch_up()
            since = self.spent.add("reading the topics", since)
            self.say(self._progress(number, count, day, fresh, since - began))

    async def tick(self, instant: datetime) -> None:
        """Move to an instant; in the morning yesterday's bank file comes first; then debtors do what they do."""
        since = monotonic_seconds()
        if self.disturb is not None:
            await self.disturb(instant)
        await self.platform.move(instant)
        since = self.spent.add("services, after the clock moved", since)
        if instant.astimezone(HOME_ZONE).time() == MORNING:
            await self.deliver_bank_file(local_day(instant) - timedelta(days=1))
            await self.platform.quiet()
            since = self.spent.add("bank files", since)
        await self._debtors_act()
        since = self.spent.add("debtors", since)
        await self.platform.quiet()
        self.spent.add("services, after debtors acted", since)

    async def live(self, span: timedelta) -> dict[str, Any]:
        """Live on for a span through every tick that lies in it."""
        end = self.platform.clock.now() + span
        await self.reader.catch_up()
        before = len(self.log.facts)
        for day in days_from(local_day(self.platform.clock.now()), span.days + 2):
            for clock in TICKS:
                if self.platform.clock.now() < at(day, clock) <= end:
                    await self.tick(at(day, clock))
        if self.platform.clock.now() < end:
            await self.tick(end)
        await self.reader.catch_up()
        return {"now": self.platform.clock.now().isoformat(), "events": len(self.log.facts) - before}

    async def deliver_bank_file(self, on: date) -> None:
        """The bank hands over its return file of a day."""
        body = {
            "url": f"{self.platform.services['payments']}/v1/bank-files",
            "token": self.tenant.keys["payments"],
            "account_id": self.accounts.bank_id,
            "on": on.isoformat(),
            "bank_code": setup.BANK_CODE,
            "convenio": self.company.convenio,
            "empty": True,
        }
        answer = await self.platform.client.post(f"{self.platform.outside.url(BANK)}/v1/deliver", json=body)
        told = answer.json()
        if answer.status_code >= 400:
            raise StackError(f"the bank could not deliver its file of {on}: {answer.status_code} {answer.text[:200]}")
        outcome = (told.get("answer") or {}).get("status") or ("none" if not told.get("delivered") else "delivered")
        self.files[str(outcome)] = self.files.get(str(outcome), 0) + 1

    async def _debtors_act(self) -> None:
        answer = await self.platform.client.post(f"{self.platform.outside.url(DEBTORS)}/tick", json={}, timeout=120)
        if answer.status_code >= 400:
            raise StackError(f"the debtors could not act: {answer.status_code} {answer.text[:200]}")
        for kind, count in answer.json().get("by_kind", {}).items():
            self.actions[kind] = self.actions.get(kind, 0) + count

    def _progress(self, number: int, count: int, day: date, fresh: int, seconds: float) -> str:
        sent = len(self.log.by_topic.get("message.sent", []))
        money = sum(fact.data.gross_cents for fact in self.log.envelopes("payment.received"))
        rate = fresh / seconds if seconds > 0 else 0.0
        return (
            f"day {number:>2} of {count}  {day:%a %d %b}  {rate:6.0f} events/s  "
            f"{sent:>6} messages  {reais(money):>16} received  {seconds:5.1f} s"
        )


def reais(cents: int) -> str:
    """An amount as Brazilians write it."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}R$ {grouped},{rest:02d}"


class Opened:
    """A run with its connections open: `async with Opened(…) as run`."""

    def __init__(self, platform: Platform, options: Options, say: Say):
        self._platform = platform
        self._options = options
        self._say = say
        self._stack = AsyncExitStack()
        self.run: Run | None = None

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        await self._stack.enter_async_context(self._platform)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def settle_in(self, portfolio: Path) -> Run:
        """Make the tenant, set the company up and import its portfolio."""
        since = monotonic_seconds()
        tenant = await self._platform.tenant("demo", self._options.tenant_id)
        self._stack.push_async_callback(tenant.close)
        keys.write(self._platform.home, tenant)
        company = company_of(tenant.tenant_id)
        await setup.set_up_creditor(tenant, company)
        accounts = await setup.set_up_accounts(self._platform, tenant, company)
        await setup.publish_policy(tenant)
        keys.write_accounts(self._platform.home, accounts)
        reader = await self._stack.enter_async_context(TopicReader(self._platform.kafka_bootstrap))
        run = Run(self._platform, tenant, reader, accounts, self._say)
        since = run.spent.add("company set up", since)
        await self._import(run, tenant["invoicing"], portfolio)
        run.spent.add("portfolio imported", since)
        return run

    async def _import(self, run: Run, invoicing: Api, portfolio: Path) -> None:
        content = await asyncio.to_thread(portfolio.read_bytes)
        told = await import_csv(invoicing, content)
        if told["operation"]["state"] != "succeeded" or told["errors"]:
            raise StackError(f"the portfolio was not imported whole: {len(told['errors'])} rows were refused")
        await self._platform.quiet(within_seconds=300)
        await run.reader.catch_up()
        issued = run.log.of("invoice.issued")
        money = reais(sum(fact.invoice.amount_cents for fact in issued))
        self._say(f"{len(issued)} invoices of {money} imported; the régua is published")
