"""`Idempotency-Key`: one effect and one answer per key, whatever is repeated, crashes or runs at the same time.

The key's row is inserted first in the transaction of the effect, and the answer is written into it before the commit.
An equal request that comes meanwhile blocks on that row until the first one ends: then it answers what the first one
answered, or, if that one was rolled back, runs itself. So a crash anywhere leaves either the effect with its answer, or
nothing. Answers are kept 400 days. A refusal is not an effect: nothing was committed, and a repeat runs again.

After draft-ietf-httpapi-idempotency-key-header-07: 400 for a missing or unusable key, 422 when the key belongs to
another request, 409 when the first one still runs after the longest wait for a lock.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Final

import pydantic_core
from fastapi import Request
from starlette.responses import Response

from chassis.auth import authenticated
from chassis.db import Database, Tx
from chassis.errors import ConflictError, Fault, InvalidError, ServiceError
from chassis.http_errors import sqlstate
from chassis.metrics import Metrics
from chassis.principal import Principal

KEPT: Final = timedelta(days=400)
_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}")
_LOCK_NOT_AVAILABLE: Final = "55P03"
_REPLAYED: Final = "idempotency-replayed"


class IdempotencyKeyError(ServiceError):
    """The key is missing or cannot be used (400)."""

    kind: ClassVar[str] = "invalid"


@dataclass(frozen=True)
class Reply:
    """What a handler answers: `content` is any value that pydantic can write as JSON."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredReply:
    """An answer as it is stored and sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    replayed: bool = False

    def response(self) -> Response:
        extra = {_REPLAYED: "true"} if self.replayed else {}
        return Response(
            self.body, status_code=self.status, media_type="application/json", headers={**self.headers, **extra}
        )


@dataclass(frozen=True)
class Claim:
    """What makes two requests the same: who, where, which key; and the fingerprint of everything they said."""

    principal: str
    route: str
    key: str
    fingerprint: bytes


def key_of(value: str | None) -> str:
    """The usable key in the header's value; raises `IdempotencyKeyError`."""
    if value is None or not value.strip():
        raise IdempotencyKeyError("idempotency-key-missing", "Send a new Idempotency-Key for each effect.")
    key = value.strip().strip('"')
    if not _FORM.fullmatch(key):
        raise IdempotencyKeyError("idempotency-key-invalid", "Use 1 to 255 printable ASCII characters without spaces.")
    return key


def fingerprint(*, method: str, path: str, query: bytes, body: bytes) -> bytes:
    """A digest of what was asked for."""
    digest = hashlib.sha256(body)
    digest.update(f"\n{method} {path}?".encode())
    digest.update(query)
    return digest.digest()


_CLAIM: Final = """
insert into idempotent_request (tenant_id, principal, route, key, fingerprint, created_at)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true
"""
_READ: Final = """
select fingerprint, status, headers, response from idempotent_request
where tenant_id = $1 and principal = $2 and route = $3 and key = $4
"""
_FINISH: Final = """
update idempotent_request set status = $5, headers = $6, response = $7
where tenant_id = $1 and principal = $2 and route = $3 and key = $4
"""


async def claim(tx: Tx, wanted: Claim) -> StoredReply | None:
    """Take the key in this transaction, or return the stored answer of the request that has it.

    Waits while an equal request is running. Raises `InvalidError` if the key belongs to a different request and
    `ConflictError` if the other one outlasts the wait for a lock.
    """
    connection: Any = await tx.connection()
    names = (tx.tenant_id, wanted.principal, wanted.route, wanted.key)
    try:
        taken = await connection.fetchval(_CLAIM, *names, wanted.fingerprint, tx.now)
    except Exception as error:
        if sqlstate(error) == _LOCK_NOT_AVAILABLE:
            raise ConflictError(
                "idempotency-in-flight", "The same request is still running.", retry_after_seconds=2
            ) from None
        raise
    if taken:
        return None
    row = await connection.fetchrow(_READ, *names)
    if row is None:  # the first request was deleted as too old between the two statements
        raise ConflictError("idempotency-in-flight", "Repeat the request.", retry_after_seconds=1)
    return stored(row, wanted.fingerprint)


def stored(row: Mapping[str, Any], wanted: bytes) -> StoredReply:
    """The answer in a row; raises `InvalidError` if it belongs to a different request."""
    if row["fingerprint"] != wanted:
        fault = Fault("/idempotency-key", "reused", "use a new key for a new request")
        raise InvalidError("idempotency-key-reused", "The Idempotency-Key belongs to another request.", faults=(fault,))
    headers = pydantic_core.from_json(row["headers"]) if row["headers"] else {}
    return StoredReply(row["status"], row["response"], headers, replayed=True)


async def finish(tx: Tx, wanted: Claim, reply: Reply) -> StoredReply:
    """Write the answer beside the effect, in its transaction."""
    body = pydantic_core.to_json(reply.content)
    headers = dict(reply.headers)
    connection: Any = await tx.connection()
    await connection.execute(
        _FINISH,
        tx.tenant_id,
        wanted.principal,
        wanted.route,
        wanted.key,
        reply.status,
        pydantic_core.to_json(headers),
        body,
    )
    return StoredReply(reply.status, body, headers)


Effect = Callable[[Tx], Awaitable[Reply]]


@dataclass(frozen=True)
class Call:
    """One authenticated request that may have an effect."""

    principal: Principal
    database: Database
    metrics: Metrics
    claim: Claim

    async def once(self, effect: Effect) -> Response:
        """Run `effect` in one transaction unless an equal request already did; answer what it answered."""
        async with self.database.unit_of_work(tenant_id=self.principal.tenant_id, name="post") as tx:
            known = await claim(tx, self.claim)
            if known is None:
                known = await finish(tx, self.claim, await effect(tx))
        if known.replayed:
            self.metrics.add("regua_idempotent_replays")
        return known.response()


class Once:
    """A dependency: the caller with these scopes and a usable `Idempotency-Key`; see `once`."""

    def __init__(self, *scopes: str):
        self.scopes = scopes

    async def __call__(self, request: Request) -> Call:
        principal = await authenticated(request, self.scopes)
        key = key_of(single(request.headers.getlist("idempotency-key")))
        path = request.url.path
        body = await request.body()
        mark = fingerprint(method=request.method, path=path, query=request.scope["query_string"], body=body)
        route = f"{request.method} {request.scope['route'].path}"
        kit = request.app.state.kit
        return Call(principal, kit.database, kit.metrics, Claim(principal.subject, route, key, mark))


def once(*scopes: str) -> Once:
    """`Annotated[Call, Depends(once("invoices:write"))]`, then `return await call.once(effect)`."""
    return Once(*scopes)


def single(values: Sequence[str]) -> str | None:
    """The one value of the header, if any; raises `IdempotencyKeyError` for several."""
    if len(values) > 1:
        raise IdempotencyKeyError("idempotency-key-invalid", "Send one Idempotency-Key.")
    return values[0] if values else None


_EXPIRE: Final = """
delete from idempotent_request where ctid = any(array(
  select ctid from idempotent_request where created_at < $1 limit $2))
"""


async def forget_old(database: Database, *, batch: int = 5_000) -> int:
    """Delete answers older than `KEPT`, a batch at a time; returns how many."""
    total = 0
    while True:
        async with database.unit_of_work(tenant_id=None, name="expiry") as tx:
            connection: Any = await tx.connection()
            await connection.execute("select set_config('regua.expiry', 'on', true)")
            done = await connection.execute(_EXPIRE, tx.now - KEPT, batch)
        count = int(done.split()[-1])
        total += count
        if count < batch:
            return total
