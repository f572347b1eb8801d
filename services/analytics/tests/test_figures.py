from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.ageing import BUCKETS, Owed, ageing, bucket_of
from analytics.domain.forecast import History, OpenInvoice, forecast
from analytics.domain.receiving import (
    Matured,
    Received,
    best_possible_dso,
    count_back_dso,
    days_to_receive,
    default_rate,
    simple_dso,
)
from analytics.domain.recovery import Paid, Reached, recovery

TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)


class TestAgeing:
    @given(st.lists(st.tuples(st.integers(-400, 400), st.integers(-5, 10**9)), max_size=20))
    def test_every_open_cent_stands_in_exactly_one_bucket(self, parts: list[tuple[int, int]]) -> None:
        owed = [Owed(TODAY - timedelta(days=late), cents) for late, cents in parts]
        lines = ageing(owed, on=TODAY)
        assert [line.name for line in lines] == [name for name, _, _ in BUCKETS]
        assert sum(line.open_cents for line in lines) == sum(cents for _, cents in parts if cents > 0)

    def test_the_edges_of_the_buckets(self) -> None:
        names = {late: bucket_of(payable_on=TODAY - timedelta(days=late), on=TODAY) for late in (0, 1, 30, 31, 90, 91)}
        assert names == {0: "not_due", 1: "1_to_30", 30: "1_to_30", 31: "31_to_60", 90: "61_to_90", 91: "over_90"}


class TestReceiving:
    def test_days_to_receive_weigh_the_money(self) -> None:
        issued, payable = date(2026, 3, 1), date(2026, 3, 11)
        result = days_to_receive(
            [Received(issued, payable, date(2026, 3, 11), 3_000), Received(issued, payable, date(2026, 3, 15), 1_000)]
        )
        assert result is not None
        assert (result.from_issue, result.from_due) == (Fraction(11), Fraction(1))
        assert days_to_receive([]) is None

    def test_dso_in_its_three_forms(self) -> None:
        assert simple_dso(open_cents=50, issued_cents=100, period_days=30) == 15
        assert best_possible_dso(not_due_cents=20, issued_cents=100, period_days=30) == 6
        assert count_back_dso(open_cents=25, issued_by_day=[10, 10, 10]) == Fraction(5, 2)
        assert count_back_dso(open_cents=0, issued_by_day=[0]) == 0
        assert count_back_dso(open_cents=99, issued_by_day=[10, 10]) is None
        assert simple_dso(open_cents=1, issued_cents=0, period_days=30) is None

    def test_the_default_rate_counts_only_what_is_old_enough(self) -> None:
        matured = [Matured(TODAY - timedelta(days=30), 100, 25), Matured(TODAY - timedelta(days=29), 100, 100)]
        assert default_rate(matured, on=TODAY, after_days=30) == Fraction(1, 4)
        assert default_rate(matured, on=TODAY, after_days=60) is None


class TestRecovery:
    def test_money_counts_for_the_last_message_before_it_within_the_window(self) -> None:
        one = UUID(int=1)
        reached = [
            Reached(one, NOON - timedelta(days=3), "due_day", "email"),
            Reached(one, NOON - timedelta(days=1), "after_1", "sms"),
            Reached(one, NOON + timedelta(hours=1), "after_3", "sms"),
        ]
        paid = [Paid(one, NOON, 500), Paid(one, NOON + timedelta(days=30), 70), Paid(UUID(int=2), NOON, 5)]
        assert [(item.step_key, item.payments, item.cents) for item in recovery(reached=reached, paid=paid)] == [
            ("after_1", 1, 500),
            ("unprompted", 2, 75),
        ]


class TestForecast:
    history = History({-2: 100, 0: 500, 5: 300}, lost_cents=100)

    def test_an_invoice_not_yet_due_follows_the_whole_history(self) -> None:
        days = forecast(
            invoices=[OpenInvoice(TODAY + timedelta(days=2), 1_000)], history=self.history, start=TODAY, days=10
        )
        assert {day.on.day: day.by_history_cents for day in days if day.by_history_cents} == {31: 100, 2: 500, 7: 300}

    def test_a_late_invoice_follows_those_who_were_late(self) -> None:
        days = forecast(
            invoices=[OpenInvoice(TODAY - timedelta(days=1), 1_000)], history=self.history, start=TODAY, days=10
        )
        assert [(day.on, day.by_history_cents) for day in days if day.by_history_cents] == [
            (TODAY + timedelta(days=4), 750)
        ]

    def test_a_promise_counts_on_its_day(self) -> None:
        promised = OpenInvoice(TODAY, 1_000, promised_on=TODAY + timedelta(days=3))
        days = forecast(invoices=[promised], history=self.history, start=TODAY, days=5, kept_share=Fraction(2, 3))
        assert [day.promised_cents for day in days] == [0, 0, 0, 666, 0]

    @given(
        st.lists(st.tuples(st.integers(-30, 30), st.integers(0, 10**7)), max_size=6),
        st.dictionaries(st.integers(-20, 60), st.integers(0, 10**6), max_size=8),
        st.integers(0, 10**6),
        st.integers(1, 40),
    )
    def test_never_expects_more_than_is_open(
        self, parts: list[tuple[int, int]], received: dict[int, int], lost: int, days: int
    ) -> None:
        invoices = [OpenInvoice(TODAY + timedelta(days=shift), cents) for shift, cents in parts]
        expected = forecast(invoices=invoices, history=History(received, lost), start=TODAY, days=days)
        assert len(expected) == days
        assert all(day.by_history_cents >= 0 for day in expected)
        assert sum(day.by_history_cents for day in expected) <= sum(cents for _, cents in parts)
