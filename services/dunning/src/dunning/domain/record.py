"""The decision record: what was decided, from which versions, by which rules; the facts are kept so it can be replayed.

A case that waits for the same reason until the same instant as before has decided nothing new, and is not recorded
again.
"""

import hashlib
import json
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from contracts.decisions import (
    ActionOutcome,
    HoldOutcome,
    Outcome,
    Reason,
    RuleVerdict,
    StopOutcome,
    VersionedInput,
    WaitOutcome,
)
from contracts.dunning import DecisionRecorded
from dunning.domain.changes import Changes, SavedDecision
from dunning.domain.debtor_file import CaseRow, DebtorFile
from dunning.domain.decide import Decision, Rule

CODE_VERSION = "decide.1"
"""Rises whenever the same facts could give another decision."""

_STOP: dict[str, Literal["paid", "prescribed", "finished"]] = {
    "nothing_owed": "paid",
    "prescribed": "prescribed",
}


def _reason(rule: Rule) -> Reason:
    return Reason(code=rule.code, values={"about": rule.about[:80]} if rule.about else {})


def _outcome(
    file: DebtorFile, case: CaseRow, decision: Decision, message_id: UUID | None, task_id: UUID | None
) -> Outcome:
    if decision.outcome == "action" and decision.step is not None:
        channel = decision.channels[0].channel.value if decision.channels else None
        return ActionOutcome(step_key=decision.step.key, channel=channel, message_id=message_id, task_id=task_id)
    if decision.outcome == "wait" and decision.until is not None:
        return WaitOutcome(until=decision.until)
    if decision.outcome == "hold":
        holds = [hold for hold in file.holds if hold.case_id == case.case_id]
        return HoldOutcome(hold_id=holds[0].hold_id if len(holds) == 1 else None, until=decision.until)
    return StopOutcome(reason=_STOP.get(decision.reason, "finished"))


def canonical_facts(file: DebtorFile, case: CaseRow, *, now: datetime) -> dict[str, object]:
    """The facts of the decision as plain values, in one form, without personal data: the input of a replay."""
    receivable = file.receivables[case.invoice_id]
    debtor = file.debtor
    assert debtor is not None  # noqa: S101 - nothing is decided without a debtor
    return {
        "now": now.isoformat(),
        "invoice": {
            "invoice_id": str(receivable.invoice_id),
            "version": receivable.version,
            "state": receivable.state,
            "due_on": receivable.due_on.isoformat(),
            "payable_on": receivable.payable_on.isoformat(),
            "open_cents": receivable.open_cents,
            "has_boleto": receivable.has_boleto,
        },
        "debtor": {
            "customer_id": str(debtor.customer_id),
            "version": debtor.version,
            "zone": str(debtor.zone),
            "uf": debtor.uf,
            "city_code": debtor.city_code,
            "language": debtor.language,
            "contact_days": debtor.contact_days.model_dump(mode="json"),
            "refused_channels": sorted(debtor.refused_channels),
            "preferred_channels": sorted(debtor.preferred_channels),
            "contacts": [contact.model_dump(mode="json") for contact in debtor.contacts],
            "flags": sorted(debtor.flags),
            "segment": debtor.segment,
            "closed_contacts": sorted(str(item) for item in debtor.closed_contacts),
            "closed_channels": sorted(debtor.closed_channels),
            "excluded": debtor.excluded,
            "paused": debtor.paused,
            "paused_until": debtor.paused_until.isoformat() if debtor.paused_until else None,
        },
        "case": {
            "case_id": str(case.case_id),
            "opened_at": case.opened_at.isoformat(),
            "steps_done": sorted(case.steps_done),
            "paused": case.paused,
            "policy_id": str(case.policy.policy_id),
            "policy_version": case.policy.policy_version,
            "holds": sorted(
                [
                    {
                        "hold_id": str(hold.hold_id),
                        "reason": hold.reason,
                        "owner": hold.owner.id,
                        "starts_at": hold.starts_at.isoformat(),
                        "ends_at": hold.ends_at.isoformat() if hold.ends_at else None,
                    }
                    for hold in file.holds
                    if hold.case_id == case.case_id
                ],
                key=lambda hold: str(hold["hold_id"]),
            ),
        },
        "contacted_at": [at.isoformat() for at in sorted(file.contacted_at)],
        "bank_fresh_until": file.bank_fresh_until.isoformat() if file.bank_fresh_until else None,
    }


def facts_hash(facts: dict[str, object]) -> str:
    """SHA-256 of the canonical facts."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def record(
    file: DebtorFile,
    changes: Changes,
    case: CaseRow,
    decision: Decision,
    *,
    decision_id: UUID,
    message_id: UUID | None,
    task_id: UUID | None,
    now: datetime,
    trigger: str,
) -> None:
    """Add the decision to what is saved and published, unless it says again what the last one said."""
    if decision.outcome != "action" and not decision.skipped:
        said = f"{decision.outcome}:{decision.reason}"
        if said == case.last_reason and decision.until == case.last_until:
            return
    facts = canonical_facts(file, case, now=now)
    outcome = _outcome(file, case, decision, message_id, task_id)
    receivable = file.receivables[case.invoice_id]
    event = DecisionRecorded(
        decision_id=decision_id,
        case_id=case.case_id,
        customer_id=file.customer_id,
        invoice_ids=(case.invoice_id,),
        policy=case.policy,
        code_version=CODE_VERSION,
        evaluated_at=now,
        trigger=cast("Literal['schedule', 'event', 'operator', 'replay']", trigger),
        inputs=(
            VersionedInput(kind="invoice", id=str(case.invoice_id), version=str(receivable.version)),
            VersionedInput(
                kind="customer", id=str(file.customer_id), version=str(file.debtor.version if file.debtor else 0)
            ),
            VersionedInput(kind="case", id=str(case.case_id), version=str(case.case_version)),
            VersionedInput(kind="policy", id=str(case.policy.policy_id), version=str(case.policy.policy_version)),
        ),
        facts_hash=facts_hash(facts),
        rules=tuple(
            RuleVerdict(rule=rule.code, verdict="passed" if rule.passed else "refused", reason=_reason(rule))
            for rule in decision.rules
        ),
        outcome=outcome,
        reasons=(_reason(decision.rules[-1]),),
        next_evaluation_at=decision.until,
    )
    changes.facts.append(event)
    changes.decisions.append(
        SavedDecision(
            event=event,
            facts=facts,
            invoice_id=case.invoice_id,
            reason=decision.reason,
            step_key=decision.step.key if decision.step else None,
            skipped=decision.skipped,
            message_id=message_id,
            task_id=task_id,
        )
    )
