"""`regua demo` from its first process to its verdict."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

import psutil

from chassis.clock import monotonic_seconds
from regua.demo import platform
from regua.demo.platform import Plan
from regua.demo.run import Opened, Options, make_portfolio, start_instant
from regua.demo.verdict import Verdict, judge
from regua.stack import state
from regua.stack.home import Home


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A run that ended: its verdict, and what a person may look at now."""

    options: Options
    verdict: Verdict
    seconds: float
    spent: Mapping[str, float]
    memory_mb: Mapping[str, int]
    addresses: Mapping[str, str]
    home: Home
    stopped: bool

    def options_dict(self) -> dict[str, Any]:
        """What the run was made of."""
        return asdict(self.options)


async def whole_run(
    home: Home,
    options: Options,
    env: Mapping[str, str],
    say: Callable[[str], None],
    *,
    fresh: bool = True,
    stop: bool = False,
    disturb: Callable[[platform.Platform, datetime], Awaitable[None]] | None = None,
) -> Finished:
    """Start, live, judge; leave everything running unless `stop`. Raises `StackError` with the remedy.

    `disturb` is called before each tick of the days.
    """
    began = monotonic_seconds()
    portfolio = home.root.with_name(f"{home.root.name}-portfolio.csv")
    make_portfolio(options, portfolio)
    plan = Plan(home=home, start=start_instant(), seed=options.seed, portfolio=portfolio, fresh=fresh)
    started = await asyncio.to_thread(platform.start, plan, env, say)
    up_after = monotonic_seconds() - began
    try:
        async with Opened(started, options, say) as opened:
            run = await opened.settle_in(portfolio)
            if disturb is not None:
                run.disturb = partial(disturb, started)
            await run.live_through(options.days)
            since = monotonic_seconds()
            verdict = await judge(run)
            run.spent.add("report", since)
            addresses = _addresses(started)
            memory = _memory(home)
            spent = {"started": up_after, **run.spent.by_part}
    finally:
        if stop:
            await asyncio.to_thread(platform.stop, home, env, say, wipe=True)
    return Finished(
        options=options,
        verdict=verdict,
        seconds=monotonic_seconds() - began,
        spent=spent,
        memory_mb=memory,
        addresses=addresses,
        home=home,
        stopped=stop,
    )


def _addresses(started: platform.Platform) -> dict[str, str]:
    found = {"Mail inbox": started.outside.url("mail"), "SMS and WhatsApp": started.outside.url("messages")}
    for name, url in started.services.items():
        found[f"API of {name}"] = f"{url}/docs"
    found |= {f"Metrics of {name}": f"{url}/metrics" for name, url in started.services.items()}
    found["Kafka"] = started.kafka_bootstrap
    return found


def _memory(home: Home) -> dict[str, int]:
    """Megabytes of each part with its children, pages that they share counted once (where the system can tell)."""
    found = {}
    for part in state.load(home.state_file).parts.values():
        try:
            process = psutil.Process(part.pid)
            everyone = [process, *process.children(recursive=True)]
            found[part.name] = sum(_bytes(one) for one in everyone) >> 20
        except psutil.Error:
            continue
    return found


def _bytes(one: psutil.Process) -> int:
    told = one.memory_full_info()
    return int(getattr(told, "pss", told.rss))
