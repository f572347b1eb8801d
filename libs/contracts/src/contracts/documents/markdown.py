"""`docs/events.md`: every topic and every field, for people."""

from collections.abc import Mapping

from contracts.documents.schemas import Schema, record_schema
from contracts.fields import ON_ONE_LINE
from contracts.registry import Topic

INTRODUCTION = """# Events

Generated from `libs/contracts` by `make events`; do not edit. How to read a topic, how to add an event and what may
change: [libs/contracts/README.md](../libs/contracts/README.md).

Every record is a CloudEvent (JSON, structured mode): the attributes of the [envelope](#envelope) around `data`, whose
fields are listed below. Amounts are integer cents, dates are local dates, instants are UTC, text stands on one line
without control characters. A field marked *optional* may be absent or null.
"""

ENVELOPE_NOTES = {
    "id": "made once, with the fact; the same in every copy: remove duplicates by it",
    "source": "`/services/<producer>`",
    "type": "`br.regua.<topic>.v<major>`",
    "subject": "the aggregate that the fact is about",
    "time": "when the fact became true, by the platform's clock",
    "dataschema": "`urn:regua:schema:<topic>:<major>`, the `$id` of the committed schema",
    "tenantid": "whose fact it is; all zeros for the platform's own",
    "partitionkey": "the record's key, as text",
    "correlationid": "the same along one chain of causes",
    "causationid": "the event that caused this one",
    "traceparent": "W3C trace context in which the fact was made",
}


def page(topics: Mapping[str, Topic]) -> str:
    """The whole page."""
    schemas = {topic.name: record_schema(topic.payload) for topic in topics.values()}
    payloads = {topic.payload.__name__ for topic in topics.values()}
    parts: dict[str, Schema] = {}
    for schema in schemas.values():
        parts.update({name: part for name, part in schema["$defs"].items() if name not in payloads})
    lines = [INTRODUCTION, *_index(topics), *_envelope(next(iter(schemas.values())))]
    for topic in topics.values():
        lines += _event(topic, schemas[topic.name]["$defs"][topic.payload.__name__])
    lines += ["", "## Parts", "", "Shared by several events, or standing inside one."]
    for name in sorted(parts):
        lines += ["", f"### {name}", "", _prose(parts[name]), "", *_fields(parts[name])]
    return "\n".join(lines).rstrip() + "\n"


def _index(topics: Mapping[str, Topic]) -> list[str]:
    lines = ["| topic | from | read by | what |", "|---|---|---|---|"]
    for topic in topics.values():
        link = f"[{topic.name}](#{topic.name.replace('.', '')})"
        producers = "every service" if len(topic.producers) > 1 else topic.producers[0]
        lines.append(f"| {link} | {producers} | {', '.join(topic.consumers)} | {topic.description} |")
    return lines


def _envelope(schema: Schema) -> list[str]:
    lines = ["", "## Envelope", "", "| attribute | form | meaning |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        if name == "data":
            continue
        form = "text" if name in {"type", "dataschema"} else _form(field)
        lines.append(f"| `{name}` | {form} | {ENVELOPE_NOTES.get(name, '')} |")
    return lines


def _event(topic: Topic, schema: Schema) -> list[str]:
    kept = "for ever" if topic.retention_days is None else f"{topic.retention_days} days"
    compacted = ", compacted to the last record of each key" if topic.compacted else ""
    return [
        "",
        f"## {topic.name}",
        "",
        _prose(schema),
        "",
        f"`{topic.event_type}` · key: {topic.key} · {topic.partitions} partition{'s' * (topic.partitions > 1)} · "
        f"kept {kept}{compacted} · [schema](../libs/contracts/schemas/{topic.name}.v{topic.payload.version}.json) · "
        f"[examples](../libs/contracts/examples/{topic.name}/v{topic.payload.version}/)",
        "",
        *_fields(schema),
    ]


def _prose(schema: Schema) -> str:
    return str(schema.get("description", ""))


def _fields(schema: Schema) -> list[str]:
    required = set(schema.get("required", ()))
    lines = ["| field | form | |", "|---|---|---|"]
    for name, field in schema.get("properties", {}).items():
        lines.append(f"| `{name}` | {_form(field)} | {'' if name in required else 'optional'} |")
    return lines


def _form(node: Schema) -> str:
    """A field's form in few words."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for choice in ("oneOf", "anyOf"):
        if choice in node:
            return " or ".join(_form(part) for part in node[choice] if part.get("type") != "null")
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return " ".join(f"`{word}`" for word in node["enum"])
    if node.get("type") == "array":
        return f"list of {_form(node['items'])}"
    return _scalar(node)


_FORMATS = {"uuid": "UUID", "date": "date", "date-time": "instant"}


def _scalar(node: Schema) -> str:
    kind = str(node.get("type"))
    if kind == "string":
        if "format" in node:
            return _FORMATS.get(node["format"], str(node["format"]))
        if node.get("pattern", ON_ONE_LINE) != ON_ONE_LINE:
            pattern = node["pattern"].replace("|", "\\|")
            return f"text `{pattern}`"
        longest = node.get("maxLength")
        return f"text, up to {longest}" if longest else "text"
    if kind == "integer":
        least = node.get("minimum", node.get("exclusiveMinimum"))
        low = f" ≥ {node['minimum']}" if "minimum" in node else f" > {least}" if least is not None else ""
        high = node.get("maximum", 10**15)
        return f"integer{low}" + (f", ≤ {high}" if high < 10**15 else "")
    return {"boolean": "true or false", "object": "text by name"}.get(kind, kind)
