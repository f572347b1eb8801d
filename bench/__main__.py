"""`python -m bench [flow …] [--quick | --full] [--json FILE]`: measure, print one table, fail on a missed goal.

Servers: `BENCH_KAFKA` and `BENCH_DSN` (a superuser's URL), else the embedded ones, started for the run.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.cnab import CnabFlow
from bench.codes import BrCodeFlow, LineFlow
from bench.consumer import ConsumerFlow
from bench.flow import CASES, Flow, Result, Servers, Size, measure
from bench.post import PostFlow
from bench.relay import RelayFlow
from regua.teststack import open_stack

FLOWS: dict[str, type[Any]] = {
    "relay": RelayFlow,
    "consumer": ConsumerFlow,
    "post": PostFlow,
    "cnab": CnabFlow,
    "linha": LineFlow,
    "br-code": BrCodeFlow,
}
QUICK = Size(units=40_000, rounds=5)
FULL = Size(units=400_000, rounds=7)
GATE = 0.85
"""A goal counts as missed below this share of it: the rest is the machine's noise."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("flows", nargs="*", metavar="flow", help=f"which flows: {', '.join(FLOWS)} (default: all)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small and soon over (the default)")
    size.add_argument("--full", action="store_true", help="the size whose figures are published")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--strict", action="store_true", help="fail below the goal itself, without allowance for noise")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.flows if name not in FLOWS]
    if unknown:
        parser.error(f"there is no flow {unknown[0]!r}: choose from {', '.join(FLOWS)}")
    return arguments


async def _machine(servers: Servers) -> dict[str, str]:
    connection = await asyncpg.connect(servers.postgres_admin_url)
    try:
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        postgres = {name: await connection.fetchval(f"show {name}") for name in names}
    finally:
        await connection.close()
    packages = {name: version(name) for name in ("aiokafka", "asyncpg", "SQLAlchemy", "sqlmodel", "pydantic", "uvloop")}
    return {
        "cpus": str(os.cpu_count()),
        "machine": f"{platform.machine()} {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{f"postgres {name}": value for name, value in postgres.items()},
        **packages,
    }


def _table(results: list[Result]) -> str:
    lines = [f"{'flow':10} {'case':6} {'median':>10} {'min':>10} {'max':>10}   ratio of ours (goal)"]
    for result in results:
        for case in CASES:
            rates = result.per_second[case]
            note = ""
            if case == "floor":
                goal = f" (>= {result.floor_goal})" if result.floor_goal else ""
                note = f"{result.floor_ratio:.2f} x floor{goal}"
            elif case == "naive":
                goal = f" (>= {result.naive_goal:g})" if result.naive_goal else ""
                note = f"{result.naive_ratio:.1f} x naive{goal}"
            elif not result.reached:
                note = "GOAL MISSED"
            lines.append(
                f"{result.name:10} {case:6} {statistics.median(rates):>10,.0f} {min(rates):>10,.0f} "
                f"{max(rates):>10,.0f}   {note}"
            )
    return "\n".join(lines)


async def _run(arguments: argparse.Namespace, servers: Servers) -> int:
    size = FULL if arguments.full else QUICK
    machine = await _machine(servers)
    results = []
    for name in arguments.flows or FLOWS:
        flow: Flow = FLOWS[name]()
        results.append(await measure(flow, servers, size, lambda line: print(line, file=sys.stderr)))
    print(" · ".join(f"{name} {value}" for name, value in machine.items()))
    print(f"{size.units:,} units, {size.rounds} rounds, first round dropped, ratios within each round, medians")
    print(_table(results))
    if arguments.json:
        document = {"machine": machine, "units": size.units, "flows": [result.as_json() for result in results]}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")
    share = 1.0 if arguments.strict else GATE
    missed = [
        one
        for one in results
        if one.floor_ratio < share * one.floor_goal or (one.naive_goal and one.naive_ratio < share * one.naive_goal)
    ]
    return 1 if missed else 0


def main() -> int:
    """Run from the command line."""
    arguments = _arguments()
    named = {
        "KAFKA_BOOTSTRAP": os.environ.get("BENCH_KAFKA", ""),
        "DATABASE_ADMIN_URL": os.environ.get("BENCH_DSN", ""),
    }
    stack = open_stack({**os.environ, **{name: value for name, value in named.items() if value}})
    stack.hold()
    try:
        servers = Servers(stack.kafka_bootstrap(), stack.postgres_admin_url())
        return uvloop.run(_run(arguments, servers))
    finally:
        stack.release()


if __name__ == "__main__":
    sys.exit(main())
