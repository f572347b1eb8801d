from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from debtor_files import CUSTOMER, add_bank_days, at, debtor, file_of, ids, receivable
from hypothesis import given
from hypothesis import strategies as st

from contracts.dunning import (
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    CaseReleased,
    DecisionRecorded,
    MessageRequested,
    Owner,
    PromiseBroken,
    PromiseKept,
)
from dunning.domain.changes import Changes
from dunning.domain.debtor_file import DebtorFile, HoldRow, PromiseRow
from dunning.domain.promise import Credit, Promise
from dunning.domain.review import review


def reviewed(file: DebtorFile, now: datetime, start: int = 10_000) -> Changes:
    return review(file, now=now, new_id=ids(start), add_bank_days=add_bank_days)


def after(file: DebtorFile, changes: Changes) -> DebtorFile:
    """The file as it is loaded again once the changes are saved."""
    rows = {case.case_id: case for case in file.cases} | changes.cases
    gone = {item.hold_id for item in changes.released}
    ended = {item.promise_id for item in changes.promises}
    return replace(
        file,
        cases=tuple(rows.values()),
        holds=tuple(hold for hold in file.holds if hold.hold_id not in gone),
        promises=tuple(row for row in file.promises if row.promise.promise_id not in ended),
        contacted_at=(*file.contacted_at, *(message.contacted_at for message in changes.messages)),
    )


def opened(*receivables: Any, **changes: Any) -> DebtorFile:
    """A file whose cases are open and have done nothing yet."""
    file = file_of(*receivables, **changes)
    return after(file, reviewed(file, at("2026-02-20 10:00")))


def facts(changes: Changes, kind: type) -> list[Any]:
    return [fact for fact in changes.facts if isinstance(fact, kind)]


class TestCases:
    def test_an_open_invoice_gets_a_case_and_waits_for_its_first_step(self) -> None:
        changes = reviewed(file_of(), at("2026-02-20 10:00"))
        assert [type(fact) for fact in changes.facts] == [CaseOpened, DecisionRecorded]
        assert changes.next_at == at("2026-03-05 09:00")

    def test_a_second_look_at_the_same_facts_changes_nothing(self) -> None:
        changes = reviewed(opened(), at("2026-02-21 10:00"), 20_000)
        assert changes.facts == []
        assert changes.next_at == at("2026-03-05 09:00")

    def test_a_paid_invoice_closes_its_case_and_is_silent(self) -> None:
        file = opened()
        paid = replace(
            file, receivables={key: replace(item, state="paid", open_cents=0) for key, item in file.receivables.items()}
        )
        changes = reviewed(paid, at("2026-03-05 10:00"), 20_000)
        assert [type(fact) for fact in changes.facts] == [CaseClosed]
        assert changes.next_at is None

    def test_a_debt_that_comes_back_reopens_its_case_with_the_steps_it_had(self) -> None:
        file = opened()
        sent = after(file, reviewed(file, at("2026-03-05 10:00"), 20_000))
        paid = replace(
            sent, receivables={key: replace(item, state="paid", open_cents=0) for key, item in sent.receivables.items()}
        )
        closed = after(paid, reviewed(paid, at("2026-03-06 10:00"), 30_000))
        owed = replace(closed, receivables=file.receivables)
        changes = reviewed(owed, at("2026-03-06 11:00"), 40_000)
        (case_opened,) = facts(changes, CaseOpened)
        assert (case_opened.reason, case_opened.case_id) == ("invoice_reopened", sent.cases[0].case_id)
        assert facts(changes, MessageRequested) == []

    def test_an_erased_debtor_is_not_collected(self) -> None:
        file = replace(opened(), debtor=debtor(erased=True))
        (closed,) = facts(reviewed(file, at("2026-03-05 10:00")), CaseClosed)
        assert closed.reason == "customer_erased"


