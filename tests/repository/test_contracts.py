"""The contracts as committed: complete, derived, true by the rules of `brasil`, and not to be broken unnoticed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from pydantic import Field, create_model

from brasil import cpf, taxid
from brasil.boleto import barcode, line
from brasil.charges import Rounding, WeekendRule
from brasil.charges.terms import CapPolicy, Contract, Days, Imputation, PaymentDating, RateBasis
from brasil.pix import br_code
from contracts import charges
from contracts.base import Event
from contracts.catalogue import SERVICES, TOPICS
from contracts.documents import asyncapi, evolution, markdown, schemas
from contracts.documents.evolution import Baseline, Break
from contracts.payments import PaymentAllocated, PaymentReceived
from contracts.registry import Topic
from regua.contracts import Package, check_breaks, check_derived, check_examples
from regua.root import ROOT

PACKAGE = Package(ROOT, TOPICS)
EXAMPLES = ROOT / "libs" / "contracts" / "examples"
RECEIVED = TOPICS["payment.received"]
BASELINE = Baseline(
    schemas={f"{RECEIVED.name}.v1.json": schemas.record_schema(PaymentReceived)},
    topics={RECEIVED.name: evolution.released_properties(RECEIVED)},
)


def test_every_derived_file_is_what_the_models_say() -> None:
    assert list(check_derived(PACKAGE)) == []


def test_every_example_is_accepted_or_refused_as_it_claims() -> None:
    assert list(check_examples(PACKAGE)) == []


def test_nothing_released_is_broken() -> None:
    assert list(check_breaks(PACKAGE)) == []
    assert PACKAGE.baseline().topics.keys() >= TOPICS.keys(), "run `regua contracts release`"


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS.keys())
def test_a_topic_is_named_after_its_event_and_says_everything_about_itself(topic: Topic) -> None:
    words = topic.name.replace("_", ".").split(".")
    assert topic.payload.__name__ == "".join(word.capitalize() for word in words)
    assert set(topic.producers) | set(topic.consumers) <= set(SERVICES)
    assert not set(topic.producers) & set(topic.consumers) or len(topic.producers) > 1
    assert topic.description.endswith(".")
    assert topic.payload.__doc__


def test_all_topics_of_a_debtor_have_the_same_partitions() -> None:
    keyed = {topic.partitions for topic in TOPICS.values() if topic.key.startswith("customer_id")}
    assert len(keyed) == 1
    assert [name for name, topic in TOPICS.items() if not topic.key.startswith("customer_id")] == ["watermark.advanced"]


def test_no_field_lacks_a_form() -> None:
    """Nothing of type any, no open object, except the values by name of a reason."""
    found = [
        f"{name}: {place}" for name, schema in schemas.record_schemas(TOPICS).items() for place in formless(schema, "")
    ]
    assert [place for place in found if not place.endswith("Reason.values")] == []


def formless(node: Any, place: str) -> Iterator[str]:
    for name, part in node.get("$defs", {}).items():
        yield from formless(part, name)
    for name, field in node.get("properties", {}).items():
        parts = field.get("anyOf", field.get("oneOf", [field]))
        for part in parts:
            inner = part.get("items", part)
            if not ({"$ref", "const", "enum", "oneOf", "type"} & inner.keys()) or inner.get("type") == "object":
                yield f"{place}.{name}"


def test_terms_speak_the_words_of_the_charges_library() -> None:
    terms = charges.ChargeTerms.model_fields
    assert get_args(terms["weekend_rule"].annotation) == tuple(WeekendRule)
    assert set(get_args(terms["rounding"].annotation)) == set(Rounding)
    assert set(get_args(terms["payment_dating"].annotation)) == set(PaymentDating)
    assert set(get_args(terms["imputation"].annotation)) == set(Imputation)
    assert set(get_args(terms["contract"].annotation)) == set(Contract)
    assert set(get_args(terms["cap_policy"].annotation)) == set(CapPolicy)
    assert set(get_args(charges.InterestRate.model_fields["basis"].annotation)) == set(RateBasis)
    assert set(get_args(charges.DaysCounted)) == set(Days)


def examples() -> Iterator[tuple[str, Any]]:
    for path in sorted(EXAMPLES.glob("*/v1/valid-*.json")):
        yield path.relative_to(EXAMPLES).as_posix(), json.loads(path.read_bytes())


def everything(node: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value, node
            yield from everything(value)
    elif isinstance(node, list):
        for value in node:
            yield from everything(value)


def test_examples_are_true_down_to_their_check_digits() -> None:
    seen = {"tax_id": 0, "barcode": 0, "br_code": 0}
    for name, document in examples():
        for key, value, around in everything(document):
            if key == "tax_id":
                assert taxid.validate(value) == value, name
            elif key == "barcode":
                read = barcode.parse(value)
                assert line.from_barcode(read) == around["linha_digitavel"], name
                assert read.bank == around["bank_code"], name
                assert read.amount_cents == around["amount_cents"], name
            elif key == "br_code":
                assert br_code.is_valid(value), name
            else:
                continue
            seen[key] += 1
    assert all(count > 3 for count in seen.values()), seen


def test_personal_data_stands_in_no_example_outside_the_personal_block() -> None:
    for name, document in examples():
        for key, value, _ in everything(document):
            if key == "personal":
                continue
            outside = json.dumps(without_personal(document))
            assert "@example.com" not in outside.replace("mail.example.com", ""), name
            assert "+55" not in outside, name
            assert not (isinstance(value, str) and len(value) == 11 and cpf.is_valid(value)) or key == "tax_id", name


def without_personal(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_personal(value) for key, value in node.items() if key != "personal"}
    return [without_personal(value) for value in node] if isinstance(node, list) else node


def test_one_name_means_one_part() -> None:
    other = create_model("ReceiptIds", __base__=Event, colour=(str, ...))
    twin = payload(ids=(other, ...))
    clash = replace(RECEIVED, name="payment.seen", payload=twin)
    with pytest.raises(ValueError, match="two different models are called"):
        asyncapi.document({"payment.received": RECEIVED, "payment.seen": clash})


def test_the_page_of_events_names_every_topic_and_field() -> None:
    page = markdown.page(TOPICS)
    for topic in TOPICS.values():
        assert f"## {topic.name}\n" in page
        assert all(f"| `{field}` |" in page for field in topic.payload.model_fields)


def payload(**fields: Any) -> type[Event]:
    """PaymentReceived with other fields, under its own name."""
    make: Any = create_model
    made: type[Event] = make("PaymentReceived", __base__=PaymentReceived, __doc__=PaymentReceived.__doc__, **fields)
    return made


def breaks_of(topic: Topic, baseline: Baseline = BASELINE) -> list[Break]:
    return evolution.breaks({topic.name: topic}, baseline)


def only(found: list[Break], place: str) -> str:
    """The message of the one break, which must stand at the place and name readers and remedy."""
    assert [one.place for one in found] == [place]
    message = str(found[0])
    assert message.startswith(f"payment.received v1: {place} ")
    assert "Read by dunning, notifier, analytics." in message
    assert "rename today's class to PaymentReceivedV1, write PaymentReceived with version = 2" in message
    return message


def test_a_removed_field_is_caught_even_an_optional_one() -> None:
    for field, form in {"was_needed": (str, ...), "was_optional": (str | None, None)}.items():
        before = Baseline(
            schemas={"payment.received.v1.json": schemas.record_schema(payload(**{field: form}))},
            topics=BASELINE.topics,
        )
        message = only(breaks_of(RECEIVED, before), f"data.{field}")
        assert "was removed" in message
        assert "Instead: keep the field and go on filling it" in message


CHANGES = [
    ("an added required field", {"colour": (str, ...)}, "data.colour", "was added as a required field", "default"),
    ("an optional field made required", {"paid_at": (datetime | None, ...)}, "data.paid_at", "became required", "as it was"),
    ("a required field made optional", {"paid_on": (date, date(2026, 1, 1))}, "data.paid_on", "became optional", "as it was"),
    ("a required field that may be null", {"paid_on": (date | None, ...)}, "data.paid_on", "may be null now", "add an optional"),
    ("a field that may no longer be null", {"credited_on": (date, date(2026, 1, 1))}, "data.credited_on", "", ""),
    ("a narrowed number", {"gross_cents": (Annotated[int, Field(gt=0, le=10**9)], ...)}, "data.gross_cents", "maximum from 1000000000000000 to 1000000000", "add an optional"),
    ("a widened number", {"gross_cents": (Annotated[int, Field(ge=0, le=10**15)], ...)}, "data.gross_cents", "changed: ", "add an optional"),
    ("another type", {"gross_cents": (str, ...)}, "data.gross_cents", 'type from "integer" to "string"', "add an optional"),
    ("a new word", {"route": (Literal["pix", "boleto", "card", "transfer", "direct_debit", "cash", "cheque", "other", "barter"], ...)}, "data.route", "may now be 'barter', which readers of today refuse", "add an optional"),
    ("a word less", {"route": (Literal["pix", "boleto", "card", "transfer", "direct_debit", "cash", "cheque"], ...)}, "data.route", "may no longer be 'other'", "add an optional"),
    ("another format", {"receipt_id": (date, ...)}, "data.receipt_id", 'format from "uuid" to "date"', "add an optional"),
    ("a pattern dropped", {"currency": (str, ...)}, "data.currency", "pattern from", "add an optional"),
    ("another default", {"fee_cents": (Annotated[int, Field(strict=True, ge=0, le=10**15)], 100)}, "data.fee_cents", "changed its default from 0 to 100", "keep the default"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "place", "what", "instead"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_breaking_change_names_field_readers_and_remedy(fields: Any, place: str, what: str, instead: str) -> None:
    found = breaks_of(replace(RECEIVED, payload=payload(**fields)))
    assert {one.place for one in found} == {place}
    messages = " ".join(map(str, found))
    assert what in messages
    assert instead in messages
    assert "Read by dunning, notifier, analytics." in messages


def test_a_break_inside_a_shared_part_is_named_by_its_path() -> None:
    old = schemas.record_schema(PaymentAllocated)
    new = json.loads(json.dumps(old))
    new["$defs"]["MatchSignal"]["properties"]["weight"]["maximum"] = 10
    assert [place for place, _, _ in evolution.compare(old, new)] == ["data.match.signals[].weight"]


def test_kinds_of_a_union_may_neither_vanish_nor_appear() -> None:
    old = schemas.record_schema(TOPICS["debtor.responded"].payload)
    new = json.loads(json.dumps(old))
    answer = new["$defs"]["DebtorResponded"]["properties"]["answer"]
    del answer["discriminator"]["mapping"]["unclear"]
    answer["oneOf"] = [part for part in answer["oneOf"] if part["$ref"] != "#/$defs/Unclear"]
    assert [found[:2] for found in evolution.compare(old, new)] == [("data.answer.kind", "may no longer be 'unclear'")]
    ((place, what, _),) = evolution.compare(new, old)
    assert (place, "'unclear'" in what) == ("data.answer.kind", True)


def test_what_the_walk_does_not_know_is_still_caught_as_a_whole() -> None:
    old = {"type": "object", "properties": {}, "maxProperties": 5}
    assert [place for place, _, _ in evolution.compare(old, {**old, "maxProperties": 2})] == ["the record"]


def test_optional_additions_and_better_words_are_free() -> None:
    grown = payload(memo=(str | None, None), amounts=(tuple[int, ...], ()))
    grown.__doc__ = "Said better."
    assert breaks_of(replace(RECEIVED, payload=grown)) == []
    assert breaks_of(RECEIVED) == []


def test_a_new_topic_is_free() -> None:
    assert evolution.breaks(TOPICS, BASELINE) == []


@pytest.mark.parametrize(
    ("change", "place", "instead"),
    [
        ({"key": "receipt_id"}, "key", "order per key would be lost"),
        ({"partitions": 24}, "partitions", "every key would move to another partition"),
        ({"compacted": True}, "cleanup_policy", "records that readers rely on would vanish"),
        ({"retention_days": 30}, "retention_days", "keep records as long as released"),
    ],
)
def test_a_topic_keeps_its_key_partitions_and_records(change: Any, place: str, instead: str) -> None:
    (found,) = breaks_of(replace(RECEIVED, **change))
    assert found.place == place
    assert instead in str(found)
    assert "Read by dunning, notifier, analytics" in str(found)


def test_a_removed_topic_and_an_unreadable_version_are_caught() -> None:
    (gone,) = evolution.breaks({}, BASELINE)
    assert "payment.received: the topic was removed" in str(gone)
    second: Any = payload()
    second.version = 2
    (unread,) = breaks_of(replace(RECEIVED, payload=second))
    assert "version 1 can no longer be read" in str(unread)
    assert "keep the class of version 1 in the topic's `reads`" in str(unread)


def test_a_new_major_version_that_reads_the_old_one_is_free() -> None:
    second: Any = payload(colour=(str, ...), receipt_id=(UUID, ...))
    second.version = 2
    assert breaks_of(replace(RECEIVED, payload=second, reads={1: PaymentReceived})) == []


def test_a_touched_released_example_is_caught(tmp_path: Path) -> None:
    package = Package(tmp_path, TOPICS)
    folder = package.home / "examples" / "payment.received" / "v1"
    folder.mkdir(parents=True)
    (folder / "valid-a.json").write_text("{}", encoding="utf-8")
    package.released.mkdir()
    (package.released / "examples.json").write_text(json.dumps(package.example_digests()), encoding="utf-8")
    assert list(check_breaks(package)) == []
    (folder / "valid-a.json").write_text("{ }", encoding="utf-8")
    (found,) = check_breaks(package)
    assert (found.where, found.what) == ("libs/contracts/examples/payment.received/v1/valid-a.json", "was changed")
    assert "released examples are frozen" in found.remedy
