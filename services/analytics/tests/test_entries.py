"""Timeline entries and rows from events, without a database."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

import pytest
from analytics_told import TOPICS, copies, documents
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.days import day_of, end_of, start_of
from analytics.domain.engagement import Handed, engagement
from analytics.domain.entries import entry_of
from analytics.domain.grading import HORIZONS, Graded, grade
from analytics.domain.rounding import shown
from analytics.domain.rows import rows_of
from analytics.store.tables import FOLDS
from contracts import registry

PERSONAL = frozenset(
    {"name", "tax_id", "address", "street", "user_agent", "address_hash", "payer_tax_id_hash", "text_hash", "personal"}
)


def names_in(node: Any) -> set[str]:
    """Every key at any depth."""
    if isinstance(node, dict):
        return set(node) | {name for value in node.values() for name in names_in(value)}
    return {name for value in node for name in names_in(value)} if isinstance(node, list) else set()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_example_has_an_entry_that_is_plain_json_and_names_nobody(topic: str) -> None:
    for text in documents(topic):
        event = registry.decode(topic, text.encode())
        entry = entry_of(event)
        assert json.loads(json.dumps(entry.body)) == entry.body
        assert entry.body
        assert not names_in(entry.body) & PERSONAL
        assert len(json.dumps(entry.body)) < 1_500
        data: Any = json.loads(text)["data"]
        holder = data.get("customer") or data.get("invoice") or data.get("agreement") or data
        assert str(entry.customer_id) == str(holder["customer_id"])
        assert None not in entry.body.values()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_row_fits_its_table_and_has_its_whole_key(topic: str) -> None:
    for text in documents(topic):
        for table, row in rows_of(registry.decode(topic, text.encode())):
            fold = FOLDS[table]
            assert row.keys() <= fold.columns.keys(), table
            assert all(row[name] is not None for name in fold.key)


def test_an_entry_stands_where_the_fact_says_it_happened() -> None:
    (opened, *_) = (event for event in copies(0, random=Random(1)) if event.data.topic == "message.opened")
    fact: Any = opened.data
    assert entry_of(opened).at == fact.engagement.occurred_at
    (issued, *_) = (event for event in copies(0, random=Random(1)) if event.data.topic == "invoice.issued")
    assert entry_of(issued).at == issued.time


@given(st.dates(date(1970, 1, 2), date(2199, 12, 30)))
def test_a_day_runs_from_its_first_to_its_last_microsecond_in_sao_paulo(day: date) -> None:
    assert day_of(start_of(day)) == day_of(end_of(day)) == day
    assert start_of(day) < end_of(day)


def test_the_evening_in_utc_is_still_the_day_in_sao_paulo() -> None:
    assert day_of(datetime(2026, 3, 1, 2, 59, tzinfo=UTC)) == date(2026, 2, 28)
    assert start_of(date(2026, 3, 1)) == datetime(2026, 3, 1, 3, tzinfo=UTC)


class TestRounding:
    @pytest.mark.parametrize(
        ("exact", "places", "text"),
        [
            (Fraction(1, 8), 2, "0.12"),
            (Fraction(3, 8), 2, "0.38"),
            (Fraction(-1, 8), 2, "-0.12"),
            (Fraction(-3, 8), 2, "-0.38"),
            (Fraction(2, 3), 4, "0.6667"),
            (Fraction(10**18 + 1, 2), 0, "500000000000000000"),
            (Fraction(0), 4, "0.0000"),
        ],
    )
    def test_a_half_goes_to_the_even_digit(self, exact: Fraction, places: int, text: str) -> None:
        assert str(shown(exact, places=places)) == text

    @given(st.fractions(), st.integers(0, 8))
    def test_a_shown_ratio_is_never_further_off_than_half_a_digit(self, exact: Fraction, places: int) -> None:
        found = shown(exact, places=places)
        assert isinstance(found, Decimal)
        assert abs(Fraction(found) - exact) <= Fraction(1, 2 * 10**places)
        assert -found.as_tuple().exponent == places  # type: ignore[operator]

    def test_no_ratio_is_shown_as_none(self) -> None:
        assert shown(None, places=2) is None


class TestEngagement:
    def test_attempts_count_once_by_channel_and_by_the_creditors_hour(self) -> None:
        at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        handed = [
            Handed("email", at, delivered_at=at, opened_at=at, opened_human_at=at),
            Handed("email", at.replace(hour=2), delivered_at=at, opened_at=at, failed_at=at),
            Handed("sms", at, clicked_at=at),
        ]
        email, sms = engagement(handed, by="channel")
        assert (email.sent, email.delivered, email.opened_human, email.opened_all, email.failed) == (2, 2, 1, 2, 1)
        assert (sms.group, sms.sent, sms.clicked_all, sms.clicked_human) == ("sms", 1, 1, 0)
        assert [line.group for line in engagement(handed, by="hour")] == ["09", "23"]


class TestGrading:
    def test_errors_of_single_days_do_not_cancel_out_but_the_bias_does(self) -> None:
        lines = grade([Graded(2, 100, 50), Graded(3, 0, 50), Graded(0, 7, 7)])
        assert [(line.days, line.error_share, line.bias_share) for line in lines[:3]] == [
            (1, Fraction(0), Fraction(0)),
            (2, Fraction(1), Fraction(0)),
            (0, None, None),
        ]

    def test_the_horizons_cover_every_kept_day_once(self) -> None:
        days = [day for first, last in HORIZONS for day in range(first, last + 1)]
        assert days == list(range(90))


def test_ids_of_an_entry_are_each_named_once_and_in_order() -> None:
    for event in copies(0, random=Random(1)):
        ids = entry_of(event).invoice_ids
        assert list(ids) == sorted(set(ids))
        assert all(isinstance(one, UUID) for one in ids)
