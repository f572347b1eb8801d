"""What providers and mail servers hand in: checked, kept as it came, answered, and applied afterwards."""

import hmac
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict
from standardwebhooks import Webhook

from chassis.principal import UnauthenticatedError
from chassis.settings_source import revealed
from notifier import parts as hands
from notifier.due_work import apply_at
from notifier.handlers import inbound
from notifier.parts import Parts
from notifier.store import callbacks

router = APIRouter(prefix="/v1", tags=["inward"])

_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {
        "description": "The signature or the token is missing or wrong",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_CALLBACK_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["client_ref", "status"],
                    "properties": {
                        "id": {"type": "string", "description": "the provider's id of the message"},
                        "client_ref": {"type": "string", "format": "uuid", "description": "our reference"},
                        "status": {"enum": ["sent", "delivered", "read", "failed", "reply"]},
                        "code": {"type": "string", "description": "of a failure"},
                        "text": {"type": "string", "description": "of a reply"},
                        "reply_id": {"type": "string"},
                    },
                }
            }
        },
    }
}
_MAIL_BODY = {
    "requestBody": {
        "required": True,
        "description": "the raw bytes of the mail (message/rfc822), under whatever media type they are sent",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Taken(BaseModel):
    """It is kept; `known` says whether it was recognised as being about a message of ours."""

    model_config = ConfigDict(extra="forbid")

    known: bool


def _verified(parts: Parts, body: bytes, headers: dict[str, str]) -> str:
    """The callback's id; raises `UnauthenticatedError` for whatever is wrong with its signature."""
    secret = revealed(parts.settings.notifier_callback_secret)
    if not secret:
        raise UnauthenticatedError("callbacks-off")
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except Exception:  # noqa: BLE001 - the library raises many classes for hostile headers; each is the same 401
        raise UnauthenticatedError("signature") from None
    return headers["webhook-id"][:200]


@router.post("/callbacks/{provider}/{tenant_id}", responses=_REFUSED, openapi_extra=_CALLBACK_BODY)
async def take_callback(provider: Literal["sms", "whatsapp"], tenant_id: UUID, request: Request) -> Taken:
    """A provider's status callback, signed as Standard Webhooks say. The bytes are kept before the answer."""
    parts = hands.current()
    body = await request.body()
    webhook_id = _verified(parts, body, dict(request.headers))
    async with parts.database.unit_of_work(tenant_id=tenant_id, name="callback") as tx:
        callback_id = await callbacks.add(tx, provider=provider, webhook_id=webhook_id, body=body)
        if callback_id is not None:
            await apply_at(tx, callback_id, tx.now)
    return Taken(known=True)


@router.post("/inbound/mail", status_code=202, responses=_REFUSED, openapi_extra=_MAIL_BODY)
async def take_mail(
    request: Request,
    authorization: Annotated[str, Header(max_length=400)] = "",
    x_envelope_to: Annotated[str, Header(max_length=2_000)] = "",
) -> Taken:
    """A mail that came to one of our return addresses, as its raw bytes (message/rfc822)."""
    parts = hands.current()
    token = revealed(parts.settings.notifier_inbound_token)
    given = authorization.removeprefix("Bearer ").strip()
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise UnauthenticatedError("inbound-token")
    raw = await request.body()
    recipients = [part.strip() for part in x_envelope_to.split(",") if part.strip()][:10]
    return Taken(known=await inbound.keep(parts.database, raw, recipients, key=parts.token_key))
