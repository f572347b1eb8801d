"""Réguas: draft, validate, publish, assign, and move running cases by explicit choice."""

from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, InvalidError, NotFoundError
from contracts.decisions import PolicyRef
from dunning.domain.policy import Policy, faults_in
from dunning.due_work import review_now
from dunning.store import policies


async def create(tx: Tx, policy: Policy, policy_id: UUID | None = None) -> PolicyRef:
    """Begin a draft: of a new régua, or the next version of one that has no draft yet."""
    new = PolicyRef(policy_id=policy_id or tx.ids.new_id(), policy_version=1)
    if policy_id is not None:
        last = await policies.last_version(tx, policy_id)
        if not last:
            raise NotFoundError("policy-unknown", "There is no such régua.")
        if await policies.draft(tx, policy_id) is not None:
            raise ConflictError("draft-exists", "This régua has a draft already; change or publish that one.")
        new = PolicyRef(policy_id=policy_id, policy_version=last + 1)
    await policies.add_draft(tx, new, policy.model_dump_json())
    return new


async def change(tx: Tx, policy_id: UUID, policy: Policy) -> int:
    """Write the draft anew; returns its version."""
    draft = await policies.draft(tx, policy_id)
    if draft is None:
        raise NotFoundError("draft-unknown", "This régua has no draft; a published version never changes.")
    await policies.change_draft(tx, policy_id, policy.model_dump_json())
    version: int = draft["policy_version"]
    return version


async def publish(tx: Tx, policy_id: UUID) -> PolicyRef:
    """Check the draft and make it the next version; raises `InvalidError` with every fault it has."""
    draft = await policies.draft(tx, policy_id)
    if draft is None:
        raise NotFoundError("draft-unknown", "This régua has no draft to publish.")
    faults = faults_in(Policy.model_validate_json(draft["document"]))
    if faults:
        raise InvalidError("policy-faulty", "The draft cannot be published; mend what `errors` names.", faults=faults)
    await policies.publish(tx, policy_id, tx.now)
    return PolicyRef(policy_id=policy_id, policy_version=draft["policy_version"])


async def assign(tx: Tx, segment: str, policy: PolicyRef) -> None:
    """New cases of the segment come under this published version; running ones stay on theirs."""
    found = await policies.version(tx, policy)
    if found is None or found["state"] == "draft":
        raise NotFoundError("policy-unknown", "There is no such published version.")
    await policies.assign(tx, segment, policy)


async def migrate(tx: Tx, policy: PolicyRef, *, from_policy: UUID | None) -> int:
    """Move running cases onto a published version; returns how many."""
    found = await policies.version(tx, policy)
    if found is None or found["state"] == "draft":
        raise NotFoundError("policy-unknown", "There is no such published version.")
    moved = await policies.migrate_cases(tx, policy, from_policy=from_policy)
    await review_now(tx, moved, trigger="operator")
    return len(moved)
