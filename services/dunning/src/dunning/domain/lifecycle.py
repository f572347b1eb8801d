"""What follows from the facts before anything is decided: cases open and close, holds end, promises are kept or broken.

Everything here is derived from state, so it does not matter which event told it, or how often.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.dunning import (
    CaseClosed,
    CaseHeld,
    CaseOpened,
    CaseReleased,
    HoldReason,
    Owner,
    PromiseBroken,
    PromiseKept,
)
from contracts.invoices import InvoiceState
from dunning.domain.changes import Changes, EndedPromise, ReleasedHold
from dunning.domain.debtor_file import CaseRow, DebtorFile, HoldRow
from dunning.domain.promise import assess

NewId = Callable[[], UUID]
CloseReason = Literal[
    "paid", "cancelled", "written_off", "renegotiated", "prescribed", "excluded", "customer_erased", "operator"
]

_CLOSED_BY: Mapping[InvoiceState, CloseReason] = {
    "paid": "paid",
    "cancelled": "cancelled",
    "written_off": "written_off",
    "renegotiated": "renegotiated",
}


def next_case(case: CaseRow, **changes: object) -> CaseRow:
    """The case with these values, one version later."""
    return replace(case, case_version=case.case_version + 1, **changes)  # type: ignore[arg-type]


def settle_cases(file: DebtorFile, changes: Changes, *, now: datetime, new_id: NewId) -> None:
    """Open a case for each open invoice that has none, reopen one whose debt came back, close those that are over."""
    known = {case.invoice_id: case for case in file.cases}
    for invoice_id, receivable in file.receivables.items():
        case = known.get(invoice_id)
        if receivable.is_open and (case is None or case.state == "closed"):
            if case is not None and changes.closed.get(case.case_id):
                continue
            _open(file, changes, invoice_id, case, now=now, new_id=new_id)
        elif case is not None and case.state == "open" and not receivable.is_open:
            close(changes, case, file, _CLOSED_BY.get(receivable.state, "paid"))


def _open(
    file: DebtorFile, changes: Changes, invoice_id: UUID, before: CaseRow | None, *, now: datetime, new_id: NewId
) -> None:
    receivable = file.receivables[invoice_id]
    if before is None:
        policy = file.policy_for(receivable.segment or (file.debtor.segment if file.debtor else ""))
        case = CaseRow(
            case_id=new_id(), invoice_id=invoice_id, case_version=1, policy=policy, state="open", opened_at=now
        )
    else:
        case = next_case(before, state="open", last_reason=None, last_until=None)
    changes.cases[case.case_id] = case
    changes.facts.append(
        CaseOpened(
            case_id=case.case_id,
            case_version=case.case_version,
            customer_id=file.customer_id,
            invoice_id=invoice_id,
            policy=case.policy,
            invoice_version=receivable.version,
            reason="invoice_issued" if before is None else "invoice_reopened",
            segment=receivable.segment or None,
        )
    )


def close(changes: Changes, case: CaseRow, file: DebtorFile, reason: CloseReason) -> None:
    """End the collection of an invoice; its holds end with it."""
    gone = {item.hold_id for item in changes.released}
    for hold in file.holds:
        if hold.case_id == case.case_id and hold.hold_id not in gone:
            case = release(changes, case, file, hold, "promise_kept" if hold.reason == "promise" else "resolved")
    case = next_case(case, state="closed", last_reason=None, last_until=None)
    changes.cases[case.case_id] = case
    changes.closed[case.case_id] = reason
    changes.facts.append(
        CaseClosed(
            case_id=case.case_id,
            case_version=case.case_version,
            customer_id=file.customer_id,
            invoice_id=case.invoice_id,
            reason=reason,
            steps_done=len(case.steps_done),
            messages_requested=case.messages_requested,
        )
    )


ReleaseCause = Literal["expired", "resolved", "rejected", "promise_kept", "promise_broken", "source_fresh", "operator"]


def release(changes: Changes, case: CaseRow, file: DebtorFile, hold: HoldRow, cause: ReleaseCause) -> CaseRow:
    """End a hold; returns the case after it."""
    gone = {item.hold_id for item in changes.released} | {hold.hold_id}
    changes.released.append(ReleasedHold(hold_id=hold.hold_id, cause=cause))
    case = next_case(changes.cases.get(case.case_id, case))
    changes.cases[case.case_id] = case
    changes.facts.append(
        CaseReleased(
            case_id=case.case_id,
            case_version=case.case_version,
            customer_id=file.customer_id,
            invoice_id=case.invoice_id,
            hold_id=hold.hold_id,
            reason=hold.reason,
            cause=cause,
            still_held=any(item.case_id == case.case_id and item.hold_id not in gone for item in file.holds),
        )
    )
    return case


def held(
    case: CaseRow,
    *,
    customer_id: UUID,
    hold_id: UUID,
    reason: HoldReason,
    owner: Owner,
    now: datetime,
    until: datetime | None = None,
    review_on: date | None = None,
    response_id: UUID | None = None,
    promise_id: UUID | None = None,
) -> tuple[CaseRow, CaseHeld]:
    """The case after a new hold, and the fact."""
    case = next_case(case)
    return case, CaseHeld(
        case_id=case.case_id,
        case_version=case.case_version,
        customer_id=customer_id,
        invoice_id=case.invoice_id,
        hold_id=hold_id,
        reason=reason,
        owner=owner,
        held_from=now,
        until=until,
        review_on=review_on,
        response_id=response_id,
        promise_id=promise_id,
    )


def end_promises(file: DebtorFile, changes: Changes, *, now: datetime) -> None:
    """Keep or break each promise whose money or time has come, and end the silence it bought."""
    cases = {case.case_id: case for case in file.cases}
    for row in file.promises:
        promise = row.promise
        state = assess(promise=promise, received=row.received, ends_at=row.silent_until, now=now)
        if state == "open":
            continue
        paid_cents = sum(credit.amount_cents for credit in row.received)
        changes.promises.append(EndedPromise(promise_id=promise.promise_id, state=state, paid_cents=paid_cents))
        common = {
            "promise_id": promise.promise_id,
            "customer_id": file.customer_id,
            "case_ids": row.case_ids,
            "invoice_ids": promise.invoice_ids,
            "promised_on": promise.promised_on,
            "promised_cents": promise.amount_cents,
            "paid_cents": paid_cents,
        }
        if state == "kept":
            kept_on = max(credit.paid_on for credit in row.received)
            changes.facts.append(PromiseKept(**common, kept_on=kept_on, allocation_ids=row.allocation_ids))
        else:
            zone = file.debtor.zone if file.debtor else None
            changes.facts.append(PromiseBroken(**common, broken_on=now.astimezone(zone).date()))
        for hold in file.holds:
            case = changes.cases.get(hold.case_id) or cases.get(hold.case_id)
            if hold.promise_id == promise.promise_id and case is not None and case.case_id not in changes.closed:
                release(changes, case, file, hold, "promise_kept" if state == "kept" else "promise_broken")


def end_holds(file: DebtorFile, changes: Changes, *, now: datetime) -> None:
    """Release the holds whose end has come."""
    cases = {case.case_id: case for case in file.cases}
    gone = {item.hold_id for item in changes.released}
    for hold in file.holds:
        case = changes.cases.get(hold.case_id) or cases.get(hold.case_id)
        over = hold.ends_at is not None and hold.ends_at <= now
        if over and hold.hold_id not in gone and case is not None and case.case_id not in changes.closed:
            release(changes, case, file, hold, "expired")
