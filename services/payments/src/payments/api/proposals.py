"""Questions to people: whose money it is, what a movement means."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.payments import MatchSignal
from payments.handlers import operators
from payments.store import proposals

router = APIRouter(tags=["proposals"])
Reader = Annotated[Principal, Depends(require("proposals:read"))]
Writer = Annotated[Call, Depends(once("proposals:write"))]
State = Literal["open", "accepted", "rejected", "superseded"]


class Candidate(BaseModel):
    """An invoice that may be meant, and what speaks for it."""

    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    score: int
    signals: list[MatchSignal]


class Proposal(BaseModel):
    """`match`: whose is this receipt? `movement`: what does this line of a bank file mean?"""

    model_config = ConfigDict(extra="forbid")

    proposal_id: UUID
    kind: Literal["match", "movement"]
    receipt_id: UUID | None
    account_id: UUID
    file_id: UUID | None
    file_line: int | None
    amount_cents: int | None
    candidates: list[Candidate]
    details: dict[str, str | None]
    state: State
    first_by: str | None = Field(description="who said yes first, where two people have to")
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class Acceptance(BaseModel):
    """What is meant: the invoices for a receipt, the receipt for a movement that takes money back."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: list[UUID] = Field(default_factory=list, max_length=100)
    receipt_id: UUID | None = None


class Decided(BaseModel):
    """What came of the answer. `waits_for_second`: another person has to say yes too."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["accepted", "waits_for_second", "rejected"]


def _of(row: Any) -> Proposal:
    values = {name: row[name] for name in Proposal.model_fields}
    return Proposal(**{**values, "candidates": json.loads(row["candidates"]), "details": json.loads(row["details"])})


@router.get("/proposals")
async def list_proposals(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    state: State | None = None,
    kind: Literal["match", "movement"] | None = None,
    receipt_id: UUID | None = None,
    account_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Proposal]:
    """Proposals, the oldest first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await proposals.listed(
            tx,
            state=state,
            kind=kind,
            receipt_id=receipt_id,
            account_id=account_id,
            after=keyset.after,
            limit=limit + 1,
        )
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.created_at, row.proposal_id))
    response.headers.update(headers)
    return page


@router.get("/proposals/{proposal_id}")
async def get_proposal(proposal_id: UUID, request: Request, principal: Reader) -> Proposal:
    """One proposal."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await proposals.load(tx, proposal_id)
    if row is None:
        raise NotFoundError("proposal-unknown", "There is no such proposal.")
    return _of(row)


@router.post("/proposals/{proposal_id}/accept")
async def accept_proposal(proposal_id: UUID, body: Acceptance, call: Writer) -> Decided:
    """Say yes. Where four eyes are configured, two different people have to, with the same choice."""

    async def effect(tx: Tx) -> Reply:
        outcome = await operators.accept(
            tx,
            proposal_id,
            invoice_ids=body.invoice_ids,
            receipt_id=body.receipt_id,
            by=call.principal.subject[:80],
        )
        return Reply(200, Decided(outcome=outcome))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/proposals/{proposal_id}/reject")
async def reject_proposal(proposal_id: UUID, call: Writer) -> Decided:
    """Say no: money stays unmatched, a movement does nothing."""

    async def effect(tx: Tx) -> Reply:
        await operators.reject(tx, proposal_id, by=call.principal.subject[:80])
        return Reply(200, Decided(outcome="rejected"))

    return await call.once(effect)  # type: ignore[return-value]
