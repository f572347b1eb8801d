"""What a home was given beyond the stack: remembered privately, refused when it cannot be, started in its place."""

import stat

import pytest

from regua.stack import extras
from regua.stack.errors import AskedWronglyError, StackError
from regua.stack.extras import Extras
from regua.stack.home import Home
from regua.stack.services import Program
from regua.stack.up import Wish

PSP = Program(name="psp", argv=("psp", "--port", "1"), env={"A": "b"}, port=1, health_url="http://127.0.0.1:1/")


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.make()
    return made


def test_a_home_that_was_given_nothing_has_no_extras(home):
    assert extras.read(home) == Extras()


def test_what_was_given_is_there_next_time_and_for_nobody_else_to_read(home):
    given = extras.remember(home, {"payments": {"PAYMENTS_WEBHOOK_TOKEN": "t"}}, (PSP,))
    assert extras.read(home) == given
    assert extras.remember(home, None, None) == given
    (file,) = home.root.glob("extras.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_half_is_replaced_on_its_own(home):
    extras.remember(home, {"payments": {"A": "b"}}, (PSP,))
    assert extras.remember(home, None, ()).service_env == {"payments": {"A": "b"}}
    assert extras.read(home).programs == ()


def test_a_broken_file_is_named_with_the_remedy(home):
    (home.root / "extras.json").write_text("{")
    with pytest.raises(StackError, match=r"extras\.json cannot be read .* put it back from a copy"):
        extras.read(home)


@pytest.mark.parametrize("name", ["kafka", "kafka-2", "postgres", "dunning", "log-keeper"])
def test_a_program_cannot_take_the_name_of_a_part(home, name):
    with pytest.raises(AskedWronglyError, match="that name is taken"):
        extras.remember(home, None, (Program(name=name, argv=("x",), env={}, port=1, health_url=""),))
    assert extras.read(home) == Extras()


def test_settings_of_a_service_that_is_none_are_refused(home):
    with pytest.raises(AskedWronglyError, match="there is no service called 'billing'"):
        extras.remember(home, {"billing": {}}, None)


def test_a_program_is_wanted_with_everything_with_any_service_or_by_its_name():
    assert Wish().program_wanted("psp")
    assert Wish(only=frozenset({"dunning"})).program_wanted("psp")
    assert Wish(only=frozenset({"psp"})).program_wanted("psp")
    assert not Wish(only=frozenset({"kafka"})).program_wanted("psp")
    assert not Wish(only=frozenset({"psp"})).wants("kafka")
