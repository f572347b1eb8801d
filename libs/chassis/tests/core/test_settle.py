"""Splitting, waiting and parking keep the order of every partition, whatever fails, and lose nothing."""

import asyncio
from collections.abc import Sequence

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from chassis.consumer.apply import Applied
from chassis.consumer.failures import HandlerFailedError, HandlerOverdueError
from chassis.consumer.items import Item
from chassis.consumer.settle import Settled, Settler
from chassis.errors import InvalidError, TransientError
from chassis.observe import SILENT
from chassis.outcome import Done, Parked
from chassis.retry import RetryPolicy

AT_ONCE = RetryPolicy(first_seconds=0.0, cap_seconds=0.0, give_up_after_seconds=None)


class World:
    """Stands in for the database: applies a run whole, or fails as the plan for its first failing record says."""

    def __init__(self, plan: dict[tuple[int, int], str], *, blames: bool, transient_times: int = 2):
        self.plan = plan
        self.blames = blames
        self.left = {at: transient_times for at, what in plan.items() if what in {"transient", "outage"}}
        self.applied: list[tuple[int, int]] = []
        self.parked: list[tuple[int, int]] = []

    async def apply(self, items: Sequence[Item]) -> Applied:
        for item in items:
            at = (item.place[1], item.offset)
            what = self.plan.get(at)
            if what is None or item.fault is not None:
                continue
            if what in {"transient", "outage"}:
                if not self.left[at]:
                    continue
                self.left[at] -= 1
            error: Exception = {
                "permanent": InvalidError("never", "never"),
                "transient": TransientError("later", "later"),
                "outage": asyncpg.InterfaceError("connection is closed"),
                "overdue": HandlerOverdueError(),
            }[what]
            if what == "outage":
                raise error
            raise HandlerFailedError(item if self.blames else None) from error
        applied = Applied()
        for item in items:
            (self.parked if item.fault else self.applied).append((item.place[1], item.offset))
            applied.count(item.topic, Parked("x") if item.fault else Done())
            applied.next_offsets[item.place] = item.offset + 1
        return applied


plans = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 7)), st.sampled_from(["permanent", "transient", "outage", "overdue"])
)


def items_of(shape: list[int]) -> list[Item]:
    return [
        Item(("t", place), offset, b"k", b"", None, None)
        for place, count in enumerate(shape)
        for offset in range(count)
    ]


@given(plans, st.booleans(), st.lists(st.integers(0, 8), min_size=3, max_size=3))
def test_every_record_is_settled_once_in_order_and_only_the_bad_ones_are_parked(
    plan: dict[tuple[int, int], str], blames: bool, shape: list[int]
) -> None:
    world = World(plan, blames=blames)
    settler = Settler(world, SILENT, policy=AT_ONCE)  # type: ignore[arg-type]
    settled = Settled()
    items = items_of(shape)

    async def all_of_it() -> None:
        await settler.settle(items, settled)
        for _ in range(500):
            runs = settler.due()
            if not runs and not settler.waiting:
                return
            for run in runs:
                await settler.settle(run, settled)
        raise AssertionError("it never ended")

    asyncio.run(all_of_it())
    there = {(item.place[1], item.offset) for item in items}
    bad = {at for at, what in plan.items() if what in {"permanent", "overdue"} and at in there}
    assert set(world.parked) == bad
    assert sorted(world.applied) == sorted(there - bad)
    for place in range(3):
        order = [offset for number, offset in world.applied if number == place]
        assert order == sorted(order)
    assert settled.records == len(items)
    assert settled.next_offsets == {("t", place): count for place, count in enumerate(shape) if count}


async def test_records_that_come_while_their_partition_waits_join_its_queue() -> None:
    world = World({(0, 0): "transient"}, blames=True, transient_times=1)
    settler = Settler(world, SILENT, policy=AT_ONCE)  # type: ignore[arg-type]
    settled = Settled()
    first, second = items_of([2])
    other = Item(("t", 1), 0, b"k", b"", None, None)
    await settler.settle([first], settled)
    await settler.settle([second, other], settled)
    assert world.applied == [(1, 0)]
    (run,) = settler.due()
    await settler.settle(run, settled)
    assert world.applied == [(1, 0), (0, 0), (0, 1)]


def test_waits_grow_to_their_cap_and_are_spread_over_their_upper_half() -> None:
    policy = RetryPolicy(first_seconds=1, factor=2, cap_seconds=8)
    assert [policy.delay_seconds(attempt, 1.0) for attempt in (1, 2, 3, 4, 5, 90)] == [1, 2, 4, 8, 8, 8]
    assert policy.delay_seconds(4, 0.0) == 4
