"""What a person does to an invoice that exists: amend, cancel, write off, issue a second copy."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from chassis.db import Tx
from chassis.etag import IfMatch, etag
from chassis.idempotency import Reply
from contracts.base import PositiveCents
from contracts.charges import ChargeTerms
from contracts.fields import Code, ShortText
from contracts.invoices import DocumentReference, Invoice
from invoicing.api.shared import (
    Closed,
    InvoicesChanger,
    InvoicesWriter,
    changing,
    invoice_reply,
    tagged,
    who,
)
from invoicing.domain.billing import Day
from invoicing.domain.transitions import AmendReason, CancelReason, WriteOffReason
from invoicing.handlers import invoices as handlers

router = APIRouter(tags=["invoices"])
_NULLABLE = frozenset({"segment", "product"})


class Amendment(Closed):
    """What to change, and why; what is left out stays."""

    reason: AmendReason
    description: Annotated[ShortText, Field(min_length=1)] | None = None
    amount_cents: PositiveCents | None = None
    due_on: Day | None = None
    terms: ChargeTerms | None = None
    documents: tuple[DocumentReference, ...] | None = Field(None, max_length=20)
    segment: Code | None = None
    product: Code | None = None
    tags: tuple[Code, ...] | None = Field(None, max_length=50)

    @model_validator(mode="after")
    def _null_where_it_may_be(self) -> "Amendment":
        for name in self.model_fields_set - _NULLABLE:
            if getattr(self, name) is None:
                raise PydanticCustomError("null", "leave `{field}` out instead of sending null", {"field": name})
        return self

    def changes(self) -> dict[str, Any]:
        """The fields to change, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}


class Cancellation(Closed):
    """Why what is left is not owed; `replaced_by` belongs to the reason replaced, which needs it."""

    reason: CancelReason
    replaced_by: UUID | None = None


class WriteOffRequest(Closed):
    """Why what is left is no longer expected."""

    reason: WriteOffReason


class WriteOffAnswer(Closed):
    """`waiting`: above the profile's limit another person has to send the same request."""

    state: Literal["written_off", "waiting"]
    invoice: Invoice | None


class SecondCopy(Closed):
    """Until when the new slips are to be payable."""

    due_on: Day


@router.patch("/invoices/{invoice_id}", openapi_extra={"responses": {"409": {"$ref": "#/components/responses/409"}}})
async def amend_invoice(
    *,
    invoice_id: UUID,
    body: Amendment,
    request: Request,
    response: Response,
    principal: InvoicesChanger,
    if_match: IfMatch = None,
) -> Invoice:
    """Change an open invoice. A new amount, due date or terms make new slips; the old ones stay as history."""
    async with changing(request, principal) as tx:
        after = await handlers.amend(
            tx, invoice_id, body.changes(), reason=body.reason, if_match=if_match, principal=who(principal)
        )
    return tagged(response, after.version, after)


@router.post("/invoices/{invoice_id}/cancel")
async def cancel_invoice(invoice_id: UUID, body: Cancellation, call: InvoicesWriter) -> Invoice:
    """What is left of the invoice is not owed."""

    async def effect(tx: Tx) -> Reply:
        after = await handlers.cancel(
            tx,
            invoice_id,
            reason=body.reason,
            replaced_by=body.replaced_by,
            if_match=None,
            principal=who(call.principal),
        )
        return invoice_reply(200, after)

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/invoices/{invoice_id}/write-off")
async def write_off_invoice(invoice_id: UUID, body: WriteOffRequest, call: InvoicesWriter) -> WriteOffAnswer:
    """What is left is no longer expected. From the profile's limit on, two people have to ask for it."""

    async def effect(tx: Tx) -> Reply:
        done = await handlers.write_off(
            tx, invoice_id, reason=body.reason, if_match=None, principal=who(call.principal)
        )
        headers = {"etag": etag(done.invoice.version)} if done.invoice else {}
        state: Literal["written_off", "waiting"] = "written_off" if done.invoice else "waiting"
        return Reply(200, WriteOffAnswer(state=state, invoice=done.invoice), headers)

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/invoices/{invoice_id}/second-copy")
async def issue_second_copy(invoice_id: UUID, body: SecondCopy, call: InvoicesWriter) -> Invoice:
    """New slips for what is owed on a later day; the debt and its own due date stay as they are."""

    async def effect(tx: Tx) -> Reply:
        day: date = body.due_on
        return invoice_reply(200, await handlers.reissue(tx, invoice_id, due_on=day, principal=who(call.principal)))

    return await call.once(effect)  # type: ignore[return-value]
