"""The outermost layer of every API: limits on size and time, measurement, safe headers, and the last catch.

One plain ASGI layer, because it runs for every request: the body is counted as it streams (413), the whole request has
a deadline (504), an unforeseen exception becomes a 500 document without its text, and the route's template, never the
raw path, is what metrics see.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import http_errors, problems
from chassis.clock import monotonic_seconds

_log = structlog.get_logger("chassis.http")
_SLOW_SECONDS: Final = 2.0
_HEADER_LIMIT_BYTES: Final = 32_768
_SAFE_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_NO_STORE: Final = (b"cache-control", b"no-store")


@dataclass(frozen=True)
class UploadLimit:
    """What requests whose path begins with `path` may need beyond the defaults (an import, a bank file)."""

    path: str
    max_body_bytes: int
    timeout_seconds: float


Measure = Callable[[str, str, int, float], None]
"""Takes method, route template, status and seconds of a finished request."""


class _BodyTooLargeError(HTTPException):
    """An HTTP error, because the framework lets those through where it reads the body."""

    def __init__(self) -> None:
        super().__init__(413, headers={"connection": "close"})


class Edge:
    """ASGI middleware; `measure` is called once per request."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        timeout_seconds: float,
        measure: Measure,
        uploads: Sequence[UploadLimit] = (),
    ):
        self._app = app
        self._default = UploadLimit("/", max_body_bytes, timeout_seconds)
        self._uploads = sorted(uploads, key=lambda upload: -len(upload.path))
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"]) if self._uploads else self._default
        exchange = _Exchange(receive, send, limit.max_body_bytes)
        started = monotonic_seconds()
        try:
            async with asyncio.timeout(limit.timeout_seconds):
                await self._serve(scope, exchange, limit)
        except TimeoutError:
            await exchange.refuse(scope, "timed-out")
        except _BodyTooLargeError:
            await exchange.refuse(scope, "body-too-large", close=True)
        except Exception as error:  # noqa: BLE001 - the last catch: nothing may reach the server's own error page
            await _unforeseen(scope, exchange, error)
        elapsed = monotonic_seconds() - started
        route = _route(scope)
        self._measure(scope["method"], route, exchange.status, elapsed)
        if exchange.status >= 500 or elapsed > _SLOW_SECONDS:
            _log.warning(
                "request", method=scope["method"], route=route, status=exchange.status, seconds=round(elapsed, 3)
            )

    def _limit(self, path: str) -> UploadLimit:
        return next((upload for upload in self._uploads if path.startswith(upload.path)), self._default)

    async def _serve(self, scope: Scope, exchange: "_Exchange", limit: UploadLimit) -> None:
        header_bytes = 0
        for name, value in scope["headers"]:
            header_bytes += len(name) + len(value)
            if name == b"content-length" and (not value.isdigit() or int(value) > limit.max_body_bytes):
                raise _BodyTooLargeError
        if header_bytes > _HEADER_LIMIT_BYTES:
            await exchange.refuse(scope, "headers-too-large", close=True)
            return
        await self._app(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request's two ends: counts what comes in, completes the headers of what goes out."""

    __slots__ = ("_limit", "_receive", "_received", "_send", "status")

    def __init__(self, receive: Receive, send: Send, limit: int):
        self._receive = receive
        self._send = send
        self._limit = limit
        self._received = 0
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._limit:
                raise _BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.setdefault("headers", [])
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append(_NO_STORE)
            headers.extend(_SAFE_HEADERS)
        await self._send(message)

    async def refuse(self, scope: Scope, slug: str, *, close: bool = False) -> None:
        """Answer with a problem, unless an answer has already begun (then the connection just ends)."""
        if self.status:
            return
        retry_after = 1 if slug == "unavailable" else None
        headers = {"connection": "close"} if close else None
        answer = problems.response(slug, retry_after_seconds=retry_after, headers=headers)
        await answer(scope, self._receive, self.send)


async def _unforeseen(scope: Scope, exchange: _Exchange, error: Exception) -> None:
    if isinstance(error, ExceptionGroup) and any(isinstance(part, _BodyTooLargeError) for part in error.exceptions):
        await exchange.refuse(scope, "body-too-large", close=True)
        return
    if isinstance(error, OSError) and http_errors.sqlstate(error) is None:
        _log.warning("a part we need is away", error=type(error).__name__, route=_route(scope))
        await exchange.refuse(scope, "unavailable")
        return
    _log.error("unforeseen error", route=_route(scope), exc_info=error)
    await exchange.refuse(scope, "internal-error")


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"
