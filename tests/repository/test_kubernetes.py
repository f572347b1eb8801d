"""The manifests: restricted pods, secrets by reference only, probes that exist, topics from the registry."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from chassis.settings import ServiceSettings
from contracts.registry import topics
from regua import kubernetes
from regua.guards.lists import services
from regua.guards.tree import Tree
from regua.root import ROOT

FOLDER = ROOT / "deploy" / "k8s"
SERVICES = services(Tree(ROOT))
TEMPLATES = ("deployment.yaml", "migrate.yaml")


def read(path: str) -> Any:
    return yaml.safe_load((FOLDER / path).read_text(encoding="utf-8"))


def test_the_topics_are_those_of_the_registry() -> None:
    committed = (FOLDER / "topics" / "topics.yaml").read_text(encoding="utf-8")
    assert committed == kubernetes.render(topics().values()), (
        "run `python -m regua.kubernetes` and commit what it writes"
    )


def test_a_topics_name_in_kubernetes_is_its_own() -> None:
    names = [kubernetes.document(topic)["metadata"]["name"] for topic in topics().values()]  # type: ignore[index]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "_" in name]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_pod_is_restricted(template: str) -> None:
    pod = read(f"service/{template}")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert "env" not in container, "settings come from the config map, secrets from secrets"


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    def secrets(template: str) -> list[str]:
        (container,) = read(f"service/{template}")["spec"]["template"]["spec"]["containers"]
        return [source["secretRef"]["name"] for source in container["envFrom"] if "secretRef" in source]

    assert secrets("deployment.yaml") == ["regua-kafka", "regua-service"]
    assert secrets("migrate.yaml") == ["regua-kafka", "regua-service", "regua-owner"]


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_its_own_image_labels_and_secrets(name: str) -> None:
    told = read(f"services/{name}/kustomization.yaml")
    assert told["nameSuffix"] == f"-{name}"
    assert told["images"][0]["newName"] == f"regua-{name}"
    assert told["labels"][0]["pairs"] == {"app.kubernetes.io/name": name}
    patches = {one["target"]["kind"]: yaml.safe_load(one["patch"]) for one in told["patches"]}
    assert [step["value"] for step in patches["Deployment"]] == [f"regua-{name}"]
    assert [step["value"] for step in patches["Job"]] == [f"regua-{name}", f"regua-{name}-owner"]


def test_what_the_config_map_says_are_settings_that_production_accepts() -> None:
    told = read("base/common.yaml")["data"]
    known = {field.upper() for field in ServiceSettings.model_fields}
    assert set(told) <= known
    assert told["REGUA_ENV"] == "production"
    secret = "postgresql://role:" + "k" * 24 + "@db.postgres:5432/x"
    pepper = "Zk3vQ8mT1xW6yR9uB2nC5pL0sD7fG4hJ-aE_iOqVtYs"
    told = {name.lower(): value for name, value in told.items()}
    sasl = {"kafka_security_sasl_username": "regua", "kafka_security_sasl_password": "p"}
    assert ServiceSettings.load(**told, **sasl, database_url=secret, auth_api_key_pepper=pepper).production


def documents(path: str) -> Iterator[Any]:
    yield from yaml.safe_load_all((FOLDER / path).read_text(encoding="utf-8"))


def test_everything_is_closed_and_what_is_open_is_said() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in documents("base/network.yaml")}
    assert policies["regua-nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (outside,) = policies["regua-outside"]["podSelector"]["matchExpressions"]
    assert outside["values"] == ["invoicing", "payments", "notifier"]
    assert not any("ipBlock" in place for rule in policies["regua-servers"]["egress"] for place in rule["to"])


def test_probes_ask_the_operations_port_and_the_names_that_the_service_answers() -> None:
    (container,) = read("service/deployment.yaml")["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    told = read("base/common.yaml")["data"]
    assert ports == {"http": int(told["HTTP_PORT"]), "operations": int(told["HTTP_OPERATIONS_PORT"])}
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe["port"] for probe in probes.values()} == {"operations"}
    assert [probe["path"] for probe in probes.values()] == ["/healthz", "/healthz", "/readyz"]
