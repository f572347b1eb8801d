"""JSON Schema 2020-12 of every record, as its producer writes it: the whole envelope with its `data`.

A record of the topic validates against `schemas/<topic>.v<major>.json` as it is, byte for byte, with any validator.
The schema is closed, as producers are; readers have to be open (the package's README says how).
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from contracts.base import Event
from contracts.registry import Topic, dataschema, envelope_class

Schema = dict[str, Any]


class _Written(GenerateJsonSchema):
    """As written: without titles that only repeat a name, and with constants (a union's `kind`) always there."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        inner = field["schema"]
        constant = inner["type"] == "default" and inner["schema"]["type"] == "literal"
        return (constant and len(inner["schema"]["expected"]) == 1) or super().field_is_required(field, total)


@cache
def record_schema(payload: type[Event]) -> Schema:
    """The schema of one event class in its envelope; made once, not to be changed by callers."""
    made = TypeAdapter(envelope_class(payload)).json_schema(mode="serialization", schema_generator=_Written)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": dataschema(payload), **made}


def versions(topic: Topic) -> Mapping[int, type[Event]]:
    """Every major version that may stand in the topic, the current one included."""
    return {**topic.reads, topic.payload.version: topic.payload}


def record_schemas(topics: Mapping[str, Topic]) -> dict[str, Schema]:
    """Every schema by file name, `invoice.issued.v1.json`."""
    return {
        f"{topic.name}.v{major}.json": record_schema(payload)
        for topic in topics.values()
        for major, payload in versions(topic).items()
    }


def as_text(document: Mapping[str, Any]) -> str:
    """How every JSON file of the package is written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
