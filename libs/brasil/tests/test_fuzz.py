import pytest

from brasil import fuzz
from brasil.errors import BrasilError
from brasil.fuzz import TARGETS, Failure, Target


def crashing(text):
    if "9" in text:
        raise KeyError(text)
    raise BrasilError("x", "x")


def differing(seed, mutated):
    assert len(mutated) >= len(seed), "shorter"


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_survives_a_short_run(name):
    target = TARGETS[name]
    assert fuzz.mutation_loop(target, 300) == 300
    for seed in target.samples:
        fuzz.runner(target)(seed)


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.samples])
def test_every_target_survives_all_neighbours_of_its_samples(name):
    assert fuzz.exhaust(Target(**{**_fields(TARGETS[name]), "seeds": None})) > 0


def _fields(target):
    return {name: getattr(target, name) for name in Target.__slots__}


def test_neighbours_are_every_truncation_and_eight_substitutions_of_each_byte():
    found = list(fuzz.neighbours(b"A0"))
    assert found[:2] == [b"", b"A"]
    assert len(found) == 2 + 7 + 7
    assert b"\xff0" in found
    assert b"A0" not in found


@pytest.fixture
def planted(monkeypatch):
    """Return a function that registers a target of this very module under the name `planted`."""
    import sys

    monkeypatch.setitem(sys.modules, "planted", sys.modules[__name__])

    def plant(**options):
        monkeypatch.setitem(TARGETS, "planted", Target("planted:crashing", text=True, **options))
        return TARGETS["planted"]

    return plant


def test_a_parser_that_raises_anything_else_is_found_with_its_input(planted):
    target = planted(samples=(b"1",))
    with pytest.raises(Failure) as caught:
        fuzz.exhaust(target)
    assert caught.value.data == b"9"
    assert "KeyError" in str(caught.value)


def test_a_broken_invariant_is_found(planted):
    with pytest.raises(Failure) as caught:
        fuzz.exhaust(planted(samples=(b"1",), invariant="planted:differing"))
    assert "broke its invariant: shorter" in str(caught.value)


def test_a_slow_parser_is_found(planted, monkeypatch):
    monkeypatch.setattr(fuzz, "SLOWEST_ALLOWED_SECONDS", -1.0)
    with pytest.raises(Failure) as caught:
        fuzz.runner(planted())(b"1")
    assert "took" in str(caught.value)


def test_the_same_seed_gives_the_same_mutations():
    import random

    first = [fuzz.mutate(b"0123456789", random.Random(7)) for _ in range(5)]
    assert first == [fuzz.mutate(b"0123456789", random.Random(7)) for _ in range(5)]


def test_the_command_lists_runs_and_fails(planted, capsys):
    assert fuzz.main([]) == 0
    assert "br-code" in capsys.readouterr().out
    assert fuzz.main(["cpf", "50"]) == 0
    assert "0 crashes" in capsys.readouterr().out
    planted(samples=(b"1",))
    assert fuzz.main(["planted", "10"]) == 1
    assert "KeyError" in capsys.readouterr().out


def test_seed_files_are_read_with_the_samples(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "b").write_bytes(b"2")
    (tmp_path / "x" / "a").write_bytes(b"1")
    assert fuzz.seeds_of(Target("m:f", seeds="x", samples=(b"0",)), tmp_path) == [b"0", b"1", b"2"]
