"""Killed for real: `status` tells the truth, `up` repairs what died and nothing else, and no record is lost."""

import asyncio
import json
import os
import signal
import socket

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from regua.stack import items, process
from regua.stack.status import status
from regua.stack.topics import create_topic
from regua.stack.up import SERVERS, Wish, up

from .live import Live, finish, wait_until

pytestmark = pytest.mark.io
ONLY = ("--only", "kafka,postgres")


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Kafka and PostgreSQL of a home of this file's own; two `up` at once start it."""
    made = Live(tmp_path_factory.mktemp("stack") / "home")
    try:
        yield made
    finally:
        made.clear()


@pytest.fixture(scope="module")
def started(live):
    both = [live.begin("up", *ONLY, "--json") for _ in range(2)]
    results = [finish(one) for one in both]
    assert [code for code, _, _ in results] == [0, 0], results
    return results


@pytest.fixture
def healthy(live, started):
    """The addresses, with every part healthy at the test's begin."""
    code, report, said = live.run("up", *ONLY)
    assert code == 0, said
    return report


def numbers_of(bootstrap: str, topic: str) -> list[int]:
    async def read() -> list[int]:
        async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
            place = TopicPartition(topic, 0)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            found: list[int] = []
            while await consumer.position(place) < end:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [int(record.value) for record in records]
            return found

    return asyncio.run(asyncio.wait_for(read(), 60))


def test_of_two_at_once_one_starts_everything_and_the_other_reports_the_same(live, started):
    first, second = (report for _, report, _ in started)
    assert first["kafka_bootstrap"] == second["kafka_bootstrap"]
    assert first["postgres_admin_url"] == second["postgres_admin_url"]
    assert {name: part["pid"] for name, part in first["parts"].items()} == {
        name: part["pid"] for name, part in second["parts"].items()
    }
    outcomes = {part["outcome"] for report in (first, second) for part in report["parts"].values()}
    assert outcomes == {"started", "already running"}
    assert any("is at work in" in said for _, _, said in started)
    assert {name: len(pids) for name, pids in live.processes().items()} == {
        "kafka-1": 1,
        "postgres": 1,
        "log-keeper": 1,
    }


def test_another_up_changes_nothing(live, healthy):
    before = live.processes()
    code, report, _ = live.run("up", *ONLY)
    assert code == 0
    assert live.processes() == before
    assert {part["outcome"] for part in report["parts"].values()} == {"already running"}


def test_kafka_killed_while_it_takes_records_loses_none_that_it_acknowledged(live, healthy):
    bootstrap = healthy["kafka_bootstrap"]
    asyncio.run(create_topic(bootstrap, "killed", partitions=1, config={}))
    acknowledged: list[int] = []

    async def write_until_it_dies() -> None:
        async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
            sending = [await producer.send("killed", str(number).encode()) for number in range(3_000)]
            await asyncio.gather(*sending)
            acknowledged.extend(range(3_000))
            await asyncio.to_thread(live.kill, "kafka-1")

    asyncio.run(write_until_it_dies())
    code, told, _ = live.run("status")
    assert code == 1
    assert told["healthy"] is False
    parts = {part["name"]: part for part in told["parts"]}
    assert (parts["kafka-1"]["running"], parts["kafka-1"]["healthy"], parts["kafka-1"]["pid"]) == (False, False, None)
    assert parts["postgres"]["healthy"] is True
    postgres = live.processes()["postgres"]
    code, report, said = live.run("up", *ONLY)
    assert code == 0, said
    assert "is not running any more" in said
    assert report["kafka_bootstrap"] == bootstrap
    assert live.processes()["postgres"] == postgres
    assert live.run("status")[0] == 0
    assert numbers_of(bootstrap, "killed") == acknowledged


def test_postgresql_killed_keeps_every_committed_row(live, healthy):
    url = healthy["postgres_admin_url"]

    async def commit() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("create table kept (id int primary key)")
        await connection.executemany("insert into kept values ($1)", [(number,) for number in range(500)])
        await connection.execute("begin; insert into kept values (501)")
        await asyncio.to_thread(live.kill, "postgres")
        connection.terminate()

    async def count() -> int:
        connection = await asyncpg.connect(url)
        found = await connection.fetchval("select count(*) from kept")
        await connection.close()
        return int(found)

    asyncio.run(commit())
    sick = live.parts()["postgres"]
    assert (sick["running"], sick["healthy"]) == (False, False)
    code, report, said = live.run("up", *ONLY)
    assert code == 0, said
    assert report["parts"]["postgres"]["outcome"] == "started"
    assert report["parts"]["kafka-1"]["outcome"] == "already running"
    assert asyncio.run(count()) == 500


