"""The catalogue of metrics, and cents."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chassis
from chassis.metrics import CATALOGUE, Metric, Metrics, UnknownMetricError
from chassis.money import MoneyError, cents_of, decimal_of, format_amount, parse_amount, round_half_even

SOURCES = Path(chassis.__file__).parent
LABELS_WITH_PEOPLE = re.compile(r"tenant|customer|debtor|invoice|email|phone|name|id$")


def test_every_metric_is_named_once_with_a_sentence_and_labels_of_low_cardinality():
    assert len({metric.name for metric in CATALOGUE}) == len(CATALOGUE)
    for metric in CATALOGUE:
        assert re.fullmatch(r"regua_[a-z_]+", metric.name)
        assert metric.sentence.endswith(".")
        assert not [label for label in metric.labels if LABELS_WITH_PEOPLE.search(label)]
        assert (metric.kind == "histogram") <= metric.name.endswith("_seconds")


def test_every_metric_of_the_catalogue_is_written_somewhere():
    text = "".join(path.read_text() for path in SOURCES.rglob("*.py") if path.name != "metrics.py")
    text += (SOURCES / "metrics.py").read_text().split("class Metrics")[1]
    unused = [metric.name for metric in CATALOGUE if f'"{metric.name}"' not in text]
    assert unused == ["regua_handoff_unknown"]  # set by the service that hands off


def test_a_name_outside_the_catalogue_is_refused_with_the_remedy():
    with pytest.raises(UnknownMetricError, match=r"add it with its sentence"):
        Metrics(process=False).add("regua_made_up")


def test_a_service_declares_its_own_metrics_once():
    metrics = Metrics(process=False)
    metrics.declare(Metric("regua_notes", "counter", "Notes made.", ("kind",)))
    metrics.add("regua_notes", "short", by=2)
    assert b'regua_notes_total{kind="short"} 2.0' in metrics.exposition()
    with pytest.raises(ValueError, match="Duplicated"):
        metrics.declare(Metric("regua_notes", "counter", "Again."))


def test_partitions_that_went_to_another_member_disappear():
    metrics = Metrics(process=False)
    metrics.set("regua_consumer_lag", 5, "note.made", "0")
    assert b'regua_consumer_lag{partition="0",topic="note.made"} 5.0' in metrics.exposition()
    metrics.forget("regua_consumer_lag")
    assert b'partition="0"' not in metrics.exposition()
    metrics.set("regua_consumer_lag", 1, "note.made", "0")
    assert b'regua_consumer_lag{partition="0",topic="note.made"} 1.0' in metrics.exposition()


@pytest.mark.parametrize(("text", "cents"), [("0", 0), ("1234.56", 123456), ("0.1", 10), ("-3.05", -305), ("12", 1200)])
def test_an_amount_is_read_to_the_cent(text, cents):
    assert parse_amount(text) == cents


@pytest.mark.parametrize(
    "text", ["", "1,50", "1.234,56", "1e3", "+1", "01", ".5", "1.", "1.234", "NaN", "1 000", "1" * 16]
)
def test_any_other_form_is_refused(text):
    with pytest.raises(MoneyError):
        parse_amount(text)


@given(st.integers(-(10**15), 10**15))
def test_cents_survive_the_way_through_decimal_and_text(cents):
    assert cents_of(decimal_of(cents)) == cents
    assert parse_amount(format_amount(cents)) == cents


def test_halves_go_to_the_even_cent():
    assert [round_half_even(Decimal(text)) for text in ("0.005", "0.015", "0.025", "-0.005")] == [
        Decimal("0.00"),
        Decimal("0.02"),
        Decimal("0.02"),
        Decimal("0.00"),
    ]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "10000000000000.01"])
def test_what_is_no_money_has_no_cents(amount):
    with pytest.raises(MoneyError):
        cents_of(Decimal(amount))
