"""From the bytes of a fixed-width bank file to its records, whatever wrote them.

Banks and the programs in between send ISO 8859-1, Windows-1252 or UTF-8 (where an accent takes two bytes and would
shift every later position), with or without byte order mark, with CRLF, LF, CR or no line ends at all, with a DOS
end-of-file mark, with trailing blanks cut off or added.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from brasil.errors import Problem, excerpt

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_END: Final = "\x1a\x00\r\n\t "
_C1 = re.compile(rb"[\x80-\x9f]")
_WIDE_DIGIT = re.compile(r"[^\W_A-Za-z\x00-\xff]")


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file: each padded to the width, with the number (from 1) of the line it stands on."""

    encoding: str
    lines: Sequence[str]
    numbers: Sequence[int]
    problems: tuple[Problem, ...]

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return zip(self.numbers, self.lines, strict=True)


def decode(data: bytes, width: int) -> tuple[str, str]:
    """Return the text and the name of its encoding: ascii, utf-8, utf-8-sig, utf-16, cp1252 or latin-1.

    Bytes that are valid UTF-8 are read as such unless only a reading byte by byte gives lines of the right width.
    Characters that no bank writes but that look like digits are replaced, so that no amount is read from them.
    """
    if data.startswith(_UTF8_BOM):
        return _without_wide_digits(data[3:].decode("utf-8", "replace")), "utf-8-sig"
    if data.startswith(_UTF16_BOMS):
        return _without_wide_digits(data.decode("utf-16", "replace")), "utf-16"
    if data.isascii():
        return data.decode("ascii"), "ascii"
    single = _decode_single(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return single
    if _lines_of_width(single[0], width) > _lines_of_width(text, width):
        return single
    return _without_wide_digits(text), "utf-8"


def _decode_single(data: bytes) -> tuple[str, str]:
    if _C1.search(data):
        try:
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1"), "latin-1"


def _lines_of_width(text: str, width: int) -> int:
    return sum(len(line) == width for line in text.replace("\r", "\n").split("\n") if not line.isascii())


def _without_wide_digits(text: str) -> str:
    return text if text.isascii() else _WIDE_DIGIT.sub(lambda found: "?" if found[0].isdecimal() else found[0], text)


def read_records(data: bytes, width: int) -> Records:
    """Cut the bytes into records of `width` characters and say what is odd about them.

    A shorter line is padded: the blanks at its end were cut off (if data was cut off, the checks of the format find
    that). A longer line is cut; what stood behind is reported, as an error unless it is the last line.
    """
    text, encoding = decode(data, width)
    lines = _split(text, width)
    problems: list[Problem] = []
    numbers: Sequence[int] = range(1, len(lines) + 1)
    if not all(lines):
        blank = next(number for number, line in enumerate(lines, 1) if not line)
        problems.append(_blank_lines(blank))
        numbers = [number for number, line in enumerate(lines, 1) if line]
        lines = [line for line in lines if line]
    if any(len(line) != width for line in lines):
        _fit(lines, numbers, width, problems)
    return Records(encoding, lines, numbers, tuple(problems))


def _fit(lines: list[str], numbers: Sequence[int], width: int, problems: list[Problem]) -> None:
    for index, line in enumerate(lines):
        if len(line) != width:
            lines[index] = line[:width].ljust(width)
            beyond = line[width:].strip()
            if beyond:
                problems.append(_too_long(numbers[index], len(line), width, beyond, last=index == len(lines) - 1))


def _split(text: str, width: int) -> list[str]:
    """The lines without their ends; a line of blanks alone is empty; what ends the file is not there."""
    lines = text.split("\r\n")
    if {len(line) for line in lines} - {0, width}:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip(_END):
        lines.pop()
    if not lines:
        return []
    lines[-1] = lines[-1].rstrip(_END)
    if len(lines) == 1 and len(lines[0]) > width:
        return [lines[0][start : start + width] for start in range(0, len(lines[0]), width)]
    return ["" if line.isspace() else line for line in lines]


def _blank_lines(number: int) -> Problem:
    return Problem(
        code="bank_file.blank_line",
        severity="warning",
        line=number,
        message="The file has blank lines between its records; they were left out.",
    )


def _too_long(number: int, length: int, width: int, beyond: str, *, last: bool) -> Problem:
    return Problem(
        code="bank_file.line_too_long",
        severity="warning" if last else "error",
        line=number,
        field="line length",
        found=f"{length}: {excerpt(beyond, 20)!r} behind the end",
        expected=str(width),
        message="The line is longer than its format allows, so its fields may have moved: fetch the file again.",
    )
