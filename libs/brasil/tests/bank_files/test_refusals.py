"""A file whose structure, counts, sums or order lie is refused whole, with the line, the field, found and expected."""

from collections.abc import Callable

import pytest

from brasil.bank_files.detect import inspect
from brasil.bank_files.result import InspectionResult
from brasil.errors import Problem

from . import golden

CASES = {(format_, name): data for format_, name, data, _ in golden.all_cases()}
ITAU = CASES["cnab400", "itau"].decode().split("\r\n")[:-1]
BRADESCO = CASES["cnab400", "bradesco"].decode().split("\r\n")[:-1]
FEBRABAN = CASES["cnab240", "febraban"].decode().split("\r\n")[:-1]
COLLECTION = CASES["cnab150", "collection"].decode().split("\r\n")[:-1]


def changed(lines: list[str], line: int, first: int, text: str) -> list[str]:
    """The lines with `text` written from position `first` of line `line`, both from 1."""
    old = lines[line - 1]
    return [*lines[: line - 1], old[: first - 1] + text + old[first - 1 + len(text) :], *lines[line:]]


def read(lines: list[str]) -> InspectionResult:
    return inspect(("\r\n".join(lines) + "\r\n").encode())


def only_error(lines: list[str]) -> Problem:
    result = read(lines)
    assert not result.accepted
    errors = [problem for problem in result.problems if problem.severity == "error"]
    assert len(errors) == 1, errors
    assert errors[0].message.endswith(".")
    return errors[0]


@pytest.mark.parametrize(
    ("lines", "code", "line", "field", "found", "expected"),
    [
        pytest.param(
            changed(ITAU, 11, 213, "00000009"), "trailer.totals", 11, "number of movements", "9", "8", id="Itaú count"
        ),
        pytest.param(
            changed(ITAU, 11, 221, "00000000280001"),
            "trailer.totals",
            11,
            "sum of face values",
            "280001",
            "280000",
            id="Itaú sum",
        ),
        pytest.param(
            changed(ITAU, 11, 221, "0000000028000X"),
            "trailer.not_a_number",
            11,
            "sum of face values",
            "0000000028000X",
            "digits",
            id="Itaú sum unreadable",
        ),
        pytest.param(
            changed(ITAU, 4, 395, "000005"), "line.sequence", 4, "sequence", "000005", "000004", id="sequence"
        ),
        pytest.param(
            changed(ITAU, 11, 5, "237"), "trailer.bank", 11, "bank", "237", "341", id="trailer of another bank"
        ),
        pytest.param(
            changed(ITAU, 1, 95, "321326"), "header.field", 1, "date", "321326", "date DDMMAA", id="header date"
        ),
        pytest.param(
            changed(ITAU, 2, 111, "310226"), "field.date", 2, "occurred_on", "310226", "date DDMMAA", id="no such day"
        ),
        pytest.param(
            changed(ITAU, 9, 254, "00000000000-1"),
            "field.number",
            9,
            "paid",
            "00000000000-1",
            "amount with two decimals",
            id="negative amount",
        ),
        pytest.param(
            changed(BRADESCO, 10, 87, "00004"),
            "trailer.totals",
            10,
            "number of movements 06",
            "4",
            "2 or 3",
            id="Bradesco count",
        ),
        pytest.param(
            changed(FEBRABAN, 19, 18, "000003"), "trailer.counts", 19, "lots in the file", "3", "2", id="240 lots"
        ),
        pytest.param(
            changed(FEBRABAN, 19, 24, "000020"),
            "trailer.counts",
            19,
            "records in the file",
            "20",
            "19",
            id="240 records",
        ),
        pytest.param(
            changed(FEBRABAN, 10, 18, "000008"), "lot.records", 10, "records in the lot", "8", "9", id="240 lot records"
        ),
        pytest.param(
            changed(FEBRABAN, 5, 9, "00004"),
            "line.sequence",
            5,
            "sequence in the lot",
            "00004",
            "00003",
            id="240 sequence",
        ),
        pytest.param(
            changed(FEBRABAN, 4, 16, "09"), "segment.mismatch", 4, "movement code", "09", "06", id="T and U differ"
        ),
        pytest.param(
            changed(FEBRABAN, 4, 1, "002"), "line.bank", 4, "bank", "002", "001", id="240 line of another bank"
        ),
        pytest.param(
            changed(FEBRABAN, 3, 82, " " * 15),
            "field.blank",
            3,
            "face",
            " " * 15,
            "amount with two decimals",
            id="240 no face value",
        ),
        pytest.param(
            changed(COLLECTION, 4, 2, "000005"), "trailer.totals", 4, "number of records", "000005", "4", id="150 count"
        ),
        pytest.param(
            changed(COLLECTION, 4, 8, "00000000000024051"),
            "trailer.totals",
            4,
            "total amount",
            "00000000000024051",
            "24050",
            id="150 total",
        ),
    ],
)
def test_the_report_names_line_field_found_and_expected(  # noqa: PLR0917
    lines: list[str], code: str, line: int, field: str, found: str, expected: str
) -> None:
    problem = only_error(lines)
    assert (problem.code, problem.line, problem.field) == (code, line, field)
    assert (problem.found, problem.expected) == (found, expected)


