"""What may change within a major version, checked against the last released schemas.

A producer is closed and a reader is open, in both directions: every record that the old class wrote must be readable
by the new one, and the other way round, since services are rolled one by one and data teams follow later. So only
optional additions pass. `jsoncompat` is the judge of schemas; the walk here finds the field, and adds what a schema
checker lets through: a removed optional field, a changed `format`, `pattern` or default.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.documents.schemas import Schema, record_schema, versions
from contracts.registry import Topic

ANNOTATIONS = frozenset({"title", "description", "examples", "default", "discriminator", "$ref"})
UNSEEN_BY_A_CHECKER = ("format", "pattern")

ADD_INSTEAD = "keep the field as it is and add an optional field (with a default) beside it"
NEW_MAJOR = (
    "or start a new major version: rename today's class to {name}V{major}, write {name} with version = {next}, put the "
    "old class into the topic's `reads` and give it an `upcast`"
)


@dataclass(frozen=True)
class Break:
    """One breaking change. `place` is a path in the record, or the topic's property."""

    topic: str
    place: str
    what: str
    consumers: tuple[str, ...]
    instead: str

    def __str__(self) -> str:
        readers = ", ".join(self.consumers) or "no service of this repository"
        return f"{self.topic}: {self.place} {self.what}. Read by {readers}. Instead: {self.instead}."


@dataclass(frozen=True)
class Baseline:
    """What was released: schemas by file name, and each topic's properties by name."""

    schemas: Mapping[str, Schema] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def released_properties(topic: Topic) -> dict[str, Any]:
    """The properties of a topic that others build on."""
    return {
        "version": topic.payload.version,
        "key": topic.key,
        "partitions": topic.partitions,
        "cleanup_policy": list(topic.cleanup_policy),
        "retention_days": topic.retention_days,
    }


def breaks(topics: Mapping[str, Topic], baseline: Baseline) -> list[Break]:
    """Every breaking change of the topics against the baseline; a topic that is not in it is new and free."""
    found: list[Break] = []
    for name, before in baseline.topics.items():
        topic = topics.get(name)
        if topic is None:
            instead = "keep the topic in contracts/catalogue.py until nobody reads it, then release without it"
            found.append(Break(name, "the topic", "was removed", (), instead))
            continue
        found += _topic_breaks(topic, before)
        found += _schema_breaks(topic, baseline.schemas)
    return found


def _topic_breaks(topic: Topic, before: Mapping[str, Any]) -> Iterator[Break]:
    now = released_properties(topic)
    reasons = {
        "key": "order per key would be lost, and the other topics of that key would stand in other partitions; "
        "publish under the old key, or make a new topic",
        "partitions": "every key would move to another partition, away from its history and from the other topics; "
        "keep the number, or move to a new set of topics at once",
        "cleanup_policy": "records that readers rely on would vanish, or pile up; make a new topic",
    }
    for name, reason in reasons.items():
        if before[name] != now[name]:
            yield Break(topic.name, name, f"changed from {before[name]!r} to {now[name]!r}", topic.consumers, reason)
    kept, keeps = before["retention_days"], now["retention_days"]
    if keeps is not None and (kept is None or keeps < kept):
        what = f"became shorter: {'for ever' if kept is None else f'{kept} days'} to {keeps} days"
        instead = "keep records as long as released; projections are rebuilt from the first one"
        yield Break(topic.name, "retention_days", what, topic.consumers, instead)


def _schema_breaks(topic: Topic, released: Mapping[str, Schema]) -> Iterator[Break]:
    readable = versions(topic)
    prefix = f"{topic.name}.v"
    for file_name, old in released.items():
        if not (file_name.startswith(prefix) and file_name.removesuffix(".json")[len(prefix) :].isdigit()):
            continue
        major = int(file_name.removesuffix(".json")[len(prefix) :])
        payload = readable.get(major)
        if payload is None:
            instead = f"keep the class of version {major} in the topic's `reads`, with an `upcast`"
            yield Break(topic.name, f"version {major}", "can no longer be read", topic.consumers, instead)
            continue
        name = topic.payload.__name__
        advice = NEW_MAJOR.format(name=name, major=major, next=major + 1)
        for place, what, instead in compare(old, record_schema(payload)):
            yield Break(f"{topic.name} v{major}", place, what, topic.consumers, f"{instead}; {advice}")


Finding = tuple[str, str, str]
"""Place, what, instead."""


def compare(old: Schema, new: Schema) -> list[Finding]:
    """The breaking differences of two record schemas, each with its place in the record."""
    if old == new:
        return []
    found = list(_Walk(old, new).nodes("", old, new, frozenset()))
    if not found and not _compatible(old, new):
        found.append(("the record", "is no longer compatible as a whole", ADD_INSTEAD))
    return found


def _compatible(old: Schema, new: Schema) -> bool:
    """Closed writer, open reader, both ways, as jsoncompat sees it."""
    from jsoncompat import check_compat

    backward = check_compat(json.dumps(_closed(old, True)), json.dumps(_closed(new, False)), "deserializer")
    forward = check_compat(json.dumps(_closed(new, True)), json.dumps(_closed(old, False)), "deserializer")
    return backward and forward


