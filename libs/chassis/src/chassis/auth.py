"""From a request to a known caller: API key or access token, in `Authorization: Bearer`, nowhere else.

A route asks for `require("invoices:write")` and gets a `Principal`; the tenant is the credential's. Whatever is wrong
with a credential, the answer is the same 401.
"""

from collections.abc import Iterable
from typing import Final

import structlog
from fastapi import Request

from chassis.apikeys import ApiKeys
from chassis.metrics import Metrics
from chassis.principal import Principal, UnauthenticatedError
from chassis.ratelimit import RateLimit, RateLimitedError
from chassis.tokens import Tokens

_BEARER: Final = b"bearer "
_FAILURES_PER_MINUTE: Final = 600
_LONGEST: Final = 8_192


class Authenticator:
    """Knows every kind of credential that this service accepts, and each caller's budget."""

    def __init__(self, *, keys: ApiKeys, tokens: Tokens | None, metrics: Metrics, per_minute: int):
        self._keys = keys
        self._tokens = tokens
        self._metrics = metrics
        self._budget = RateLimit(per_minute)
        self._failures = RateLimit(_FAILURES_PER_MINUTE)

    async def principal(self, headers: Iterable[tuple[bytes, bytes]], address: str) -> Principal:
        """The caller; raises `UnauthenticatedError`, or `RateLimitedError` beyond the budget."""
        try:
            principal = await self._verify(headers)
        except UnauthenticatedError as error:
            self._metrics.add("regua_http_refused_credentials", error.reason)
            await self._take(self._failures, address)
            raise
        await self._take(self._budget, principal.subject)
        return principal

    async def _verify(self, headers: Iterable[tuple[bytes, bytes]]) -> Principal:
        presented = [value for name, value in headers if name == b"authorization"]
        if len(presented) != 1:
            raise UnauthenticatedError("missing" if not presented else "repeated")
        if presented[0][:7].lower() != _BEARER or len(presented[0]) > _LONGEST:
            raise UnauthenticatedError("scheme")
        credential = presented[0][7:].decode("latin-1")
        if credential.startswith("rk_"):
            return await self._keys.verify(credential)
        if self._tokens is None:
            raise UnauthenticatedError("tokens-off")
        return await self._tokens.verify(credential)

    async def _take(self, budget: RateLimit, name: str) -> None:
        try:
            await budget.take(name)
        except RateLimitedError:
            self._metrics.add("regua_http_rate_limited")
            raise


class Require:
    """A dependency that lets only callers with these scopes in; the OpenAPI document shows them."""

    def __init__(self, *scopes: str):
        self.scopes = scopes

    async def __call__(self, request: Request) -> Principal:
        return await authenticated(request, self.scopes)


def require(*scopes: str) -> Require:
    """`Annotated[Principal, Depends(require("invoices:read"))]`: the caller, who carries every one of the scopes."""
    return Require(*scopes)


async def authenticated(request: Request, scopes: Iterable[str]) -> Principal:
    """The request's caller; raises `UnauthenticatedError`, `ForbiddenError` or `RateLimitedError`."""
    authenticator: Authenticator = request.app.state.kit.authenticator
    address = request.client.host if request.client else ""
    principal = await authenticator.principal(request.scope["headers"], address)
    principal.need(*scopes)
    structlog.contextvars.bind_contextvars(tenant_id=principal.tenant_id, principal=principal.subject)
    return principal
