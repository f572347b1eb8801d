"""Golden files cut off at every byte and with each byte changed: no crash, no hang, no money that the damage made up.

The fast tier tries a fixed sample; `-m campaign` tries every truncation and eight substitutions of every byte.
"""

import time
from collections.abc import Iterator

import pytest

from brasil.bank_files.detect import inspect
from brasil.bank_files.proof import check_damage

from . import golden

CASES = {f"{format_}-{name}": data for format_, name, data, _ in golden.all_cases()}
SUBSTITUTES = (0x00, 0x1A, 0x20, 0x30, 0x39, 0x41, 0x80, 0xFF)
SAMPLE_STEP = 61  # a prime, so that the sample meets every column of a line in the course of a file


def substitutions(data: bytes, start: int = 0, step: int = 1) -> Iterator[bytes]:
    for position in range(start, len(data), step):
        for substitute in SUBSTITUTES:
            if data[position] != substitute:
                yield data[:position] + bytes([substitute]) + data[position + 1 :]


def check(original: bytes, damaged: bytes) -> None:
    started = time.perf_counter()
    check_damage(original, damaged)
    assert time.perf_counter() - started < 1


def end_of_data(data: bytes) -> int:
    """How many bytes hold everything the last record says."""
    return len(data.rstrip(b"\r\n "))


@pytest.mark.parametrize("name", CASES)
def test_a_file_cut_off_is_refused_at_a_sample_of_places(name: str) -> None:
    data = CASES[name]
    for end in range(0, end_of_data(data), SAMPLE_STEP):
        assert not inspect(data[:end]).accepted, end


@pytest.mark.parametrize("name", CASES)
def test_a_changed_byte_makes_up_no_money_at_a_sample_of_places(name: str) -> None:
    for damaged in substitutions(CASES[name], start=len(name), step=SAMPLE_STEP):
        check(CASES[name], damaged)


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", CASES)
def test_a_file_cut_off_is_refused_at_every_place(name: str) -> None:
    data = CASES[name]
    for end in range(len(data)):
        result = inspect(data[:end])
        assert not result.accepted or end >= end_of_data(data), end


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", CASES)
def test_a_changed_byte_makes_up_no_money_at_any_place(name: str) -> None:
    for damaged in substitutions(CASES[name]):
        check(CASES[name], damaged)


def test_the_check_finds_money_that_was_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself must be able to fail."""
    data = CASES["cnab400-itau"]
    changed_twice = data.replace(b"0000000010052", b"0000000090052")
    monkeypatch.setattr("brasil.bank_files.proof._positions", lambda *_: set())
    with pytest.raises(AssertionError, match="paid_cents"):
        check_damage(data, changed_twice)
