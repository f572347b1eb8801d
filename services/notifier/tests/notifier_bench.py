"""The notifier on a real database with a real SMTP server, a real HTTP provider, and a clock in the hand."""

import asyncio
import contextlib
import json
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from aiosmtpd import smtp
from aiosmtpd.smtp import Envelope as MailEnvelope

from chassis import canary
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.schedules import Scheduler, Work
from contracts import registry
from contracts.base import PLATFORM_TENANT, Event
from contracts.envelope import Envelope
from contracts.invoices import InvoiceBalance
from contracts.watermark import WatermarkAdvanced
from notifier import consumers, parts
from notifier.due_work import schedules
from notifier.parts import Parts
from notifier.settings import Settings
from regua.testing import FreshDatabase

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"
TENANT = UUID(int=1)
OTHER = UUID(int=2)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
CALLBACK_SECRET = "whsec_" + "bm90aWZpZXIgdGVzdCBzZWNyZXQgMzIgYnl0ZXMuLi4="
INBOUND_TOKEN = "inbound-token-of-a-test"


def at(text: str) -> datetime:
    """A wall-clock time in São Paulo, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO).astimezone(UTC)


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime):
        self.instant = now

    def now(self) -> datetime:
        return self.instant


@dataclass
class Mail:
    """One message as the server got it."""

    sender: str
    recipient: str
    message: EmailMessage

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))  # type: ignore[arg-type]
        assert body is not None
        return cast("str", body.get_content())


@dataclass
class MailServer:
    """A real SMTP server; `refuse` maps a recipient to its answer, `drop_data` hangs up after the message."""

    inbox: list[Mail] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    drop_data: bool = False
    port: int = 0

    async def handle_RCPT(self, _: Any, __: Any, envelope: MailEnvelope, address: str, ___: Any) -> str:  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: smtp.SMTP, _: Any, envelope: MailEnvelope) -> str:  # noqa: N802
        message = cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=default))
        self.inbox.append(Mail(str(envelope.mail_from), envelope.rcpt_tos[0], message))
        if self.drop_data:
            server.transport.abort()
            raise ConnectionResetError
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        return f"451 4.3.0 {type(error).__name__}"


@dataclass
class MessageProvider:
    """A small real HTTP provider: idempotent by `client_ref`, with answers that a test can bend."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    broken: int = 0
    refuse: tuple[int, dict[str, Any]] | None = None
    forget: bool = False
    hang_up: bool = False
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.splitlines()[0].split()
            length = next(
                (int(v) for n, _, v in (h.partition(":") for h in head.splitlines()) if n.lower() == "content-length"),
                0,
            )
            body = await reader.readexactly(length)
            answer = self.answer(method, target, json.loads(body) if body else {})
            if answer is not None:
                status, document = answer
                content = json.dumps(document).encode()
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n"
                    "connection: close\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.broken += 1
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def answer(self, method: str, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        if method == "GET":
            wanted = parse_qs(urlsplit(target).query)["client_ref"][0]
            items = [] if self.forget else [item for item in self.taken if item["client_ref"] == wanted]
            return 200, {"items": [{"id": item["id"], "client_ref": wanted, "status": "sent"} for item in items]}
        self.calls += 1
        if self.refuse is not None:
            return self.refuse
        self.taken.append({**body, "id": f"p-{len(self.taken) + 1}"})
        return None if self.hang_up else (202, {"id": self.taken[-1]["id"], "status": "accepted"})


class Bench:
    """The notifier: `tell` it facts, `work` what is due, `said` is its outbox."""

    def __init__(self, database: Database, clock: HandClock, hands: Parts, mail: MailServer, phone: MessageProvider):
        self.database = database
        self.clock = clock
        self.parts = hands
        self.mail = mail
        self.phone = phone
        self.scheduler = Scheduler(database, schedules)
        self.trouble: list[str] = []
        settle = self.scheduler._after_failure

        async def noted(works: Sequence[Work], error: Exception) -> None:
            self.trouble.append("".join(traceback.format_exception(error)))
            await settle(works, error)

        self.scheduler._after_failure = noted  # type: ignore[method-assign]
        self.seen = 0

    async def tell(self, *facts: Event, tenant: UUID = TENANT) -> None:
        ids = RandomIds()
        for fact in facts:
            envelope: Envelope[Event] = registry.wrap(
                fact,
                event_id=ids.new_id(),
                producer="test",
                time=self.clock.now(),
                tenant_id=tenant,
                correlation_id=ids.new_id(),
            )
            handler = consumers.subscriptions.handlers[fact.topic]
            assert handler.many is not None
            async with self.database.unit_of_work(tenant_id=tenant) as tx:
                await handler.many(tx, [envelope])

    async def mark(self, *, producers: Sequence[str] = ("payments", "invoicing", "dunning")) -> None:
        """Each producer says that everything up to now has been told."""
        for producer in producers:
            fact = WatermarkAdvanced(
                producer=producer,  # type: ignore[arg-type]
                lane=0,
                lanes=1,
                as_of=self.clock.now(),
                positions=(),
            )
            await self.tell(fact, tenant=PLATFORM_TENANT)

    async def work(self, now: datetime | None = None, *, fresh: bool = True, turns: int = 60) -> list[Any]:
        if now is not None:
            self.clock.instant = now
        if fresh:
            await self.mark()
        for _ in range(turns):
            if not await self.scheduler.turn():
                break
        failed = await self.rows("select kind, failure from due_work where failed_at is not null")
        assert not failed, self.trouble
        return await self.said()

    async def said(self) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=None) as tx:
            rows = await (await tx.connection()).fetch(
                "select position, topic, payload from outbox where position > $1 order by position", self.seen
            )
        if rows:
            self.seen = rows[-1]["position"]
        return [registry.decode(row["topic"], row["payload"]).data for row in rows]

    async def rows(self, sql: str, *values: Any, tenant: UUID = TENANT) -> list[Any]:
        async with self.database.unit_of_work(tenant_id=tenant) as tx:
            return list(await (await tx.connection()).fetch(sql, *values))


