"""Kafka's jars: the committed list, and that no byte is used which it does not name."""

import hashlib
from pathlib import Path

import pytest

from regua.stack import jars
from regua.stack.errors import BadHashError, DiskFullError, StackError
from regua.stack.jars import Jar

CONTENT = b"a jar, honestly"
JAR = Jar("org.example", "thing", "1.0", "", hashlib.sha256(CONTENT).hexdigest())


def quiet(_: str) -> None:
    return


@pytest.fixture
def env(tmp_path):
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "M2_REPO": str(tmp_path / "m2")}


def test_the_committed_list_is_sorted_whole_and_of_one_kafka():
    text = Path(jars.__file__).with_name("kafka-jars.txt").read_text()
    lines = text.splitlines()
    listed = jars.committed_list()
    assert lines == sorted(set(lines))
    assert len(listed) == 46
    assert len({jar.file_name for jar in listed}) == 46
    roots = {(jar.group, jar.artifact): jar.version for jar in listed}
    assert roots["org.apache.kafka", "kafka_2.13"] == jars.KAFKA_VERSION
    assert {version for (group, _), version in roots.items() if group == "org.apache.kafka"} == {jars.KAFKA_VERSION}
    assert {("org.apache.logging.log4j", name) for name in ("log4j-core", "log4j-slf4j-impl")} <= roots.keys()


@pytest.mark.parametrize(
    "line", ["a:b:1", "a:b 00", "a:b:1 " + "0" * 63, "a:b:1 " + "G" * 64, "", "a:b:1  " + "0" * 64]
)
def test_a_line_that_is_no_jar_is_named_by_its_number(line):
    with pytest.raises(StackError, match="line 2"):
        jars.parse_list(f"a:b:1 {'0' * 64}\n{line}\n")


def test_a_classifier_is_part_of_the_file_name():
    (jar,) = jars.parse_list("g:a:1:linux-x86_64 " + "0" * 64)
    assert jar.file_name == "a-1-linux-x86_64.jar"


def test_a_cached_jar_with_another_hash_stops_with_its_name_and_the_remedy(env):
    folder = jars.cache_folder(env)
    folder.mkdir(parents=True)
    (folder / JAR.file_name).write_bytes(b"something else")
    with pytest.raises(BadHashError, match=r"thing-1\.0\.jar does not have the hash .* delete that file"):
        jars.ensure_jars(env, quiet, [JAR])


def test_a_fetched_jar_with_another_hash_is_refused_and_leaves_nothing(env, monkeypatch, tmp_path):
    bad = tmp_path / "bad.jar"
    bad.write_bytes(b"something else")
    monkeypatch.setattr(jars, "_download", lambda *_: bad)
    with pytest.raises(BadHashError, match=r"thing-1\.0\.jar was fetched but does not have the hash"):
        jars.ensure_jars(env, quiet, [JAR])
    assert list(jars.cache_folder(env).iterdir()) == []


def test_a_fetched_jar_is_used_and_the_second_time_nothing_is_fetched(env, monkeypatch, tmp_path):
    def download(context, jar):
        path = tmp_path / "download"
        path.write_bytes(CONTENT)
        return path

    monkeypatch.setattr(jars, "_download", download)
    told: list[str] = []
    (path,) = jars.ensure_jars(env, told.append, [JAR])
    assert path.read_bytes() == CONTENT
    assert any("1 of 1 jars" in line for line in told)
    monkeypatch.delattr(jars, "_download")
    assert jars.ensure_jars(env, quiet, [JAR]) == [path]


def test_a_jar_that_maven_keeps_is_copied_only_when_its_hash_is_right(env, monkeypatch):
    kept = Path(env["M2_REPO"]) / "org/example/thing/1.0/thing-1.0.jar"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(CONTENT)
    monkeypatch.setattr(jars, "_download", lambda *_: pytest.fail("it was fetched"))
    (path,) = jars.ensure_jars(env, quiet, [JAR])
    assert path.read_bytes() == CONTENT
    path.unlink()
    kept.write_bytes(b"changed")
    with pytest.raises(BaseException, match="it was fetched"):
        jars.ensure_jars(env, quiet, [JAR])


def test_a_jar_that_nobody_has_says_how_to_name_a_repository(env, monkeypatch):
    class Away:
        cached_path = Path(env["M2_REPO"]) / "none"

        def __getattr__(self, name):
            return lambda *_, **__: self

        def resolve(self):
            raise RuntimeError

    monkeypatch.setattr(jars, "_maven", lambda *_: Away())
    with pytest.raises(StackError, match=r"thing-1\.0\.jar could not be fetched.*REGUA_MAVEN_REPOSITORY"):
        jars.ensure_jars(env, quiet, [JAR])


def test_a_full_disk_stops_before_anything_is_fetched(env, monkeypatch):
    monkeypatch.setattr(jars, "NEEDED_MB", 10**9)
    with pytest.raises(DiskFullError, match="MB are needed in"):
        jars.ensure_jars(env, quiet, [JAR])
