"""The state file: whole or not at all, private, and honest about what it cannot read."""

import stat

import pytest

from regua.stack import state
from regua.stack.state import Part, State, UnreadableStateError


def a_state() -> State:
    part = Part(name="kafka-1", kind="kafka", pid=41, identity="boot:7", ports={"kafka": 20001}, fingerprint="f")
    return State(kafka_nodes=1, cluster_id="c", clock="system", ports={"kafka": 20001}, parts={"kafka-1": part})


def test_a_saved_state_is_read_back_equal(tmp_path):
    state.save(tmp_path / "state.json", a_state())
    assert state.load(tmp_path / "state.json") == a_state()


def test_no_file_is_an_empty_state(tmp_path):
    assert state.load(tmp_path / "state.json") == State()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"parts": {"kafka-1": {"pid": 1}}}', '{"unknown": 1}', "\x00\x01"]
)
def test_anything_but_a_state_is_unreadable(text):
    with pytest.raises(UnreadableStateError):
        state.parse(text)


def test_bytes_that_are_no_text_are_unreadable(tmp_path):
    (tmp_path / "state.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableStateError):
        state.load(tmp_path / "state.json")


def test_only_the_owner_reads_what_is_written(tmp_path):
    state.write_private(tmp_path / "secrets.json", "{}")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_setting_aside_never_overwrites_what_was_set_aside_before(tmp_path):
    for text in ("first", "second"):
        (tmp_path / "state.json").write_text(text)
        state.set_aside(tmp_path / "state.json")
    assert (tmp_path / "state.json.unreadable-1").read_text() == "first"
    assert (tmp_path / "state.json.unreadable-2").read_text() == "second"


@pytest.mark.parametrize("text", ["", "[]", '{"role": 1}', "no json"])
def test_secrets_that_are_not_passwords_by_role_are_unreadable(tmp_path, text):
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(UnreadableStateError):
        state.read_secrets(tmp_path / "secrets.json")


def test_secrets_are_read_back(tmp_path):
    state.write_private(tmp_path / "secrets.json", state.dump_secrets({"role": "word"}))
    assert state.read_secrets(tmp_path / "secrets.json") == {"role": "word"}
    assert state.read_secrets(tmp_path / "none.json") == {}
