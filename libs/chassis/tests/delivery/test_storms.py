"""Servers and processes killed under load: nothing committed is lost, nothing happens twice, order is kept.

`REGUA_CAMPAIGN_SIZE` multiplies the number of kills (1 in CI).
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis import migrations, parking
from chassis.proof import checker, workload
from chassis.proof.bed import Bed, bed, running, until
from chassis.proof.member import part
from chassis.proof.storms import Process, Storm, drain, processes, storm, writers
from chassis.relay import Relay
from regua.stack.down import down
from regua.stack.home import Home
from regua.stack.state import State
from regua.stack.up import Wish, up
from regua.testdatabases import create

pytestmark = [pytest.mark.io, pytest.mark.campaign, pytest.mark.timeout(900)]

SIZE = int(os.environ.get("REGUA_CAMPAIGN_SIZE", "1"))
_WISH = Wish(only=frozenset({"kafka", "postgres"}), registry_topics=False)


class PrivateStack:
    """Kafka and PostgreSQL that a test may kill."""

    def __init__(self, root: Path):
        self.home = Home(root)
        elsewhere = ("KAFKA_BOOTSTRAP", "DATABASE_", "REGUA_")
        self.env = {name: text for name, text in os.environ.items() if not name.startswith(elsewhere)}
        self.started = up(self.home, self.env, lambda _: None, _WISH)

    def kill(self, kind: str) -> None:
        """SIGKILL the server's main process."""
        state = State.model_validate_json(self.home.state_file.read_text())
        for one in state.parts.values():
            if one.kind == kind:
                os.kill(one.pid, signal.SIGKILL)

    def repair(self) -> None:
        up(self.home, self.env, lambda _: None, _WISH)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateStack]:
    stack = PrivateStack(tmp_path_factory.mktemp("storm") / "stack")
    yield stack
    down(stack.home, stack.env, lambda _: None, wipe=True, hurry=True)


async def private_bed(stack: PrivateStack, name: str) -> Bed:
    assert stack.started.postgres_admin_url is not None
    assert stack.started.kafka_bootstrap is not None
    urls = await create(stack.started.postgres_admin_url, name, None)
    made = bed(urls, stack.started.kafka_bootstrap)
    await migrations.upgrade(workload.MIGRATIONS, made.owner_url, app_role=f"{name}_app")
    await workload.make_topics(made.kafka)
    return made


def strike(stack: PrivateStack, kind: str) -> Callable[[], Awaitable[None]]:
    async def kill_and_repair() -> None:
        stack.kill(kind)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(stack.repair)

    return kill_and_repair


def judged(result: Storm) -> None:
    assert result.verdict.violations == []
    assert result.writes > 100, "there was no load to speak of"
    assert result.verdict.counts["facts"] >= result.writes


async def test_kafka_killed_under_load_loses_repeats_and_disorders_nothing(private: PrivateStack) -> None:
    made = await private_bed(private, "kafka_storm")
    judged(await storm(made, strike(private, "kafka"), strikes=5 * SIZE))


async def test_postgresql_killed_under_load_loses_repeats_and_disorders_nothing(private: PrivateStack) -> None:
    made = await private_bed(private, "postgres_storm")
    result = await storm(made, strike(private, "postgres"), strikes=5 * SIZE)
    judged(result)
    assert result.failed_writes > 0, "no writer noticed"


async def test_groups_that_grow_and_shrink_under_load_apply_everything_once(a_bed: Bed) -> None:
    database = a_bed.database(pool_size=8)
    result = Storm()
    relay = Relay(database, a_bed.kafka)
    async with running(relay), processes(part(a_bed, "consumer", batch_events=20)) as first:
        async with writers(database, result, customers=40, count=4, pause=0.01):
            for _ in range(SIZE):
                await asyncio.sleep(3)
                async with processes(part(a_bed, "consumer"), part(a_bed, "consumer")) as more:
                    await asyncio.sleep(5)
                    more[0].send(signal.SIGKILL)
                    await asyncio.sleep(3)
                await asyncio.sleep(2)
        await drain(a_bed, within_seconds=90)
        assert first[0].returncode is None
    result.verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    judged(result)


async def test_a_process_that_wakes_up_after_its_partitions_are_gone_does_no_harm(a_bed: Bed) -> None:
    database = a_bed.database(pool_size=8)
    result = Storm()
    # A slow handler, so that the process is stopped in the middle of a transaction.
    sleepy = part(a_bed, "consumer", pause_seconds=0.3, batch_events=100)
    async with running(Relay(database, a_bed.kafka)), processes(sleepy) as zombies:
        async with writers(database, result, customers=20, count=4, pause=0.03):
            await until(lambda: a_bed.value("select count(*) > 20 from proof_effect"), within_seconds=120)
            for _ in range(SIZE):
                zombies[0].send(signal.SIGSTOP)
                async with processes(part(a_bed, "consumer")):
                    await asyncio.sleep(10)  # beyond the session's 6 s: the partitions have moved
                    zombies[0].send(signal.SIGCONT)
                    await asyncio.sleep(3)
        await drain(a_bed, within_seconds=90)
    result.verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    judged(result)


@pytest.mark.parametrize("how", ["exit", "kill"])
async def test_an_event_that_kills_the_process_is_found_and_only_its_key_waits(a_bed: Bed, how: str) -> None:
    database = a_bed.database()
    written = await workload.write_many(database, customers=10, rounds=4)
    wanted = part(a_bed, "consumer", mischief=(1, 3, how), instance_id="victim", batch_events=500)
    deaths = 0
    async with running(Relay(database, a_bed.kafka)):
        process = await Process(wanted).start()
        try:
            async with asyncio.timeout(90):
                while not await parking.list_parked(database):
                    if process.returncode is not None:
                        deaths += 1
                        process = await Process(wanted).start()
                    await asyncio.sleep(0.05)
            await drain(a_bed, within_seconds=120)
        finally:
            await process.end()
    (parked,) = await parking.list_parked(database)
    verdict = await checker.check(a_bed.admin_url, a_bed.kafka)
    row = await a_bed.value(
        """select f.sequence from parked_event e join proof_fact f using (event_id)
           where f.topic = 'payment.received' order by e.id limit 1"""
    )
    assert (parked.reason, parked.key) == ("kills-the-process", str(workload.customer(1)))
    assert row == 3, "exactly the deadly event stands first"
    assert deaths <= 4
    assert verdict.violations == []
    assert verdict.counts["effects"] >= 2 * (written - 4)


async def test_no_step_is_without_a_death(crash_points: Callable[..., Awaitable[Any]]) -> None:
    report = await crash_points("--occurrences", str(SIZE))
    print(report["table"])
    assert report["violations"] == []
    assert report["points"] > 100
