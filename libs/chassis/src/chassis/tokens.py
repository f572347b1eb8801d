"""OAuth2 access tokens (RFC 9068 style JWT): asymmetric signatures only, keys by JWKS, every claim checked.

Before the library sees a token its form is judged strictly: three canonical base64url parts, no JSON name twice, no
header that brings or names a key, an algorithm from the list. The library checks the signature only; `exp`, `iat`,
`iss`, `aud`, `sub` and the tenant claim are then all required, and a token lives 15 minutes at most (RFC 8725).
"""

import asyncio
import base64
import binascii
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import Clock, SystemClock, monotonic_seconds
from chassis.errors import TransientError
from chassis.principal import Principal, UnauthenticatedError
from chassis.safety import ASYMMETRIC

_log = structlog.get_logger("chassis.auth")
_LONGEST: Final = 8_192
_PART: Final = re.compile(rb"[A-Za-z0-9_-]+")
_HEADERS: Final = frozenset({"alg", "kid", "typ"})
_TYPES: Final = frozenset({"JWT", "jwt", "at+jwt", "application/at+jwt"})
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._~:+/=-]{1,128}")
_REFRESH_PAUSE_SECONDS: Final = 30.0
_MAX_AGE_SECONDS: Final = 3_600.0
_SHORTEST_RSA_BITS: Final = 2_048
_VERIFIED_SIZE: Final = 4_096
_VERIFIED_SECONDS: Final = 30.0

FetchKeys = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class TokenRules:
    """What a token must say. Lives are in seconds."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    max_age_seconds: float = 900
    leeway_seconds: float = 60
    tenant_claim: str = "tenant_id"


def fetch_from(url: str, *, timeout_seconds: float = 5.0) -> FetchKeys:
    """A fetcher of the JWKS at `url`: no redirects, at most 256 KiB."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx2.AsyncClient(timeout=timeout_seconds, follow_redirects=False) as client:
            answer = await client.get(url, headers={"accept": "application/json"})
        if answer.status_code != 200 or len(answer.content) > 262_144:
            raise TransientError("unavailable", "The token issuer's keys cannot be read.")
        document = json.loads(answer.content)
        if not isinstance(document, dict):
            raise TransientError("unavailable", "The token issuer's keys cannot be read.")
        return document

    return fetch


class IssuerKeys:
    """The issuer's public keys by `kid`, fetched when first needed, hourly, and for a `kid` not seen before.

    A new fetch waits 30 s after the last: unknown key ids cannot make us flood the issuer. While the issuer is away the
    known keys stay in use.
    """

    def __init__(self, fetch: FetchKeys):
        self._fetch = fetch
        self._keys: dict[str, dict[str, Any]] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> dict[str, Any] | None:
        """The key's JWK, or None; raises `TransientError` if no key was ever read."""
        now = monotonic_seconds()
        stale = self._fetched_at is None or now - self._fetched_at > _MAX_AGE_SECONDS
        if stale or kid not in self._keys:
            await self._refresh()
        if self._fetched_at is None:
            raise TransientError("unavailable", "The token issuer's keys cannot be read.", retry_after_seconds=5)
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        async with self._lock:
            now = monotonic_seconds()
            if self._tried_at is not None and now - self._tried_at < _REFRESH_PAUSE_SECONDS:
                return
            self._tried_at = now
            try:
                document = await self._fetch()
                keys = list(document.get("keys", ()))
            except (httpx2.HTTPError, TransientError, ValueError, OSError) as error:
                _log.warning("token issuer's keys cannot be read", error=type(error).__name__)
                return
            self._keys = {key["kid"]: key for key in keys if _usable(key)}
            self._fetched_at = now


def _usable(key: Any) -> bool:
    """A public signature key with an id. Symmetric and private keys have no place in a JWKS."""
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str) or "d" in key or "k" in key:
        return False
    if key.get("kty") not in {"RSA", "EC", "OKP"} or key.get("use", "sig") != "sig":
        return False
    if "key_ops" in key and "verify" not in key["key_ops"]:
        return False
    return key["kty"] != "RSA" or _rsa_bits(key) >= _SHORTEST_RSA_BITS