class TestMessages:
    def test_a_due_step_asks_for_one_message_inside_the_lawful_window(self) -> None:
        changes = reviewed(opened(), at("2026-03-09 09:00"), 20_000)
        (message,) = facts(changes, MessageRequested)
        assert (message.step_key, message.purpose, message.customer_id) == ("before_1", "reminder", CUSTOMER)
        assert [plan.channel for plan in message.channels] == ["whatsapp", "sms", "email"]
        assert (message.window.opens_at, message.not_after) == (at("2026-03-09 08:00"), at("2026-03-09 20:00"))
        (decision,) = facts(changes, DecisionRecorded)
        assert decision.outcome.message_id == message.message_id
        assert decision.decision_id == message.decision_id

    def test_two_invoices_of_a_debtor_are_one_message(self) -> None:
        file = opened(receivable(1), receivable(2, due_on=date(2026, 3, 8), payable_on=date(2026, 3, 9)))
        changes = reviewed(file, at("2026-03-10 09:05"), 20_000)
        (message,) = facts(changes, MessageRequested)
        assert {item.invoice_id for item in message.invoices} == {UUID(int=101), UUID(int=102)}
        assert message.step_key == "after_1"
        assert all(len(case.steps_done) >= 3 for case in changes.cases.values())

    def test_a_payer_we_wrote_to_is_thanked_once(self) -> None:
        file = opened()
        sent = after(file, reviewed(file, at("2026-03-05 10:00"), 20_000))
        paid = replace(
            sent, receivables={key: replace(item, state="paid", open_cents=0) for key, item in sent.receivables.items()}
        )
        changes = reviewed(paid, at("2026-03-06 10:00"), 30_000)
        (thanks,) = facts(changes, MessageRequested)
        assert thanks.purpose == "thanks"
        assert facts(reviewed(after(paid, changes), at("2026-03-07 10:00"), 40_000), MessageRequested) == []

    def test_a_person_takes_over_at_the_end(self) -> None:
        changes = reviewed(opened(), at("2026-04-20 10:00"), 20_000)
        (task,) = facts(changes, CaseEscalated)
        assert (task.reason, task.to, task.priority) == ("last_step", "person", 4)
        assert facts(changes, MessageRequested) == []

    @given(st.lists(st.integers(1, 30), min_size=1, max_size=25), st.integers(1, 3))
    def test_however_it_is_looked_at_no_step_is_asked_for_twice_and_no_cap_is_broken(
        self, hours: list[int], invoices: int
    ) -> None:
        file = opened(
            *(
                receivable(n, due_on=date(2026, 3, 10 + n), payable_on=date(2026, 3, 10 + n))
                for n in range(1, invoices + 1)
            )
        )
        now = at("2026-03-02 08:00")
        asked: set[tuple[UUID, str]] = set()
        instants: list[datetime] = []
        for number, hour in enumerate(hours):
            now += timedelta(hours=hour * 2)
            changes = reviewed(file, now, 20_000 + 1_000 * number)
            assert len(facts(changes, MessageRequested)) <= 1
            for message in facts(changes, MessageRequested):
                for item in message.invoices:
                    assert (item.invoice_id, message.step_key) not in asked
                    asked.add((item.invoice_id, message.step_key))
                instants.append(message.not_before)
            file = after(file, changes)
        assert all(later - earlier >= timedelta(hours=20) for earlier, later in pairwise(instants))


class TestHoldsAndPromises:
    def held(self, file: DebtorFile, **changes: Any) -> DebtorFile:
        values: dict[str, Any] = {
            "hold_id": UUID(int=700),
            "case_id": file.cases[0].case_id,
            "reason": "dispute",
            "owner": Owner(kind="queue", id="disputes"),
            "starts_at": at("2026-03-01 00:00"),
            "ends_at": None,
            **changes,
        }
        return replace(file, holds=(HoldRow(**values),))

    def test_a_dispute_is_silent_until_it_is_released_and_resumes_without_a_burst(self) -> None:
        file = self.held(opened())
        silent = reviewed(file, at("2026-03-18 10:00"), 20_000)
        assert facts(silent, MessageRequested) == []
        released = replace(after(file, silent), holds=())
        (message,) = facts(reviewed(released, at("2026-03-18 11:00"), 30_000), MessageRequested)
        assert message.step_key == "after_7"

    def test_a_hold_ends_by_itself_at_its_end(self) -> None:
        file = self.held(opened(), ends_at=at("2026-03-04 09:00"))
        assert reviewed(file, at("2026-03-02 10:00"), 20_000).next_at == at("2026-03-04 09:00")
        (released,) = facts(reviewed(file, at("2026-03-04 09:00"), 20_000), CaseReleased)
        assert (released.cause, released.still_held) == ("expired", False)

    def promised(self, *received: Credit) -> DebtorFile:
        file = opened()
        promise = Promise(
            promise_id=UUID(int=800),
            invoice_ids=(UUID(int=101),),
            promised_on=date(2026, 3, 12),
            amount_cents=10_000,
            made_at=at("2026-03-11 10:00"),
        )
        silent_until = at("2026-03-13 09:00")
        row = PromiseRow(
            promise=promise,
            case_ids=(file.cases[0].case_id,),
            grace_days=1,
            silent_until=silent_until,
            received=received,
            allocation_ids=(UUID(int=900),) if received else (),
        )
        held = self.held(
            file,
            reason="promise",
            owner=Owner(kind="system", id="promises"),
            ends_at=silent_until,
            promise_id=UUID(int=800),
        )
        return replace(held, promises=(row,))

    def test_a_kept_promise_ends_the_silence_it_bought(self) -> None:
        file = self.promised(Credit(date(2026, 3, 12), 10_000))
        changes = reviewed(file, at("2026-03-12 12:00"), 20_000)
        assert [type(fact) for fact in changes.facts if not isinstance(fact, DecisionRecorded | MessageRequested)] == [
            PromiseKept,
            CaseReleased,
        ]
        assert facts(changes, CaseReleased)[0].cause == "promise_kept"

    def test_a_broken_promise_lets_the_regua_go_on(self) -> None:
        file = self.promised(Credit(date(2026, 3, 12), 4_000))
        assert facts(reviewed(file, at("2026-03-12 12:00"), 20_000), PromiseBroken) == []
        changes = reviewed(file, at("2026-03-13 09:00"), 20_000)
        (broken,) = facts(changes, PromiseBroken)
        assert broken.paid_cents == 4_000
        assert facts(changes, CaseReleased)[0].cause == "promise_broken"
        assert len(facts(changes, MessageRequested)) == 1
