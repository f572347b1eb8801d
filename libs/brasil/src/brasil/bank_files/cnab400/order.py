"""Whether the lines of a CNAB 400 file stand in their order, each with its own number."""

from collections.abc import Sequence
from typing import Final

from brasil.bank_files.decoding import Records
from brasil.bank_files.layouts.cnab400 import SEQUENCE
from brasil.bank_files.problems import Findings

_LARGEST_SEQUENCE: Final = 1_000_000


def check_order(records: Records, findings: Findings) -> None:
    """Check that a header opens, a trailer closes, neither stands in between, and every line has its own number."""
    last = len(records.lines) - 1
    if last == 0 or records.lines[last][0] != "9":
        findings.error(
            "trailer.missing",
            "The file has no trailer: it was cut off. Post nothing of it and fetch it again.",
            line=records.numbers[last],
            field="record type",
            found=records.lines[last][0],
            expected="9",
        )
    if _in_order(records.lines):
        return
    for index, (number, line) in enumerate(records):
        if SEQUENCE.cut(line) != f"{(index + 1) % _LARGEST_SEQUENCE:06d}":
            findings.error(
                "line.sequence",
                "The number of this line is not the next: lines are missing, doubled or moved. Fetch the file again.",
                line=number,
                field="sequence",
                found=SEQUENCE.cut(line),
                expected=f"{index + 1:06d}",
            )
        if (line[0] == "0" and index) or (line[0] == "9" and index != last):
            findings.error(
                "line.out_of_place",
                "A header or trailer stands inside the file: two files were joined, or lines moved.",
                line=number,
                field="record type",
                found=line[0],
            )


def _in_order(lines: Sequence[str]) -> bool:
    """The same check without a word about what is wrong, for the files that are right."""
    first, last = SEQUENCE.first - 1, SEQUENCE.last
    sequences = [line[first:last] for line in lines]
    kinds = "".join([line[0] for line in lines])
    return (
        len(lines) < _LARGEST_SEQUENCE
        and "".join(sequences).isdecimal()
        and list(map(int, sequences)) == list(range(1, len(lines) + 1))
        and kinds.find("0", 1) == -1
        and kinds.find("9") in (-1, len(lines) - 1)
    )
