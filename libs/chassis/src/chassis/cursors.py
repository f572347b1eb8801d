"""Keyset pagination: opaque signed cursors, so that a page starts exactly behind the last row whatever was inserted.

A cursor holds the sort values of the last row of a page and is bound to the route, the filters and the tenant by an
HMAC-SHA-256: a changed, foreign or borrowed cursor is refused with 400. The index of the table must match the sort.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, tuple_

from chassis.errors import ServiceError
from chassis.principal import Principal

T = TypeVar("T")
Value = str | int | UUID | datetime | date

LIMIT_MAX: Final = 200
LIMIT_DEFAULT: Final = 50
_LONGEST: Final = 2_048
_TAG_BYTES: Final = 16

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="rows of a page")]
Cursor = Annotated[str | None, Query(max_length=_LONGEST, description="`next` of the page before, as it was given")]


class CursorError(ServiceError):
    """The cursor is not one of ours for this list (400)."""

    kind: ClassVar[str] = "invalid"

    def __init__(self) -> None:
        super().__init__("cursor-invalid", "Start again without a cursor; use `next` as it was given.")


class Page(BaseModel, Generic[T]):
    """One page of a list. `next` is missing on the last one."""

    model_config = ConfigDict(extra="forbid")

    items: list[T]
    next: str | None = Field(None, description="pass as `cursor` to read on")


_WRITE: Final[tuple[tuple[type, str, Callable[[Any], Any]], ...]] = (
    (str, "s", str),
    (int, "i", int),
    (UUID, "u", str),
    (datetime, "t", datetime.isoformat),  # before date, of which it is a kind
    (date, "d", date.isoformat),
)
_READ: Final[Mapping[str, Callable[[Any], Value]]] = {
    "s": str,
    "i": int,
    "u": UUID,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
}


def _tagged(value: Value) -> tuple[str, str | int]:
    for kind, letter, write in _WRITE:
        if isinstance(value, kind):
            return letter, write(value)
    raise TypeError(f"a cursor cannot hold a {type(value).__name__}")


class CursorSigner:
    """Writes and reads cursors under one secret."""

    def __init__(self, secret: bytes):
        self._secret = hmac.digest(secret, b"regua cursor", hashlib.sha256)

    def write(self, values: Sequence[Value], *, scope: str) -> str:
        """The cursor behind a row with these sort values, for the list that `scope` names."""
        body = json.dumps([_tagged(value) for value in values], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(body, scope) + body).rstrip(b"=").decode()

    def read(self, cursor: str, *, scope: str) -> tuple[Value, ...]:
        """The sort values; raises `CursorError` for anything that this service did not write for this list."""
        if len(cursor) > _LONGEST:
            raise CursorError
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(body, scope)):
                raise CursorError
            return tuple(_READ[kind](value) for kind, value in json.loads(body))
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise CursorError from None

    def _tag(self, body: bytes, scope: str) -> bytes:
        return hmac.digest(self._secret, scope.encode() + b"\n" + body, hashlib.sha256)[:_TAG_BYTES]


@dataclass(frozen=True)
class Keyset:
    """One list request: where it starts and how many rows it wants."""

    signer: CursorSigner
    scope: str
    limit: int
    after: tuple[Value, ...] | None
    path: str
    query: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: Request, principal: Principal, *, cursor: str | None, limit: int) -> "Keyset":
        """Read the request's cursor; raises `CursorError`."""
        signer: CursorSigner = request.app.state.kit.cursors
        filters = tuple(
            sorted(item for item in request.query_params.multi_items() if item[0] not in {"cursor", "limit"})
        )
        scope = f"{principal.tenant_id} {request.url.path}?{urlencode(filters)}"
        after = signer.read(cursor, scope=scope) if cursor else None
        return cls(signer, scope, limit, after, request.url.path, filters)

    def condition(self, *columns: Any, descending: bool = False) -> ColumnElement[bool] | None:
        """`(a, b) > (last a, last b)`, or `<` for a descending list; None on the first page. Raises `CursorError`."""
        if self.after is None:
            return None
        if len(self.after) != len(columns):
            raise CursorError
        row = tuple_(*columns)
        return row < tuple_(*self.after) if descending else row > tuple_(*self.after)

    def page(self, rows: Sequence[T], key: Callable[[T], tuple[Value, ...]]) -> tuple[Page[T], dict[str, str]]:
        """The page and its `Link` header, from up to `limit + 1` rows: ask for one more than you show."""
        shown = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return Page[T](items=shown, next=None), {}
        following = self.signer.write(key(shown[-1]), scope=self.scope)
        target = urlencode([*self.query, ("limit", str(self.limit)), ("cursor", following)])
        return Page[T](items=shown, next=following), {"link": f'<{self.path}?{target}>; rel="next"'}
