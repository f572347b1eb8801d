"""`regua contracts` on a copy of the tree: planted mistakes stop it, with words that tell what to do."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import TOPICS
from regua import asyncapi
from regua.contracts import Package, check, generate, release
from regua.guards.tree import Tree
from regua.root import ROOT

PAYMENTS = "libs/contracts/src/contracts/payments.py"
EXAMPLE = "libs/contracts/examples/payment.received/v1/valid-pix-by-webhook.json"
Plant = Callable[[str, str], Tree]


@pytest.fixture
def run(tree_copy: Path, copied_packages: dict[str, str]) -> Callable[..., tuple[int, str]]:
    """Run a command of `regua contracts` with the copy's own code."""

    def command(*arguments: str) -> tuple[int, str]:
        code = f"import sys; from regua.contracts import main; sys.exit(main({list(arguments)!r}))"
        program = [sys.executable, "-c", code]
        done = subprocess.run(
            program, cwd=tree_copy, env=copied_packages, capture_output=True, text=True, check=False, timeout=60
        )
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout

    return command


def found(output: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(output)["findings"]
    return findings


def test_a_field_removed_from_the_source_is_named_with_its_readers_and_the_way_out(
    run: Callable[..., tuple[int, str]], plant: Plant, tree_copy: Path
) -> None:
    source = (tree_copy / PAYMENTS).read_text(encoding="utf-8")
    field = "    credited_on: date | None = None\n    payer_kind"
    assert field in source
    plant(PAYMENTS, source.replace(field, "    payer_kind"))
    code, said = run("check", "--without-parser")
    assert code == 1
    assert "[break] payment.received v1: data.credited_on was removed. Read by dunning, notifier, analytics" in said
    assert re.search(r"Instead: keep the field and go on filling it; or start a new major version: rename .*V1", said)
    assert "[drift] libs/contracts/schemas/payment.received.v1.json is not what the models say" in said
    assert "Instead: run `make events` and commit what it writes" in said
    assert re.search(r"\[examples\] .*payment.received.* decodes, but its schema refuses it", said)


def test_a_rule_made_stricter_or_dropped_is_caught_by_the_examples(
    run: Callable[..., tuple[int, str]], plant: Plant, tree_copy: Path
) -> None:
    source = (tree_copy / PAYMENTS).read_text(encoding="utf-8")
    stricter = source.replace('if self.route == "pix" and self.ids.end_to_end_id is None:', 'if self.route == "pix":')
    planted = stricter.replace("if self.gross_cents - self.fee_cents != self.credited_cents:", "if False:")
    plant(PAYMENTS, planted)
    code, output = run("check", "--without-parser", "--json")
    findings = {one["where"].rpartition("/")[2]: one for one in found(output)}
    assert code == 1
    assert {one["check"] for one in findings.values()} == {"examples"}
    assert "does not decode: data: Value error" in findings["valid-pix-by-webhook.json"]["what"]
    assert "or make a new major version" in findings["valid-pix-by-webhook.json"]["remedy"]
    assert findings["invalid-fee-not-withheld.json"]["what"] == "decodes, though it is invalid"


def test_a_changed_example_a_stray_schema_and_a_stale_page_are_caught_and_regenerated(
    plant: Plant, tree_copy: Path
) -> None:
    package = Package(tree_copy, TOPICS)
    example = (tree_copy / EXAMPLE).read_text(encoding="utf-8")
    plant(EXAMPLE, example.replace('"gross_cents": 85000', '"gross_cents": 85001'))
    stray = "libs/contracts/schemas/payment.imagined.v1.json"
    plant(stray, "{}\n")
    plant("docs/events.md", "# Events\n")
    said = {(one.check, one.where) for one in check(package, with_parser=False)}
    assert {("drift", stray), ("drift", "docs/events.md"), ("break", EXAMPLE), ("examples", EXAMPLE)} == said
    assert generate(package) == ["docs/events.md", stray]
    assert generate(package) == []
    plant(stray, "{}\n")


def test_a_release_is_refused_over_a_break_unless_the_reason_is_given_and_kept(plant: Plant, tree_copy: Path) -> None:
    package = Package(tree_copy, TOPICS)
    name = "libs/contracts/released/topics.json"
    topics = json.loads((tree_copy / name).read_text(encoding="utf-8"))
    plant(name, json.dumps({**topics, "payment.received": {**topics["payment.received"], "partitions": 6}}))
    plant("libs/contracts/released/exceptions.json", '{"exceptions": []}')
    (refused,) = release(package, None)
    assert (refused.where, refused.check) == ("payment.received: partitions", "break")
    assert release(package, "nothing is deployed yet") == []
    kept = json.loads((package.released / "exceptions.json").read_text(encoding="utf-8"))["exceptions"]
    assert [one["reason"] for one in kept] == ["nothing is deployed yet"]
    assert "partitions" in kept[0]["where"]
    assert release(package, None) == []


@pytest.mark.io
def test_the_official_parser_refuses_a_wrong_document_and_says_where(tmp_path: Path) -> None:
    home = ROOT / "libs" / "contracts"
    document = json.loads((home / "asyncapi.json").read_text(encoding="utf-8"))
    assert asyncapi.findings(home / "asyncapi.json", home / "asyncapi-check") == []
    document["operations"]["payments.sends.payment.received"]["action"] = "shout"
    document["channels"]["invoice.due"]["messages"]["InvoiceDue"]["$ref"] = "#/components/messages/Nothing"
    wrong = tmp_path / "asyncapi.json"
    wrong.write_text(json.dumps(document), encoding="utf-8")
    said = "\n".join(asyncapi.findings(wrong, home / "asyncapi-check"))
    assert "operations.payments.sends.payment.received.action" in said
    assert "'#/components/messages/Nothing' does not exist" in said


def test_the_parser_is_locked_by_hash_and_by_no_address() -> None:
    lock = json.loads((ROOT / "libs/contracts/asyncapi-check/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 100
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
