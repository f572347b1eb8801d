"""The creditor's profile."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from chassis.auth import require
from chassis.errors import NotFoundError
from chassis.etag import IfMatch
from chassis.principal import Principal
from invoicing.api.examples import CreditorBody
from invoicing.api.shared import changing, reading, tagged
from invoicing.domain.creditor import CreditorProfile
from invoicing.handlers import profile as handlers
from invoicing.store import creditors

router = APIRouter(tags=["creditor"])
Reader = Annotated[Principal, Depends(require("creditor:read"))]
Writer = Annotated[Principal, Depends(require("creditor:write"))]


@router.get("/creditor")
async def get_creditor(request: Request, response: Response, principal: Reader) -> CreditorProfile:
    """Who is owed, with bank, Pix key and standard terms."""
    async with reading(request, principal) as tx:
        held = await creditors.find(tx)
    if held is None:
        raise NotFoundError("profile-missing", "Put the creditor's profile first.")
    return tagged(response, held.version, held.profile)


@router.put("/creditor", openapi_extra={"responses": {"409": {"$ref": "#/components/responses/409"}}})
async def put_creditor(
    body: CreditorBody, request: Request, response: Response, principal: Writer, if_match: IfMatch = None
) -> CreditorProfile:
    """Write the profile whole. The first one needs no `If-Match`. It counts for invoices issued from now on."""
    async with changing(request, principal) as tx:
        held = await handlers.put_profile(tx, body, if_match=if_match)
    return tagged(response, held.version, held.profile)
