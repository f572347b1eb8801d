"""The command line: it explains itself, answers wrong calls with one sentence, and starts pure commands quickly."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def regua(tmp_path):
    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        told = {**os.environ, "REGUA_HOME": str(tmp_path / "home"), "COLUMNS": "120", **env}
        command = [sys.executable, "-m", "regua", *arguments]
        return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_the_help_lists_every_command(regua):
    told = regua("--help")
    assert told.returncode == 0
    for name in ("up", "status", "logs", "down", "env", "conformance", "wait-quiet", "clock", "boleto", "contracts"):
        assert f"\n  {name} " in told.stdout
    assert regua().stdout == told.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nosuch",), "No such command 'nosuch'; `regua --help` explains"),
        (("up", "--wat"), "No such option: --wat; `regua up --help` explains"),
        (("up", "--nodes", "2"), "Invalid value for --nodes: 1 or 3"),
        (("up", "--only", "mysql"), "there is no part called 'mysql'; the parts are kafka, postgres"),
        (("up", "--virtual", "2026-01-01"), "the instant needs an offset"),
        (("down", "--wipe", "--only", "kafka"), "everything has to stop before the data is deleted"),
        (("clock", "advance", "soon"), "write a duration as"),
        (("redrive",), "name the service first: invoicing"),
        (("parked", "nosuch"), "there is no service called 'nosuch'"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_two(regua, arguments, sentence):
    told = regua(*arguments)
    assert told.returncode == 2
    assert told.stdout == ""
    assert sentence in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_status_of_nothing_says_so_with_exit_code_one(regua):
    told = regua("status", "--json")
    assert told.returncode == 1
    found = json.loads(told.stdout)
    assert found["healthy"] is False
    assert "`regua up` starts it" in found["detail"]


def test_addresses_of_nothing_are_refused_with_the_remedy(regua):
    told = regua("env")
    assert (told.returncode, told.stdout) == (1, "")
    assert "no service was started here; `regua up` starts them" in told.stderr


def test_down_of_nothing_is_no_failure(regua, tmp_path):
    told = regua("down")
    assert (told.returncode, told.stdout) == (0, "nothing was running\n")
    assert not (tmp_path / "home").exists()


def test_a_refusal_with_json_is_a_json_document_and_a_sentence(regua):
    told = regua("clock", "show", "--json")
    assert told.returncode == 1
    assert "there is no virtual clock" in json.loads(told.stdout)["error"]
    assert "regua up --virtual" in told.stderr


def test_a_wrong_port_setting_is_named(regua):
    told = regua("up", "--only", "postgres", REGUA_PORT_POSTGRES="many")
    assert told.returncode == 1
    assert "REGUA_PORT_POSTGRES is not a port; write a number from 1 to 65535" in told.stderr


def test_a_pure_command_imports_nothing_of_the_platform(regua):
    script = (
        "import sys; sys.argv = ['regua', 'tax-id', '--help']\n"
        "from regua.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'typer', 'rich', 'aiokafka', 'asyncpg', 'sqlalchemy', 'fastapi', 'chassis', 'contracts'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: regua tax-id" in done.stdout


def test_a_pure_command_takes_less_processor_time_than_three_tenths_of_a_second(regua):
    before = os.times()
    best = 9.0
    for _ in range(3):
        before = os.times()
        assert regua("boleto", "--help").returncode == 0
        after = os.times()
        used = (after.children_user - before.children_user) + (after.children_system - before.children_system)
        best = min(best, used)
    assert best <= 0.3