def _closed(node: Any, closed: bool) -> Any:
    """The schema with every object of named properties closed, or open.

    A union by `kind` becomes `anyOf`: its branches exclude each other by the constant, which jsoncompat does not see.
    """
    if isinstance(node, list):
        return [_closed(part, closed) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: _closed(value, closed) for key, value in node.items() if key not in {"discriminator", "$id"}}
    if "oneOf" in made and "discriminator" in node:
        made["anyOf"] = made.pop("oneOf")
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        made["additionalProperties"] = not closed
    return made


class _Walk:
    """Two schemas side by side, field by field."""

    def __init__(self, old: Schema, new: Schema):
        self.old = old
        self.new = new

    def nodes(self, place: str, old: Schema, new: Schema, seen: frozenset[tuple[str, str]]) -> Iterator[Finding]:
        """Compare two nodes; `seen` stops at parts that contain themselves."""
        pair = (str(old.get("$ref")), str(new.get("$ref")))
        if "$ref" in old and "$ref" in new:
            if pair in seen:
                return
            seen |= {pair}
        yield from self._defaults(place, old, new)
        old_null, old = _without_null(_resolved(self.old, old))
        new_null, new = _without_null(_resolved(self.new, new))
        if old_null != new_null:
            what = "may be null now, which readers of today refuse" if new_null else "may not be null any more"
            yield (place, what, ADD_INSTEAD)
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        if "properties" in old and "properties" in new:
            yield from self._objects(place, old, new, seen)
        elif "oneOf" in old and "oneOf" in new and "discriminator" in old and "discriminator" in new:
            yield from self._kinds(place, old, new, seen)
        elif old.get("type") == "array" and new.get("type") == "array":
            yield from self.nodes(f"{place}[]", old.get("items", {}), new.get("items", {}), seen)
            yield from self._leaf(place, _without(old, "items"), _without(new, "items"))
        else:
            yield from self._leaf(place, old, new)

    def _defaults(self, place: str, old: Schema, new: Schema) -> Iterator[Finding]:
        if "default" in old and "default" in new and old["default"] != new["default"]:
            what = f"changed its default from {old['default']!r} to {new['default']!r}, so absence means another thing"
            yield (place, what, "keep the default")

    def _objects(self, place: str, old: Schema, new: Schema, seen: frozenset[tuple[str, str]]) -> Iterator[Finding]:
        before, after = old["properties"], new["properties"]
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            inner = f"{place}.{name}" if place else name
            if name not in after:
                yield (inner, "was removed", "keep the field and go on filling it")
                continue
            if (name in needed) != (name in needs):
                what = "became required" if name in needs else "became optional, so it may be absent"
                yield (inner, what, "leave it as it was")
            yield from self.nodes(inner, before[name], after[name], seen)
        for name in after.keys() - before.keys():
            if name in needs:
                inner = f"{place}.{name}" if place else name
                yield (inner, "was added as a required field", "give it a default (None), so that it is optional")

    def _kinds(self, place: str, old: Schema, new: Schema, seen: frozenset[tuple[str, str]]) -> Iterator[Finding]:
        tag = old["discriminator"]["propertyName"]
        before, after = old["discriminator"]["mapping"], new["discriminator"]["mapping"]
        for word in sorted(before.keys() - after.keys()):
            yield (f"{place}.{tag}", f"may no longer be {word!r}", "keep the kind readable")
        for word in sorted(after.keys() - before.keys()):
            what = f"may now be {word!r}, which readers of today refuse"
            yield (f"{place}.{tag}", what, "say it with an optional field of a kind that exists")
        for word in sorted(before.keys() & after.keys()):
            yield from self.nodes(f"{place}<{word}>", {"$ref": before[word]}, {"$ref": after[word]}, seen)

    def _leaf(self, place: str, old: Schema, new: Schema) -> Iterator[Finding]:
        before, after = _without(old, *ANNOTATIONS), _without(new, *ANNOTATIONS)
        if before == after:
            return
        by_hand = [name for name in UNSEEN_BY_A_CHECKER if before.get(name) != after.get(name)]
        whole = ({**before, "$defs": self.old.get("$defs", {})}, {**after, "$defs": self.new.get("$defs", {})})
        if by_hand or not _compatible(*whole):
            yield (place, _in_words(before, after), ADD_INSTEAD)


def _resolved(root: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        node = {**_without(node, "$ref"), **root["$defs"][node["$ref"].rpartition("/")[2]]}
    return node


def _without(node: Schema, *names: str) -> Schema:
    return {key: value for key, value in node.items() if key not in names}


def _without_null(node: Schema) -> tuple[bool, Schema]:
    """Whether null is allowed, and the rest."""
    parts = node.get("anyOf")
    if not isinstance(parts, list) or {"type": "null"} not in parts:
        return False, node
    others = [part for part in parts if part != {"type": "null"}]
    return True, others[0] if len(others) == 1 else {**node, "anyOf": others}


def _in_words(old: Schema, new: Schema) -> str:
    if "enum" in old and "enum" in new:
        gone = [word for word in old["enum"] if word not in new["enum"]]
        come = [word for word in new["enum"] if word not in old["enum"]]
        said = [f"may no longer be {', '.join(map(repr, gone))}"] if gone else []
        said += [f"may now be {', '.join(map(repr, come))}, which readers of today refuse"] if come else []
        return " and ".join(said)
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return "changed: " + "; ".join(f"{name} from {_shown(old, name)} to {_shown(new, name)}" for name in changed)


def _shown(node: Schema, name: str) -> str:
    return json.dumps(node[name], ensure_ascii=False)[:120] if name in node else "none"
