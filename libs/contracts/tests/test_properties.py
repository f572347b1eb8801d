"""For every event: whatever stands in a field, a record is either read and written back the same, or refused cleanly."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from contracts import registry
from contracts.catalogue import TOPICS
from contracts.documents.schemas import Schema, record_schema
from contracts.payments import AllocationLine, PaymentAllocated

EXAMPLES = Path(__file__).parents[1] / "examples"
CENTS = st.integers(min_value=0, max_value=10**15)
Place = tuple[str | int, ...]


def examples(topic: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted((EXAMPLES / topic / "v1").glob("valid-*.json"))]


def leaves(node: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every scalar of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, (*place, index))
    else:
        yield place


def at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


def changed(document: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(document)
    at(made, place[:-1])[place[-1]] = value
    return made


def form(root: Schema, node: Schema, place: Place) -> Schema:
    """The schema of the scalar at a place; the first branch that has it, where there are several."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rpartition("/")[2]]
    if not place:
        return next((part for part in node.get("anyOf", ()) if part.get("type") != "null"), node)
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        inner = next((part for part in node.get("anyOf", [node]) if "items" in part), node)
        return form(root, inner["items"], rest)
    for branch in node.get("oneOf", node.get("anyOf", ())):
        try:
            return form(root, branch, place)
        except KeyError:
            continue
    if step in node.get("properties", {}):
        return form(root, node["properties"][step], rest)
    return form(root, next(iter(node["patternProperties"].values())), rest)


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that fit the form of a scalar, at their edges too."""
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind == "integer":
        low = schema.get("minimum", schema.get("exclusiveMinimum", -(10**15) - 1) + 1)
        return st.integers(min_value=low, max_value=schema.get("maximum", 10**15))
    if kind == "boolean":
        return st.booleans()
    formats: dict[str, st.SearchStrategy[Any]] = {
        "uuid": st.uuids().map(str),
        "date": st.dates().map(str),
        "date-time": st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    }
    if schema.get("format") in formats:
        return formats[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z", fullmatch=True)
    longest = min(schema.get("maxLength", 60), 60)
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=schema.get("minLength", 0), max_size=longest)


@cache
def validator(topic: str) -> Any:
    """An independent validator of the topic's schema."""
    schema = record_schema(TOPICS[topic].payload)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def round_trips(topic: str, document: dict[str, Any]) -> bool:
    """Whether the record is accepted; if so, reading and writing must agree with themselves and with the schema."""
    raw = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        envelope = registry.decode(topic, raw)
    except ValidationError:
        return False
    written = registry.encode(envelope)
    again = registry.decode(topic, written)
    assert again == envelope
    assert registry.encode(again) == written
    validator(topic).validate(json.loads(written))
    return True


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_any_fitting_value_in_any_field_reads_and_writes_the_same_or_is_refused(topic: str) -> None:
    schema = record_schema(TOPICS[topic].payload)
    places = [(document, place) for document in examples(topic) for place in leaves(document)]
    accepted = 0

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def try_one(data: st.DataObject) -> None:
        nonlocal accepted
        document, place = data.draw(st.sampled_from(places))
        value = data.draw(values(form(schema, schema, place)))
        accepted += round_trips(topic, changed(document, place, value))

    try_one()
    assert accepted > 0


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.just([]),
    st.just({}),
    st.just("\x00"),
)


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_rubbish_in_any_field_is_a_validation_error_and_nothing_else(topic: str) -> None:
    places = [(document, place) for document in examples(topic) for place in leaves(document)]

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(places), ANYTHING)
    def try_one(where: tuple[dict[str, Any], Place], value: Any) -> None:
        round_trips(topic, changed(*where, value))

    try_one()


def allocation(lines: list[int], unapplied: int, total: int) -> Callable[[], PaymentAllocated]:
    """One receipt over as many invoices as there are lines, each paid in full."""
    template = PaymentAllocated.model_validate_json(json.dumps(examples("payment.allocated")[4]["data"]))

    def made() -> PaymentAllocated:
        paid = [
            AllocationLine.model_validate(
                {
                    **template.lines[0].model_dump(),
                    "invoice_id": f"0199f0a0-0000-7000-8000-{index:012d}",
                    "money_cents": cents,
                    "principal_cents": cents,
                    "balance": {"amount_cents": cents, "principal_paid_cents": cents, "open_cents": 0},
                }
            )
            for index, cents in enumerate(lines)
        ]
        return PaymentAllocated.model_validate(
            {
                **template.model_dump(exclude={"lines"}),
                "lines": [line.model_dump() for line in paid],
                "matched_invoice_ids": [line.invoice_id for line in paid],
                "amount_cents": total,
                "unapplied_cents": unapplied,
                "outcome": "over" if unapplied else "full",
            }
        )

    return made


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(min_value=1, max_value=10**10), min_size=1, max_size=12),
    st.integers(min_value=0, max_value=10**10),
    st.integers(min_value=-3, max_value=3),
)
def test_an_allocation_exists_only_if_every_cent_of_it_is_somewhere(lines: list[int], unapplied: int, off: int) -> None:
    total = sum(lines) + unapplied + off
    make = allocation(lines, unapplied, total)
    if off == 0:
        assert sum(line.money_cents for line in make().lines) + unapplied == total
    else:
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_outside_the_calendar_is_refused_like_any_other_mistake(instant: str) -> None:
    document = examples("payment.received")[0]
    document["time"] = instant
    with pytest.raises(ValidationError, match="outside the years"):
        registry.decode("payment.received", json.dumps(document).encode())
