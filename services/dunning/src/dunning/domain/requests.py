"""What a decision asks for: a message of the notifier, or a task of a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.decisions import PolicyRef
from contracts.dunning import CaseEscalated, ChannelPlan, InvoiceRef, MessageRequested
from dunning.domain.changes import Changes, OpenedTask, RequestedMessage
from dunning.domain.channels import ChosenChannel, channels_for
from dunning.domain.consolidate import OneMessage
from dunning.domain.contact import debtor_facts, window_at
from dunning.domain.debtor_file import CaseRow, DebtorFile
from dunning.domain.decide import Decision
from dunning.domain.lifecycle import next_case
from dunning.domain.policy import Channel, Step, Tone

FALLBACK_AFTER_MINUTES = 240
"""How long without delivery before the next channel of a message is tried."""

WORTHLESS_AFTER = timedelta(days=1)
"""A message that could not leave for so long is not sent any more; the régua decides anew."""

THANKS_STEP = "thanks"
_THANKS = Step.model_validate(
    {
        "key": THANKS_STEP,
        "offset": {"value": 0},
        "channels": (Channel.EMAIL, Channel.WHATSAPP),
        "tone": Tone.COURTEOUS,
        "template": "thanks",
    }
)

NewId = Callable[[], UUID]
Purpose = Literal["reminder", "due_today", "overdue", "final_notice", "thanks"]


def _purpose(step: Step) -> Purpose:
    if step.key == THANKS_STEP:
        return "thanks"
    if step.offset.value < 0:
        return "reminder"
    if step.offset.value == 0:
        return "due_today"
    return "final_notice" if step.tone is Tone.FORMAL else "overdue"


def request_message(
    file: DebtorFile, changes: Changes, message: OneMessage, *, decision_id: UUID, now: datetime, new_id: NewId
) -> UUID:
    """Ask for one message about one or several invoices; returns its id."""
    rows = {case.case_id: case for case in file.cases} | changes.cases
    policy = rows[message.case_ids[0]].policy
    return _request(
        file,
        changes,
        step=message.step,
        policy=policy,
        channels=message.channels,
        invoice_ids=message.invoice_ids,
        case_ids=message.case_ids,
        decision_id=decision_id,
        now=now,
        new_id=new_id,
    )


def _request(
    file: DebtorFile,
    changes: Changes,
    *,
    step: Step,
    policy: PolicyRef,
    channels: tuple[ChosenChannel, ...],
    invoice_ids: tuple[UUID, ...],
    case_ids: tuple[UUID, ...],
    decision_id: UUID,
    now: datetime,
    new_id: NewId,
) -> UUID:
    assert file.debtor is not None  # noqa: S101 - a review without a debtor asks for nothing
    window = window_at(file.debtor, channels[0].channel, now)
    message_id = new_id()
    not_before = max(now, window.not_before)
    changes.facts.append(
        MessageRequested(
            message_id=message_id,
            customer_id=file.customer_id,
            case_ids=case_ids,
            invoices=tuple(
                InvoiceRef(
                    invoice_id=invoice_id,
                    invoice_version=file.receivables[invoice_id].version,
                    open_cents=file.receivables[invoice_id].open_cents,
                )
                for invoice_id in invoice_ids
            ),
            decision_id=decision_id,
            policy=policy,
            step_key=step.key,
            purpose=_purpose(step),
            tone=step.tone.value,
            template_key=step.template,
            language=file.debtor.language,
            channels=tuple(
                ChannelPlan(channel=chosen.channel.value, contact_ids=(chosen.contact_id,)) for chosen in channels
            ),
            fallback_after_minutes=FALLBACK_AFTER_MINUTES if len(channels) > 1 else None,
            window=window.window,
            not_before=not_before,
            not_after=window.not_after,
            expires_at=max(window.not_after, not_before + WORTHLESS_AFTER),
        )
    )
    changes.messages.append(
        RequestedMessage(message_id=message_id, contacted_at=not_before, step_key=step.key, case_ids=case_ids)
    )
    return message_id


def thank(file: DebtorFile, changes: Changes, *, now: datetime, new_id: NewId) -> None:
    """Thank a debtor who paid after we had written to them: once, for all that was paid together."""
    assert file.debtor is not None  # noqa: S101 - a review without a debtor thanks nobody
    rows = {case.case_id: case for case in file.cases}
    paid = [
        rows[case_id]
        for case_id, reason in changes.closed.items()
        if reason == "paid" and rows[case_id].messages_requested and THANKS_STEP not in rows[case_id].steps_done
    ]
    facts = debtor_facts(file.debtor, contacted_at=(), now=now)
    channels = channels_for(step=_THANKS, debtor=facts)
    if not paid or not channels or facts.excluded or facts.paused:
        return
    paid.sort(key=lambda case: str(case.invoice_id))
    _request(
        file,
        changes,
        step=_THANKS,
        policy=paid[0].policy,
        channels=channels,
        invoice_ids=tuple(case.invoice_id for case in paid),
        case_ids=tuple(case.case_id for case in paid),
        decision_id=new_id(),
        now=now,
        new_id=new_id,
    )
    for case in paid:
        current = changes.cases[case.case_id]
        changes.cases[case.case_id] = replace(current, steps_done=current.steps_done | {THANKS_STEP})


def request_task(
    file: DebtorFile,
    changes: Changes,
    case: CaseRow,
    decision: Decision,
    *,
    decision_id: UUID,
    now: datetime,
    new_id: NewId,
) -> UUID:
    """Give a case to a person; returns the task's id."""
    assert file.debtor is not None  # noqa: S101 - a review without a debtor asks for nothing
    assert decision.step is not None  # noqa: S101 - only a decision with a step leads to a task
    receivable = file.receivables[case.invoice_id]
    due_on = now.astimezone(file.debtor.zone).date() + timedelta(days=2)
    no_contact = decision.reason == "no_channel_left"
    current = changes.cases.get(case.case_id, case)
    current = next_case(current)
    changes.cases[case.case_id] = current
    task_id = new_id()
    priority = _priority(receivable.open_cents)
    reason: Literal["no_contact", "last_step"] = "no_contact" if no_contact else "last_step"
    changes.facts.append(
        CaseEscalated(
            case_id=case.case_id,
            case_version=current.case_version,
            customer_id=file.customer_id,
            invoice_id=case.invoice_id,
            task_id=task_id,
            to="person",
            step_key=decision.step.key,
            decision_id=decision_id,
            priority=priority,
            reason=reason,
            due_on=due_on,
            open_cents=receivable.open_cents,
        )
    )
    changes.tasks.append(
        OpenedTask(
            task_id=task_id,
            case_id=case.case_id,
            invoice_id=case.invoice_id,
            reason=reason,
            priority=priority,
            open_cents=receivable.open_cents,
            due_on=due_on,
        )
    )
    return task_id


def _priority(open_cents: int) -> int:
    """1 is the most urgent: by the money at stake."""
    limits = ((1_000_000, 1), (200_000, 2), (50_000, 3), (10_000, 4))
    return next((priority for limit, priority in limits if open_cents >= limit), 5)
