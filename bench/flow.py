"""What a flow is, and how one is measured.

A flow does the same work three times over, in turn, round after round: `floor` is the minimal code that could do it,
`ours` goes through the product's public way in, `naive` is the textbook version. Each returns how many units it did;
only its own time is taken. `prepare` resets the world before each case and `check` fails the bench if the world is
wrong afterwards: a fast wrong run must not count. Ratios are taken between cases of the same round, and the median of
the ratios is compared with the goal, because the same machine is fast in one minute and slow in the next.

To add a flow: write a class with this shape in a file of `bench/`, and name it in `bench/__main__.py`.
"""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Protocol

CASES = ("floor", "ours", "naive")


@dataclass(frozen=True)
class Servers:
    """Where Kafka and PostgreSQL are; the URL is a superuser's."""

    kafka_bootstrap: str
    postgres_admin_url: str


@dataclass(frozen=True)
class Size:
    """How much: `units` per case (a naive case may do fewer), `rounds` after one that is dropped."""

    units: int
    rounds: int


class Flow(Protocol):
    """One measured flow. `floor_goal` and `naive_goal` are the least acceptable median ratios of ours to them."""

    name: str
    unit: str
    floor_goal: float
    naive_goal: float | None

    async def setup(self, servers: Servers, size: Size) -> None: ...
    async def prepare(self, case: str) -> None: ...
    async def floor(self) -> int: ...
    async def ours(self) -> int: ...
    async def naive(self) -> int: ...
    async def check(self, case: str, units: int) -> None: ...
    async def close(self) -> None: ...


@dataclass
class Result:
    """The figures of one flow: units a second per case and round, and the ratios of ours to the others."""

    name: str
    unit: str
    floor_goal: float
    naive_goal: float | None
    per_second: dict[str, list[float]] = field(default_factory=lambda: {case: [] for case in CASES})

    def ratios(self, other: str) -> list[float]:
        """Ours against `other`, round by round."""
        return [ours / them for ours, them in zip(self.per_second["ours"], self.per_second[other], strict=True)]

    @property
    def floor_ratio(self) -> float:
        return statistics.median(self.ratios("floor"))

    @property
    def naive_ratio(self) -> float:
        return statistics.median(self.ratios("naive"))

    @property
    def reached(self) -> bool:
        """Whether both goals are met."""
        return self.floor_ratio >= self.floor_goal and (self.naive_goal is None or self.naive_ratio >= self.naive_goal)

    def as_json(self) -> dict[str, object]:
        return {
            **asdict(self),
            "floor_ratio": self.floor_ratio,
            "naive_ratio": self.naive_ratio,
            "reached": self.reached,
        }


async def measure(flow: Flow, servers: Servers, size: Size, say: Callable[[str], None]) -> Result:
    """Run all rounds of one flow."""
    result = Result(flow.name, flow.unit, flow.floor_goal, flow.naive_goal)
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    await flow.setup(servers, size)
    try:
        for number in range(size.rounds + 1):
            for case in CASES:
                await flow.prepare(case)
                run: Callable[[], Awaitable[int]] = getattr(flow, case)
                started = time.perf_counter()
                units = await run()
                seconds = time.perf_counter() - started
                await flow.check(case, units)
                say(f"{flow.name} round {number}: {case} {units / seconds:,.0f} {flow.unit}/s")
                if number:
                    result.per_second[case].append(units / seconds)
    finally:
        await flow.close()
    return result
