from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.domain.decide import PERSON_CALLED, Lawful, Situation, decide
from dunning.domain.facts import CaseFacts, ContactPoint, DebtorFacts, Hold, HoldReason, InvoiceFacts, InvoiceState
from dunning.domain.plan import plan
from dunning.domain.policy import DEFAULT_POLICY, Channel, Offset, Policy, Step, Tone

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
DUE_ON = date(2026, 3, 10)
EMAIL = ContactPoint(contact_id=UUID(int=1), channel=Channel.EMAIL)
WHATSAPP = ContactPoint(contact_id=UUID(int=2), channel=Channel.WHATSAPP)
SMS = ContactPoint(contact_id=UUID(int=3), channel=Channel.SMS)


def add_bank_days(day: date, count: int) -> date:
    """Monday to Friday only: enough of a calendar for these tests."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def at(text: str) -> datetime:
    """A wall-clock time in São Paulo, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO).astimezone(UTC)


def always_lawful(channel: Channel, now: datetime) -> Lawful:
    return Lawful(True, "any_time")


def situation(now: datetime, **changes: object) -> Situation:
    invoice = InvoiceFacts(
        invoice_id=UUID(int=9),
        version=1,
        state=InvoiceState.OPEN,
        due_on=DUE_ON,
        payable_on=DUE_ON,
        balance_cents=10_000,
    )
    debtor = DebtorFacts(customer_id=UUID(int=8), version=1, zone=SAO_PAULO, uf="SP", contacts=(EMAIL, WHATSAPP, SMS))
    values: dict[str, object] = {
        "invoice": invoice,
        "debtor": debtor,
        "case": CaseFacts(case_id=UUID(int=7), opened_at=at("2026-02-20 10:00")),
        "policy": DEFAULT_POLICY,
        "add_bank_days": add_bank_days,
        "lawful": always_lawful,
        "now": now,
        **changes,
    }
    return Situation(**values)  # type: ignore[arg-type]


def replaced(now: datetime, part: str, **changes: object) -> Situation:
    plain = situation(now)
    old = getattr(plain, part)
    return situation(now, **{part: type(old)(**{**vars(old), **changes})})


class TestBeforeAndOnTheDueDate:
    def test_waits_for_the_first_step(self) -> None:
        decision = decide(situation(at("2026-03-01 12:00")))
        assert (decision.outcome, decision.reason, decision.until) == ("wait", "no_step_due", at("2026-03-05 09:00"))

    def test_sends_the_step_that_is_due_on_its_preferred_open_channel(self) -> None:
        decision = decide(situation(at("2026-03-05 09:00")))
        assert decision.outcome == "action"
        assert decision.step is not None
        assert decision.step.key == "before_5"
        assert [chosen.channel for chosen in decision.channels] == [Channel.EMAIL, Channel.WHATSAPP]

    def test_does_not_send_a_step_again(self) -> None:
        done = replaced(at("2026-03-05 10:00"), "case", steps_done=frozenset({"before_5"}))
        assert decide(done).reason == "no_step_due"


class TestAfterTheDueDate:
    def test_waits_until_the_bank_has_reported_the_last_payable_day(self) -> None:
        done = frozenset({"before_5", "before_1", "due_day"})
        early = replaced(at("2026-03-11 08:59"), "case", steps_done=done)
        assert decide(early).reason == "no_step_due"
        friday = replaced(at("2026-03-14 09:30"), "invoice", due_on=date(2026, 3, 13), payable_on=date(2026, 3, 13))
        decision = decide(friday)
        assert (decision.reason, decision.until) == ("payment_may_be_on_its_way", at("2026-03-16 09:00"))

    def test_waits_while_the_bank_source_is_behind_the_last_payable_day(self) -> None:
        now = at("2026-03-11 10:00")
        decision = decide(situation(now, bank_fresh_until=at("2026-03-10 18:00")))
        assert (decision.reason, decision.until) == ("payment_may_be_on_its_way", now + timedelta(hours=1))
        assert decide(situation(now, bank_fresh_until=at("2026-03-11 06:00"))).outcome == "action"

    def test_sends_only_the_latest_of_the_missed_steps(self) -> None:
        decision = decide(situation(at("2026-03-18 10:00")))
        assert decision.step is not None
        assert decision.step.key == "after_7"
        assert decision.skipped == ("before_5", "before_1", "due_day", "after_1", "after_3")

    def test_hands_over_to_a_person_after_the_last_message(self) -> None:
        decision = decide(situation(at("2026-04-20 10:00")))
        assert decision.step is not None
        assert (decision.step.action, decision.step.key) == ("task", "person")

    def test_rests_when_the_regua_is_finished(self) -> None:
        everything = frozenset(step.key for step in DEFAULT_POLICY.steps)
        decision = decide(replaced(at("2026-05-20 10:00"), "case", steps_done=everything))
        assert (decision.outcome, decision.reason, decision.until) == ("stop", "regua_finished", None)


