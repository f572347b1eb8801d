"""The PSP's API Pix 2.9 over HTTP: OAuth2 client credentials, GET /pix, devoluções. Nothing is decided here."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

import httpx2
import structlog

from brasil.errors import BrasilError
from brasil.pix.reading import node
from brasil.pix.received import ReceivedPix, Refund, parse_document, parse_refund, refund_document
from chassis.clock import monotonic_seconds
from chassis.errors import TransientError
from chassis.settings_source import revealed
from payments.settings import Settings

_log = structlog.get_logger("payments.psp")
_PAGE_ITEMS: Final = 500
_MOST_PAGES: Final = 200
_EARLIER_SECONDS: Final = 30.0
_NOT_OURS: Final = frozenset({400, 403, 404, 410, 422})
T = TypeVar("T")
_tokens: dict[tuple[str, str], tuple[str, float]] = {}


class PspAwayError(TransientError):
    """The PSP did not answer, or not what API Pix promises; nothing is known about what was asked."""

    def __init__(self, reason: str):
        super().__init__("psp-away", "The PSP does not answer now.")
        self.reason = reason


class RefusedError(Exception):
    """The PSP answered that it will not do it."""


@lru_cache(maxsize=4)
def _context(cert_file: str | None, key_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        context.load_cert_chain(cert_file, key_file)
    return context


def _text(path: object) -> str | None:
    return None if path is None else str(path)


class Psp:
    """One PSP during one piece of work; see `connected`."""

    def __init__(self, client: httpx2.AsyncClient, settings: Settings):
        self._client = client
        self._settings = settings
        self._signing_in = asyncio.Lock()

    async def pix(self, end_to_end_id: str) -> ReceivedPix | None:
        """The Pix as the PSP knows it, or None if it knows none. Raises `PspAwayError`."""
        answer = await self._call("GET", f"/v2/pix/{end_to_end_id}")
        return None if answer.status_code in _NOT_OURS else _read(parse_document, _json(answer))

    async def received(self, start: datetime, end: datetime) -> list[ReceivedPix]:
        """Every readable Pix received from `start` to `end`. Raises `PspAwayError` unless all pages were read."""
        found: list[ReceivedPix] = []
        for page in range(_MOST_PAGES):
            query = {
                "inicio": _moment(start),
                "fim": _moment(end),
                "paginacao.paginaAtual": str(page),
                "paginacao.itensPorPagina": str(_PAGE_ITEMS),
            }
            answer = await self._call("GET", "/v2/pix", query=query)
            document = _json(answer)
            found += _readable(document.get("pix", []))
            if page + 1 >= _pages(document):
                return found
        raise PspAwayError("too-many-pages")

    async def refund(self, end_to_end_id: str, refund_id: str, *, amount_cents: int) -> Refund:
        """Ask for a devolução under our own id; asking again changes nothing. Raises `RefusedError`, `PspAwayError`."""
        body = refund_document(amount_cents=amount_cents)
        answer = await self._call("PUT", f"/v2/pix/{end_to_end_id}/devolucao/{refund_id}", body=body)
        if answer.status_code in {400, 403, 404, 409, 422}:
            raise RefusedError(f"status-{answer.status_code}")
        return _read(_refund, _json(answer))

    async def refund_status(self, end_to_end_id: str, refund_id: str) -> Refund | None:
        """What became of a devolução, or None if the PSP never got it. Raises `PspAwayError`."""
        answer = await self._call("GET", f"/v2/pix/{end_to_end_id}/devolucao/{refund_id}")
        if answer.status_code == 404:
            return None
        return _read(_refund, _json(answer))

    async def _call(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: Any = None
    ) -> httpx2.Response:
        answer = await self._once(method, path, query, body, renew=False)
        if answer.status_code == 401:
            answer = await self._once(method, path, query, body, renew=True)
        if answer.status_code in {401, 429} or answer.status_code >= 500:
            raise PspAwayError(f"status-{answer.status_code}")
        return answer

    async def _once(
        self, method: str, path: str, query: dict[str, str] | None, body: Any, *, renew: bool
    ) -> httpx2.Response:
        headers = {"authorization": f"Bearer {await self._token(renew=renew)}"}
        try:
            return await self._client.request(method, path, params=query, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise PspAwayError(type(error).__name__) from None

    async def _token(self, *, renew: bool) -> str:
        client_id = self._settings.payments_psp_client_id or ""
        known = (str(self._settings.payments_psp_url), client_id)
        async with self._signing_in:
            token, until = _tokens.get(known, ("", 0.0))
            if token and monotonic_seconds() < until and not renew:
                return token
            try:
                answer = await self._client.post(
                    "/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=(client_id, revealed(self._settings.payments_psp_client_secret) or ""),
                )
            except httpx2.HTTPError as error:
                raise PspAwayError(type(error).__name__) from None
            document = _json(answer)
            given = document.get("access_token")
            if not isinstance(given, str):
                raise PspAwayError("no-token")
            token = given
            lasts = document.get("expires_in", 300)
            seconds = float(lasts) if isinstance(lasts, int | float) else 300.0
            _tokens[known] = (token, monotonic_seconds() + max(0.0, seconds - _EARLIER_SECONDS))
            return token


def _json(answer: httpx2.Response) -> dict[str, Any]:
    if answer.status_code >= 300:
        raise PspAwayError(f"status-{answer.status_code}")
    try:
        document = json.loads(answer.content)
    except ValueError:
        raise PspAwayError("not-json") from None
    if not isinstance(document, dict):
        raise PspAwayError("not-an-object")
    return document


def _refund(document: dict[str, Any]) -> Refund:
    return parse_refund(node(document))


def _read(parse: Callable[[Any], T], document: Any) -> T:
    try:
        return parse(document)
    except BrasilError as error:
        raise PspAwayError(error.code) from None


def _readable(told: object) -> list[ReceivedPix]:
    """The Pix of a page. One that nobody can read is logged as an error: it must not hide all later ones."""
    if not isinstance(told, list):
        raise PspAwayError("not-a-list")
    found = []
    for one in told:
        try:
            found.append(parse_document(one if isinstance(one, dict) else {}))
        except BrasilError as error:
            _log.error("a Pix of the PSP's list cannot be read", code=error.code)
    return found


def _pages(document: dict[str, Any]) -> int:
    try:
        return int(document["parametros"]["paginacao"]["quantidadeDePaginas"])
    except (KeyError, TypeError, ValueError):
        return 1


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Psp | None]:
    """The PSP of the settings for one piece of work, or None where no address is set."""
    if settings.payments_psp_url is None:
        yield None
        return
    context = _context(_text(settings.payments_psp_cert_file), _text(settings.payments_psp_key_file))
    async with httpx2.AsyncClient(
        base_url=settings.payments_psp_url.rstrip("/"),
        timeout=settings.payments_psp_timeout_seconds,
        verify=context,
        limits=httpx2.Limits(max_connections=32),
        trust_env=False,
    ) as client:
        yield Psp(client, settings)
