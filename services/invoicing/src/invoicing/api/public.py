"""What a debtor may see and say with a response link: no credential, no personal data."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from chassis.ratelimit import RateLimit
from contracts.invoices import Instalment, Invoice, InvoiceState
from invoicing import config
from invoicing.api.shared import Closed, database
from invoicing.domain.responses import KINDS, OwnAnswer
from invoicing.handlers import links
from invoicing.store.responses import Link

router = APIRouter(tags=["debtor"])
_CONFLICT: Final[dict[str, Any]] = {"responses": {"409": {"$ref": "#/components/responses/409"}}}


class PublicCreditor(Closed):
    """Who is owed (CDC art. 42-A)."""

    name: str
    trade_name: str | None
    tax_id: str


class PublicInvoice(Closed):
    """What is owed, and how it can be paid."""

    invoice_id: UUID
    creditor: PublicCreditor
    document_number: str
    instalment: Instalment
    description: str
    state: InvoiceState
    amount_cents: int
    due_on: date
    payable_on: date
    total_cents: int = Field(description="what it costs on the day `on`; 0 once it is closed")
    on: date
    linha_digitavel: str | None
    br_code: str | None


class PublicDebt(Closed):
    """What a link shows."""

    expires_at: datetime
    invoices: list[PublicInvoice]
    answers: list[str] = Field(description="the kinds of answer that may be sent")


class OwnResponse(Closed):
    """What the debtor says."""

    answer: OwnAnswer = Field(discriminator="kind")


class Heard(Closed):
    """The answer was taken."""

    response_id: UUID


async def _link(token: Annotated[str, Path(min_length=40, max_length=60)], request: Request) -> Link:
    """The link of the path, within the budget of its sender."""
    state = request.app.state
    if not hasattr(state, "link_budget"):
        state.link_budget = RateLimit(config.settings().invoicing_public_per_minute)
    budget: RateLimit = state.link_budget
    await budget.take(request.client.host if request.client else "")
    return await links.opened(database(request), token)


Opened = Annotated[Link, Depends(_link)]


@router.get("/r/{token}")
async def get_debt_by_link(request: Request, link: Opened) -> PublicDebt:
    """What the link is about: amount today, ways to pay, possible answers."""
    async with database(request).unit_of_work(tenant_id=link.tenant_id, commit=False, name="get") as tx:
        shown = await links.show(tx, link)
    return PublicDebt(expires_at=link.expires_at, invoices=[_invoice(one) for one in shown], answers=list(KINDS))


def _invoice(shown: links.Shown) -> PublicInvoice:
    invoice: Invoice = shown.invoice
    creditor = invoice.creditor
    return PublicInvoice(
        invoice_id=invoice.invoice_id,
        creditor=PublicCreditor(name=creditor.name, trade_name=creditor.trade_name, tax_id=creditor.tax_id),
        document_number=invoice.document_number,
        instalment=invoice.instalment,
        description=invoice.description,
        state=invoice.state,
        amount_cents=invoice.amount_cents,
        due_on=invoice.due_on,
        payable_on=invoice.payable_on,
        total_cents=shown.total_cents,
        on=shown.on,
        linha_digitavel=invoice.boleto.linha_digitavel if invoice.boleto else None,
        br_code=invoice.pix.br_code if invoice.pix else None,
    )


@router.post("/r/{token}/responses", status_code=201, openapi_extra=_CONFLICT)
async def answer_by_link(body: OwnResponse, request: Request, link: Opened) -> Heard:
    """The debtor answers. The same answer again on the same day counts once."""
    async with database(request).unit_of_work(tenant_id=link.tenant_id, name="answer") as tx:
        return Heard(response_id=await links.answer(tx, link, body.answer))
