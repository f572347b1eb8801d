"""E-mail over SMTP: a few connections kept open, one message to one recipient at a time.

The envelope's sender carries the attempt (VERP), so that a bounce says which attempt it is about. Before the server
answered DATA with 354 nothing has left; after the message's last byte and without an answer, nobody knows.
"""

import asyncio
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import SMTPResponseException

from notifier.channels.base import Accepted, Handoff, Missing, NotStarted, Outcome, Refused, Unknown
from notifier.domain.bounces import enhanced_code, mailbox_unknown
from notifier.domain.mail import AddressError, address_of, compose, message_id, sender_of

Local = Callable[[UUID, UUID], str]
"""The local part of an address that leads back to (tenant, attempt)."""

_CONNECTION_LOST: Final = (
    aiosmtplib.SMTPServerDisconnected,
    aiosmtplib.SMTPTimeoutError,
    OSError,
    asyncio.TimeoutError,
)


class Smtp:
    """The mail server that takes our messages."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        bounce: Local,
        reply: Local,
        starttls: bool = False,
        username: str | None = None,
        password: str | None = None,
        connections: int = 8,
        timeout_seconds: float = 10.0,
    ):
        self._sender = sender_of(sender)
        self._bounce = bounce
        self._reply = reply
        self._options = {
            "hostname": host,
            "port": port,
            "start_tls": starttls,
            "username": username,
            "password": password,
            "timeout": timeout_seconds,
            "local_hostname": self._sender.domain if "." in self._sender.domain else "localhost",
        }
        self._timeout_seconds = timeout_seconds
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[aiosmtplib.SMTP] = []
        self._closed = False

    @property
    def name(self) -> str:
        return "smtp"

    @property
    def can_look_up(self) -> bool:
        return False

    async def send(self, handoff: Handoff) -> Outcome:
        """Hand over one mail."""
        try:
            recipient = address_of(handoff.recipient, name=" ".join(handoff.recipient_name.split()))
        except AddressError:
            return Refused("hard", "address_invalid", "5.1.3", invalid="hard_bounce")
        envelope_sender = f"{self._bounce(handoff.tenant_id, handoff.attempt_id)}@{self._sender.domain}"
        try:
            mail = self._mail(handoff, recipient).as_bytes()
        except (ValueError, LookupError, UnicodeError):
            return Refused("provider", "mail_cannot_be_written")
        async with self._slots:
            if self._closed:
                return NotStarted("stopping")
            if handoff.too_late:
                return NotStarted("verdict_too_old")
            return await self._over(handoff, envelope_sender, mail)

    def _mail(self, handoff: Handoff, recipient: Address) -> EmailMessage:
        return compose(
            attempt_id=handoff.attempt_id,
            sender=self._sender,
            recipient=recipient,
            reply_to=f"{self._reply(handoff.tenant_id, handoff.attempt_id)}@{self._sender.domain}",
            subject=handoff.subject or "",
            text=handoff.text,
            html=handoff.html,
            unsubscribe_link=handoff.headers.get("unsubscribe", ""),
            at=handoff.claimed_at,
        )

    async def _over(self, handoff: Handoff, envelope_sender: str, mail: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                client = await self._greeted(envelope_sender)
        except SMTPResponseException as error:
            return Refused("soft", "server_refuses", str(error.code))
        except (aiosmtplib.SMTPException, *_CONNECTION_LOST):
            return Refused("soft", "server_away")
        outcome: Outcome
        reusable = False
        try:
            await client.rcpt(handoff.recipient)
            outcome = NotStarted("verdict_too_old") if handoff.too_late else await self._data(client, handoff, mail)
            reusable = not isinstance(outcome, Unknown)
        except SMTPResponseException as error:
            outcome, reusable = _refusal(error, "recipient_refused"), True
        except _CONNECTION_LOST:
            outcome = Refused("soft", "server_away")
        await self._put_back(client, reusable=reusable)
        return outcome

    async def _data(self, client: aiosmtplib.SMTP, handoff: Handoff, mail: bytes) -> Outcome:
        try:
            await client.data(mail)
        except SMTPResponseException as error:
            return _refusal(error, "message_refused")
        except _CONNECTION_LOST:
            return Unknown("no_answer_to_data")
        return Accepted(message_id(handoff.attempt_id, self._sender.domain))

    async def _greeted(self, envelope_sender: str) -> aiosmtplib.SMTP:
        """A connection on which MAIL FROM was accepted; one that died while idle is replaced."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.mail(envelope_sender)
            except _CONNECTION_LOST:
                client.close()
                continue
            except SMTPResponseException:
                await self._put_back(client, reusable=False)
                raise
            return client
        client = aiosmtplib.SMTP(**self._options)  # type: ignore[arg-type]
        try:
            await client.connect()
            await client.mail(envelope_sender)
        except BaseException:
            client.close()
            raise
        return client

    async def _put_back(self, client: aiosmtplib.SMTP, *, reusable: bool) -> None:
        if not reusable or self._closed or not client.is_connected:
            client.close()
            return
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, *_CONNECTION_LOST):
            client.close()
            return
        self._idle.append(client)

    async def look_up(self, attempt_id: UUID) -> Accepted | Refused | Missing | None:  # noqa: ARG002 - SMTP cannot
        """SMTP has no such question."""
        return None

    async def close(self) -> None:
        """Say good-bye on idle connections; those in use close when their message is over."""
        self._closed = True
        while self._idle:
            client = self._idle.pop()
            try:
                await client.quit(timeout=2)
            except (aiosmtplib.SMTPException, *_CONNECTION_LOST):
                client.close()


def _refusal(error: SMTPResponseException, reason: str) -> Refused:
    """4xx may pass later, 5xx never; RFC 5321 §4.2.1."""
    status = enhanced_code(error.message) or str(error.code)
    if error.code < 500:
        return Refused("soft", reason, status)
    unknown = mailbox_unknown(status, error.code)
    return Refused("hard", reason, status, invalid="hard_bounce" if unknown else None)
