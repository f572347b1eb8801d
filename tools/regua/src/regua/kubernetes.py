"""`python -m regua.kubernetes`: writes deploy/k8s/topics/topics.yaml, the registry's topics as Strimzi resources.

The same registry makes the topics of the embedded stack and of compose. `tests/repository` refuses a file that differs.
"""

from collections.abc import Iterable
from pathlib import Path

import yaml

from contracts.registry import Topic, topics
from regua.root import ROOT
from regua.stack.topics import config_of

FILE = Path("deploy/k8s/topics/topics.yaml")
CLUSTER = "regua"
REPLICAS = 3
_HEAD = "# Made by `python -m regua.kubernetes` from the registry in libs/contracts; change it there.\n"


def document(topic: Topic) -> dict[str, object]:
    """One topic as a `KafkaTopic` of Strimzi; three replicas, of which two must have a record before it counts."""
    return {
        "apiVersion": "kafka.strimzi.io/v1beta2",
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name.replace("_", "-"), "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": {
            "topicName": topic.name,
            "partitions": topic.partitions,
            "replicas": REPLICAS,
            "config": config_of(topic, REPLICAS),
        },
    }


def render(registry: Iterable[Topic]) -> str:
    """The whole file, topics in the order of their names."""
    documents = [document(topic) for topic in sorted(registry, key=lambda one: one.name)]
    return _HEAD + yaml.safe_dump_all(documents, sort_keys=False, explicit_start=True)


if __name__ == "__main__":
    (ROOT / FILE).write_text(render(topics().values()), encoding="utf-8")
    print(f"{FILE} written")
