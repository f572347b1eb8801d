"""A real SMTP server and a small real HTTP provider, whose answers a test can bend."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from aiosmtpd import smtp
from aiosmtpd.smtp import Envelope as MailEnvelope


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


@dataclass
class Servers:
    """The mail server and the HTTP provider of one test."""

    mail: MailServer
    phone: MessageProvider


@asynccontextmanager
async def open_servers() -> AsyncIterator[Servers]:
    loop = asyncio.get_running_loop()
    mail, phone = MailServer(), MessageProvider()
    mail_server = await loop.create_server(
        lambda: smtp.SMTP(mail, enable_SMTPUTF8=False, loop=loop, hostname="mail.test"), "127.0.0.1", 0
    )
    mail.port = mail_server.sockets[0].getsockname()[1]
    phone_server = await asyncio.start_server(phone.serve, "127.0.0.1", 0)
    phone.port = phone_server.sockets[0].getsockname()[1]
    try:
        yield Servers(mail, phone)
    finally:
        for server in (mail_server, phone_server):
            server.close()
            await server.wait_closed()
