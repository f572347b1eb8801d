"""The review of one debtor: derive what the facts mean, decide every open case, and ask for at most what is due.

Pure: the file, the régua, the law and the instant in; rows, facts and the next instant to look again out. It may run
any number of times on the same facts: a step that was taken is never taken again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from dunning.domain.changes import Changes
from dunning.domain.consolidate import Decided, consolidate
from dunning.domain.contact import debtor_facts, lawful_contact
from dunning.domain.debtor_file import CaseRow, DebtorFile
from dunning.domain.decide import PERSON_CALLED, Decision, Situation, decide
from dunning.domain.facts import CaseFacts, Hold, InvoiceFacts, InvoiceState
from dunning.domain.facts import HoldReason as HeldFor
from dunning.domain.lifecycle import close, end_holds, end_promises, settle_cases
from dunning.domain.plan import AddBankDays
from dunning.domain.record import record
from dunning.domain.requests import request_message, request_task, thank

NewId = Callable[[], UUID]

LOOK_AGAIN = timedelta(minutes=1)
"""The soonest a review asks for another one, so that a case can never spin."""


def review(
    file: DebtorFile, *, now: datetime, new_id: NewId, add_bank_days: AddBankDays, trigger: str = "event"
) -> Changes:
    """Everything that follows from the file at `now` (UTC)."""
    changes = Changes()
    end_promises(file, changes, now=now)
    settle_cases(file, changes, now=now, new_id=new_id)
    end_holds(file, changes, now=now)
    if file.debtor is None or file.debtor.erased:
        if file.debtor is not None:
            for case in _open_cases(file, changes):
                close(changes, case, file, "customer_erased")
        return changes
    thank(file, changes, now=now, new_id=new_id)
    decided = [
        (case, _decide(file, changes, case, now=now, add_bank_days=add_bank_days))
        for case in _open_cases(file, changes)
    ]
    _carry_out(file, changes, decided, now=now, new_id=new_id, trigger=trigger)
    changes.next_at = _next_at(file, changes, [decision for _, decision in decided], now)
    return changes


def _open_cases(file: DebtorFile, changes: Changes) -> list[CaseRow]:
    rows = {case.case_id: case for case in file.cases} | changes.cases
    found = [case for case in rows.values() if case.state == "open" and case.case_id not in changes.closed]
    return sorted(found, key=lambda case: str(case.case_id))


def _situation(
    file: DebtorFile, changes: Changes, case: CaseRow, *, now: datetime, add_bank_days: AddBankDays
) -> Situation:
    receivable = file.receivables[case.invoice_id]
    gone = {item.hold_id for item in changes.released}
    assert file.debtor is not None  # noqa: S101 - review() returned already where it is missing
    return Situation(
        invoice=InvoiceFacts(
            invoice_id=receivable.invoice_id,
            version=receivable.version,
            state=InvoiceState.OPEN if receivable.is_open else InvoiceState.SETTLED,
            due_on=receivable.due_on,
            payable_on=receivable.payable_on,
            balance_cents=receivable.open_cents,
            has_boleto=receivable.has_boleto,
        ),
        debtor=debtor_facts(file.debtor, contacted_at=file.contacted_at, now=now),
        case=CaseFacts(
            case_id=case.case_id,
            opened_at=case.opened_at,
            steps_done=case.steps_done,
            holds=tuple(
                Hold(
                    hold_id=hold.hold_id,
                    reason=HeldFor(hold.reason),
                    owner=hold.owner.id,
                    starts_at=hold.starts_at,
                    ends_at=hold.ends_at,
                )
                for hold in file.holds
                if hold.case_id == case.case_id and hold.hold_id not in gone
            ),
            paused=case.paused,
        ),
        policy=file.policy_of(case),
        add_bank_days=add_bank_days,
        lawful=lawful_contact(file.debtor),
        now=now,
        bank_fresh_until=file.bank_fresh_until,
    )


def _decide(
    file: DebtorFile, changes: Changes, case: CaseRow, *, now: datetime, add_bank_days: AddBankDays
) -> Decision:
    return decide(_situation(file, changes, case, now=now, add_bank_days=add_bank_days))


def _carry_out(
    file: DebtorFile,
    changes: Changes,
    decided: list[tuple[CaseRow, Decision]],
    *,
    now: datetime,
    new_id: NewId,
    trigger: str,
) -> None:
    """Messages first, so that each decision's record can name what came of it."""
    messages: dict[UUID, UUID] = {}
    spoken_steps: dict[UUID, str] = {}
    tasks: dict[UUID, UUID] = {}
    decision_ids = {case.case_id: new_id() for case, _ in decided}
    by_policy: dict[UUID, list[tuple[CaseRow, Decision]]] = {}
    for case, decision in decided:
        by_policy.setdefault(case.policy.policy_id, []).append((case, decision))
    spoken = False
    for group in by_policy.values():
        wanted = [Decided(case.case_id, case.invoice_id, decision, heard=case.steps_done) for case, decision in group]
        policy = file.policy_of(group[-1][0])
        for message in consolidate(decided=wanted, policy=policy):
            if spoken and policy.consolidate:
                continue  # one message a debtor: another régua's step waits for the caps
            message_id = request_message(
                file, changes, message, decision_id=decision_ids[message.case_ids[0]], now=now, new_id=new_id
            )
            spoken = True
            messages |= dict.fromkeys(message.case_ids, message_id)
            spoken_steps |= dict.fromkeys(message.case_ids, message.step.key)
    for case, decision in decided:
        if decision.step is not None and decision.step.action == "task":
            tasks[case.case_id] = request_task(
                file, changes, case, decision, decision_id=decision_ids[case.case_id], now=now, new_id=new_id
            )
    for case, decision in decided:
        taken = case.case_id in messages or case.case_id in tasks
        row = _after(
            changes.cases.get(case.case_id, case), decision, taken=taken, spoken_step=spoken_steps.get(case.case_id)
        )
        if decision.outcome != "action" or taken:
            record(
                file,
                changes,
                case,
                decision,
                decision_id=decision_ids[case.case_id],
                message_id=messages.get(case.case_id),
                task_id=tasks.get(case.case_id),
                now=now,
                trigger=trigger,
            )
        if row != changes.cases.get(case.case_id, case):
            changes.cases[case.case_id] = row
        if decision.outcome == "stop" and decision.reason == "prescribed":
            close(changes, changes.cases.get(case.case_id, case), file, "prescribed")


