"""The evidence of an invoice, to download and to check without us."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from chassis.auth import require
from chassis.errors import NotFoundError
from chassis.principal import Principal
from notifier.handlers import evidence

router = APIRouter(tags=["evidence"])
Reader = Annotated[Principal, Depends(require("evidence:read"))]


@router.get(
    "/invoices/{invoice_id}/evidence",
    response_class=Response,
    responses={
        200: {
            "description": "the file",
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        }
    },
)
async def get_evidence(
    invoice_id: UUID, request: Request, principal: Reader, form: Literal["jsonl", "text"] = "jsonl"
) -> Response:
    """Everything that was sent about an invoice, kept back, opened and answered, as links of the tenant's chain.

    `jsonl` is checked offline with `python -m notifier.verify FILE`; `text` is for a person.
    """
    database, tenant_id = request.app.state.kit.database, principal.tenant_id
    span = await evidence.span(database, tenant_id, invoice_id)
    if span is None:
        raise NotFoundError("evidence-unknown", "Nothing was ever sent, or kept back, about this invoice.")
    first, last = span
    if form == "text":
        return PlainTextResponse(await evidence.summary(database, tenant_id, invoice_id, first=first, last=last))
    name = f'attachment; filename="evidence-{invoice_id}.jsonl"'
    lines = evidence.file(database, tenant_id, invoice_id, first=first, last=last)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"content-disposition": name})
