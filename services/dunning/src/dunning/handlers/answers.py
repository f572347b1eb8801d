"""What a debtor answers changes what dunning does at once, in the transaction that reads the answer."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import InvalidError
from contracts.dunning import CaseEscalated, Owner, PromiseMade
from contracts.envelope import Envelope
from contracts.invoicing import DebtorResponded
from dunning.domain.answer import AskPerson, CloseContact, MakePromise, Rest, meaning_of
from dunning.domain.calendar import bank_days
from dunning.domain.debtor_file import CaseRow, DebtorFile
from dunning.domain.lifecycle import held, next_case
from dunning.domain.promise import Promise, check_promise, silent_until
from dunning.due_work import review_now
from dunning.store import copies, holds
from dunning.store.files import load_files


async def debtor_responded(tx: Tx, event: Envelope[DebtorResponded]) -> None:
    """Rest, promise, close a contact or call a person, as the answer means."""
    data = event.data
    (file,) = await load_files(tx, [data.customer_id])
    if file.debtor is None:
        await review_now(tx, [data.customer_id])
        return
    add_bank_days = bank_days(file.debtor.uf, file.debtor.city_code)
    about = _cases(file, data)
    for meaning in meaning_of(data.answer, now=tx.now, zone=file.debtor.zone, add_bank_days=add_bank_days):
        if isinstance(meaning, Rest):
            owner = Owner(kind="queue", id=meaning.queue)
            about = [await _hold(tx, file, case, meaning, owner=owner, response_id=data.response_id) for case in about]
        elif isinstance(meaning, MakePromise):
            about = await _promise(tx, file, about, meaning, data)
        elif isinstance(meaning, CloseContact):
            contact = data.contact_id if meaning.this_contact_only else None
            if contact is not None or not meaning.this_contact_only:
                await copies.close_contact(tx, data.customer_id, contact_id=contact, channel=meaning.channel)
        else:
            about = [await _escalate(tx, file, case, meaning) for case in about]
    await review_now(tx, [data.customer_id])


def _cases(file: DebtorFile, data: DebtorResponded) -> list[CaseRow]:
    """The open cases the answer is about: those of its invoices, or all where it names none."""
    wanted = set(data.invoice_ids)
    return [case for case in file.cases if case.state == "open" and (not wanted or case.invoice_id in wanted)]


async def _hold(
    tx: Tx,
    file: DebtorFile,
    case: CaseRow,
    rest: Rest,
    *,
    owner: Owner,
    response_id: UUID,
    promise_id: UUID | None = None,
) -> CaseRow:
    case, fact = held(
        case,
        customer_id=file.customer_id,
        hold_id=tx.ids.new_id(),
        reason=rest.reason,
        owner=owner,
        now=tx.now,
        until=rest.until,
        review_on=rest.review_on,
        response_id=response_id,
        promise_id=promise_id,
    )
    await holds.add(tx, fact)
    tx.publish(fact)
    return case


async def _promise(
    tx: Tx, file: DebtorFile, about: list[CaseRow], wanted: MakePromise, data: DebtorResponded
) -> list[CaseRow]:
    """Write a promise down and be silent until it is due; one that means nothing goes to a person instead."""
    assert file.debtor is not None  # noqa: S101 - the caller returned already where it is missing
    owed_cents = sum(file.receivables[case.invoice_id].open_cents for case in about)
    amount_cents = min(wanted.amount_cents or owed_cents, owed_cents)
    today = tx.now.astimezone(file.debtor.zone).date()
    try:
        check_promise(promised_on=wanted.promised_on, amount_cents=amount_cents, balance_cents=owed_cents, today=today)
    except InvalidError:
        return [await _escalate(tx, file, case, AskPerson("answer_unclear")) for case in about]
    promise = Promise(
        promise_id=tx.ids.new_id(),
        invoice_ids=tuple(case.invoice_id for case in about),
        promised_on=wanted.promised_on,
        amount_cents=amount_cents,
        made_at=tx.now,
    )
    grace_days = file.policy_of(about[0]).promise_grace_days
    until: datetime = silent_until(
        promise=promise,
        grace_days=grace_days,
        zone=file.debtor.zone,
        add_bank_days=bank_days(file.debtor.uf, file.debtor.city_code),
    )
    fact = PromiseMade(
        promise_id=promise.promise_id,
        customer_id=file.customer_id,
        case_ids=tuple(case.case_id for case in about),
        invoice_ids=promise.invoice_ids,
        promised_on=promise.promised_on,
        promised_cents=amount_cents,
        response_id=data.response_id,
        channel=data.channel,
        grace_days=grace_days,
        silent_until=until,
    )
    await holds.add_promise(tx, fact)
    tx.publish(fact)
    rest = Rest("promise", "promises", until=until)
    owner = Owner(kind="system", id="promises")
    return [
        await _hold(tx, file, case, rest, owner=owner, response_id=data.response_id, promise_id=promise.promise_id)
        for case in about
    ]


async def _escalate(tx: Tx, file: DebtorFile, case: CaseRow, ask: AskPerson) -> CaseRow:
    assert file.debtor is not None  # noqa: S101 - the caller returned already where it is missing
    case = next_case(case)
    receivable = file.receivables[case.invoice_id]
    fact = CaseEscalated(
        case_id=case.case_id,
        case_version=case.case_version,
        customer_id=file.customer_id,
        invoice_id=case.invoice_id,
        task_id=tx.ids.new_id(),
        to="person",
        step_key="answer",
        decision_id=tx.ids.new_id(),
        priority=2,
        reason=ask.reason,
        due_on=tx.now.astimezone(file.debtor.zone).date(),
        open_cents=receivable.open_cents,
    )
    await holds.add_task(tx, fact)
    tx.publish(fact)
    return case