def _rsa_bits(key: Mapping[str, Any]) -> int:
    try:
        return int.from_bytes(_decode(str(key.get("n", "")).encode()), "big").bit_length()
    except ValueError:
        return 0


def _decode(part: bytes) -> bytes:
    """Canonical base64url without padding (RFC 7515 §2); raises ValueError for anything else."""
    if not _PART.fullmatch(part):
        raise ValueError("not base64url")
    try:
        raw = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part:
        raise ValueError("not canonical")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    """A JSON object in which no name stands twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice")
        return found

    value = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is malformed, not our types
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Tokens:
    """Verifies access tokens. A verified one is remembered for at most 30 s."""

    def __init__(self, rules: TokenRules, keys: IssuerKeys, *, clock: Clock | None = None):
        if not set(rules.algorithms) <= ASYMMETRIC:
            raise ValueError("only asymmetric algorithms may verify tokens")
        self._rules = rules
        self._keys = keys
        # Tokens are made by an issuer that lives in real time, even where the platform's clock is virtual.
        self._clock = clock or SystemClock()
        self._verified: dict[bytes, tuple[Principal, float, float]] = {}

    async def verify(self, token: str) -> Principal:
        """The caller behind the token; raises `UnauthenticatedError`, or `TransientError` without any issuer key."""
        digest = hashlib.sha256(token.encode()).digest()
        now = self._clock.now().timestamp()
        known = self._verified.get(digest)
        if known is not None and now < known[1] and monotonic_seconds() < known[2]:
            return known[0]
        header = self._header(token)
        key = await self._keys.get(header["kid"])
        if key is None:
            raise UnauthenticatedError("token-key-unknown")
        claims = self._claims(token, header, key)
        principal = self._principal(claims, now)
        if len(self._verified) >= _VERIFIED_SIZE:
            self._verified.clear()
        expires = float(claims["exp"]) + self._rules.leeway_seconds
        self._verified[digest] = (principal, expires, monotonic_seconds() + _VERIFIED_SECONDS)
        return principal

    def _header(self, token: str) -> dict[str, Any]:
        parts = token.split(".") if len(token) <= _LONGEST else []
        if len(parts) != 3:
            raise UnauthenticatedError("token-form")
        try:
            found, _, _ = (
                _object(_decode(parts[0].encode())),
                _object(_decode(parts[1].encode())),
                _decode(parts[2].encode()),
            )
        except (ValueError, RecursionError):
            raise UnauthenticatedError("token-form") from None
        if not set(found) <= _HEADERS or found.get("typ", "JWT") not in _TYPES:
            raise UnauthenticatedError("token-header")
        if found.get("alg") not in self._rules.algorithms:
            raise UnauthenticatedError("token-algorithm")
        if not isinstance(found.get("kid"), str) or not _KEY_ID.fullmatch(found["kid"]):
            raise UnauthenticatedError("token-key-id")
        return found

    def _claims(self, token: str, header: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any]:
        if key.get("alg", header["alg"]) != header["alg"]:
            raise UnauthenticatedError("token-algorithm")
        try:
            keys = KeySet.import_key_set({"keys": [dict(key)]})
            return jwt.decode(token, keys, algorithms=[header["alg"]]).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise UnauthenticatedError("token-signature") from None

    def _principal(self, claims: Mapping[str, Any], now: float) -> Principal:
        rules = self._rules
        registry = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=int(rules.leeway_seconds),
            exp={"essential": True},
            iat={"essential": True},
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.audience},
            sub={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except (JoseError, ValueError, TypeError, OverflowError):
            raise UnauthenticatedError("token-claims") from None
        if claims["exp"] - claims["iat"] > rules.max_age_seconds or claims["exp"] <= claims["iat"]:
            raise UnauthenticatedError("token-life")
        subject, scope = claims["sub"], claims.get("scope", "")
        try:
            tenant_id = UUID(claims[rules.tenant_claim])
        except (KeyError, ValueError, TypeError, AttributeError):
            raise UnauthenticatedError("token-tenant") from None
        if str(tenant_id) != claims[rules.tenant_claim] or not isinstance(scope, str) or not 0 < len(subject) <= 255:
            raise UnauthenticatedError("token-claims")
        return Principal(f"client:{subject}", tenant_id, frozenset(scope.split()), "token")
