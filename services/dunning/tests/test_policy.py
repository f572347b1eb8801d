from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidError
from dunning.domain.caps import earliest_after_caps
from dunning.domain.channels import ChosenChannel
from dunning.domain.consolidate import Decided, consolidate
from dunning.domain.decide import Decision, Rule
from dunning.domain.policy import DEFAULT_POLICY, Caps, Channel, Offset, Policy, Step, Tone, faults_in
from dunning.domain.promise import Credit, Promise, assess, check_promise, silent_until

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 3, 18, 15, 0, tzinfo=UTC)


def message(key: str, days: int, **changes: object) -> Step:
    values: dict[str, object] = {"channels": (Channel.SMS,), "template": "t", **changes}
    return Step(key=key, offset=Offset(value=days), **values)  # type: ignore[arg-type]


def next_bank_day(day: date, count: int) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day


class TestPublishing:
    def test_the_default_regua_may_be_published(self) -> None:
        assert faults_in(DEFAULT_POLICY) == ()

    @pytest.mark.parametrize(
        ("steps", "place", "code"),
        [
            ((message("a", 0), message("a", 1)), "/steps/1/key", "repeated_step"),
            ((message("a", 0, channels=()),), "/steps/0/channels", "no_channel"),
            ((message("a", 0, channels=(Channel.SMS, Channel.SMS)),), "/steps/0/channels", "repeated_channel"),
            ((message("a", 0, template=""),), "/steps/0/template", "no_template"),
            ((message("a", -1, tone=Tone.FIRM),), "/steps/0/tone", "harsh_reminder"),
            ((message("a", 0, action="task"),), "/steps/0/channels", "task_with_channel"),
            ((message("a", 3), message("b", 1)), "/steps/1/offset", "out_of_order"),
        ],
    )
    def test_a_faulty_draft_is_refused_with_its_place(self, steps: tuple[Step, ...], place: str, code: str) -> None:
        assert [(fault.pointer, fault.code) for fault in faults_in(Policy(name="r", steps=steps))] == [(place, code)]


class TestCaps:
    @given(st.lists(st.integers(-14 * 24, 0), max_size=12), st.integers(1, 3), st.integers(1, 5), st.integers(1, 48))
    def test_at_the_instant_it_names_one_more_message_keeps_every_cap(
        self, hours: list[int], per_day: int, per_week: int, between: int
    ) -> None:
        caps = Caps(messages_per_day=per_day, messages_per_week=per_week, hours_between=between)
        past = [NOON + timedelta(hours=hour) for hour in hours]
        free_at = earliest_after_caps(caps=caps, contacted_at=past, zone=SAO_PAULO, now=NOON)
        assert free_at >= NOON
        assert all(free_at - at >= timedelta(hours=between) for at in past)
        assert sum(at > free_at - timedelta(days=7) for at in past) < per_week
        today = free_at.astimezone(SAO_PAULO).date()
        assert sum(at.astimezone(SAO_PAULO).date() == today for at in past) < per_day


class TestConsolidation:
    def decided(self, number: int, key: str) -> Decided:
        step = next(step for step in DEFAULT_POLICY.steps if step.key == key)
        decision = Decision(
            outcome="action",
            rules=(Rule("lawful_window", True),),
            step=step,
            channels=(ChosenChannel(Channel.EMAIL, UUID(int=1)),),
        )
        return Decided(UUID(int=number), UUID(int=100 + number), decision)

    def test_two_invoices_become_one_message_at_the_highest_step(self) -> None:
        (only,) = consolidate(decided=[self.decided(2, "after_7"), self.decided(1, "before_5")], policy=DEFAULT_POLICY)
        assert only.step.key == "after_7"
        assert only.invoice_ids == (UUID(int=101), UUID(int=102))

    def test_an_invoice_that_was_named_under_the_step_before_waits_for_its_own(self) -> None:
        named = replace(self.decided(1, "after_3"), heard=frozenset({"after_1", "after_15"}))
        (only,) = consolidate(decided=[named, self.decided(2, "after_15")], policy=DEFAULT_POLICY)
        assert only.invoice_ids == (UUID(int=102),)
        (own,) = consolidate(decided=[named], policy=DEFAULT_POLICY)
        assert (own.step.key, own.invoice_ids) == ("after_3", (UUID(int=101),))

    def test_a_regua_may_keep_them_apart(self) -> None:
        apart = DEFAULT_POLICY.model_copy(update={"consolidate": False})
        assert len(consolidate(decided=[self.decided(2, "after_7"), self.decided(1, "before_5")], policy=apart)) == 2

    def test_a_task_for_a_person_is_no_message(self) -> None:
        assert consolidate(decided=[self.decided(1, "person")], policy=DEFAULT_POLICY) == ()


class TestPromises:
    promise = Promise(
        promise_id=UUID(int=1),
        invoice_ids=(UUID(int=2),),
        promised_on=date(2026, 3, 20),
        amount_cents=5_000,
        made_at=NOON,
    )

    def test_silence_lasts_until_the_bank_has_reported_the_promised_day(self) -> None:
        ends_at = silent_until(promise=self.promise, grace_days=1, zone=SAO_PAULO, add_bank_days=next_bank_day)
        assert ends_at == datetime(2026, 3, 23, 12, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("cents", "hours", "state"),
        [((5_000,), 0, "kept"), ((2_000, 3_000), 200, "kept"), ((4_999,), 0, "open"), ((4_999,), 200, "broken")],
    )
    def test_is_kept_by_the_money_and_broken_by_time(self, cents: tuple[int, ...], hours: int, state: str) -> None:
        received = [Credit(date(2026, 3, 19), amount) for amount in cents]
        ends_at = NOON + timedelta(hours=100)
        assert (
            assess(promise=self.promise, received=received, ends_at=ends_at, now=NOON + timedelta(hours=hours)) == state
        )

    @pytest.mark.parametrize(
        ("promised_on", "amount_cents", "slug"),
        [
            (date(2026, 3, 17), 100, "promise-in-the-past"),
            (date(2026, 5, 18), 100, "promise-too-far"),
            (date(2026, 3, 20), 0, "promise-amount"),
            (date(2026, 3, 20), 10_001, "promise-amount"),
        ],
    )
    def test_an_empty_promise_is_refused(self, promised_on: date, amount_cents: int, slug: str) -> None:
        with pytest.raises(InvalidError, match=slug):
            check_promise(
                promised_on=promised_on, amount_cents=amount_cents, balance_cents=10_000, today=date(2026, 3, 18)
            )
