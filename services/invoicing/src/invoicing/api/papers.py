"""The papers of an invoice: boleto as PDF, Pix code as picture."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from invoicing.api.shared import InvoicesReader, reading
from invoicing.domain.billing import Day
from invoicing.handlers import papers as handlers
from invoicing.papers import pdf, qr

router = APIRouter(tags=["invoices"])
_BINARY: Final = {"type": "string", "format": "binary"}
_REFUSED: Final[dict[str, Any]] = {"responses": {"409": {"$ref": "#/components/responses/409"}}}


def _answer(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": _BINARY}}, "description": "The picture"}}


@router.get(
    "/invoices/{invoice_id}/boleto.pdf",
    response_class=Response,
    responses=_answer("application/pdf"),
    openapi_extra=_REFUSED,
)
async def get_boleto_pdf(
    invoice_id: UUID,
    request: Request,
    principal: InvoicesReader,
    on: Annotated[Day | None, Query(description="day of payment, for what is owed then")] = None,
) -> Response:
    """The boleto on a page to print or send, with bar code and Pix. Late, it says what is owed today."""
    async with reading(request, principal) as tx:
        slip = await handlers.slip(tx, invoice_id, on=on)
    name = f'inline; filename="boleto-{invoice_id}.pdf"'
    return Response(pdf.render(slip), media_type="application/pdf", headers={"content-disposition": name})


@router.get(
    "/invoices/{invoice_id}/pix.png",
    response_class=Response,
    responses=_answer("image/png"),
    openapi_extra=_REFUSED,
)
async def get_pix_png(invoice_id: UUID, request: Request, principal: InvoicesReader) -> Response:
    """The Pix code as PNG."""
    async with reading(request, principal) as tx:
        text = await handlers.br_code(tx, invoice_id)
    return Response(qr.png(text), media_type="image/png")


@router.get(
    "/invoices/{invoice_id}/pix.svg",
    response_class=Response,
    responses=_answer("image/svg+xml"),
    openapi_extra=_REFUSED,
)
async def get_pix_svg(invoice_id: UUID, request: Request, principal: InvoicesReader) -> Response:
    """The Pix code as SVG."""
    async with reading(request, principal) as tx:
        text = await handlers.br_code(tx, invoice_id)
    return Response(qr.svg(text), media_type="image/svg+xml")