def codes(lines: list[str]) -> set[str]:
    result = read(lines)
    assert not result.accepted
    return {problem.code for problem in result.problems if problem.severity == "error"}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param(ITAU[:-1], "trailer.missing", id="400 without trailer"),
        pytest.param(ITAU[:1], "trailer.missing", id="400 header alone"),
        pytest.param(ITAU[1:], "header.missing", id="400 without header"),
        pytest.param([*ITAU, *ITAU], "line.out_of_place", id="two files in one"),
        pytest.param([*ITAU[:3], *ITAU[4:]], "line.sequence", id="400 line missing"),
        pytest.param([*ITAU[:3], ITAU[2], *ITAU[3:]], "line.sequence", id="400 line doubled"),
        pytest.param([ITAU[0], ITAU[2], ITAU[1], *ITAU[3:]], "line.sequence", id="400 lines exchanged"),
        pytest.param(changed(ITAU, 3, 1, "5"), "line.unknown_type", id="400 unknown record"),
        pytest.param(changed(ITAU, 1, 77, "999"), "header.bank", id="unknown bank"),
        pytest.param(changed(ITAU, 1, 77, "041"), "header.bank_name", id="code and name of two banks"),
        pytest.param(changed(ITAU, 2, 109, "  "), "movement.code_missing", id="no code"),
        pytest.param(changed(BRADESCO, 2, 1, "4"), "line.unknown_type", id="movement that pretends to be a Pix record"),
        pytest.param(FEBRABAN[:-1], "trailer.missing", id="240 without trailer"),
        pytest.param([*FEBRABAN[:2], *FEBRABAN[3:]], "segment.missing", id="T missing"),
        pytest.param([*FEBRABAN[:3], *FEBRABAN[4:]], "segment.missing", id="U missing"),
        pytest.param([*FEBRABAN[:4], *FEBRABAN[6:]], "line.sequence", id="240 title missing"),
        pytest.param([*FEBRABAN[:9], *FEBRABAN[10:]], "lot.open", id="240 lot without trailer"),
        pytest.param([FEBRABAN[0], *FEBRABAN[2:]], "lot.line", id="240 lot without header"),
        pytest.param(changed(FEBRABAN, 1, 143, "3"), "header.missing", id="240 neither return nor remittance"),
        pytest.param(changed(FEBRABAN, 11, 4, "0001"), "lot.number", id="240 lot number twice"),
        pytest.param(COLLECTION[:-1], "trailer.missing", id="150 without trailer"),
        pytest.param([COLLECTION[0], *COLLECTION[2:]], "trailer.totals", id="150 line missing"),
        pytest.param(changed(COLLECTION, 2, 1, "Q"), "line.out_of_place", id="150 unknown record"),
        pytest.param(changed(COLLECTION, 2, 82, "00000000900O"), "field.number", id="150 letter for digit"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(lines: list[str], code: str) -> None:
    assert code in codes(lines)


def test_a_trailer_that_states_no_totals_is_a_warning_only() -> None:
    lines = changed(changed(ITAU, 11, 213, "00000000"), 11, 221, "00000000000000")
    result = read(lines)
    assert result.accepted
    assert [problem.code for problem in result.problems] == ["trailer.totals_missing"]


def test_the_movements_of_a_refused_file_are_still_listed_for_the_person_who_reads_the_report() -> None:
    result = read(changed(ITAU, 11, 213, "00000009"))
    assert len(result.movements) == 8


def test_a_file_without_movements_is_accepted() -> None:
    lines = [ITAU[0], changed(changed(changed(ITAU, 11, 213, "0" * 8), 11, 221, "0" * 14), 11, 395, "000002")[-1]]
    result = read(lines)
    assert result.accepted
    assert result.totals.movements == 0


def test_a_report_does_not_grow_with_the_damage() -> None:
    damaged = [ITAU[0], *(ITAU[1][:110] + "999999" + ITAU[1][116:] for _ in range(5000)), ITAU[-1]]
    result = read(damaged)
    assert len(result.problems) == 201
    assert result.problems[-1].code == "bank_file.more_problems"
    assert not result.accepted


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: b"02RETORNO01COBRANCA".ljust(76) + b"341" + b"1" * 3_000_000, id="one endless line"),
        pytest.param(lambda: ITAU[0].encode() + b"\n" * 3_000_000, id="line ends only"),
        pytest.param(lambda: "\r\n".join([ITAU[0], *(["1" * 400] * 5000)]).encode(), id="nonsense records"),
        pytest.param(lambda: "\r\n".join([FEBRABAN[0], *([FEBRABAN[2]] * 8000)]).encode(), id="segments T only"),
        pytest.param(lambda: b"A2" + b"G" * 3_000_000, id="CNAB 150 without end"),
    ],
)
def test_hostile_sizes_are_read_in_linear_time(make: Callable[[], bytes]) -> None:
    result = inspect(make())
    assert not result.accepted
    assert len(result.problems) <= 202
