"""The message provider's process.

A message is taken once for each `client_ref`. Telephones behave by their last digits: 0000 is no number at all, 0001 is
never reached, 0002 has no WhatsApp; all others are reached at once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from chassis.clock import SystemClock
from simulators.messages import page
from simulators.outside.chance import word
from simulators.outside.deliveries import Headers, queued
from simulators.outside.host import Simulator, World, json_body, refuse, whole
from simulators.outside.journal import Entry, Fact

CHANNELS: Final = ("sms", "whatsapp")
LONGEST: Final = {"sms": 1_530, "whatsapp": 4_096}
_TELEPHONE: Final = re.compile(r"\+[1-9]\d{7,14}")
_RANKS: Final = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(slots=True)
class Message:
    """One message and what became of it."""

    message_id: str
    position: int
    at: datetime
    body: Mapping[str, Any]
    status: str = "accepted"
    replies: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "id": self.message_id,
            "at": self.at.isoformat(),
            "status": self.status,
            **{name: self.body[name] for name in ("client_ref", "channel", "to", "text")},
        }


class Messages(Simulator):
    """The provider."""

    name = "messages"
    guarded_paths = ("/v1/messages",)

    def __init__(self, world: World, *, token: str | None = None, webhook_secret: str | None = None):
        super().__init__(world)
        self.token = token
        self._webhook = Webhook(webhook_secret) if webhook_secret else None
        self.sign = self._sign
        self.by_id: dict[str, Message] = {}
        self.by_ref: dict[str, Message] = {}

    def routes(self) -> Sequence[Route]:
        return [
            Route("/v1/messages", self.send, methods=["POST"]),
            Route("/v1/messages", self.find, methods=["GET"]),
            Route("/", self.show),
            Route("/inbox", self.inbox),
            Route("/inbox/{id}/read", self.read, methods=["POST"]),
            Route("/inbox/{id}/replies", self.reply, methods=["POST"]),
        ]

    def apply(self, entry: Entry) -> None:
        match entry.kind:
            case "message.taken":
                message = Message(entry.subject, entry.position, entry.at, entry.body)
                self.by_id[entry.subject] = self.by_ref[entry.body["client_ref"]] = message
            case "message.status":
                self.by_id[entry.subject].status = entry.body["status"]
            case "message.replied":
                self.by_id[entry.subject].replies[entry.body["key"]] = entry.body["text"]

    # the sender's side

    async def send(self, request: Request) -> Response:
        body = _checked(await json_body(request))
        known = self.by_ref.get(body["client_ref"])
        if known is not None:
            if known.body != body:
                raise refuse(409, "client_ref_taken", "another message was sent under this client_ref")
            return JSONResponse({"id": known.message_id, "status": known.status})
        digits = body["to"][-4:]
        if digits == "0000":
            raise refuse(422, "number_unassigned", "nobody has this number")
        if digits == "0002" and body["channel"] == "whatsapp":
            raise refuse(422, "not_on_channel", "the number has no WhatsApp")
        message_id = f"msg_{word(self.world.seed, 22, 'message', body['client_ref'])}"
        now = self.world.clock.now()
        facts: list[Fact] = [("message.taken", message_id, body)]
        if digits == "0001":
            facts += self._told(message_id, body, "failed", {"code": "unreachable"})
        elif not self.faults.hit("lose", now, *_about(body, now)):
            facts += self._told(message_id, body, "sent", {}) + self._told(message_id, body, "delivered", {})
        self.record(facts)
        return JSONResponse({"id": message_id, "status": "accepted"}, 202)

    async def find(self, request: Request) -> Response:
        message = self.by_ref.get(request.query_params.get("client_ref", ""))
        return JSONResponse({"items": [message.as_json()] if message else []})

    # the recipient's side

    async def inbox(self, request: Request) -> Response:
        """What reached telephones, oldest first: `to`, `after` (a position), `limit`."""
        after, limit = whole(request, "after", 0), whole(request, "limit", 500, least=1, most=5_000)
        to = request.query_params.get("to")
        reached = [
            message.as_json()
            for message in self.by_id.values()
            if message.position > after and message.status in ("delivered", "read") and to in (None, message.body["to"])
        ]
        return JSONResponse({"items": sorted(reached, key=lambda one: int(one["position"]))[:limit]})

    async def show(self, request: Request) -> Response:
        """The page of all messages: `to`, `before` (a position)."""
        to, before = request.query_params.get("to", "").strip(), whole(request, "before", 2**62)
        found = [one for one in self.by_id.values() if one.position < before and to in ("", one.body["to"])]
        found = sorted(found, key=lambda one: -one.position)
        shown = [(one.as_json(), list(one.replies.values())) for one in found[:100]]
        older = f"/?{urlencode({'to': to, 'before': found[99].position})}" if len(found) > 100 else None
        return HTMLResponse(page.telephones(shown, to, older))

    async def read(self, request: Request) -> Response:
        message = self._reached(request)
        if message.body["channel"] != "whatsapp":
            raise refuse(409, "no_receipts", "an SMS does not tell that it was read")
        if message.status != "read":
            self.record(self._told(message.message_id, message.body, "read", {}))
        return JSONResponse(message.as_json())

    async def reply(self, request: Request) -> Response:
        """{text, key?}: the recipient answers; the same key is the same answer."""
        message, body = self._reached(request), await json_body(request)
        text = body.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= 1_000:
            raise refuse(422, "text", "text must have 1 to 1000 characters")
        key = str(body.get("key") or text)
        reply_id = f"rep_{word(self.world.seed, 22, 'reply', message.message_id, key)}"
        if key in message.replies:
            return JSONResponse({"reply_id": reply_id})
        facts: list[Fact] = [("message.replied", message.message_id, {"key": key, "text": text, "reply_id": reply_id})]
        facts += self._callbacks(
            message.message_id, message.body, "reply", {"text": text, "reply_id": reply_id}, reply_id
        )
        self.record(facts)
        return JSONResponse({"reply_id": reply_id}, 202)

    def _reached(self, request: Request) -> Message:
        message = self.by_id.get(request.path_params["id"])
        if message is None or message.status not in ("delivered", "read"):
            raise refuse(404, "message_unknown", "no such message reached anybody")
        return message

    # callbacks

    def _told(self, message_id: str, body: Mapping[str, Any], status: str, more: Mapping[str, str]) -> list[Fact]:
        """A status and the callbacks that tell it."""
        return [
            ("message.status", message_id, {"status": status, **more}),
            *self._callbacks(message_id, body, status, more, f"{message_id}/{status}"),
        ]

    def _callbacks(
        self, message_id: str, body: Mapping[str, Any], status: str, more: Mapping[str, str], delivery_id: str
    ) -> list[Fact]:
        """The callback or callbacks of one status, as the faults in force make them."""
        now, ref = self.world.clock.now(), body["client_ref"]
        about = _about(body, now)
        if not body.get("callback_url") or self.faults.hit("lose", now, *about, status):
            return []
        told = {"id": message_id, "client_ref": ref, "status": status, "at": now.isoformat(), **more}
        due_at = now
        lane = message_id
        if self.faults.hit("reorder", now, *about):
            # Later statuses overtake earlier ones: each goes by itself, the last one first.
            lane = delivery_id
            due_at += timedelta(minutes=10 * (_RANKS["failed"] - _RANKS.get(status, 4)))
        if late := self.faults.hit("late", now, *about, status):
            due_at += late.delay
        copies = 2 if self.faults.hit("duplicate", now, *about, status) else 1
        content = json.dumps(told).encode()
        headers = {"content-type": "application/json"}
        if self.faults.hit("wrong", now, *about, status):
            headers["webhook-signature"] = "v1," + "A" * 43 + "="
        return [
            queued(
                f"{delivery_id}#{copy}",
                lane=lane,
                url=body["callback_url"],
                body=content,
                headers=headers,
                due_at=due_at,
            )
            for copy in range(1, copies + 1)
        ]

    def _sign(self, delivery_id: str, body: bytes) -> Headers:
        """Standard Webhooks; its receivers compare the timestamp with the wall clock, so it is real time."""
        if self._webhook is None:
            return {}
        # Copies of one callback carry one id, which is how receivers know them.
        webhook_id, now = delivery_id.rpartition("#")[0], SystemClock().now()
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(webhook_id, now, body.decode()),
        }


def _about(body: Mapping[str, Any], now: datetime) -> tuple[object, ...]:
    """What names a message for the faults: its reference may differ from run to run, this does not."""
    return (body["channel"], body["to"], now.date())


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request to send; raises `Refused` 422."""
    for name in ("client_ref", "channel", "to", "text"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise refuse(422, "invalid_request", f"{name} must be a text")
    if body["channel"] not in CHANNELS:
        raise refuse(422, "invalid_channel", f"channel must be one of {', '.join(CHANNELS)}")
    if not _TELEPHONE.fullmatch(body["to"]):
        raise refuse(422, "number_unassigned", "to must be a telephone such as +5511999999999")
    if len(body["text"]) > LONGEST[body["channel"]]:
        raise refuse(422, "invalid_text", "the text is too long for the channel")
    return {name: body[name] for name in ("client_ref", "channel", "to", "text", "callback_url") if name in body}
