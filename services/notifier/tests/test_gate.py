from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.gate import (
    FRESHNESS_LIMIT,
    MAX_HOLD,
    SEND_ALLOWANCE,
    InvoiceNow,
    Question,
    RecipientNow,
    ask,
)

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
OPEN = InvoiceNow(state="open", open_cents=100, asked_open_cents=100)


def fresh(age_seconds: float = 1) -> datetime:
    return NOW - timedelta(seconds=age_seconds)


def question(**changes: object) -> Question:
    values: dict[str, object] = {
        "now": NOW,
        "requested_at": NOW - timedelta(hours=1),
        "not_before": NOW - timedelta(minutes=5),
        "not_after": NOW + timedelta(hours=3),
        "expires_at": NOW + timedelta(days=1),
        "invoices": (OPEN,),
        "recipient": RecipientNow(usable=True),
        "facts_fresh_until": fresh(),
        "lawful_now": True,
        **changes,
    }
    return Question(**values)  # type: ignore[arg-type]


class TestSending:
    def test_lets_a_message_pass_when_everything_is_proven(self) -> None:
        verdict = ask(question())
        assert (verdict.act, verdict.deadline) == ("send", NOW + SEND_ALLOWANCE)

    @given(st.none() | st.floats(0, 30), st.sampled_from(["open", "paid", "cancelled"]), st.booleans(), st.booleans())
    def test_never_sends_on_stale_facts_a_closed_debt_or_an_opt_out(
        self, age: float | None, state: str, opted_out: bool, lawful: bool
    ) -> None:
        invoice = InvoiceNow(state=state, open_cents=100 if state == "open" else 0, asked_open_cents=100)  # type: ignore[arg-type]
        recipient = RecipientNow(usable=True, opted_out=opted_out)
        known = None if age is None else fresh(age)
        verdict = ask(question(facts_fresh_until=known, invoices=(invoice,), recipient=recipient, lawful_now=lawful))
        proven = age is not None and timedelta(seconds=age) <= FRESHNESS_LIMIT - SEND_ALLOWANCE
        assert (verdict.act == "send") == (proven and state == "open" and not opted_out and lawful)


class TestThanks:
    PAID = InvoiceNow(state="paid", open_cents=0, asked_open_cents=0, held=True)

    def test_thanks_leave_for_what_is_paid_even_where_a_hold_stood(self) -> None:
        assert ask(question(thanks=True, invoices=(self.PAID, self.PAID))).act == "send"

    @pytest.mark.parametrize("state", ["open", "partially_paid", "cancelled", "renegotiated"])
    def test_thanks_do_not_leave_when_the_payment_went_back(self, state: str) -> None:
        open_again = InvoiceNow(state=state, open_cents=100 if "paid" in state else 0, asked_open_cents=0)  # type: ignore[arg-type]
        verdict = ask(question(thanks=True, invoices=(self.PAID, open_again)))
        assert (verdict.act, verdict.reason) == ("suppress", "superseded")

    def test_thanks_are_stale_refused_and_out_of_hours_like_any_message(self) -> None:
        thanks = {"thanks": True, "invoices": (self.PAID,)}
        assert ask(question(**thanks, facts_fresh_until=None)).act == "hold"
        assert ask(question(**thanks, recipient=RecipientNow(usable=True, opted_out=True))).reason == "opted_out"
        assert ask(question(**thanks, lawful_now=False)).reason == "outside_window"


class TestFreshness:
    def test_stale_facts_hold_the_message_and_give_up_after_hours(self) -> None:
        held = ask(question(facts_fresh_until=fresh(9)))
        assert (held.act, held.reason, held.ask_again_at) == ("hold", "stale_facts", NOW + timedelta(seconds=1))
        held_for = timedelta(seconds=1) + MAX_HOLD
        assert ask(question(facts_fresh_until=fresh(9), stale_since=NOW - held_for)).act == "suppress"
        just_due = question(facts_fresh_until=fresh(9), not_before=NOW - held_for, stale_since=NOW)
        assert ask(just_due).act == "hold"

    def test_unproven_freshness_holds_the_message(self) -> None:
        assert ask(question(facts_fresh_until=None)).reason == "stale_facts"


class TestSuppression:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"claimed_before": True}, "already_sent"),
            ({"expires_at": NOW}, "expired"),
            ({"recipient": RecipientNow(usable=True, erased=True)}, "customer_erased"),
            ({"recipient": RecipientNow(usable=True, do_not_contact=True)}, "do_not_contact"),
            ({"recipient": RecipientNow(usable=False)}, "no_usable_contact"),
            ({"invoices": (InvoiceNow(state="paid", open_cents=0, asked_open_cents=100),)}, "paid"),
            ({"invoices": (InvoiceNow(state="renegotiated", open_cents=0, asked_open_cents=100),)}, "renegotiated"),
            ({"invoices": (InvoiceNow(state="open", open_cents=60, asked_open_cents=100),)}, "amount_changed"),
            ({"invoices": (InvoiceNow(state="open", open_cents=100, asked_open_cents=100, held=True),)}, "held"),
            (
                {"invoices": (InvoiceNow(state="open", open_cents=100, asked_open_cents=100, prescribed=True),)},
                "prescribed",
            ),
            ({"not_after": NOW}, "outside_window"),
            ({"lawful_now": False}, "outside_window"),
        ],
    )
    def test_keeps_back_for_good_what_may_never_leave(self, changes: dict[str, object], reason: str) -> None:
        verdict = ask(question(**changes))
        assert (verdict.act, verdict.reason) == ("suppress", reason)
        assert verdict.checks[-1] == reason

    def test_one_paid_invoice_of_two_changes_the_text_so_the_regua_asks_anew(self) -> None:
        paid = InvoiceNow(state="paid", open_cents=0, asked_open_cents=100)
        assert ask(question(invoices=(OPEN, paid))).reason == "amount_changed"

    def test_waits_for_the_window_where_the_law_opens_it_in_time(self) -> None:
        opens = NOW + timedelta(hours=1)
        verdict = ask(question(lawful_now=False, lawful_next_at=opens))
        assert (verdict.act, verdict.ask_again_at) == ("hold", opens)

    def test_waits_for_its_own_beginning(self) -> None:
        starts = NOW + timedelta(minutes=1)
        assert ask(question(not_before=starts)).ask_again_at == starts
