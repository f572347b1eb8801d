"""What the stack writes and reads without starting anything."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from contracts.registry import topics
from regua.commands.output import read_duration, read_instant
from regua.stack import java, kafka, keeper, logs, postgres, services, state
from regua.stack import topics as kafka_topics
from regua.stack.databases import SERVICES, ServiceDatabase
from regua.stack.down import down
from regua.stack.errors import AskedWronglyError, DiskFullError, StackError
from regua.stack.home import Home, find_home
from regua.stack.up import Wish, up


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_402"', 8),
        ("command not found", None),
    ],
)
def test_the_version_of_java_is_read(text, version):
    assert java.parse_version(text) == version


def test_an_old_java_is_passed_over_for_the_packaged_one(tmp_path):
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    old.chmod(0o755)
    found = java.find_java({"PATH": str(tmp_path)})
    assert found.path != str(old)
    assert found.version >= java.OLDEST


@pytest.mark.parametrize(
    ("text", "version"),
    [("postgres (PostgreSQL) 15.18 (Debian 15.18-0)", 15), ("postgres (PostgreSQL) 18rc1", 18), ("", None)],
)
def test_the_version_of_postgresql_is_read(text, version):
    assert postgres.parse_version(text) == version


def test_a_folder_without_postgresql_is_refused_by_the_setting_s_name(tmp_path):
    with pytest.raises(StackError, match="REGUA_POSTGRES_BIN has no initdb"):
        postgres.find_programs({"REGUA_POSTGRES_BIN": str(tmp_path)})


def settings_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


@pytest.mark.parametrize(("count", "replicas", "in_sync"), [(1, "1", "1"), (3, "3", "2")])
def test_replication_follows_the_number_of_nodes(count, replicas, in_sync):
    nodes = [kafka.Node(number, 20_000 + number, 21_000 + number) for number in range(1, count + 1)]
    found = settings_of(kafka.properties(nodes[0], nodes, Path("/data")))
    assert found["default.replication.factor"] == found["offsets.topic.replication.factor"] == replicas
    assert found["min.insync.replicas"] == in_sync
    assert len(found["controller.quorum.voters"].split(",")) == count
    assert found["auto.create.topics.enable"] == "false"
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:21001"


def test_nothing_listens_beyond_this_machine():
    command = postgres.argv(postgres.Programs(Path("/bin"), 15), Path("/data"), 1)
    assert "listen_addresses=127.0.0.1" in command
    assert "fsync=on" in command
    assert "full_page_writes=on" in command


def test_every_topic_of_the_registry_has_a_whole_configuration():
    for topic in topics().values():
        found = kafka_topics.config_of(topic, 3)
        assert found["min.insync.replicas"] == "2"
        assert found["cleanup.policy"] == ("compact" if topic.compacted else "delete")
        days = topic.retention_days
        assert int(found["retention.ms"]) == (-1 if days is None else days * 24 * 3600 * 1000)


def test_a_service_hears_only_of_its_own_database_and_the_settings_we_give_it():
    databases = {name: ServiceDatabase(f"owner-of-{name}", f"app-of-{name}") for name in SERVICES}
    ports = {name: 20_000 + number for number, name in enumerate(SERVICES)}
    env = {"DATABASE_URL_PAYMENTS": "named", "PATH": "/bin", "DATABASE_URL": "stray"}
    programs = services.table(
        SERVICES, ports=ports, databases=databases, kafka_bootstrap="k:1", clock="virtual:/c", env=env
    )
    whole = {program.name: program.whole_env(env) for program in programs}
    assert whole["dunning"]["DATABASE_URL"] == "app-of-dunning"
    assert whole["dunning"]["DATABASE_OWNER_URL"] == "owner-of-dunning"
    assert whole["payments"]["DATABASE_URL"] == "named"
    assert not any(name.startswith("DATABASE_URL_") for env in whole.values() for name in env)
    assert {one["REGUA_CLOCK"] for one in whole.values()} == {"virtual:/c"}
    assert {one["REGUA_ENV"] for one in whole.values()} == {"development"}
    assert len({program.fingerprint for program in programs}) == len(SERVICES)


def test_another_setting_is_another_fingerprint():
    def fingerprint(clock: str) -> str:
        databases = {"dunning": ServiceDatabase("o", "a")}
        (program,) = services.table(
            ["dunning"], ports={"dunning": 1}, databases=databases, kafka_bootstrap="k", clock=clock, env={}
        )
        return program.fingerprint

    assert fingerprint("system") == fingerprint("system")
    assert fingerprint("system") != fingerprint("virtual:/clock")


def test_a_small_log_is_left_alone_and_a_large_one_is_copied_and_emptied(tmp_path):
    log = tmp_path / "postgres.out"
    with log.open("ab") as writer:
        for number in range(6):
            writer.write(f"round {number} ".encode() * 10)
            writer.flush()
            assert keeper.rotate(log, limit_bytes=50, kept=3)
            assert log.stat().st_size == 0
        writer.write(b"small")
        writer.flush()
    assert not keeper.rotate(log, limit_bytes=50, kept=3)
    assert log.read_text() == "small"
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["postgres.out", "postgres.out.1", "postgres.out.2", "postgres.out.3"]
    assert "round 5" in (tmp_path / "postgres.out.1").read_text()
    assert "round 3" in (tmp_path / "postgres.out.3").read_text()


@pytest.fixture
def home_with_logs(tmp_path):
    home = Home(tmp_path)
    home.make()
    (home.logs / "kafka-1.log").write_text("".join(f"line {number}\n" for number in range(30_000)))
    (home.logs / "kafka-1.out").write_text("")
    (home.logs / "payments.out").write_text("only")
    return home


def test_logs_are_chosen_by_part_or_by_the_name_of_all_nodes(home_with_logs):
    def names(*parts: str) -> list[str]:
        return [path.name for path in logs.choose(home_with_logs, list(parts))]

    assert names("kafka") == names("kafka-1") == ["kafka-1.log", "kafka-1.out"]
    assert names("payments") == ["payments.out"]
    assert len(names()) == 3
    with pytest.raises(AskedWronglyError, match="the logs are kafka-1, payments"):
        names("nothing")


def test_the_last_lines_of_a_long_log_are_read_from_its_end(home_with_logs):
    path = home_with_logs.logs / "kafka-1.log"
    assert logs.tail(path, 2) == ["line 29998", "line 29999"]
    assert logs.tail(path, 20_000)[0] == "line 10000"
    assert len(logs.tail(path, 99_999)) == 30_000
    assert logs.tail(path, 0) == []
    assert logs.tail(home_with_logs.logs / "payments.out", 5) == ["only"]


def test_following_a_log_gives_whole_lines_and_survives_its_rotation(tmp_path):
    log = tmp_path / "a.out"
    log.write_text("old\n")
    steps = iter([lambda: append("one\ntw"), lambda: append("o\n"), lambda: log.write_text("new\n")])

    def append(text: str) -> None:
        with log.open("a") as handle:
            handle.write(text)

    def pause() -> None:
        next(steps)()

    following = logs.follow([log], pause=pause)
    assert [next(following)[1] for _ in range(3)] == ["one", "two", "new"]


def test_the_home_is_the_named_folder_or_that_of_the_checkout(tmp_path):
    assert find_home({"REGUA_HOME": str(tmp_path)}).root == tmp_path
    assert find_home({}).root.name == ".regua"
    assert (find_home({}).root.parent / "requirements.lock").exists()


def test_a_home_that_cannot_be_made_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="set REGUA_HOME to a folder you may write"):
        Home(tmp_path / "file" / "home").make()


def test_a_part_that_does_not_exist_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(AskedWronglyError, match="there is no part called 'mysql'"):
        up(Home(tmp_path / "home"), {}, print, Wish(only=frozenset({"mysql"})))
    assert not (tmp_path / "home").exists()


def test_a_full_disk_stops_before_anything_starts(tmp_path):
    from regua.stack.engine import Engine

    home = Home(tmp_path)
    engine = Engine(home, {}, print, free_mb=lambda _: 100)
    with pytest.raises(DiskFullError, match=r"600 MB of free disk are needed .* and 100 MB are free"):
        up(home, {}, print, engine=engine)
    assert not home.state_file.exists()


def test_data_of_real_time_is_never_continued_under_a_virtual_clock(tmp_path):
    home = Home(tmp_path)
    home.make()
    state.save(home.state_file, state.State(clock="system", migrated={"dunning": "mark"}))
    with pytest.raises(StackError, match="start the virtual clock in another REGUA_HOME"):
        up(home, {}, print, Wish(virtual=datetime(2026, 1, 5, tzinfo=UTC)))
    assert not home.clock_file.exists()


def test_a_wipe_deletes_the_homes_own_data_and_no_other_home_inside_it(tmp_path):
    home, inner = Home(tmp_path / "home"), Home(tmp_path / "home" / "demo")
    for one in (home, inner):
        with one.locked(print):
            state.save(one.state_file, state.State())
            (one.root / "kafka-1").mkdir()
            (one.root / "keys.json").write_text("{}")
    down(home, {}, lambda _: None, wipe=True)
    assert sorted(entry.name for entry in home.root.iterdir()) == ["demo", "lock"]
    assert {"kafka-1", "keys.json", "state.json"} <= {entry.name for entry in inner.root.iterdir()}


@pytest.mark.parametrize(
    ("text", "duration"),
    [("1d12h", timedelta(hours=36)), ("90m", timedelta(minutes=90)), ("45s", timedelta(seconds=45))],
)
def test_a_duration_is_read(text, duration):
    assert read_duration(text) == duration


@pytest.mark.parametrize("text", ["", "1", "d", "1w", "12h1d", "-1d", "1.5h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(typer.BadParameter):
        read_duration(text)


def test_an_instant_needs_its_offset():
    assert read_instant("2026-01-05T09:00:00-03:00") == datetime(2026, 1, 5, 12, tzinfo=UTC)
    with pytest.raises(typer.BadParameter, match="offset"):
        read_instant("2026-01-05T09:00:00")
    with pytest.raises(typer.BadParameter, match="write an instant as"):
        read_instant("tomorrow")
