"""Encoding once, decoding in one pass, closed producers and open readers, versions of one topic."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts import registry
from contracts.base import Event, NonNegativeCents
from contracts.catalogue import TOPICS
from contracts.envelope import CONTENT_TYPE, Envelope, headers
from contracts.invoicing import InvoiceIssued
from contracts.registry import StaleEventError, Topic, UnknownTopicError

EXAMPLES = Path(__file__).parents[1] / "examples"
VALID = sorted(EXAMPLES.glob("*/v1/valid-*.json"))
ID = UUID("0199f0a0-0000-7000-8000-000000000001")
NOW = datetime(2026, 12, 9, 12, tzinfo=UTC)


def example(topic: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / topic / "v1" / f"{name}.json").read_bytes())
    return found


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in the document, at every depth; `values` is a free map, not a record."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key != "values":
                yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_record_reads_the_same_after_it_was_written_again(path: Path) -> None:
    topic = path.parts[-3]
    raw = path.read_bytes()
    envelope = registry.decode(topic, raw)
    written = registry.encode(envelope)
    assert registry.decode(topic, written) == envelope
    assert json.loads(written) == json.loads(raw)


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_unknown_fields_are_ignored_by_readers_at_every_level_and_refused_by_producers(path: Path) -> None:
    topic = path.parts[-3]
    document = json.loads(path.read_bytes())
    plain = registry.decode(topic, json.dumps(document).encode())
    count = sum(1 for _ in objects(document))
    for index in range(count):
        grown = json.loads(json.dumps(document))
        list(objects(grown))[index]["added_by_a_newer_producer"] = {"deep": [1]}
        raw = json.dumps(grown).encode()
        assert registry.decode(topic, raw) == plain
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            registry.adapter(topic).validate_json(raw)


def test_a_fact_goes_into_its_envelope_with_key_subject_and_type() -> None:
    fact = registry.decode("payment.allocated", json.dumps(example("payment.allocated", "valid-full-by-pix")).encode())
    envelope = registry.wrap(
        fact.data, event_id=ID, producer="payments", time=NOW, tenant_id=ID, correlation_id=ID, causation_id=ID
    )
    assert envelope.type == "br.regua.payment.allocated.v1"
    assert envelope.dataschema == "urn:regua:schema:payment.allocated:1"
    assert envelope.source == "/services/payments"
    assert envelope.subject == str(fact.data.subject_id())
    assert envelope.partitionkey == fact.partitionkey
    assert registry.decode("payment.allocated", registry.encode(envelope)) == envelope


def test_money_of_an_unknown_payer_is_keyed_by_its_receipt() -> None:
    found = registry.decode(
        "payment.received", json.dumps(example("payment.received", "valid-transfer-of-an-unknown-payer")).encode()
    )
    assert found.partitionkey == found.subject


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_subject_and_key_of_every_example_are_those_of_its_data(path: Path) -> None:
    envelope = registry.decode(path.parts[-3], path.read_bytes())
    assert (envelope.subject, envelope.partitionkey) == (
        str(envelope.data.subject_id()),
        str(envelope.data.partition_key()),
    )


def test_headers_repeat_the_envelope_for_consumers_that_filter() -> None:
    envelope = registry.decode(
        "invoice.issued", json.dumps(example("invoice.issued", "valid-monthly-fee-boleto-and-pix")).encode()
    )
    found = dict(headers(envelope))
    assert found["content-type"] == CONTENT_TYPE.encode()
    assert found["ce_id"] == str(envelope.id).encode()
    assert found["ce_time"] == b"2026-11-20T12:00:04Z"
    assert found["ce_tenantid"] == str(envelope.tenantid).encode()
    assert found["traceparent"] == (envelope.traceparent or "").encode()
    assert "ce_causationid" not in found


def test_an_instant_is_held_in_utc_whatever_offset_it_came_with() -> None:
    document = example("payment.received", "valid-pix-by-webhook")
    document["data"]["paid_at"] = "2026-12-09T11:32:18.358-03:00"
    envelope = registry.decode("payment.received", json.dumps(document).encode())
    assert b'"paid_at":"2026-12-09T14:32:18.358000Z"' in registry.encode(envelope)


def test_a_record_of_another_topic_or_an_unknown_version_is_refused_at_its_type() -> None:
    document = example("invoice.issued", "valid-monthly-fee-boleto-and-pix")
    with pytest.raises(ValidationError, match="type"):
        registry.decode("invoice.due", json.dumps(document).encode())
    document["type"] = "br.regua.invoice.issued.v9"
    with pytest.raises(ValidationError, match=r"br\.regua\.invoice\.issued\.v1"):
        registry.decode("invoice.issued", json.dumps(document).encode())


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b'"x"', b"\xff\xfe", b"{}", b"1e999"])
def test_poison_bytes_are_a_validation_error_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(ValidationError):
        registry.decode("invoice.issued", raw)


def test_an_unknown_topic_names_the_catalogue() -> None:
    with pytest.raises(UnknownTopicError, match=r"contracts/catalogue\.py"):
        registry.topic("invoice.vanished")


class TallyKept(Event):
    """Version 2: the unit stands in the name."""

    topic: ClassVar[str] = "tally.kept"
    version: ClassVar[int] = 2

    tally_id: UUID
    amount_cents: NonNegativeCents
    note: str | None = None

    def subject_id(self) -> UUID:
        return self.tally_id

    def partition_key(self) -> UUID:
        return self.tally_id


class TallyKeptV1(Event):
    """Version 1: whole reais."""

    topic: ClassVar[str] = "tally.kept"

    tally_id: UUID
    amount_reais: int

    def subject_id(self) -> UUID:
        return self.tally_id

    def partition_key(self) -> UUID:
        return self.tally_id

    def upcast(self) -> TallyKept:
        return TallyKept(tally_id=self.tally_id, amount_cents=self.amount_reais * 100)


def tally(payload: type[Event], **more: Any) -> Topic:
    return Topic(
        name="tally.kept",
        payload=payload,
        producers=("invoicing",),
        consumers=("dunning",),
        key="tally_id",
        description="Made up.",
        **more,
    )


def wrapped(topic: Topic, fact: Event) -> Envelope[Event]:
    return topic.wrap(fact, event_id=ID, producer="invoicing", time=NOW, tenant_id=ID, correlation_id=ID)


def test_records_of_an_older_major_version_arrive_as_the_current_one() -> None:
    old, new = tally(TallyKeptV1), tally(TallyKept, reads={1: TallyKeptV1})
    first = registry.encode(wrapped(old, TallyKeptV1(tally_id=ID, amount_reais=12)))
    second = registry.encode(wrapped(new, TallyKept(tally_id=ID, amount_cents=1200)))
    lifted, current = new.decode(first), new.decode(second)
    assert lifted.data == TallyKept(tally_id=ID, amount_cents=1200) == current.data
    assert lifted == current
    assert (lifted.type, lifted.dataschema) == ("br.regua.tally.kept.v2", "urn:regua:schema:tally.kept:2")
    assert registry.encode(lifted) == second


def test_older_versions_are_read_open_and_their_mistakes_are_named() -> None:
    new = tally(TallyKept, reads={1: TallyKeptV1})
    document = json.loads(registry.encode(wrapped(tally(TallyKeptV1), TallyKeptV1(tally_id=ID, amount_reais=12))))
    document["data"]["colour"] = "blue"
    assert new.decode(json.dumps(document).encode()).data == TallyKept(tally_id=ID, amount_cents=1200)
    document["data"]["amount_reais"] = "a lot"
    with pytest.raises(ValidationError, match="amount_reais"):
        new.decode(json.dumps(document).encode())
    document["type"] = "br.regua.tally.kept.v3"
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        new.decode(json.dumps(document).encode())


def test_nobody_publishes_a_superseded_version() -> None:
    with pytest.raises(StaleEventError, match=r"tally\.kept publishes TallyKept, not TallyKeptV1"):
        wrapped(tally(TallyKept, reads={1: TallyKeptV1}), TallyKeptV1(tally_id=ID, amount_reais=1))


def test_the_current_version_has_nothing_to_be_lifted_to() -> None:
    with pytest.raises(NotImplementedError, match="TallyKept is the current version"):
        TallyKept(tally_id=ID, amount_cents=1).upcast()


def test_codecs_are_built_once() -> None:
    topic = TOPICS["invoice.issued"]
    assert topic.payload is InvoiceIssued
    assert topic.adapter is registry.adapter("invoice.issued")
    assert topic.envelope is topic.envelope
