"""The debtors' hands: what they do at the bank, the PSP, in their mailboxes, on telephones and on the web."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

BROWSER: Final = "Mozilla/5.0 (Linux; Android 14; SM-A155M) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
PREFETCHER: Final = "Mozilla/5.0"


@dataclass(frozen=True)
class Addresses:
    """Where the other simulators are."""

    mail: str
    messages: str
    psp: str
    bank: str


class Hands:
    """One client for all of a tick."""

    def __init__(self, addresses: Addresses, client: httpx2.AsyncClient):
        self._at = addresses
        self._client = client

    async def mails(self, since: str) -> list[dict[str, Any]]:
        """Mails that could first be seen at `since` or later, with their bodies."""
        answer = await self._client.get(
            f"{self._at.mail}/messages", params={"since": since, "bodies": "1", "limit": "50000"}
        )
        answer.raise_for_status()
        return list(answer.json()["items"])

    async def texts(self, after: int) -> list[dict[str, Any]]:
        """SMS and WhatsApp messages behind a position."""
        answer = await self._client.get(f"{self._at.messages}/inbox", params={"after": str(after), "limit": "5000"})
        answer.raise_for_status()
        return list(answer.json()["items"])

    async def boleto(self, line: str) -> dict[str, Any] | None:
        """What the bank shows for a line."""
        return await self._shown(f"{self._at.bank}/v1/lines/{line}")

    async def presented(self, tax_id: str) -> list[dict[str, Any]]:
        """The open boletos that the bank presents to a payer (DDA)."""
        shown = await self._shown(f"{self._at.bank}/v1/dda/{tax_id}")
        return list(shown["items"]) if shown else []

    async def charge(self, location: str) -> dict[str, Any] | None:
        """What the PSP shows behind a QR code's location."""
        return await self._shown(f"{self._at.psp}/{location.partition('/')[2]}")

    async def pay_boleto(self, line: str, key: str, amount_cents: int | None) -> int:
        body: dict[str, Any] = {"linha_digitavel": line, "key": key}
        return await self._post(f"{self._at.bank}/pay", body | ({"amount_cents": amount_cents} if amount_cents else {}))

    async def pay_pix(self, txid: str, key: str) -> int:
        return await self._post(f"{self._at.psp}/pay", {"txid": txid, "key": key})

    async def answer(self, channel: str, message_id: str, text: str, key: str) -> int:
        body = {"text": text, "key": key}
        if channel == "email":
            return await self._post(f"{self._at.mail}/messages/{message_id}/replies", body)
        return await self._post(f"{self._at.messages}/inbox/{message_id}/replies", body)

    async def read(self, message_id: str) -> int:
        return await self._post(f"{self._at.messages}/inbox/{message_id}/read", {})

    async def visit(self, link: str, agent: str = BROWSER) -> int:
        """Follow a link or show a picture."""
        try:
            answer = await self._client.get(link, headers={"user-agent": agent})
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return 599
        return answer.status_code

    async def unsubscribe(self, link: str) -> int:
        """One click (RFC 8058)."""
        return await self._post(link, None, {"user-agent": BROWSER}, form="List-Unsubscribe=One-Click")

    async def _shown(self, url: str) -> dict[str, Any] | None:
        answer = await self._client.get(url)
        if answer.status_code in (404, 410, 422):
            return None
        answer.raise_for_status()
        return dict(answer.json())

    async def _post(
        self,
        url: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None = None,
        form: str | None = None,
    ) -> int:
        """The status; 599 where nobody answered."""
        try:
            if form is not None:
                more = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
                answer = await self._client.post(url, content=form, headers=more)
            else:
                answer = await self._client.post(url, json=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return 599
        return answer.status_code
