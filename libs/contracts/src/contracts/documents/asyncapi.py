"""The AsyncAPI 3.0 document of the platform: a channel per topic, an operation per producer and per consumer.

Payloads are AsyncAPI schema objects (a superset of JSON Schema draft 7), so the records' schemas move into
`components.schemas`, where shared parts stand once.
"""

from collections.abc import Mapping
from typing import Any

from contracts.documents.schemas import Schema, record_schema
from contracts.envelope import CONTENT_TYPE
from contracts.registry import Topic

BINDING_VERSION = "0.5.0"


def document(topics: Mapping[str, Topic]) -> Schema:
    """The whole document. Raises `ValueError` when two different parts have one name."""
    schemas: Schema = {}
    channels: Schema = {}
    messages: Schema = {}
    operations: Schema = {}
    for topic in topics.values():
        name = f"{topic.payload.__name__}Record"
        _add_schemas(schemas, name, record_schema(topic.payload))
        messages[topic.payload.__name__] = _message(topic, name)
        channels[topic.name] = _channel(topic)
        operations.update(_operations(topic))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Régua",
            "version": "1.0.0",
            "description": "Every event of the platform. Records are CloudEvents 1.0 in structured mode, as JSON.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def _channel(topic: Topic) -> Schema:
    configuration: Schema = {"cleanup.policy": list(topic.cleanup_policy), "retention.ms": topic.retention_ms}
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {topic.payload.__name__: {"$ref": f"#/components/messages/{topic.payload.__name__}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": BINDING_VERSION,
            }
        },
        "x-key": topic.key,
    }


def _message(topic: Topic, schema: str) -> Schema:
    return {
        "name": topic.event_type,
        "title": topic.description,
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{schema}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": topic.key},
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _operations(topic: Topic) -> Schema:
    def operation(action: str, service: str) -> Schema:
        return {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic.name}"},
            "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.payload.__name__}"}],
            "tags": [{"name": service}],
        }

    sends = {f"{service}.sends.{topic.name}": operation("send", service) for service in topic.producers}
    receives = {f"{service}.receives.{topic.name}": operation("receive", service) for service in topic.consumers}
    return sends | receives


def _add_schemas(into: Schema, name: str, schema: Schema) -> None:
    """Put a record's schema and the parts it refers to into `components.schemas`."""
    parts = {**schema.get("$defs", {}), name: {k: v for k, v in schema.items() if k not in {"$defs", "$schema", "$id"}}}
    for part, found in parts.items():
        moved = _moved(found)
        if into.setdefault(part, moved) != moved:
            raise ValueError(f"two different models are called {part}: give one of them another name")


def _moved(node: Any) -> Any:
    """The node with references into `components.schemas`, and discriminators in AsyncAPI's form (a property name)."""
    if isinstance(node, list):
        return [_moved(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: _moved(value) for key, value in node.items()}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = made["$ref"].replace("#/$defs/", "#/components/schemas/")
    if isinstance(node.get("discriminator"), dict):
        made["discriminator"] = node["discriminator"]["propertyName"]
    return made
