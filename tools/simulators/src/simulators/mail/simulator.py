"""The mail provider's process: SMTP in, mailboxes over HTTP, bounces and replies back to the sender's system."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulators.mail import page
from simulators.mail.bounces import notification, reply
from simulators.mail.flaws import flaws_of, raw_headers
from simulators.mail.mailbox import Mail, Mailboxes, parsed, parts_of
from simulators.mail.smtp import server
from simulators.outside.chance import word
from simulators.outside.deliveries import queued
from simulators.outside.host import Simulator, World, json_body, refuse, whole
from simulators.outside.journal import Entry, Fact

BOUNCE_AFTER: Final = timedelta(minutes=10)
SLOW_MAILBOX: Final = timedelta(hours=1)
SHOWN_HEADERS: Final = ("From", "To", "Subject", "Date", "Reply-To", "List-Unsubscribe", "Message-ID")


class MailProvider(Simulator):
    """Everybody's mailbox."""

    name = "mail"

    def __init__(
        self, world: World, *, smtp: tuple[str, int] = ("127.0.0.1", 0), notifier: str = "", inbound_token: str = ""
    ):
        super().__init__(world)
        self.boxes = Mailboxes(world.data / "mails")
        self._smtp_at = smtp
        self._notifier = notifier.rstrip("/")
        self._inbound_token = inbound_token
        self._smtp: asyncio.Server | None = None

    def apply(self, entry: Entry) -> None:
        self.boxes.apply(entry)

    def routes(self) -> Sequence[Route]:
        return [
            Route("/", self.inbox_page),
            Route("/view/{id}", self.view_page),
            Route("/raw/{id}.eml", self.raw),
            Route("/messages", self.messages),
            Route("/messages/{id}/replies", self.answer, methods=["POST"]),
        ]

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._smtp = await loop.create_server(lambda: server(self), *self._smtp_at, backlog=256)
        host, port = self._smtp.sockets[0].getsockname()[:2]
        self.addresses["smtp"] = f"{host}:{port}"

    async def stop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()

    # SMTP

    def dead(self, name: str) -> bool:
        """Whether the service is out of order for this sender."""
        return self.faults.hit("dead", self.world.clock.now(), name) is not None

    async def why_not(self, recipient: str, sender: str) -> str | None:
        """The reply that refuses a recipient, None if mail for it is taken."""
        now, local = self.world.clock.now(), recipient.rpartition("@")[0].lower()
        if slow := self.faults.hit("slow", now, recipient):
            await asyncio.sleep(slow.seconds)
        day = now.date().isoformat()
        code = None
        if "naoexiste" in local or not local:
            code = "550 5.1.1 no such mailbox"
        elif "caixacheia" in local:
            code = "452 4.2.2 mailbox full"
        elif "greylist" in local and day not in self.boxes.rejected.get(recipient, ()):
            code = "451 4.7.1 greylisted, try again later"
        if code is not None:
            self.record([("mail.rejected", recipient, {"day": day, "reply": code, "sender": sender})])
        return code

    def accept(self, sender: str, recipient: str, content: bytes) -> None:
        """Store one recipient's copy, and plan what becomes of it."""
        message = parsed(content)
        message_id = str(message.get("Message-ID", "")).strip() or sha256(content).hexdigest()
        earlier = len(self.boxes.by_message.get((recipient, message_id), ()))
        name = (recipient, message_id, earlier)
        mail_id = word(self.world.seed, 24, "mail", *name)
        self.boxes.keep(mail_id, content)
        now, local = self.world.clock.now(), recipient.rpartition("@")[0].lower()
        # Message ids may differ from run to run; what a mail is about does not.
        about = (recipient, str(message.get("Subject", "")), now.date())
        visible = now + SLOW_MAILBOX if "lento" in local else now
        if late := self.faults.hit("late", now, *about):
            visible += late.delay
        visible += timedelta(minutes=self.faults.shuffled_minutes(now, *about))
        bounced = "devolve" in local
        lost = bounced or self.faults.hit("lose", now, *about) is not None
        body = {
            "to": recipient,
            "sender": sender,
            "from": str(message.get("From", "")),
            "subject": str(message.get("Subject", "")),
            "message_id": message_id,
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "file": mail_id,
            "flaws": flaws_of(content, message),
            "visible_at": None if lost else visible.isoformat(),
        }
        facts: list[Fact] = [("mail.accepted", mail_id, body)]
        if not lost and self.faults.hit("duplicate", now, *about):
            facts.append(("mail.accepted", f"{mail_id}-2", body))
        if bounced and sender:
            facts += self._bounce(mail_id, recipient, sender, content)
        self.record(facts)

    def _bounce(self, mail_id: str, recipient: str, sender: str, content: bytes) -> list[Fact]:
        due_at, message = self.world.clock.now() + BOUNCE_AFTER, parsed(content)
        full = "cheia" in recipient
        made = notification(
            message,
            recipient=recipient,
            sender=sender,
            status="5.2.2" if full else "5.1.1",
            sentence="mailbox full" if full else "The email account does not exist",
            name=f"dsn.{mail_id}",
            at=due_at,
        )
        about = (recipient, str(message.get("Subject", "")), due_at.date())
        return self._sent_back(f"dsn.{mail_id}", sender, made, due_at, about)

    def _sent_back(self, name: str, to: str, content: bytes, due_at: datetime, about: tuple[object, ...]) -> list[Fact]:
        """Mail for the sender's system: handed over at its inbound address, as the faults in force allow."""
        now = self.world.clock.now()
        if not self._notifier or self.faults.hit("lose", now, "back", *about):
            return []
        headers = {"content-type": "message/rfc822", "x-envelope-to": to}
        if self._inbound_token:
            headers["authorization"] = f"Bearer {self._inbound_token}"
        if self.faults.hit("wrong", now, "back", *about):
            content = content[: len(content) // 2]
        if late := self.faults.hit("late", now, "back", *about):
            due_at += late.delay
        copies = 2 if self.faults.hit("duplicate", now, "back", *about) else 1
        url = f"{self._notifier}/v1/inbound/mail"
        return [
            queued(f"{name}#{copy}", lane=name, url=url, body=content, headers=headers, due_at=due_at)
            for copy in range(1, copies + 1)
        ]

    # mailboxes

    def _visible(self, to: str | None) -> list[Mail]:
        now = self.world.clock.now()
        return [mail for mail in self.boxes.by_id.values() if mail.seen(now) and to in (None, "", mail.to)]

    async def messages(self, request: Request) -> Response:
        """What reached mailboxes: `to`, `since` (an instant, included), `after` (a position), `limit`, `bodies`
        (1: with text, html and headers). Ordered by the instant at which each could first be seen."""
        query = request.query_params
        after, limit = whole(request, "after", 0), whole(request, "limit", 500, least=1, most=50_000)
        try:
            since = datetime.fromisoformat(query["since"]) if query.get("since") else datetime.min.replace(tzinfo=UTC)
        except ValueError:
            raise refuse(400, "query", "since must be an instant") from None
        found = [mail for mail in self._visible(query.get("to")) if mail.position > after and mail.seen_from(since)]
        found = sorted(found, key=lambda mail: (mail.visible_at or since, mail.position))[:limit]
        return JSONResponse({"items": [self._told(mail, bodies=whole(request, "bodies", 0) == 1) for mail in found]})

    def _told(self, mail: Mail, *, bodies: bool) -> dict[str, Any]:
        told = mail.as_json()
        if bodies:
            message = self.boxes.parsed(mail)
            told |= parts_of(message)
            told["headers"] = {name.lower(): str(value) for name, value in message.items()}
            # As mail programs see it: who encodes an address here offers no way out.
            if out := raw_headers(self.boxes.raw(mail)).get("list-unsubscribe"):
                told["headers"]["list-unsubscribe"] = out.decode("ascii", "replace")
        return told

    def _mail(self, request: Request) -> Mail:
        mail = self.boxes.by_id.get(request.path_params["id"])
        if mail is None:
            raise refuse(404, "mail_unknown", "there is no such mail")
        return mail

    async def answer(self, request: Request) -> Response:
        """The owner of the mailbox replies: {text, key?}; the same key is the same reply."""
        mail, body = self._mail(request), await json_body(request)
        text = body.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= 5_000:
            raise refuse(422, "text", "text must have 1 to 5000 characters")
        key = str(body.get("key") or text)
        name = f"reply.{word(self.world.seed, 22, 'reply', mail.mail_id, key)}"
        if key in mail.replies:
            return JSONResponse({"id": name})
        message, now = self.boxes.parsed(mail), self.world.clock.now()
        to = parseaddr(str(message.get("Reply-To") or message.get("From", "")))[1]
        made = reply(message, sender=mail.to, to=to, text=text, name=name, at=now)
        self.record(
            [
                ("mail.replied", mail.mail_id, {"key": key, "to": to, "text": text}),
                *self._sent_back(name, to, made, now, (mail.to, key)),
            ]
        )
        return JSONResponse({"id": name}, 202)

    # pages

    async def inbox_page(self, request: Request) -> Response:
        to, before = request.query_params.get("to", "").strip(), whole(request, "before", 2**62)
        found = sorted((mail for mail in self._visible(to) if mail.position < before), key=lambda mail: -mail.position)
        shown = found[:100]
        older = f"/?{urlencode({'to': to, 'before': shown[-1].position})}" if len(found) > 100 else None
        return HTMLResponse(page.inbox(shown, to, older))

    async def view_page(self, request: Request) -> Response:
        mail = self._mail(request)
        message = self.boxes.parsed(mail)
        headers = [(name, str(message[name])) for name in SHOWN_HEADERS if message[name]]
        parts = parts_of(message)
        return HTMLResponse(page.view(mail, headers, parts["text"], parts["html"]))

    async def raw(self, request: Request) -> Response:
        return Response(self.boxes.raw(self._mail(request)), media_type="message/rfc822")