def _after(case: CaseRow, decision: Decision, *, taken: bool, spoken_step: str | None) -> CaseRow:
    """The case once its decision is carried out.

    In a message about several invoices one step speaks for all: an invoice that heard a later step than its own has
    heard that one too, and does not hear it again.
    """
    done = case.steps_done | set(decision.skipped if decision.outcome != "action" or taken else ())
    if taken and decision.step is not None:
        done |= {decision.step.key}
        if decision.reason == "no_channel_left":
            done |= {PERSON_CALLED}
    if spoken_step is not None:
        done |= {spoken_step}
    return replace(
        case,
        steps_done=frozenset(done),
        messages_requested=case.messages_requested + (spoken_step is not None),
        last_reason=f"{decision.outcome}:{decision.reason}",
        last_until=decision.until,
    )


def _next_at(file: DebtorFile, changes: Changes, decisions: list[Decision], now: datetime) -> datetime | None:
    """The soonest instant at which something may follow without a new fact."""
    ended = {item.promise_id for item in changes.promises}
    gone = {item.hold_id for item in changes.released}
    instants = [decision.until for decision in decisions if decision.until is not None]
    instants += [row.silent_until for row in file.promises if row.promise.promise_id not in ended]
    instants += [hold.ends_at for hold in file.holds if hold.ends_at is not None and hold.hold_id not in gone]
    if any(decision.outcome == "action" for decision in decisions):
        instants.append(now + LOOK_AGAIN)
    return max(min(instants), now + LOOK_AGAIN) if instants else None
