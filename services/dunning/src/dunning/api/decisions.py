"""Why a message was sent, or was not: the decision records, in codes and in one sentence, and their replay."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.errors import NotFoundError
from chassis.principal import Principal
from contracts.decisions import RuleVerdict
from dunning.domain.replay import replay
from dunning.domain.sentence import sentence
from dunning.store import reads
from dunning.store.files import load_policies

router = APIRouter(tags=["decisions"])
Reader = Annotated[Principal, Depends(require("decisions:read"))]


class Decision(BaseModel):
    """One decision: what came of it, every rule that was asked, and why in a sentence."""

    model_config = ConfigDict(extra="forbid")

    decision_id: UUID
    case_id: UUID
    customer_id: UUID
    invoice_id: UUID
    evaluated_at: datetime
    policy_id: UUID
    policy_version: int
    outcome: Literal["action", "wait", "hold", "stop"]
    reason: str
    sentence_pt: str
    sentence_en: str
    rules: list[RuleVerdict]
    step_key: str | None
    skipped: list[str]
    until: datetime | None
    message_id: UUID | None
    task_id: UUID | None
    code_version: str
    facts_hash: str


class Replayed(BaseModel):
    """A recorded decision taken again by today's code from the recorded facts."""

    model_config = ConfigDict(extra="forbid")

    decision_id: UUID
    equal: bool = Field(description="the same outcome, step, rules and next instant")
    recorded: str
    replayed: str


def _of(row: Any) -> Decision:
    rules = [RuleVerdict.model_validate(rule) for rule in json.loads(row["rules"])]
    last = rules[-1].reason
    portuguese, english = sentence(row["reason"], last.values.get("about", "") if last else "")
    values = {key: row[key] for key in row.keys() if key not in {"rules", "facts", "skipped"}}  # noqa: SIM118
    return Decision(
        **values,
        rules=rules,
        skipped=json.loads(row["skipped"]),
        sentence_pt=portuguese,
        sentence_en=english,
    )


@router.get("/decisions")
async def list_decisions(
    *,
    request: Request,
    response: Response,
    principal: Reader,
    invoice_id: UUID | None = None,
    customer_id: UUID | None = None,
    outcome: Literal["action", "wait", "hold", "stop"] | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Decision]:
    """Decisions in the order in which they were taken."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = await reads.decisions(
            tx, invoice_id=invoice_id, customer_id=customer_id, outcome=outcome, after=keyset.after, limit=limit + 1
        )
    page, headers = keyset.page([_of(row) for row in rows], lambda row: (row.evaluated_at, row.decision_id))
    response.headers.update(headers)
    return page


@router.get("/decisions/{decision_id}")
async def get_decision(decision_id: UUID, request: Request, principal: Reader) -> Decision:
    """One decision."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await reads.decision(tx, decision_id)
    if row is None:
        raise NotFoundError("decision-unknown", "There is no such decision.")
    return _of(row)


@router.get("/decisions/{decision_id}/replay")
async def replay_decision(decision_id: UUID, request: Request, principal: Reader) -> Replayed:
    """Take a recorded decision again; the same facts give the same decision."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await reads.decision(tx, decision_id)
        policies, _ = await load_policies(tx)
    if row is None:
        raise NotFoundError("decision-unknown", "There is no such decision.")
    again = replay(json.loads(row["facts"]), policies[row["policy_id"], row["policy_version"]])
    rules = [(rule["rule"], rule["verdict"] == "passed") for rule in json.loads(row["rules"])]
    equal = (
        again.outcome == row["outcome"]
        and (again.step.key if again.step else None) == row["step_key"]
        and [(rule.code, rule.passed) for rule in again.rules] == rules
        and again.until == row["until"]
        and list(again.skipped) == json.loads(row["skipped"])
    )
    return Replayed(
        decision_id=decision_id,
        equal=equal,
        recorded=f"{row['outcome']}:{row['reason']}",
        replayed=f"{again.outcome}:{again.reason}",
    )
