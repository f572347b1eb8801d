"""The PSP's charges with due date (API Pix 2.9, cobv). PUT with a txid means the same however often it is sent."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2

from brasil.errors import BrasilError
from brasil.pix import charge as api_pix
from contracts.invoices import PixCharge
from invoicing.outside.outcomes import Outcome, document, no_answer, part_of, refusal


class Psp:
    """One PSP behind an HTTP client that knows its address; the token is asked for once."""

    def __init__(self, client: httpx2.AsyncClient, *, client_id: str | None, client_secret: str | None):
        self._client = client
        self._client_id = client_id
        self._client_secret = client_secret or ""
        self._token: str | None = None
        self._turn = asyncio.Lock()

    async def _headers(self) -> dict[str, str]:
        if self._client_id is None:
            return {}
        async with self._turn:
            if self._token is None:
                answer = await self._client.post(
                    "/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=(self._client_id, self._client_secret),
                )
                answer.raise_for_status()
                self._token = str(document(answer).get("access_token", ""))
            return {"authorization": f"Bearer {self._token}"}

    async def register(self, pix: PixCharge, body: Mapping[str, Any], *, asked_before: bool) -> Outcome:
        """Have the charge made. Where it was asked before without an answer, look first."""
        try:
            headers = await self._headers()
            if asked_before:
                seen = await self._look(pix, body, headers)
                if seen is not None:
                    return seen
            answer = await self._client.put(f"/v2/cobv/{pix.txid}", json=body, headers=headers)
            if answer.is_success:
                return _made(answer)
            if answer.status_code in {400, 409, 422}:
                return await self._look(pix, body, headers) or refusal(answer.status_code)
            return refusal(answer.status_code)
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            return no_answer(error)

    async def _look(self, pix: PixCharge, body: Mapping[str, Any], headers: Mapping[str, str]) -> Outcome | None:
        """What the PSP has under this txid; None where it has nothing."""
        answer = await self._client.get(f"/v2/cobv/{pix.txid}", headers=dict(headers))
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            return refusal(answer.status_code)
        found = document(answer)
        same = all(
            part_of(found, part).get(name) == body[part][name]
            for part, name in (("valor", "original"), ("calendario", "dataDeVencimento"))
        )
        return _made(answer) if same else Outcome("refused", "txid_taken")

    async def remove(self, pix: PixCharge) -> Outcome:
        """Have the charge taken back. One that was paid stays, and is said so."""
        try:
            headers = await self._headers()
            body = {"status": api_pix.REMOVED_BY_RECEIVER}
            answer = await self._client.patch(f"/v2/cobv/{pix.txid}", json=body, headers=headers)
            if answer.is_success or answer.status_code == 404:
                return Outcome("removed")
            if answer.status_code not in {400, 409, 422}:
                return refusal(answer.status_code)
            seen = await self._client.get(f"/v2/cobv/{pix.txid}", headers=headers)
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            return no_answer(error)
        status = str(document(seen).get("status", ""))
        if status.startswith(("REMOVIDA", "REMOVIDO")) or seen.status_code == 404:
            return Outcome("removed")
        return Outcome("registered", "paid") if status == api_pix.PAID else refusal(answer.status_code)


def _made(answer: httpx2.Response) -> Outcome:
    try:
        made = api_pix.parse_cobv(document(answer))
    except BrasilError:
        return Outcome("registered")
    if made.is_removed:
        return Outcome("removed")
    return Outcome("registered", location=made.location, br_code=made.br_code)