def test_a_server_that_hangs_is_told_from_a_healthy_one_and_replaced(live, healthy, monkeypatch):
    monkeypatch.setattr(items, "HUNG_SECONDS", 1.0)
    monkeypatch.setattr(items, "STOP_SECONDS", 0.5)
    (pid,) = live.processes()["postgres"]
    os.kill(pid, signal.SIGSTOP)
    try:
        (sick,) = [part for part in status(live.home, live.env, 1).parts if part.name == "postgres"]
        assert (sick.running, sick.healthy, sick.detail) == (True, False, "no answer in time")
        said: list[str] = []
        up(live.home, live.env, said.append, Wish(only=SERVERS))
    finally:
        if process.identity_of(pid):
            os.kill(pid, signal.SIGCONT)
    assert any("did not answer within 1 s: it is restarted" in sentence for sentence in said)
    assert live.processes()["postgres"] != [pid]
    assert live.parts()["postgres"]["healthy"] is True


def test_the_killed_log_keeper_is_missed_and_started_again(live, healthy):
    live.kill("log-keeper")
    assert live.parts()["log-keeper"]["healthy"] is False
    assert live.run("up", *ONLY)[0] == 0
    assert live.run("status")[0] == 0


def test_an_unreadable_state_is_set_aside_and_what_runs_is_found_by_its_mark(live, healthy):
    before = live.processes()
    live.home.state_file.write_text('{"version": 1, "parts": {"kafka-1"')
    code, told, _ = live.run("status")
    assert code == 1
    assert "`regua up` sets it aside" in told["detail"]
    code, report, said = live.run("up", *ONLY)
    assert code == 0, said
    assert "it was moved to state.json.unreadable-1" in said
    assert report["kafka_bootstrap"] == healthy["kafka_bootstrap"]
    assert live.processes() == before


def test_a_recycled_pid_is_neither_taken_for_ours_nor_touched(live, healthy):
    before = live.processes()
    stranger = process.launch(
        process.Launch(argv=["sleep", "300"], env=dict(os.environ), log=live.home.root / "s", cwd=live.home.root),
        live.home.root.parent,
    )
    try:
        written = json.loads(live.home.state_file.read_text())
        written["parts"]["postgres"]["pid"] = stranger[0]
        live.home.state_file.write_text(json.dumps(written))
        assert live.parts()["postgres"]["running"] is False
        code, _, said = live.run("up", *ONLY)
        assert code == 0, said
        assert live.processes() == before, "the one that runs is found again by its mark"
        assert process.is_ours(*stranger)
    finally:
        process.kill(*stranger)


def test_a_port_that_somebody_took_meanwhile_is_left_to_them_and_the_data_moves_along(live, healthy):
    port = live.parts()["postgres"]["ports"]["postgres"]
    assert live.run("down", "--only", "postgres")[1]["parts"] == {"postgres": "stopped"}
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        code, told, _ = live.run("up", *ONLY, REGUA_PORT_POSTGRES=str(port))
        assert code == 1
        assert f"port {port} for postgres is taken by" in told["error"]
        code, report, said = live.run("up", *ONLY)
        assert code == 0, said
        assert f"postgres's last port {port} is taken by" in said
    moved = report["postgres_admin_url"]
    assert f":{port}/" not in moved
    assert asyncio.run(databases_at(moved)) >= {"invoicing", "analytics"}


async def databases_at(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    found = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
    await connection.close()
    return found


def test_a_launcher_killed_half_way_leaves_nothing_that_the_next_one_does_not_find(tmp_path):
    live = Live(tmp_path / "home")
    try:
        launcher = live.begin("up", *ONLY, "--json")
        wait_until(lambda: {"kafka-1", "postgres"} <= live.processes().keys(), "both servers are launched")
        launcher.kill()
        launcher.communicate()
        left = live.processes()
        told = live.run("status")[1]["parts"]
        assert all(part["pid"] in left[part["name"]] for part in told if part["running"])
        code, _, said = live.run("up", *ONLY)
        assert code == 0, said
        assert live.processes().items() >= left.items(), "what it left running is kept, not started a second time"
        assert live.run("status")[0] == 0
        assert set(live.run("down")[1]["parts"].values()) == {"stopped"}
        assert live.processes() == {}
    finally:
        live.clear()