@asynccontextmanager
async def open_bench(fresh: FreshDatabase) -> AsyncIterator[Bench]:
    loop = asyncio.get_running_loop()
    mail, phone = MailServer(), MessageProvider()
    mail_server = await loop.create_server(
        lambda: smtp.SMTP(mail, enable_SMTPUTF8=False, loop=loop, hostname="mail.test"), "127.0.0.1", 0
    )
    mail.port = mail_server.sockets[0].getsockname()[1]
    phone_server = await asyncio.start_server(phone.serve, "127.0.0.1", 0)
    phone.port = phone_server.sockets[0].getsockname()[1]
    settings = settings_of(fresh, mail.port, phone.port)
    clock = HandClock(at("2026-03-09 08:00"))
    database = Database(fresh.app_url, clock=clock, ids=RandomIds(), producer_name="notifier")
    key = parts.token_key(settings)
    hands = Parts(database, settings, parts.providers_of(settings, key), key, clock_moves=True)
    parts.use(hands)
    try:
        yield Bench(database, clock, hands, mail, phone)
    finally:
        parts.drop(hands)
        await hands.close()
        await database.dispose()
        for server in (mail_server, phone_server):
            server.close()
            await server.wait_closed()


def settings_of(fresh: FreshDatabase, smtp_port: int, http_port: int) -> Settings:
    url = f"http://127.0.0.1:{http_port}"
    return Settings(  # type: ignore[call-arg]
        regua_env="test",
        database_url=fresh.app_url,
        database_owner_url=fresh.owner_url,
        kafka_bootstrap="127.0.0.1:1",
        http_port=0,
        workers=False,
        notifier_smtp_host="127.0.0.1",
        notifier_smtp_port=smtp_port,
        notifier_smtp_from="Escola Horizonte <cobranca@notify.example>",
        notifier_sms_url=url,
        notifier_whatsapp_url=url,
        notifier_provider_token="provider-token",
        notifier_callback_secret=CALLBACK_SECRET,
        notifier_inbound_token=INBOUND_TOKEN,
        notifier_public_url="https://n.example",
    )


def topics(facts: Sequence[Event]) -> list[str]:
    return [fact.topic for fact in facts]


def example(topic: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / topic / "v1" / f"valid-{name}.json").read_text())["data"]
    return read


def contact_id(channel: str, number: int = 1) -> UUID:
    return uuid5(TENANT, f"contact {channel} {number}")


def customer_id(number: int = 1) -> UUID:
    return uuid5(TENANT, f"customer {number}")


def invoice_id(number: int = 1) -> UUID:
    return uuid5(TENANT, f"invoice {number}")


