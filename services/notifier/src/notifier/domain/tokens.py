"""Tokens in links, pixels and return addresses: signed, expiring, and without any personal data.

A token names the tenant, the attempt, what it is for and which of the attempt's links it is. Nothing needs to be
looked up to know that it is ours; nobody can make one or change one without the key.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, get_args
from uuid import UUID

Kind = Literal["pixel", "link", "unsubscribe", "bounce", "reply"]
_KINDS: Final = get_args(Kind)
_BODY: Final = struct.Struct(">16s16sBBI")
_TAG_BYTES: Final = 16
_MAIL_TAG_BYTES: Final = 6
_LONGEST: Final = 120
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAIL_LETTER: Final[dict[Kind, str]] = {"bounce": "b", "reply": "r"}


class TokenError(ValueError):
    """The token is not ours, was changed, or has expired."""


@dataclass(frozen=True)
class Token:
    """What a token says; `index` is the place of the link among the attempt's links."""

    tenant_id: UUID
    attempt_id: UUID
    kind: Kind
    index: int = 0


def write(token: Token, *, key: bytes, expires_at: datetime) -> str:
    """The token as URL-safe text of 73 characters."""
    seconds = int(expires_at.timestamp())
    body = _BODY.pack(
        token.tenant_id.bytes, token.attempt_id.bytes, _KINDS.index(token.kind), token.index, min(seconds, 2**32 - 1)
    )
    return base64.urlsafe_b64encode(body + _tag(key, body, _TAG_BYTES)).rstrip(b"=").decode()


def read(text: str, *, key: bytes, now: datetime, kind: Kind) -> Token:
    """What the text says; raises `TokenError` for anything that was not written for this kind, or is too old."""
    if len(text) > _LONGEST:
        raise TokenError
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, tag = raw[: _BODY.size], raw[_BODY.size :]
        tenant, attempt, number, index, seconds = _BODY.unpack(body)
    except (ValueError, binascii.Error, struct.error):
        raise TokenError from None
    if not hmac.compare_digest(tag, _tag(key, body, _TAG_BYTES)) or number >= len(_KINDS):
        raise TokenError
    if _KINDS[number] != kind or datetime.fromtimestamp(seconds, UTC) <= now:
        raise TokenError
    return Token(UUID(bytes=tenant), UUID(bytes=attempt), _KINDS[number], index)


def write_local_part(token: Token, *, key: bytes) -> str:
    """The token as the local part of a mail address: at most 64 characters, and the case of letters does not matter."""
    body = token.tenant_id.bytes + token.attempt_id.bytes
    letter = _MAIL_LETTER[token.kind]
    number = int.from_bytes(b"\x01" + body + _tag(key, letter.encode() + body, _MAIL_TAG_BYTES))
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return f"{letter}-{digits}"


def read_address(address: str, *, key: bytes) -> Token:
    """The token in a mail address of ours; raises `TokenError` for any other address."""
    local = address.strip().strip("<>").rpartition("@")[0].lower()
    letter, _, digits = local.partition("-")
    kinds = [kind for kind, own in _MAIL_LETTER.items() if own == letter]
    if not kinds or not digits or len(local) > 64:
        raise TokenError
    try:
        raw = int(digits, 36).to_bytes(1 + 32 + _MAIL_TAG_BYTES)
    except (ValueError, OverflowError):
        raise TokenError from None
    body, tag = raw[1:33], raw[33:]
    if raw[0] != 1 or not hmac.compare_digest(tag, _tag(key, letter.encode() + body, _MAIL_TAG_BYTES)):
        raise TokenError
    return Token(UUID(bytes=body[:16]), UUID(bytes=body[16:]), kinds[0])


def _tag(key: bytes, body: bytes, length: int) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:length]
