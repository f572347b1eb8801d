"""A check that cannot fail proves nothing: each fault it looks for is planted here."""

import pytest

from regua.commands import conformance as command
from regua.conformance import run
from regua.conformance.base import Broker, CheckFailedError, expect
from regua.conformance.groups import all_seen, in_order, shared
from regua.conformance.kills import first_fault
from regua.conformance.run import run_check


class Held:
    def __init__(self, *partitions: int, seen: tuple[tuple[int, int], ...] = ()):
        self.assigned = set(partitions)
        self.seen = list(seen)


@pytest.mark.parametrize(
    ("acked", "read", "fault"),
    [
        ({0: {0, 1}}, {0: [0, 1]}, None),
        ({0: {0, 1}}, {0: [0, 1, 2]}, None),  # an unknown outcome may be in the log
        ({0: {0, 1}}, {0: [0]}, "1 acknowledged records of partition 0 are lost"),
        ({0: {0, 1}}, {0: [0, 1, 1]}, "partition 0 holds 1 records twice"),
        ({0: {0, 1}}, {0: [1, 0]}, "partition 0 is out of order"),
        ({0: {0}, 1: {0}}, {0: [0]}, "partition 1 was not read"),
    ],
)
def test_a_lost_repeated_or_moved_record_is_found(acked, read, fault):
    assert first_fault(acked, read) == fault


def test_a_share_is_whole_single_and_equal():
    assert shared([Held(0, 1), Held(2, 3)], 4)
    assert not shared([Held(0, 1), Held(2)], 4)
    assert not shared([Held(0, 1), Held(1, 2, 3)], 4)
    assert not shared([Held(0, 1, 2), Held(3)], 4)


def test_order_is_judged_by_member_and_partition():
    assert in_order([Held(seen=((0, 1), (1, 0), (0, 2))), Held(seen=((0, 0),))])
    assert not in_order([Held(seen=((0, 2), (0, 1)))])
    assert all_seen([Held(seen=((0, 2),)), Held(seen=((1, 0), (0, 2)))]) == [0, 2, 2]


async def test_a_failed_check_is_an_outcome_with_its_sentence():
    async def failing(broker):
        expect(False, "a record was lost")

    found = await run_check("x", failing, Broker(bootstrap="nobody:1"))
    assert (found.passed, found.detail) == (False, "a record was lost")


async def test_a_check_that_breaks_or_hangs_is_a_failure_and_the_others_go_on():
    async def broken(broker):
        return {}["missing"]

    async def hanging(broker):
        import asyncio

        await asyncio.sleep(60)

    assert "the check itself broke: KeyError" in (await run_check("x", broken, Broker(bootstrap="n:1"))).detail
    assert (await run_check("x", hanging, Broker(bootstrap="n:1"), 0.05)).detail == "it did not end within 0 s"


def test_expect_is_silent_when_all_is_well():
    expect(True, "never")
    with pytest.raises(CheckFailedError, match="always"):
        expect([], "always")


async def test_a_broker_that_is_not_ours_is_checked_and_never_killed(monkeypatch):
    async def good(broker):
        return "good"

    monkeypatch.setattr(run, "CHECKS", {"only": good})
    seen = []
    outcomes = await run.run_all(Broker(bootstrap="theirs:1"), seen.append)
    assert [(one.check, one.passed) for one in outcomes] == [("only", True), (run.KILL, None)]
    assert seen == outcomes


def test_a_named_cluster_is_used_as_it_is_and_nothing_is_started(monkeypatch, tmp_path):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "theirs:9092")
    monkeypatch.setenv("REGUA_HOME", str(tmp_path / "home"))
    with command._broker(3) as broker:
        assert (broker.bootstrap, broker.control) == ("theirs:9092", None)
    assert not (tmp_path / "home").exists()
