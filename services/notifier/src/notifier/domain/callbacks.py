"""A provider's callback, read as hostile input although it is signed: providers change, and so do their words."""

import json
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from notifier.domain.provider_words import Status, reason_code, reference, storable

_STATUSES: Final = frozenset({"sent", "delivered", "read", "failed", "reply"})
LONGEST_REPLY: Final = 4_000


class CallbackError(ValueError):
    """The callback says nothing that we understand; `code` is stable."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Callback:
    """What the provider says about one of our hand-offs."""

    attempt_id: UUID
    status: Status
    provider_message_id: str | None
    code: str
    text: str
    reply_reference: str


def read(body: bytes) -> Callback:
    """The callback in a body; raises `CallbackError`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackError("not_json") from None
    if not isinstance(document, dict):
        raise CallbackError("not_an_object")
    status = document.get("status")
    if not isinstance(status, str) or status not in _STATUSES:
        raise CallbackError("status_unknown")
    try:
        attempt_id = UUID(str(document.get("client_ref")))
    except ValueError:
        raise CallbackError("reference_unknown") from None
    text = document.get("text")
    return Callback(
        attempt_id=attempt_id,
        status=cast("Status", status),
        provider_message_id=reference(document.get("id")),
        code=reason_code(document.get("code")) or "provider_failed",
        text=storable(text[:LONGEST_REPLY]) if isinstance(text, str) else "",
        reply_reference=reference(document.get("reply_id")) or "",
    )
