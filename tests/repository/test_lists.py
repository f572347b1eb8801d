"""Lists match folders: adding or renaming a service without telling every list is caught, place by place."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from contracts.registry import topics
from regua.guards import lists
from regua.guards.topics import declared
from regua.guards.tree import Tree
from regua.root import ROOT

Plant = Callable[[str, str], Tree]
SERVICES = ("analytics", "dunning", "invoicing", "notifier", "payments")


def found(tree: Tree) -> set[str]:
    return {f"{finding.path}: {finding.what}" for finding in lists.find(tree)}


def test_the_services_of_this_repository_are_these_five() -> None:
    assert lists.services(Tree(ROOT)) == SERVICES


def test_a_new_service_folder_is_missed_in_every_list_until_it_is_named_there(plant: Plant) -> None:
    tree = plant("services/ghost/pyproject.toml", '[project]\nname = "phantom"\n')
    expected = {
        "services/ghost/README.md: service ghost lacks this file",
        "services/ghost/src/ghost/main.py: service ghost lacks this file",
        "services/ghost/pyproject.toml: the package's name is not the folder's",
        "pyproject.toml: tool.mypy.packages lacks ghost",
        "pyproject.toml: tool.mypy.mypy_path lacks services/ghost/src",
        "pyproject.toml: tool.coverage.run.source_pkgs lacks ghost",
        "pyproject.toml: tool.importlinter.root_packages lacks ghost",
        "pyproject.toml: tool.importlinter: the row of services lacks ghost",
        "pyproject.toml: tool.importlinter: containers lacks ghost",
        "pyproject.toml: tool.importlinter: rules lacks ghost.domain",
        "docker-compose.yml: service ghost is not in compose",
        "deploy/k8s/services/ghost/kustomization.yaml: service ghost has no manifests",
        "deploy/k8s/base/kustomization.yaml: service ghost is not in the base",
        "libs/contracts/src/contracts/catalogue.py: service ghost neither produces nor consumes a topic",
        "README.md: service ghost is not mentioned",
        "README.pt-BR.md: service ghost is not mentioned",
        "docs/architecture.md: service ghost is not mentioned",
    }
    assert expected <= found(tree)


def test_a_list_that_names_a_service_without_a_folder_is_caught(plant: Plant) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tree = plant(
        "pyproject.toml", text.replace('root_packages = ["contracts"', 'root_packages = ["ledger", "contracts"')
    )
    assert "pyproject.toml: tool.importlinter.root_packages names ledger, which is not in the tree" in found(tree)


def test_compose_with_a_service_that_is_not_ours_is_caught(plant: Plant) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    tree = plant("docker-compose.yml", text.replace("\n  dunning:\n", "\n  scheduler:\n", 1))
    assert {
        "docker-compose.yml: service dunning is not in compose",
        "docker-compose.yml: compose has scheduler, which is no service here",
    } <= found(tree)


def test_a_topic_whose_producer_is_no_service_is_caught(plant: Plant) -> None:
    path = "libs/contracts/src/contracts/catalogue.py"
    tree = plant(path, (ROOT / path).read_text(encoding="utf-8") + '\nX = dict(producers=("billing",))\n')
    assert f"{path}: producers names billing, which is no service" in found(tree)


def test_the_guard_reads_the_same_topics_as_the_program() -> None:
    assert declared(Tree(ROOT)) == set(topics())


def test_every_producer_and_consumer_in_the_registry_is_a_service() -> None:
    named = {name for topic in topics().values() for name in (*topic.producers, *topic.consumers)}
    assert named == set(SERVICES)


def test_compose_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_image_in_compose_can_be_replaced_by_a_variable() -> None:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    images = {name: block["image"] for name, block in document["services"].items() if "image" in block}
    assert images
    for name, image in images.items():
        assert re.fullmatch(r"\$\{REGUA_[A-Z]+_IMAGE:-[^}]+\}", image), f"{name}: {image}"


def make_targets() -> dict[str, str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z][a-z-]*):.*?\n((?:\t.*\n)*)", text, re.MULTILINE))


def test_every_python_module_that_make_calls_is_there() -> None:
    for target, recipe in make_targets().items():
        for name in re.findall(r"python -m ([a-z_.]+)", recipe):
            command = [
                sys.executable,
                "-c",
                f"import importlib.util,sys; sys.exit(importlib.util.find_spec({name!r}) is None)",
            ]
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
            assert done.returncode == 0, f"make {target} calls {name}, which is not there"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is what this test is about")
def test_bare_make_explains_every_target() -> None:
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in make_targets():
        assert re.search(rf"^  make {target}\s+\S", printed, re.MULTILINE), f"make {target} has no explanation"


def test_what_the_pages_tell_people_to_make_exists() -> None:
    known = set(make_targets())
    for path in Tree(ROOT).files:
        if path.endswith(".md"):
            text = (ROOT / path).read_text(encoding="utf-8")
            told = set(re.findall(r"(?:^|`|\$ )make ([a-z][a-z-]*)", text, re.MULTILINE))
            assert told <= known, f"{path} tells to make {sorted(told - known)}"


def test_every_link_between_pages_leads_to_a_file() -> None:
    for path in Tree(ROOT).files:
        if path.endswith(".md"):
            for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", (ROOT / path).read_text(encoding="utf-8")):
                assert ((ROOT / path).parent / target).exists(), f"{path} links to {target}, which is not there"