def email_of(number: int = 1) -> str:
    return canary.EMAIL if number == 1 else f"pessoa{number}@canary.example"


def customer(number: int = 1, *, version: int = 1, **changes: Any) -> Event:
    data = example("customer.registered", "person")
    own = data["customer"]
    addresses = {"email": email_of(number), "whatsapp": canary.PHONE, "sms": canary.PHONE}
    contacts, personal = [], []
    for channel, address in addresses.items():
        chosen = str(contact_id(channel, number))
        contacts.append({**own["contacts"][0], "contact_id": chosen, "channel": channel})
        personal.append({"contact_id": chosen, "name": canary.NAME, "address": address})
    own |= {
        "customer_id": str(customer_id(number)),
        "version": version,
        "contacts": contacts,
        "channels": [],
        "contact_days": {},
        "personal": {"form": "clear", "name": canary.NAME, "tax_id": "83746510082", "addresses": personal},
        **changes,
    }
    return registry.topic("customer.registered").payload.model_validate(data)


def invoice(number: int = 1, *, owner: int = 1, **changes: Any) -> Any:
    data = example("invoice.issued", "monthly-fee-boleto-and-pix")
    data["invoice"] |= {
        "invoice_id": str(invoice_id(number)),
        "customer_id": str(customer_id(owner)),
        "external_id": f"F-{number}",
        "issued_on": "2026-02-15",
        "due_on": "2026-03-10",
        "payable_on": "2026-03-10",
        **changes,
    }
    data["invoice"]["terms"]["discount"] = None
    for option in data["invoice"]["options"]:
        option["due_on"] = "2026-03-10"
    return registry.topic("invoice.issued").payload.model_validate(data)


def request(*numbers: int, owner: int = 1, message: int = 1, **changes: Any) -> Any:
    """A reminder about invoices, by e-mail then WhatsApp, on 9 March between 9 and 18 o'clock."""
    channels = changes.pop("channels", ("email", "whatsapp"))
    open_cents = changes.pop("open_cents", 85_000)
    data = example("message.requested", "reminder-with-fallback") | {
        "message_id": str(uuid5(TENANT, f"message {message}")),
        "customer_id": str(customer_id(owner)),
        "invoices": [
            {"invoice_id": str(invoice_id(number)), "invoice_version": 1, "open_cents": open_cents}
            for number in numbers or (1,)
        ],
        "template_key": "reminder",
        "channels": [{"channel": channel, "contact_ids": [str(contact_id(channel, owner))]} for channel in channels],
        "not_before": at("2026-03-09 09:00").isoformat(),
        "not_after": at("2026-03-09 18:00").isoformat(),
        "expires_at": at("2026-03-10 18:00").isoformat(),
        **changes,
    }
    data["window"] |= {
        "opens_at": (datetime.fromisoformat(data["not_before"]) - timedelta(hours=1)).isoformat(),
        "closes_at": data["not_after"],
    }
    return registry.topic("message.requested").payload.model_validate(data)


def paid(issued: Any, *, cents: int | None = None) -> Event:
    """Payments' word that money belongs to the invoice: all of it, or `cents`."""
    data = issued.invoice
    amount = cents or data.amount_cents
    rest = data.amount_cents - amount
    balance = InvoiceBalance(amount_cents=data.amount_cents, principal_paid_cents=amount, open_cents=rest)
    return registry.topic("payment.allocated").payload.model_validate(
        {
            "allocation_id": uuid5(TENANT, f"allocation {data.invoice_id} {amount}"),
            "receipt_id": uuid5(TENANT, "receipt"),
            "customer_id": data.customer_id,
            "funds": "receipt",
            "route": "pix",
            "currency": "BRL",
            "amount_cents": amount,
            "matched_invoice_ids": [data.invoice_id],
            "lines": [
                {
                    "invoice_id": data.invoice_id,
                    "invoice_version": data.version,
                    "money_cents": amount,
                    "principal_cents": amount,
                    "balance": balance.model_dump(),
                    "state": "partially_paid" if rest else "paid",
                }
            ],
            "unapplied_cents": 0,
            "outcome": "partial" if rest else "full",
            "match": {"rung": "exact_id", "score": 100, "rule_version": 1, "confirmed_by": "system"},
            "paid_on": "2026-03-09",
        }
    )
