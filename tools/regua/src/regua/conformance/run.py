"""Runs the checks one after the other and reports each."""

import asyncio
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka.errors import KafkaError

from chassis.clock import monotonic_seconds
from regua.conformance import groups, kills, records
from regua.conformance.base import Broker, Check, CheckFailedError
from regua.stack import process, state
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.kafka_health import quiet_client
from regua.stack.up import Wish, up

CHECKS: Mapping[str, Check] = {
    "idempotent producer": records.idempotent_producer,
    "headers": records.headers,
    "record batches": records.record_batches,
    "offsets": records.offsets,
    "limits": records.limits,
    "compaction": records.compaction,
    "group of two": groups.group_of_two,
    "group of three": groups.group_of_three,
    "rebalance": groups.rebalance,
    "commit on revoke": groups.commit_on_revoke,
    "member killed": groups.member_killed,
}
KILL = "broker killed under load"


@dataclass(frozen=True)
class Outcome:
    """One check: passed, failed, or not run because the broker is not ours; what it saw; how long it took."""

    check: str
    passed: bool | None
    detail: str
    seconds: float


class HomeControl:
    """Power over the Kafka of one of our homes."""

    def __init__(self, home: Home, env: Mapping[str, str]):
        self._home = home
        self._env = env

    @property
    def nodes(self) -> Sequence[int]:
        return range(1, state.load(self._home.state_file).kafka_nodes + 1)

    async def kill(self, node: int) -> None:
        part = state.load(self._home.state_file).parts[f"kafka-{node}"]
        await asyncio.to_thread(process.kill, part.pid, part.identity)

    async def repair(self) -> None:
        wish = Wish(only=frozenset({"kafka"}), registry_topics=False)
        await asyncio.to_thread(up, self._home, self._env, lambda _: None, wish)


async def run_check(name: str, check: Check, broker: Broker, limit_seconds: float = 240) -> Outcome:
    """Run one check; whatever it raises becomes a failed outcome with a sentence."""
    began = monotonic_seconds()
    try:
        with quiet_client():
            async with asyncio.timeout(limit_seconds):
                detail = await check(broker)
        passed = True
    except CheckFailedError as error:
        passed, detail = False, str(error)
    except TimeoutError:
        passed, detail = False, f"it did not end within {limit_seconds:.0f} s"
    except (KafkaError, StackError, OSError) as error:
        passed, detail = False, f"the client gave up with {type(error).__name__}"
    except Exception as error:  # noqa: BLE001 - the other checks still have something to say
        place = traceback.extract_tb(error.__traceback__)[-1]
        passed, detail = False, f"the check itself broke: {type(error).__name__} in {place.name}, line {place.lineno}"
    return Outcome(name, passed, detail, round(monotonic_seconds() - began, 2))


async def run_all(broker: Broker, report: Callable[[Outcome], None], *, kill_count: int | None = None) -> list[Outcome]:
    """Every check in turn; `report` is called as each ends."""
    outcomes = []
    for name, check in CHECKS.items():
        outcomes.append(await run_check(name, check, broker))
        report(outcomes[-1])
    if broker.control is None:
        outcomes.append(Outcome(KILL, None, "not run: this broker is not ours to kill", 0))
    else:
        outcomes.append(await run_check(KILL, lambda one: kills.killed_under_load(one, kill_count), broker, 600))
    report(outcomes[-1])
    return outcomes
