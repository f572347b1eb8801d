"""Every example of the README runs and gives what it says."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from brasil.cli import main

HOME = Path(__file__).parents[1]
README = (HOME / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ python -m brasil (.+?)\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_examples_give_what_they_say(monkeypatch):
    monkeypatch.chdir(HOME)
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    said = []
    outcome = doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert outcome.attempted > 30
    assert outcome.failed == 0, "".join(said)


@pytest.mark.parametrize(("command", "expected"), CONSOLE, ids=[command[:30] for command, _ in CONSOLE])
def test_the_console_examples_print_what_they_say(command, expected, capsys):
    main(shlex.split(command))
    assert capsys.readouterr().out == expected


def test_there_are_console_examples():
    assert len(CONSOLE) >= 3
