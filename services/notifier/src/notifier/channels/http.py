"""SMS and WhatsApp providers over HTTP: one client, our attempt as reference, and a question when nobody knows.

`POST {url}/v1/messages` takes a message (202, or 200 when the reference is known already), `GET
{url}/v1/messages?client_ref=` tells what became of it. A request that was begun and not answered is unknown.
"""

import ssl
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import httpx2

from contracts.fields import Channel
from notifier.channels.base import Accepted, Handoff, Invalid, Missing, NotStarted, Outcome, Refused, Unknown
from notifier.domain.provider_words import contact_invalid, reason_code, reference

_NEVER_CONNECTED: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One context for every provider: reading the authorities takes longer than a message."""
    return httpx2.create_ssl_context()


class HttpMessages:
    """One provider of one channel."""

    def __init__(
        self, *, channel: Channel, url: str, token: str | None, public_url: str, timeout_seconds: float = 10.0
    ):
        self._channel = channel
        self._public_url = public_url
        self._client = httpx2.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=timeout_seconds,
            verify=_tls(),
            limits=httpx2.Limits(max_connections=32, max_keepalive_connections=32),
        )
        self._closed = False

    @property
    def name(self) -> str:
        return f"{self._channel}.http"

    @property
    def can_look_up(self) -> bool:
        return True

    async def send(self, handoff: Handoff) -> Outcome:
        """Hand over one short message."""
        if self._closed:
            return NotStarted("stopping")
        if handoff.too_late:
            return NotStarted("verdict_too_old")
        body = {
            "client_ref": str(handoff.attempt_id),
            "channel": self._channel,
            "to": handoff.recipient,
            "text": handoff.text,
            "callback_url": f"{self._public_url}/v1/callbacks/{self._channel}/{handoff.tenant_id}",
        }
        try:
            answer = await self._client.post("/v1/messages", json=body)
        except _NEVER_CONNECTED:
            return Refused("soft", "provider_away")
        except httpx2.HTTPError:
            return Unknown("no_answer")
        return _outcome(answer, handoff.attempt_id)

    async def look_up(self, attempt_id: UUID) -> Accepted | Refused | Missing | None:
        """Ask by our reference."""
        try:
            answer = await self._client.get("/v1/messages", params={"client_ref": str(attempt_id)})
        except httpx2.HTTPError:
            return None
        if answer.status_code != 200:
            return None
        items = _document(answer).get("items")
        if not isinstance(items, list):
            return None
        own = [item for item in items if isinstance(item, dict) and item.get("client_ref") == str(attempt_id)]
        return Accepted(reference(own[0].get("id")) or str(attempt_id)) if own else Missing()

    async def close(self) -> None:
        """Close the client."""
        self._closed = True
        await self._client.aclose()


def _document(answer: httpx2.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _outcome(answer: httpx2.Response, attempt_id: UUID) -> Outcome:
    document = _document(answer)
    if answer.status_code in {200, 201, 202}:
        # Taken, whatever its words are: without an id of theirs our own reference stands in.
        return Accepted(reference(document.get("id")) or str(attempt_id))
    if answer.status_code in {500, 502, 504}:
        # A server that fails after taking the request says the same as one that fails before.
        return Unknown(f"http_{answer.status_code}")
    code = reason_code(document.get("code")) or f"http_{answer.status_code}"
    if answer.status_code in _LATER:
        return Refused("soft", code, str(answer.status_code))
    if answer.status_code in {401, 403}:
        return Refused("soft", "provider_refuses_credentials", str(answer.status_code))
    invalid: Invalid | None = contact_invalid(code)
    return Refused(
        "hard" if invalid else "provider", code, str(answer.status_code), invalid, opted_out=code == "opted_out"
    )
