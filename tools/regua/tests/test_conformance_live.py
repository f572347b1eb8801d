"""The broker conformance test as a person runs it, against the Kafka that the product brings."""

import pytest

from regua.conformance.run import CHECKS, KILL

from .live import Live


def checks_of(live: Live, *arguments: str) -> dict[str, bool | None]:
    code, told, said = live.run("conformance", *arguments)
    assert code == 0, said
    assert told["conforms"] is True
    assert live.processes() == {}, "the Kafka started for the test is gone"
    return {check["check"]: check["passed"] for check in told["checks"]}


@pytest.mark.io
def test_one_node_does_all_that_the_product_needs_also_when_it_is_killed_under_load(tmp_path):
    assert checks_of(Live(tmp_path / "home")) == dict.fromkeys([*CHECKS, KILL], True)


@pytest.mark.campaign
def test_three_nodes_do_too_with_each_of_them_killed_in_turn(tmp_path):
    assert checks_of(Live(tmp_path / "home"), "--nodes", "3") == dict.fromkeys([*CHECKS, KILL], True)
