"""What a PSP calls: a hint that a Pix came, kept byte for byte before it is answered."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict

from chassis.principal import UnauthenticatedError
from chassis.problems import MEDIA_TYPE
from payments.handlers import pix

router = APIRouter(tags=["webhooks"])
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["pix"],
                    "properties": {"pix": {"type": "array", "items": {"type": "object"}}},
                }
            }
        },
    },
}
_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    401: {
        "description": "The token or certificate is not the account's, or there is no such account",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


class Taken(BaseModel):
    """How many Pix were announced and will be confirmed with the PSP."""

    model_config = ConfigDict(extra="forbid")

    announced: int


@router.post("/webhooks/pix/{account_id}/pix", openapi_extra=_BODY, responses=_REFUSED)
async def take_pix_webhook(
    account_id: UUID,
    request: Request,
    authorization: Annotated[str | None, Header(description="`Bearer` and the account's webhook token")] = None,
    x_client_cert_sha256: Annotated[
        str | None, Header(description="set by the proxy that ended mTLS; believed only where configured")
    ] = None,
) -> Taken:
    """The webhook of API Pix 2.9. It settles nothing by itself: each Pix is asked for at the PSP first."""
    database = request.app.state.kit.database
    scheme, _, value = (authorization or "").partition(" ")
    token = value if scheme.lower() == "bearer" else None
    async with database.unit_of_work(tenant_id=None, commit=False, name="webhook") as tx:
        tenant_id = await pix.is_known(tx, account_id, pix.Caller(token, x_client_cert_sha256))
    if tenant_id is None:
        raise UnauthenticatedError("webhook")
    body = await request.body()
    async with database.unit_of_work(tenant_id=tenant_id, name="webhook") as tx:
        announced = await pix.take_webhook(tx, account_id, headers=pix.shown_headers(request.headers), body=body)
    return Taken(announced=announced)
