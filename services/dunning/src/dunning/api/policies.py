"""Réguas: drafts, published versions, which one new cases come under."""

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
from chassis.etag import IfMatch, check_if_match, etag
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.decisions import PolicyRef
from dunning.domain.policy import DEFAULT_POLICY, Policy
from dunning.handlers import policies as handlers
from dunning.store import policies as store
from dunning.store.files import default_policy_id

router = APIRouter(tags=["policies"])
Reader = Annotated[Principal, Depends(require("policies:read"))]
Writer = Annotated[Call, Depends(once("policies:write"))]


class PublishedPolicy(PolicyRef):
    """A version of a régua, as a request names it."""

    policy_version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class PolicyVersion(BaseModel):
    """One version of a régua."""

    model_config = ConfigDict(extra="forbid")

    policy_id: UUID
    policy_version: int
    state: Literal["draft", "published", "retired"]
    policy: Policy
    created_at: datetime | None = None
    published_at: datetime | None = None


class Assignment(BaseModel):
    """Which published version new cases of a segment come under; an empty segment is for all others."""

    model_config = ConfigDict(extra="forbid")

    segment: str = Field("", pattern=r"^([a-z][a-z0-9_.-]{0,63})?$")
    policy: PublishedPolicy


class Migration(BaseModel):
    """Move running cases onto a published version; without `from_policy_id`, all of them."""

    model_config = ConfigDict(extra="forbid")

    to: PublishedPolicy
    from_policy_id: UUID | None = None


class Migrated(BaseModel):
    """How many cases moved."""

    model_config = ConfigDict(extra="forbid")

    cases: int


def _of(row: Any) -> PolicyVersion:
    return PolicyVersion(
        policy_id=row["policy_id"],
        policy_version=row["policy_version"],
        state=row["state"],
        policy=Policy.model_validate_json(row["document"]),
        created_at=row["created_at"],
        published_at=row["published_at"],
    )


async def _reply(tx: Tx, status: int, policy: PolicyRef) -> Reply:
    row = await store.version(tx, policy)
    location = f"/v1/policies/{policy.policy_id}/versions/{policy.policy_version}"
    return Reply(status, _of(row), {"etag": etag(row["row_version"]), "location": location})


@router.post("/policies", status_code=201)
async def create_policy(body: Policy, call: Writer) -> PolicyVersion:
    """Begin a new régua as a draft."""

    async def effect(tx: Tx) -> Reply:
        return await _reply(tx, 201, await handlers.create(tx, body))

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/policies")
async def list_policies(
    *, request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[PolicyVersion]:
    """Every version of every régua of the tenant."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = [_of(row) for row in await store.page(tx, after=keyset.after, limit=limit + 1)]
    page, headers = keyset.page(rows, lambda row: (row.policy_id, row.policy_version))
    response.headers.update(headers)
    return page


@router.get("/policies/default")
async def get_default_policy(principal: Reader) -> PolicyVersion:
    """The régua that a tenant starts with, until another is assigned."""
    return PolicyVersion(
        policy_id=default_policy_id(principal.tenant_id), policy_version=1, state="published", policy=DEFAULT_POLICY
    )


@router.get("/policies/{policy_id}/versions/{policy_version}")
async def get_policy_version(
    policy_id: UUID, policy_version: int, request: Request, response: Response, principal: Reader
) -> PolicyVersion:
    """One version of a régua."""
    if not 1 <= policy_version < 2**31:
        raise NotFoundError("policy-unknown", "There is no such version.")
    wanted = PolicyRef(policy_id=policy_id, policy_version=policy_version)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await store.version(tx, wanted)
    if row is None:
        raise NotFoundError("policy-unknown", "There is no such version.")
    response.headers["etag"] = etag(row["row_version"])
    return _of(row)


@router.post("/policies/{policy_id}/draft", status_code=201)
async def create_draft(policy_id: UUID, body: Policy, call: Writer) -> PolicyVersion:
    """Begin the next version of a régua."""

    async def effect(tx: Tx) -> Reply:
        return await _reply(tx, 201, await handlers.create(tx, body, policy_id))

    return await call.once(effect)  # type: ignore[return-value]


@router.put("/policies/{policy_id}/draft")
async def change_draft(policy_id: UUID, body: Policy, call: Writer, if_match: IfMatch = None) -> PolicyVersion:
    """Write the draft anew."""

    async def effect(tx: Tx) -> Reply:
        draft = await store.draft(tx, policy_id)
        if draft is not None:
            check_if_match(if_match, draft["row_version"])
        version = await handlers.change(tx, policy_id, body)
        return await _reply(tx, 200, PolicyRef(policy_id=policy_id, policy_version=version))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/policies/{policy_id}/publish")
async def publish_policy(policy_id: UUID, call: Writer) -> PolicyVersion:
    """Check the draft and publish it; what is wrong with it is listed, each with its place."""

    async def effect(tx: Tx) -> Reply:
        return await _reply(tx, 200, await handlers.publish(tx, policy_id))

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/policy-assignments")
async def assign_policy(body: Assignment, call: Writer) -> Assignment:
    """Let new cases of a segment come under a published version; running cases stay on theirs."""

    async def effect(tx: Tx) -> Reply:
        await handlers.assign(tx, body.segment, body.policy)
        return Reply(200, body)

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/policy-migrations")
async def migrate_cases(body: Migration, call: Writer) -> Migrated:
    """Move running cases onto a published version, by explicit choice."""

    async def effect(tx: Tx) -> Reply:
        return Reply(200, Migrated(cases=await handlers.migrate(tx, body.to, from_policy=body.from_policy_id)))

    return await call.once(effect)  # type: ignore[return-value]
