"""What operators do by hand: hold and release, pause, exclude, close a task."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError, InvalidError, NotFoundError
from contracts.dunning import CaseReleased, HoldReason, Owner
from dunning.domain.debtor_file import CaseRow, DebtorFile
from dunning.domain.lifecycle import held, next_case
from dunning.due_work import review_now
from dunning.store import holds, operators, reads
from dunning.store.files import load_files


async def _file_of(tx: Tx, case_id: UUID) -> tuple[DebtorFile, CaseRow]:
    row = await reads.case(tx, case_id)
    if row is None:
        raise NotFoundError("case-unknown", "There is no such case.")
    (file,) = await load_files(tx, [row["customer_id"]])
    case = next(case for case in file.cases if case.case_id == case_id)
    if case.state == "closed":
        raise ConflictError("case-closed", "The case is closed; nothing of it can be held or paused.")
    return file, case


async def hold(
    tx: Tx, case_id: UUID, *, reason: HoldReason, owner: str, until: datetime | None, review_on: date | None
) -> UUID:
    """Let a case rest; returns the hold's id."""
    if until is None and review_on is None:
        raise InvalidError("hold-without-end", "Give an end (`until`) or a day to look at it again (`review_on`).")
    if until is not None and until <= tx.now:
        raise InvalidError("hold-in-the-past", "`until` must lie ahead.")
    file, case = await _file_of(tx, case_id)
    _, fact = held(
        case,
        customer_id=file.customer_id,
        hold_id=tx.ids.new_id(),
        reason=reason,
        owner=Owner(kind="operator", id=owner),
        now=tx.now,
        until=until,
        review_on=review_on,
    )
    await holds.add(tx, fact)
    tx.publish(fact)
    await review_now(tx, [file.customer_id], trigger="operator")
    return fact.hold_id


async def release(tx: Tx, case_id: UUID, hold_id: UUID) -> None:
    """End a hold; the case goes on with its latest step, never with a burst."""
    file, case = await _file_of(tx, case_id)
    found = next((item for item in file.holds if item.hold_id == hold_id and item.case_id == case_id), None)
    if found is None:
        raise NotFoundError("hold-unknown", "The case has no such hold, or it has ended.")
    case = next_case(case)
    await holds.release(tx, hold_id, case_id=case_id, case_version=case.case_version, at=tx.now, cause="operator")
    tx.publish(
        CaseReleased(
            case_id=case_id,
            case_version=case.case_version,
            customer_id=file.customer_id,
            invoice_id=case.invoice_id,
            hold_id=hold_id,
            reason=found.reason,
            cause="operator",
            still_held=any(item.case_id == case_id and item.hold_id != hold_id for item in file.holds),
        )
    )
    await review_now(tx, [file.customer_id], trigger="operator")


async def pause_case(tx: Tx, case_id: UUID, *, paused: bool) -> None:
    """Pause a case, or let it go on."""
    file, _ = await _file_of(tx, case_id)
    await operators.set_case(tx, case_id, paused=paused)
    await review_now(tx, [file.customer_id], trigger="operator")


async def change_debtor(
    tx: Tx, customer_id: UUID, *, paused: bool, paused_until: datetime | None, excluded: bool
) -> int:
    """Pause or exclude a debtor, or undo it; returns the new version of these switches."""
    row = await operators.debtor(tx, customer_id)
    if row is None:
        raise NotFoundError("debtor-unknown", "There is no such debtor.")
    if paused_until is not None and (not paused or paused_until <= tx.now):
        raise InvalidError("pause-end", "`paused_until` belongs to a pause and lies ahead.")
    await operators.set_debtor(tx, customer_id, paused=paused, paused_until=paused_until, excluded=excluded)
    await review_now(tx, [customer_id], trigger="operator")
    version: int = row["row_version"]
    return version + 1


async def close_task(tx: Tx, task_id: UUID, *, by: str) -> None:
    """A person has dealt with it."""
    if not await operators.close_task(tx, task_id, by=by):
        raise NotFoundError("task-unknown", "There is no such open task.")
