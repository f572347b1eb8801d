"""One company on the running platform, and what its people, its debtors and its bank can do there.

Everything goes the way it goes outside: REST, topics, bank files, SMTP. Nothing reads a database. Each wait has a
condition and a deadline.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from brasil.calendar import BankCalendar
from chassis.clock import monotonic_seconds
from contracts import registry
from regua.demo import setup
from regua.demo.days import HOME_ZONE, at, local_day
from regua.demo.outside import BANK, MAIL, MESSAGES, PSP
from regua.demo.platform import Platform, this_env
from regua.demo.setup import Accounts, Company, company_of
from regua.demo.tenant import Tenant
from regua.demo.topics import Log, TopicReader
from regua.stack.table import programs_of

DEADLINE_SECONDS = 60.0
STEPS_AT = time(9, 5)
SAO_PAULO_CITY = "3550308"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@dataclass
class Debtor:
    """A customer with what the tests need to reach them."""

    customer_id: str
    email: str
    phone: str
    tax_id: str


def cpf(number: int) -> str:
    """The CPF with these nine digits."""
    digits = [int(one) for one in f"{number:09d}"]
    for length in (9, 10):
        weighted = sum(digit * (length + 1 - index) for index, digit in enumerate(digits[:length]))
        digits.append((weighted * 10) % 11 % 10)
    return "".join(map(str, digits))


class World:
    """A company, its tenant, its clock and the outside."""

    def __init__(self, platform: Platform, tenant: Tenant, reader: TopicReader, company: Company, accounts: Accounts):
        self.platform = platform
        self.tenant = tenant
        self.reader = reader
        self.company = company
        self.accounts = accounts
        self._number = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, platform: Platform, name: str) -> AsyncIterator["World"]:
        """A fresh tenant, set up as a company sets itself up; its régua is the standard one."""
        tenant = await platform.tenant(name)
        company = company_of(tenant.tenant_id)
        try:
            await setup.set_up_creditor(tenant, company)
            accounts = await setup.set_up_accounts(platform, tenant, company)
            async with TopicReader(platform.kafka_bootstrap, from_now=True) as reader:
                yield cls(platform, tenant, reader, company, accounts)
                await close_accounts(tenant, accounts)
        finally:
            await tenant.close()

    # ---- time

    @property
    def today(self) -> date:
        """The day in São Paulo."""
        return local_day(self.platform.clock.now())

    async def begin(self, *, weekday: int = 0, clear_days: int = 20) -> date:
        """Move to 07:00 of the next such weekday (Monday 0) after which `clear_days` days have no bank holiday."""
        calendar = BankCalendar(uf="SP")
        day = self.today + timedelta(days=1)
        while day.weekday() != weekday or any(
            calendar.holiday(day + timedelta(days=ahead)) for ahead in range(-4, clear_days)
        ):
            day += timedelta(days=1)
        await self.to(day, time(7, 0))
        return day

    async def to(self, day: date, clock: time) -> None:
        """Set everybody's clock to an instant of São Paulo and wait until the platform is quiet."""
        await self.platform.move(at(day, clock), within_seconds=DEADLINE_SECONDS * 2)

    async def move(self, day: date, clock: time) -> None:
        """Set everybody's clock and wait for nothing: for when a part is away and cannot become quiet."""
        self.platform.clock.set(at(day, clock))

    @asynccontextmanager
    async def without(self, service: str) -> AsyncIterator[None]:
        """A service is killed, and comes back at the end."""
        await asyncio.to_thread(self.platform.kill, service)
        try:
            yield
        finally:
            await asyncio.to_thread(self.platform.start_again)

    async def quiet(self) -> None:
        """Wait until nothing is left to do at this instant."""
        await self.platform.quiet(within_seconds=DEADLINE_SECONDS * 2)

    async def live_to(self, day: date, clock: time = time(11, 5)) -> None:
        """Let the days pass as they do: a bank file at six in the morning, the régua's steps at nine."""
        if self.today < day and at(self.today, STEPS_AT) > self.platform.clock.now():
            await self.to(self.today, STEPS_AT)
        while self.today < day:
            following = self.today + timedelta(days=1)
            await self.morning(following)
            if following < day or clock >= STEPS_AT:
                await self.to(following, STEPS_AT)
        if at(day, clock) > self.platform.clock.now():
            await self.to(day, clock)

    async def morning(self, day: date) -> dict[str, Any]:
        """06:00 of a day, with yesterday's bank file."""
        await self.to(day, time(6, 0))
        delivered: dict[str, Any] = await self.bank_file(day - timedelta(days=1))
        await self.quiet()
        return delivered

    # ---- facts

    async def log(self) -> Log:
        """Everything that stands in the topics about this tenant by now."""
        await self.reader.catch_up()
        return self.reader.log(self.tenant.tenant_id)

    async def facts(self, *topics: str) -> list[Any]:
        """The facts of some topics, without their envelopes."""
        return (await self.log()).of(*topics)

    async def until(self, condition: Callable[[Log], Any], what: str) -> Any:
        """Wait until the topics show something."""
        return await self.reader.until(self.tenant.tenant_id, condition, within_seconds=DEADLINE_SECONDS, what=what)

    async def sent(self, invoice_id: str | None = None) -> list[Any]:
        """The messages that left, in the order in which they did."""
        sent = await self.facts("message.sent")
        wanted = None if invoice_id is None else UUID(invoice_id)
        found = [one for one in sent if wanted is None or wanted in one.invoice_ids]
        return sorted(found, key=lambda one: (one.sent_at, one.attempt))

    async def steps(self, invoice_id: str) -> list[str]:
        """The steps of the régua whose message about the invoice left, in order."""
        return [one.step_key for one in await self.sent(invoice_id)]

    # ---- the company

    async def debtor(self, **changes: Any) -> Debtor:
        """Register a payer in São Paulo with e-mail, mobile and WhatsApp."""
        self._number += 1
        tag = f"{self.tenant.tenant_id.hex[-6:]}{self._number}"
        number = int(self.tenant.tenant_id.hex[-7:], 16) + self._number
        email = changes.pop("email", f"ana.{tag}@example.com")
        phone = changes.pop("phone", f"+55119{number % 10**8:08d}")
        if phone.endswith("0000"):
            phone = phone[:-1] + "7"
        tax_id = changes.pop("tax_id", cpf(number % 10**9))
        name = changes.pop("name", f"Ana Souza {self._number}")
        contacts = [
            {"channel": channel, "name": name, "address": address, "role": "payer"}
            for channel, address in (("email", email), ("whatsapp", phone), ("sms", phone))
            if channel in changes.get("only", (channel,))
        ]
        changes.pop("only", None)
        body = {
            "external_id": f"C-{tag}",
            "name": name,
            "tax_id": tax_id,
            "uf": "SP",
            "city_code": SAO_PAULO_CITY,
            "contacts": contacts,
            **changes,
        }
        made = await self.tenant["invoicing"].post("/v1/customers", body)
        return Debtor(customer_id=made["customer_id"], email=email, phone=phone, tax_id=tax_id)

    async def invoice(self, debtor: Debtor, *, due_on: date, amount_cents: int = 10_000, **changes: Any) -> Any:
        """Issue an invoice and wait until bank and PSP have registered it."""
        self._number += 1
        made = await self.tenant["invoicing"].post(
            "/v1/invoices",
            {
                "customer_id": debtor.customer_id,
                "external_id": f"F-{self.tenant.tenant_id.hex[-6:]}-{self._number}",
                "description": "Mensalidade",
                "amount_cents": amount_cents,
                "due_on": due_on.isoformat(),
                **changes,
            },
        )
        await self.quiet()
        return await self.read_invoice(made["invoice_id"])

    async def read_invoice(self, invoice_id: str) -> Any:
        """The invoice as invoicing shows it now."""
        return await self.tenant["invoicing"].get(f"/v1/invoices/{invoice_id}")

    async def decisions(self, invoice_id: str) -> list[Any]:
        """Every decision about an invoice, in order, with its reason in a sentence."""
        return await self.tenant["dunning"].all("/v1/decisions", invoice_id=invoice_id)

    async def cases(self, **filters: Any) -> list[Any]:
        """The cases of dunning."""
        return await self.tenant["dunning"].all("/v1/cases", **filters)

    async def respond(self, invoice_id: str, answer: Mapping[str, Any]) -> Any:
        """What the debtor answers, as an operator writes it down."""
        done = await self.tenant["invoicing"].post(
            f"/v1/invoices/{invoice_id}/responses", {"answer": dict(answer), "channel": "phone"}
        )
        await self.quiet()
        return done

    async def notifier_says(self, *, held: int) -> None:
        """Wait until the notifier shows so many messages that it holds back."""
        end = monotonic_seconds() + DEADLINE_SECONDS
        while True:
            waiting = await self.tenant["notifier"].all("/v1/messages", state="waiting")
            if len(waiting) >= held:
                return
            assert monotonic_seconds() < end, f"the notifier holds {len(waiting)} messages, not {held}"
            await asyncio.sleep(0.1)

    # ---- operators

    async def run_module(self, service: str, module: str, *arguments: str) -> str:
        """Run a command of a service with its settings; returns what it printed."""
        (program,) = programs_of(self.platform.home, this_env(), [service])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments),
            env=program.whole_env(this_env()),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        assert process.returncode == 0, f"{module} ended with {process.returncode}: {error.decode()[-500:]}"
        return out.decode()

    async def read_everything_again(self) -> None:
        """Every service loses its positions and the memory of what it read, and begins at the first record."""
        await asyncio.to_thread(self.platform.stop_services)
        for name in self.platform.services:
            await self._forget(name)
        await asyncio.to_thread(self.platform.start_again)
        await self.platform.quiet(within_seconds=300)

    async def _forget(self, service: str) -> None:
        connection = await asyncpg.connect(self.platform.owner_urls[service])
        try:
            await connection.execute("delete from inbox; delete from consumer_position")
        finally:
            await connection.close()
        places = [
            TopicPartition(name, number)
            for name, topic in registry.topics().items()
            for number in range(topic.partitions)
        ]
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.platform.kafka_bootstrap.split(","), group_id=service, enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(places)
            await consumer.commit(dict.fromkeys(places, 0))
        finally:
            await consumer.stop()

    # ---- the outside

    def option(self, invoice: Any, kind: str) -> Any:
        """The invoice's active boleto or Pix charge."""
        return next(one for one in invoice["options"] if one["kind"] == kind and one["status"] == "active")

    async def pay_pix(self, invoice: Any, amount_cents: int | None = None) -> Any:
        """The debtor pays the Pix charge in their bank's app; the PSP calls us."""
        body: dict[str, Any] = {"txid": self.option(invoice, "pix")["txid"]}
        if amount_cents is not None:
            body["amount_cents"] = amount_cents
        return await self.outside(PSP, "/pay", body)

    async def pay_boleto(self, invoice: Any, amount_cents: int | None = None) -> Any:
        """The debtor pays the boleto; the bank tells it in the file of the day."""
        body: dict[str, Any] = {
            "linha_digitavel": self.option(invoice, "boleto")["linha_digitavel"],
            "on": self.today.isoformat(),
        }
        if amount_cents is not None:
            body["amount_cents"] = amount_cents
        return await self.outside(BANK, "/pay", body)

    async def bank_file(self, on: date, **changes: Any) -> Any:
        """The bank hands over its return file of a day."""
        body = {
            "url": f"{self.platform.services['payments']}/v1/bank-files",
            "token": self.tenant.keys["payments"],
            "account_id": self.accounts.bank_id,
            "on": on.isoformat(),
            "bank_code": setup.BANK_CODE,
            "convenio": self.company.convenio,
            "empty": True,
            **changes,
        }
        return await self.outside(BANK, "/v1/deliver", body)

    async def returned(self, on: date) -> bytes:
        """The bank's return file of a day, fetched by hand."""
        answer = await self.platform.client.get(
            f"{self.platform.outside.url(BANK)}/v1/return-files",
            params={"on": on.isoformat(), "bank_code": setup.BANK_CODE, "convenio": self.company.convenio},
        )
        answer.raise_for_status()
        return answer.content

    async def upload(self, content: bytes) -> Any:
        """Somebody uploads a bank file by hand."""
        return await self.tenant["payments"].ask(
            "POST",
            "/v1/bank-files",
            content=content,
            params={"account_id": self.accounts.bank_id},
            headers={"content-type": "application/octet-stream"},
        )

    async def fault(self, simulator: str, kind: str, **details: Any) -> None:
        """Have a part of the outside misbehave from now on."""
        await self.outside(simulator, "/faults", {"kind": kind, **details})

    async def mails(self, address: str) -> list[Any]:
        """What stands in a debtor's mailbox."""
        answer = await self.platform.client.get(
            f"{self.platform.outside.url(MAIL)}/messages", params={"to": address, "bodies": "1"}
        )
        answer.raise_for_status()
        found: list[Any] = answer.json()["items"]
        return found

    async def texts(self, phone: str) -> list[Any]:
        """What a debtor's phone shows."""
        answer = await self.platform.client.get(f"{self.platform.outside.url(MESSAGES)}/inbox", params={"to": phone})
        answer.raise_for_status()
        found: list[Any] = answer.json()["items"]
        return found

    async def open_mail(self, mail: Any) -> None:
        """A person opens the mail: their program fetches its images."""
        for path in re.findall(r"/o/[A-Za-z0-9_.=-]+\.gif", mail["html"]):
            await self.visit(path)

    async def click(self, mail: Any) -> None:
        """A person follows the mail's first link to pay."""
        found = re.search(r"/c/[A-Za-z0-9_.=-]+", mail["html"])
        assert found, "the mail has no link to pay"
        await self.visit(found.group())

    async def visit(self, path: str, agent: str = BROWSER, method: str = "GET") -> int:
        """Follow an address of the notifier with a browser, or as `agent`; returns the status."""
        url = f"{self.platform.services['notifier']}{path}"
        answer = await self.platform.client.request(method, url, headers={"user-agent": agent}, follow_redirects=False)
        return int(answer.status_code)

    async def outside(self, simulator: str, path: str, body: Mapping[str, Any]) -> Any:
        """Ask a part of the outside to do something."""
        url = f"{self.platform.outside.url(simulator)}{path}"
        answer = await self.platform.client.post(url, json=dict(body))
        assert answer.status_code < 400, f"{simulator} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None


async def close_accounts(tenant: Tenant, accounts: Accounts) -> None:
    """Nobody sweeps the accounts of a company whose story is told."""
    for account_id in (accounts.bank_id, accounts.psp_id):
        shown = await tenant["payments"].raw("GET", f"/v1/accounts/{account_id}")
        headers = {"if-match": shown.headers["etag"]}
        await tenant["payments"].ask("PATCH", f"/v1/accounts/{account_id}", json={"active": False}, headers=headers)


def local(instant: datetime) -> datetime:
    """An instant by São Paulo's clock."""
    return instant.astimezone(HOME_ZONE)