class TestRefusals:
    @pytest.mark.parametrize("state", [InvoiceState.SETTLED, InvoiceState.CANCELLED, InvoiceState.WRITTEN_OFF])
    def test_stops_when_nothing_is_owed(self, state: InvoiceState) -> None:
        assert decide(replaced(at("2026-03-18 10:00"), "invoice", state=state)).outcome == "stop"

    def test_stops_when_the_balance_is_zero(self) -> None:
        assert decide(replaced(at("2026-03-18 10:00"), "invoice", balance_cents=0)).reason == "nothing_owed"

    def test_stops_the_day_after_five_years(self) -> None:
        assert decide(situation(at("2031-03-10 23:59"))).reason != "prescribed"
        assert decide(situation(at("2031-03-11 00:00"))).reason == "prescribed"

    def test_prescription_of_a_leap_day_ends_on_28_february(self) -> None:
        leap = replaced(at("2033-02-28 23:00"), "invoice", due_on=date(2028, 2, 29), payable_on=date(2028, 2, 29))
        assert decide(leap).reason != "prescribed"

    def test_holds_until_the_last_hold_ends(self) -> None:
        now = at("2026-03-18 10:00")
        holds = tuple(
            Hold(hold_id=UUID(int=n), reason=reason, owner="ana", starts_at=at("2026-03-01 00:00"), ends_at=end)
            for n, (reason, end) in enumerate(
                [(HoldReason.PROMISE, at("2026-03-20 09:00")), (HoldReason.DISPUTE, at("2026-03-25 09:00"))]
            )
        )
        decision = decide(replaced(now, "case", holds=holds))
        assert (decision.outcome, decision.rules[-1].about, decision.until) == (
            "hold",
            "dispute",
            at("2026-03-25 09:00"),
        )

    def test_a_hold_without_end_lasts_until_it_is_released(self) -> None:
        hold = Hold(hold_id=UUID(int=1), reason=HoldReason.COURT_ORDER, owner="ana", starts_at=at("2026-03-01 00:00"))
        assert decide(replaced(at("2026-03-18 10:00"), "case", holds=(hold,))).until is None

    @pytest.mark.parametrize("change", [{"excluded": True}, {"paused": True}])
    def test_holds_an_excluded_or_paused_debtor(self, change: dict[str, bool]) -> None:
        assert decide(replaced(at("2026-03-18 10:00"), "debtor", **change)).outcome == "hold"

    def test_waits_for_the_contact_caps(self) -> None:
        decision = decide(replaced(at("2026-03-18 10:00"), "debtor", contacted_at=(at("2026-03-18 09:30"),)))
        assert (decision.reason, decision.until) == ("contact_cap", at("2026-03-19 05:30"))

    def test_waits_for_the_days_the_debtor_asked_for(self) -> None:
        decision = decide(replaced(at("2026-03-18 10:00"), "debtor", asked_weekdays=frozenset({0})))
        assert (decision.reason, decision.until) == ("debtor_asked_other_days", at("2026-03-23 09:00"))

    def test_waits_for_the_lawful_window_and_names_the_law(self) -> None:
        opens = at("2026-03-19 08:00")
        decision = decide(
            situation(at("2026-03-18 21:00"), lawful=lambda _channel, _now: Lawful(False, "SP 15.426/2014", opens))
        )
        assert (decision.reason, decision.rules[-1].about, decision.until) == (
            "outside_lawful_window",
            "SP 15.426/2014",
            opens,
        )

    def test_asks_a_person_when_no_channel_is_left(self) -> None:
        decision = decide(replaced(at("2026-03-18 10:00"), "debtor", contacts=()))
        assert decision.step is not None
        assert (decision.step.action, decision.reason) == ("task", "no_channel_left")

    def test_asks_a_person_once_and_passes_over_the_steps_after(self) -> None:
        alone = replaced(at("2026-03-18 10:00"), "debtor", contacts=())
        called = replace(alone.case, steps_done=frozenset({PERSON_CALLED}))
        decision = decide(replace(alone, case=called))
        assert (decision.outcome, decision.reason, decision.step) == ("wait", "person_was_called", None)
        assert "after_7" in decision.skipped

    def test_passes_over_a_step_below_its_minimum(self) -> None:
        step = Step(
            key="after_1", offset=Offset(value=1), channels=(Channel.SMS,), template="t", minimum_balance_cents=20_000
        )
        decision = decide(situation(at("2026-03-11 10:00"), policy=Policy(name="r", steps=(step,))))
        assert (decision.reason, decision.skipped) == ("below_minimum", ("after_1",))

    def test_passes_over_missed_steps_where_the_regua_says_so(self) -> None:
        policy = DEFAULT_POLICY.model_copy(update={"catch_up": "skip"})
        decision = decide(situation(at("2026-03-14 10:00"), policy=policy))
        assert (decision.reason, decision.skipped[-1], decision.until) == (
            "step_missed",
            "after_3",
            at("2026-03-17 09:00"),
        )


class TestProperties:
    @given(st.integers(0, 60 * 24), st.sets(st.sampled_from([step.key for step in DEFAULT_POLICY.steps])))
    def test_whatever_it_decides_is_due_open_and_new(self, hours: int, done: set[str]) -> None:
        now = at("2026-03-01 00:30") + timedelta(hours=hours)
        asked = replaced(now, "case", steps_done=frozenset(done))
        decision = decide(asked)
        assert decision == decide(asked)
        if decision.outcome == "action":
            assert decision.step is not None
            assert decision.planned_at is not None
            assert decision.planned_at <= now
            assert decision.step.key not in done
            assert decision.step.key not in decision.skipped
        if decision.until is not None:
            assert decision.until > now

    @given(
        st.sampled_from(["America/Sao_Paulo", "America/Rio_Branco", "America/Noronha"]),
        st.dates(date(2018, 1, 1), date(2030, 12, 31)),
    )
    def test_every_step_falls_once_whatever_the_clock_does(self, zone: str, payable_on: date) -> None:
        policy = Policy(
            name="midnight",
            steps=tuple(
                Step(
                    key=f"s{n}",
                    offset=Offset(value=n),
                    local_time=time(0, 0),
                    channels=(Channel.SMS,),
                    tone=Tone.NEUTRAL,
                    template="t",
                )
                for n in range(5)
            ),
        )
        planned = plan(policy=policy, payable_on=payable_on, zone=ZoneInfo(zone), add_bank_days=add_bank_days)
        days = [item.at.astimezone(ZoneInfo(zone)).date() for item in planned]
        assert days == [payable_on + timedelta(days=n) for n in range(5)]
