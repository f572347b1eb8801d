"""The bank's registration of boletos. PUT and DELETE mean the same however often they are sent."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from contracts.invoices import Boleto
from invoicing.outside.outcomes import Outcome, document, no_answer, refusal


def _path(boleto: Boleto) -> str:
    parts = (boleto.bank_code, boleto.convenio, boleto.carteira, boleto.nosso_numero)
    return "/v1/boletos/" + "/".join(quote(part, safe="") for part in parts)


class Bank:
    """One bank behind an HTTP client that knows its address and credential."""

    def __init__(self, client: httpx2.AsyncClient):
        self._client = client

    async def register(self, boleto: Boleto, body: Mapping[str, Any], *, asked_before: bool) -> Outcome:
        """Have the boleto registered. Where it was asked before without an answer, look first."""
        try:
            if asked_before:
                seen = await self._look(boleto, body)
                if seen is not None:
                    return seen
            answer = await self._client.put(_path(boleto), json=body)
            if answer.status_code == 409:
                return await self._look(boleto, body) or Outcome("unknown", "http_409")
            return Outcome("registered") if answer.is_success else refusal(answer.status_code)
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            return no_answer(error)

    async def _look(self, boleto: Boleto, body: Mapping[str, Any]) -> Outcome | None:
        """What the bank has under this number; None where it has nothing."""
        answer = await self._client.get(_path(boleto))
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            return refusal(answer.status_code)
        found = document(answer)
        if found.get("status") == "removed":
            return Outcome("removed")
        same = all(found.get(name) == body[name] for name in ("barcode", "amount_cents", "due_on"))
        return Outcome("registered") if same else Outcome("refused", "number_taken")

    async def remove(self, boleto: Boleto) -> Outcome:
        """Have the boleto taken back. One that was paid stays, and is said so."""
        try:
            answer = await self._client.delete(_path(boleto))
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            return no_answer(error)
        if answer.is_success or answer.status_code == 404:
            return Outcome("removed")
        return Outcome("registered", "paid") if answer.status_code == 409 else refusal(answer.status_code)
