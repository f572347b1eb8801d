"""API keys: `rk_<env>_<key id>_<secret>`, shown once, kept as an HMAC-SHA-256 under the pepper.

The secret has 256 random bits, so that a fast keyed hash is enough (a stolen table without the pepper is useless). A
verified key is remembered for `CACHE_SECONDS`: that is how late a revocation may be noticed. When a key was last used
is collected in memory and written once a minute, not once a request.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import select

from chassis.api_tables import ApiKeyRow
from chassis.clock import monotonic_seconds
from chassis.db import Database
from chassis.errors import Fault, InvalidError, NotFoundError
from chassis.ids import Ids, new_secret
from chassis.principal import Principal, UnauthenticatedError

CACHE_SECONDS: Final = 15.0
_CACHE_SIZE: Final = 10_000
_ENVIRONMENTS: Final = {"production": "live", "test": "test", "development": "dev"}
_FORM: Final = re.compile(r"rk_(live|test|dev)_([0-9a-f]{24})_([A-Za-z0-9_-]{43})")
_SCOPE: Final = re.compile(r"[a-z][a-z0-9_]{0,40}:[a-z][a-z0-9_]{0,40}")
_SHOW_CREDENTIAL: Final = "select set_config('regua.credential', $1, true)"


@dataclass(frozen=True)
class NewKey:
    """A key just made: `text` is the only time that the secret is seen."""

    key_id: str
    text: str


@dataclass(frozen=True)
class _Known:
    tenant_id: UUID
    secret_hash: bytes
    expires_at: datetime | None
    revoked: bool
    principal: Principal
    loaded_at: float


class ApiKeys:
    """Makes, lists, revokes and verifies the keys of one service's database."""

    def __init__(self, database: Database, *, pepper: bytes, environment: str):
        self._database = database
        self._pepper = pepper
        self._prefix = _ENVIRONMENTS[environment]
        self._cache: dict[str, _Known | None] = {}
        self._missing_since: dict[str, float] = {}
        self._used: dict[str, tuple[UUID, datetime]] = {}

    def _hash(self, key_id: str, secret: str) -> bytes:
        return hmac.digest(self._pepper, f"{key_id}:{secret}".encode(), hashlib.sha256)

    async def create(
        self, *, tenant_id: UUID, name: str, scopes: Iterable[str], expires_at: datetime | None = None
    ) -> NewKey:
        """Store a new key and return it with its secret; raises `InvalidError` for a scope that is not `thing:verb`."""
        wanted = _checked(scopes)
        async with self._database.unit_of_work(tenant_id=tenant_id, name="api_key") as tx:
            key_id = _new_key_id(tx.ids)
            secret = new_secret(32)
            row = ApiKeyRow(
                key_id=key_id,
                tenant_id=tenant_id,
                name=name,
                secret_hash=self._hash(key_id, secret),
                scopes=wanted,
                created_at=tx.now,
                expires_at=expires_at,
            )
            tx.session.add(row)
        return NewKey(key_id, f"rk_{self._prefix}_{key_id}_{secret}")

    async def adopt(self, text: str, *, tenant_id: UUID, name: str, scopes: Iterable[str]) -> None:
        """Store a key that was made elsewhere, or give it these scopes: a development stack has one for all services.

        Raises `InvalidError` for a text that is no key of this environment, and always in production, where every
        secret is made by the service that keeps it.
        """
        wanted, match = _checked(scopes), _FORM.fullmatch(text)
        if match is None or match[1] != self._prefix or self._prefix == _ENVIRONMENTS["production"]:
            raise InvalidError("invalid-input", "A key that was made elsewhere must be one of this development stack.")
        async with self._database.unit_of_work(tenant_id=tenant_id, name="api_key") as tx:
            row = await tx.session.get(ApiKeyRow, match[2]) or ApiKeyRow(
                key_id=match[2], tenant_id=tenant_id, name=name, secret_hash=b"", scopes=wanted, created_at=tx.now
            )
            row.secret_hash, row.scopes = self._hash(match[2], match[3]), wanted
            tx.session.add(row)
        self._cache.pop(match[2], None)
        self._missing_since.pop(match[2], None)

    async def revoke(self, *, tenant_id: UUID, key_id: str) -> None:
        """End a key for good; other processes notice within `CACHE_SECONDS`. Raises `NotFoundError`."""
        async with self._database.unit_of_work(tenant_id=tenant_id, name="api_key") as tx:
            row = await tx.session.get(ApiKeyRow, key_id)
            if row is None:
                raise NotFoundError("not-found", "There is no such API key.")
            row.revoked_at = row.revoked_at or tx.now
        self._cache.pop(key_id, None)

    async def listed(self, *, tenant_id: UUID) -> list[ApiKeyRow]:
        """The tenant's keys, oldest first; hashes only."""
        async with self._database.unit_of_work(tenant_id=tenant_id, commit=False, name="api_key") as tx:
            rows = list(await tx.session.exec(select(ApiKeyRow).order_by(ApiKeyRow.key_id)))
            tx.session.expunge_all()
        return rows

    async def verify(self, presented: str) -> Principal:
        """The caller behind the key; raises `UnauthenticatedError` with the same answer whatever was wrong."""
        match = _FORM.fullmatch(presented)
        if match is None:
            raise UnauthenticatedError("key-form")
        environment, key_id, secret = match.groups()
        known = await self._load(key_id)
        expected = known.secret_hash if known else bytes(32)
        genuine = hmac.compare_digest(self._hash(key_id, secret), expected)
        if known is None or not genuine or environment != self._prefix:
            raise UnauthenticatedError("key-unknown")
        now = self._database.clock.now()
        if known.revoked or (known.expires_at is not None and known.expires_at <= now):
            raise UnauthenticatedError("key-ended")
        self._used[key_id] = (known.tenant_id, now)
        return known.principal

    async def _load(self, key_id: str) -> _Known | None:
        at = monotonic_seconds()
        known = self._cache.get(key_id)
        if known is not None and at - known.loaded_at < CACHE_SECONDS:
            return known
        missing_since = self._missing_since.get(key_id)
        if missing_since is not None and at - missing_since < CACHE_SECONDS / 5:
            return None
        if len(self._cache) + len(self._missing_since) >= _CACHE_SIZE:
            self._cache.clear()
            self._missing_since.clear()
        async with self._database.unit_of_work(tenant_id=None, commit=False, name="api_key") as tx:
            await (await tx.connection()).execute(_SHOW_CREDENTIAL, key_id)
            row = await tx.session.get(ApiKeyRow, key_id)
            tx.session.expunge_all()
        if row is None:
            self._missing_since[key_id] = at
            self._cache.pop(key_id, None)
            return None
        principal = Principal(f"key:{key_id}", row.tenant_id, frozenset(row.scopes), "api_key")
        known = _Known(row.tenant_id, row.secret_hash, row.expires_at, row.revoked_at is not None, principal, at)
        self._cache[key_id] = known
        return known

    async def write_last_used(self) -> int:
        """Store when keys were last used since the last call; returns how many."""
        used, self._used = self._used, {}
        by_tenant: dict[UUID, list[tuple[str, datetime]]] = {}
        for key_id, (tenant_id, instant) in used.items():
            by_tenant.setdefault(tenant_id, []).append((key_id, instant))
        for tenant_id, pairs in by_tenant.items():
            async with self._database.unit_of_work(tenant_id=tenant_id, name="api_key") as tx:
                connection: Any = await tx.connection()
                await connection.execute(_LAST_USED, *map(list, zip(*pairs, strict=True)))
        return len(used)


def new_key_text(environment: str, ids: Ids) -> str:
    """The text of a new key for an environment's services; it is of use once a service adopted it."""
    return f"rk_{_ENVIRONMENTS[environment]}_{_new_key_id(ids)}_{new_secret(32)}"


def _new_key_id(ids: Ids) -> str:
    return ids.new_id().hex[8:]


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    if not wanted or not all(_SCOPE.fullmatch(scope) for scope in wanted):
        fault = Fault("/scopes", "scope", "name at least one scope like invoices:read")
        raise InvalidError("invalid-input", "The scopes cannot be used.", faults=(fault,))
    return wanted


_LAST_USED: Final = """
update api_key set last_used_at = used.at
from unnest($1::text[], $2::timestamptz[]) as used(key_id, at)
where api_key.key_id = used.key_id and (last_used_at is null or last_used_at < used.at)
"""
